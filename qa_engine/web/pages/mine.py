"""我的考评表: what an agent reads, accepts or appeals; made for a phone."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from qa_engine.domain.people import Actor, Right
from qa_engine.errors import ConflictError, UsageError
from qa_engine.fault_wording import error_words
from qa_engine.service.desk import accept_form, appeal_line, own_form, own_forms, target_of
from qa_engine.web.deps import Engine, with_right
from qa_engine.web.errors import status_of
from qa_engine.web.rendering import render, segment
from qa_engine.wording import APPEALS

router = APIRouter(include_in_schema=False)
Appellant = Annotated[Actor, Depends(with_right(Right.APPEAL))]
TOLD = {"accepted": "已确认。", "appealed": "申诉已提交，由另一位质检员答复，再由主管终审。"}


@router.get("/mine")
def mine(request: Request, engine: Engine, who: Appellant) -> Response:
    return render(request, "mine.html", rows=own_forms(engine, who=who), now=engine.clock.now())


@router.get("/mine/{call_id}")
def my_form(call_id: str, request: Request, engine: Engine, who: Appellant) -> Response:
    return _form(request, engine, who, call_id)


@router.post("/mine/{call_id}/accept")
def accept(call_id: str, engine: Engine, who: Appellant) -> Response:
    accept_form(engine, call_id, who=who)
    return RedirectResponse(f"/mine/{segment(call_id)}?done=accepted", status_code=303)


@router.post("/mine/{call_id}/appeal")
def appeal(
    call_id: str,
    request: Request,
    engine: Engine,
    who: Appellant,
    line: Annotated[str, Form(max_length=300)] = "",
    words: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    try:
        target = target_of(line)
    except ValueError as error:
        raise UsageError(str(error)) from None
    if not words.strip():
        return _form(request, engine, who, call_id, fault="请写明为什么不认可这一项。", status=422)
    try:
        appeal_line(engine, call_id, target, words, who=who)
    except (UsageError, ConflictError) as error:
        return _form(request, engine, who, call_id, fault=error_words(error), status=status_of(error))
    return RedirectResponse(f"/mine/{segment(call_id)}?done=appealed", status_code=303)


def _form(
    request: Request, engine: Engine, who: Actor, call_id: str, *, fault: str = "", status: int = 200
) -> Response:
    form = own_form(engine, call_id, who=who)
    return render(
        request,
        "mine_form.html",
        status=status,
        form=form,
        appeals={state.value: label for state, label in APPEALS.items()},
        now=engine.clock.now(),
        fault=fault,
        told=TOLD.get(request.query_params.get("done", ""), ""),
    )
