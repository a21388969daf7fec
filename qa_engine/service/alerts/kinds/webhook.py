"""Webhooks: a signed POST of JSON to an address, in the manner of the Standard Webhooks specification.

The signature is ``v1,`` and the base64 of HMAC-SHA256 over ``id.timestamp.body``; the receiver compares it and refuses
old timestamps (https://github.com/standard-webhooks/standard-webhooks, spec, "Signature scheme").
"""

import base64
import hashlib
import hmac
import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from qa_engine.service.alerts.channels import Channel, Event, Message, channel_kind
from qa_engine.service.context import App
from qa_engine.service.posting import post
from qa_engine.store import outbox
from qa_engine.version import __version__

SECRET_PREFIX = "whsec_"


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """What the receiver computes, too: ``v1,<base64>``."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """One address; ``clock`` gives seconds since 1970."""

    id: int
    url: str
    secret: str = field(repr=False)
    events: frozenset[str]
    here: bool  # may reach this machine
    clock: Callable[[], float] = time.time

    @property
    def name(self) -> str:
        return f"webhook:{self.id}"

    def takes(self, event: Event) -> bool:
        return event.value in self.events

    def send(self, message: Message) -> None:
        body, timestamp = message.body.encode(), int(self.clock())
        request = urllib.request.Request(  # noqa: S310  # http and https only, see `webhooks.checked_url`
            self.url,
            data=body,
            method="POST",
            headers={
                "content-type": "application/json",
                "user-agent": f"qa-engine/{__version__}",
                "webhook-id": message.id,
                "webhook-timestamp": str(timestamp),
                "webhook-signature": signature(self.secret, message.id, timestamp, body),
            },
        )
        post(request, away=not self.here)


@channel_kind("webhook")
def webhook_channels(app: App, session: Session) -> Iterator[Channel]:
    for row in outbox.webhooks(session):
        here = not app.settings.for_others or urlsplit(row.url).hostname in app.settings.webhook_hosts
        yield WebhookChannel(row.id, row.url, row.secret, frozenset(json.loads(row.events)), here)
