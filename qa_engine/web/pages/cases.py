"""案例库: what inspectors marked as worth learning from, to read and to hear."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from qa_engine.domain.people import Actor, Right
from qa_engine.service import fault_rules, scenarios
from qa_engine.service.desk import cases as found_cases
from qa_engine.web.deps import Engine, with_right
from qa_engine.web.listing import Reader
from qa_engine.web.period import read_period
from qa_engine.web.rendering import render

router = APIRouter(include_in_schema=False)
Learner = Annotated[Actor, Depends(with_right(Right.SEE_REPORTS))]


@router.get("/cases")
def cases(request: Request, engine: Engine, who: Learner) -> Response:
    read = Reader(request.query_params)
    period = read_period(request.query_params)
    asked = {"scenario": read.text("scenario"), "rule_id": read.text("rule"), "text": read.text("q")}
    rows = found_cases(engine, who=who, day_from=period.day_from, day_to=period.day_to, **asked)
    return render(
        request,
        "cases.html",
        rows=rows,
        asked=asked,
        period=period,
        scenarios=scenarios(engine),
        rules=fault_rules(engine),
    )
