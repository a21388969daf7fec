"""申诉: who said what about a line, and what an upheld appeal leads to."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from qa_engine.domain.people import Actor, Right
from qa_engine.service.desk import list_appeals, reopen
from qa_engine.web.deps import Engine, with_right
from qa_engine.web.listing import Reader
from qa_engine.web.rendering import render, segment
from qa_engine.wording import APPEALS

router = APIRouter(include_in_schema=False)
Answering = Annotated[Actor, Depends(with_right(Right.ANSWER_APPEALS))]
Settling = Annotated[Actor, Depends(with_right(Right.SETTLE_APPEALS))]


@router.get("/appeals")
def appeals(request: Request, engine: Engine, who: Answering) -> Response:
    asked = Reader(request.query_params).whole("siblings", "申诉", 1, 2**31 - 1, 0) or None
    rows = list_appeals(engine, who=who, siblings_of=asked)
    return render(request, "appeals.html", rows=rows, states=APPEALS, asked=asked)


@router.post("/appeals/reopen/{call_id}")
def open_again(
    call_id: str, engine: Engine, who: Settling, rule: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """``rule`` is what is to be corrected; the desk opens with it in hand."""
    reopen(engine, call_id, who=who)
    at = f"#{segment(f'rule:{rule}')}" if rule else ""
    return RedirectResponse(f"/desk/{segment(call_id)}{at}", status_code=303)
