"""The addresses that are told of events; how they are told is in ``kinds/webhook.py``."""

import base64
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import FaultKind, NotFoundError, UsageError
from qa_engine.service.alerts.channels import Event
from qa_engine.service.alerts.kinds.webhook import SECRET_PREFIX
from qa_engine.service.context import App
from qa_engine.service.people.audit import Action, note
from qa_engine.service.posting import own_address
from qa_engine.store import outbox
from qa_engine.store.people_tables import Webhook

MOST_URL = 1000


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """An address that is told. Its secret is shown once, when it is made."""

    id: int
    url: str
    events: tuple[str, ...]
    created_by: str
    created_at: datetime
    ended_at: datetime | None


def add_webhook(app: App, url: str, events: Iterable[str], *, who: Actor) -> tuple[int, str]:
    """Have an address told of events: its number, and the secret that signs, shown this once. Raises UsageError."""
    require(who, Right.MANAGE_PEOPLE)
    address, wanted = checked_url(url), sorted(set(events))
    host = urlsplit(address).hostname or ""
    named = not app.settings.for_others or host in app.settings.webhook_hosts
    if not named and (own_address(host) or host == "localhost"):
        told = f"{host} is this machine: QA_WEBHOOK_HOSTS has to name it before it is told anything"
        raise UsageError(told).of(FaultKind.THIS_MACHINE, host)
    unknown = [event for event in wanted if event not in set(Event)]
    if unknown or not wanted:
        told = f"{', '.join(unknown) or 'nothing'} is no event; there are {', '.join(Event)}"
        raise UsageError(told).of(FaultKind.NO_EVENT)
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    with app.database.write() as session:
        row = Webhook(
            url=address,
            secret=secret,
            events=json.dumps(wanted),
            created_by=who.id,
            created_at=app.clock.now(),
        )
        session.add(row)
        session.flush()
        note(session, app, who, Action.WEBHOOK, subject=f"webhook {row.id}", detail=f"added {', '.join(wanted)}")
        return row.id, secret


def end_webhook(app: App, webhook_id: int, *, who: Actor) -> None:
    """Tell an address no more. Raises NotFoundError."""
    require(who, Right.MANAGE_PEOPLE)
    with app.database.write() as session:
        row = session.get(Webhook, webhook_id)
        if row is None:
            raise NotFoundError(f"no webhook {webhook_id}")
        if row.ended_at is None:
            row.ended_at = app.clock.now()
            note(session, app, who, Action.WEBHOOK, subject=f"webhook {webhook_id}", detail="ended")


def list_webhooks(app: App, *, who: Actor) -> tuple[WebhookRow, ...]:
    require(who, Right.MANAGE_PEOPLE)
    with app.database.read() as session:
        return tuple(
            WebhookRow(row.id, row.url, tuple(json.loads(row.events)), row.created_by, row.created_at, row.ended_at)
            for row in outbox.webhooks(session, ended=True)
        )


def checked_url(url: str) -> str:
    """An http or https address. Raises UsageError."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    plain = url.strip().isascii() and url.strip().isprintable() and " " not in url.strip()
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > MOST_URL or not plain:
        raise UsageError("an address is http://… or https://…").of(FaultKind.BAD_ADDRESS, MOST_URL)
    if parts.username or parts.password:
        told = "an address carries no password; compare the signature instead"
        raise UsageError(told).of(FaultKind.PASSWORD_IN_ADDRESS)
    return url.strip()
