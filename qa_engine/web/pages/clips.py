"""片段复核: clips of one rule, one after another."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from qa_engine.service import fault_rules, teams
from qa_engine.service.desk import clip_batch
from qa_engine.web.deps import Engine, Reviewer
from qa_engine.web.listing import Reader
from qa_engine.web.period import read_period
from qa_engine.web.rendering import render
from qa_engine.wording import OVERTURNS

router = APIRouter(include_in_schema=False)


@router.get("/clips")
def clips(request: Request, engine: Engine, who: Reviewer) -> Response:
    read = Reader(request.query_params)
    rule, team = read.text("rule"), read.text("team")
    period = read_period(request.query_params)
    rules = fault_rules(engine)
    batch = (
        clip_batch(engine, rule, who=who, team=team, day_from=period.day_from, day_to=period.day_to) if rule else None
    )
    return render(
        request,
        "clips.html",
        rules=rules,
        rule=rule,
        title=dict(rules).get(rule or "", rule or ""),
        team=team or "",
        teams=teams(engine, who=who),
        period=period,
        batch=batch,
        overturns=OVERTURNS,
    )
