"""The audit log: lines are added and read, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa_engine.store import tables
from qa_engine.store.people_tables import AuditLine


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What the log is narrowed to; None: not narrowed. ``since`` is included, ``until`` is not."""

    actor: str | None = None
    action: str | None = None
    call_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def add(
    session: Session,
    *,
    at: datetime,
    actor: str,
    actor_title: str,
    action: str,
    call_pk: int | None,
    subject: str,
    detail: str,
) -> None:
    session.add(
        AuditLine(
            at=at,
            actor=actor,
            actor_title=actor_title,
            action=action,
            call_pk=call_pk,
            subject=subject,
            detail=detail,
        )
    )


def noted_since(session: Session, *, actor: str, action: str, call_pk: int | None, subject: str, at: datetime) -> bool:
    """Whether the same line was written at or after ``at``."""
    line = AuditLine
    same = select(line.id).where(
        line.actor == actor, line.action == action, line.call_pk == call_pk, line.subject == subject, line.at >= at
    )
    return session.scalar(same.limit(1)) is not None


def search(
    session: Session, wanted: AuditFilter, *, offset: int, limit: int
) -> tuple[Sequence[tuple[AuditLine, str | None]], int]:
    """One page of lines with the id of their call, the newest first, and the number of all that match."""
    line = AuditLine
    conditions = []
    if wanted.actor:
        conditions.append(line.actor == wanted.actor)
    if wanted.action:
        conditions.append(line.action == wanted.action)
    if wanted.since is not None:
        conditions.append(line.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(line.at < wanted.until)
    if wanted.call_id:
        conditions.append(line.call_pk.in_(select(tables.Call.id).where(tables.Call.call_id == wanted.call_id)))
    total = session.scalar(select(func.count(line.id)).where(*conditions)) or 0
    rows = session.execute(
        select(line, tables.Call.call_id)
        .outerjoin(tables.Call, tables.Call.id == line.call_pk)
        .where(*conditions)
        .order_by(line.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [(found, call_id) for found, call_id in rows], total
