"""Addresses that are told of events, and what was told."""

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from qa_engine.service import Event, add_webhook, end_webhook, list_outgoing, list_webhooks, send_again
from qa_engine.web.api.models import MadeWebhookOut, OutgoingOut, WebhookOut
from qa_engine.web.deps import Engine, Number, Who

router = APIRouter(prefix="/api/v1", tags=["webhooks"])


class WebhookIn(BaseModel):
    url: str
    events: list[Event]


@router.get("/webhooks", summary="The addresses that are told of events", response_model=list[WebhookOut])
def webhooks(engine: Engine, who: Who) -> list[WebhookOut]:
    return [WebhookOut.model_validate(row) for row in list_webhooks(engine, who=who)]


@router.post("/webhooks", summary="Have an address told", status_code=201, response_model=MadeWebhookOut)
def add(webhook: WebhookIn, engine: Engine, who: Who) -> MadeWebhookOut:
    """The secret of the answer signs what is sent (Standard Webhooks); it is shown this once."""
    number, secret = add_webhook(engine, webhook.url, webhook.events, who=who)
    return MadeWebhookOut(id=number, secret=secret)


@router.delete("/webhooks/{number}", summary="Tell an address no more", status_code=204, response_class=Response)
def end(number: Number, engine: Engine, who: Who) -> Response:
    end_webhook(engine, number, who=who)
    return Response(status_code=204)


@router.get("/outbox", summary="The latest messages, and whether they were taken", response_model=list[OutgoingOut])
def outgoing(engine: Engine, who: Who) -> list[OutgoingOut]:
    return [OutgoingOut.model_validate(row) for row in list_outgoing(engine, who=who)]


@router.post("/outbox/{number}/again", summary="Send a message again", status_code=204, response_class=Response)
def again(number: Number, engine: Engine, who: Who) -> Response:
    send_again(engine, number, who=who)
    return Response(status_code=204)
