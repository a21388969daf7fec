"""The outbox and the addresses of webhooks. Every change of hands is one conditional UPDATE, as with jobs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from qa_engine.store.inserting import insert_or_return
from qa_engine.store.people_tables import Outgoing, Webhook

QUEUED, SENT, FAILED = "queued", "sent", "failed"


def put(session: Session, *, channel: str, event: str, key: str, body: str, now: datetime) -> tuple[Outgoing, bool]:
    """The message of ``key`` on a channel, and whether it is new: the same thing is told once."""
    return insert_or_return(
        session,
        lambda: session.scalar(select(Outgoing).where(Outgoing.channel == channel, Outgoing.key == key)),
        lambda: Outgoing(
            channel=channel,
            event=event,
            key=key,
            body=body,
            state=QUEUED,
            attempts=0,
            not_before=now,
            created_at=now,
        ),
    )


def due(session: Session, now: datetime, limit: int) -> Sequence[Outgoing]:
    """What is to be sent by now, the oldest first."""
    return session.scalars(
        select(Outgoing)
        .where(Outgoing.state == QUEUED, Outgoing.not_before <= now)
        .order_by(Outgoing.not_before, Outgoing.id)
        .limit(limit)
    ).all()


def take(session: Session, message_id: int, *, now: datetime, until: datetime) -> bool:
    """Take a message to send it; False when another sender has it. It is due again ``until``, whatever happens."""
    return _changed(
        session,
        update(Outgoing)
        .where(Outgoing.id == message_id, Outgoing.state == QUEUED, Outgoing.not_before <= now)
        .values(attempts=Outgoing.attempts + 1, not_before=until),
    )


def settle(
    session: Session, message_id: int, *, state: str, now: datetime, not_before: datetime, error: str | None
) -> None:
    session.execute(
        update(Outgoing)
        .where(Outgoing.id == message_id)
        .values(state=state, not_before=not_before, last_error=error, sent_at=now if state == SENT else None)
    )


def again(session: Session, message_id: int, *, now: datetime) -> bool:
    """Queue a message anew that was given up."""
    return _changed(
        session,
        update(Outgoing)
        .where(Outgoing.id == message_id, Outgoing.state == FAILED)
        .values(state=QUEUED, attempts=0, not_before=now),
    )


def forget_sent(session: Session, before: datetime) -> None:
    session.execute(delete(Outgoing).where(Outgoing.state == SENT, Outgoing.sent_at < before))


def latest(session: Session, limit: int) -> Sequence[Outgoing]:
    return session.scalars(select(Outgoing).order_by(Outgoing.id.desc()).limit(limit)).all()


def webhooks(session: Session, *, ended: bool = False) -> Sequence[Webhook]:
    """The addresses that are told; ``ended``: those of before, too."""
    statement = select(Webhook).order_by(Webhook.id)
    return session.scalars(statement if ended else statement.where(Webhook.ended_at.is_(None))).all()


def _changed(session: Session, statement: Any) -> bool:
    result = cast("CursorResult[Any]", session.execute(statement, execution_options={"synchronize_session": False}))
    return result.rowcount == 1
