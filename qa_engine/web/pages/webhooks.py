"""回调: addresses that programs are told at, what was sent to them, and what was not taken."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from qa_engine.domain.people import Actor, Right
from qa_engine.errors import ConflictError, QaError, UsageError
from qa_engine.fault_wording import error_words
from qa_engine.service import EVENTS, Event, add_webhook, end_webhook, list_outgoing, list_webhooks, send_again
from qa_engine.web.deps import Engine, Number, with_right
from qa_engine.web.errors import status_of
from qa_engine.web.rendering import render

router = APIRouter(include_in_schema=False)
Manager = Annotated[Actor, Depends(with_right(Right.MANAGE_PEOPLE))]
STATES = {"queued": "等待发送", "sent": "已送达", "failed": "已放弃"}


@router.get("/webhooks")
def webhooks(request: Request, engine: Engine, who: Manager) -> Response:
    return _page(request, engine, who)


@router.post("/webhooks")
def add(
    request: Request,
    engine: Engine,
    who: Manager,
    url: Annotated[str, Form(max_length=2000)] = "",
    event: Annotated[list[str] | None, Form()] = None,
) -> Response:
    try:
        _, secret = add_webhook(engine, url, [Event(one) for one in event or () if one in set(Event)], who=who)
    except UsageError as error:
        return _page(request, engine, who, error=error)
    return _page(request, engine, who, secret=secret)


@router.post("/webhooks/{number}/end")
def end(number: Number, engine: Engine, who: Manager) -> Response:
    end_webhook(engine, number, who=who)
    return RedirectResponse("/webhooks", status_code=303)


@router.post("/webhooks/outbox/{number}/again")
def again(number: Number, request: Request, engine: Engine, who: Manager) -> Response:
    try:
        send_again(engine, number, who=who)
    except ConflictError as error:
        return _page(request, engine, who, error=error)
    return RedirectResponse("/webhooks#outbox", status_code=303)


def _page(request: Request, engine: Engine, who: Actor, *, error: QaError | None = None, secret: str = "") -> Response:
    hooks = list_webhooks(engine, who=who)
    return render(
        request,
        "webhooks.html",
        status=status_of(error) if error else 200,
        fault=error_words(error) if error else "",
        secret=secret,
        hooks=hooks,
        places={f"webhook:{one.id}": one.url for one in hooks},
        outgoing=list_outgoing(engine, who=who),
        events={event.value: label for event, label in EVENTS.items()},
        states=STATES,
    )
