"""The outbox: an event is written in the transaction of what happened, and sent until somebody took it.

So nothing is told that did not happen, and nothing that happened is lost with a process or a network. A message may
arrive twice, and carries its id for that.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from qa_engine.domain import JsonValue
from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import ConflictError, FaultKind
from qa_engine.service.alerts import channels as _channels
from qa_engine.service.alerts.channels import Event, Message
from qa_engine.service.context import App
from qa_engine.service.posting import DeliveryError
from qa_engine.store import outbox
from qa_engine.store.people_tables import Outgoing

MOST_ATTEMPTS = 12
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
SENDING = timedelta(minutes=2)
"""A message whose sender died is due again after so long."""
SENT_KEPT = timedelta(days=30)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OutgoingRow:
    id: int
    channel: str
    event: str
    state: str
    attempts: int
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class SendReport:
    """What one look into the outbox brought about."""

    sent: int = 0
    failed: int = 0  # tried, and to be tried again
    given_up: int = 0


def tell(session: Session, app: App, event: Event, *, key: str, about: Mapping[str, JsonValue]) -> int:
    """Write an event for every channel that takes it, in the caller's transaction; how many were new.

    ``key`` names what happened: the same key is told once. ``about`` holds ids, figures and names of rules, never what
    was said, never a number of a customer.
    """
    now = app.clock.now()
    body = json.dumps(
        {"event": event.value, "at": now.isoformat(timespec="seconds"), "data": dict(about)},
        ensure_ascii=False,
        sort_keys=True,
    )
    new = 0
    for channel in _channels.channels(app, session).values():
        if channel.takes(event):
            _, added = outbox.put(session, channel=channel.name, event=event.value, key=key, body=body, now=now)
            new += added
    return new


def send_due(app: App, *, limit: int = 50) -> SendReport:
    """Send what is due. Several processes may do so at once."""
    now = app.clock.now()
    with app.database.read() as session:
        waiting = outbox.due(session, now, limit)
        known = _channels.channels(app, session) if waiting else {}
    sent = failed = given_up = 0
    for row in waiting:
        with app.database.write() as session:
            if not outbox.take(session, row.id, now=now, until=now + SENDING):
                continue
        fault = _send(known, row)
        attempts = row.attempts + 1
        sent, failed = sent + (fault is None), failed + (fault is not None and attempts < MOST_ATTEMPTS)
        given_up += fault is not None and attempts >= MOST_ATTEMPTS
        with app.database.write() as session:
            _settle(session, app, row.id, attempts, fault)
    if waiting:
        with app.database.write() as session:
            outbox.forget_sent(session, now - SENT_KEPT)
    return SendReport(sent, failed, given_up)


def wait_after(attempts: int) -> timedelta:
    """How long until a message is tried again that was not taken ``attempts`` times: 30 s, 1 min, 2 min … 6 h."""
    doubled: timedelta = FIRST_WAIT * 2 ** (attempts - 1)
    return min(doubled, LONGEST_WAIT)


def list_outgoing(app: App, *, who: Actor, limit: int = 50) -> tuple[OutgoingRow, ...]:
    """The latest messages, the newest first; without their bodies."""
    require(who, Right.SEE_NIGHT)
    with app.database.read() as session:
        return tuple(
            OutgoingRow(
                row.id,
                row.channel,
                row.event,
                row.state,
                row.attempts,
                row.last_error,
                row.created_at,
                row.sent_at,
            )
            for row in outbox.latest(session, limit)
        )


def send_again(app: App, message_id: int, *, who: Actor) -> None:
    """Queue a message anew that was given up. Raises ConflictError."""
    require(who, Right.RUN_NIGHT)
    with app.database.write() as session:
        if not outbox.again(session, message_id, now=app.clock.now()):
            raise ConflictError(f"message {message_id} was not given up").of(FaultKind.NOT_GIVEN_UP)


def _send(known: Mapping[str, _channels.Channel], row: Outgoing) -> str | None:
    """What went wrong, in a line; None when it was taken."""
    channel = known.get(row.channel)
    if channel is None:
        return "the channel is not set up any more"
    try:
        channel.send(Message(f"{row.channel}:{row.key}", Event(row.event), row.body, row.created_at))
    except DeliveryError as error:
        log.warning("message_not_taken", channel=row.channel, event_name=row.event, error=str(error))
        return str(error)[:500]
    return None


def _settle(session: Session, app: App, message_id: int, attempts: int, fault: str | None) -> None:
    now = app.clock.now()
    if fault is None:
        outbox.settle(session, message_id, state=outbox.SENT, now=now, not_before=now, error=None)
    elif attempts >= MOST_ATTEMPTS:
        outbox.settle(session, message_id, state=outbox.FAILED, now=now, not_before=now, error=fault)
    else:
        then = now + wait_after(attempts)
        outbox.settle(session, message_id, state=outbox.QUEUED, now=now, not_before=then, error=fault)
