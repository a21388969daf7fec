"""Machines at fault: since when, why, and until when their workers take nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from qa_engine.store import tables


def of_host(session: Session, host: str) -> tables.Pause | None:
    return session.get(tables.Pause, host)


def every(session: Session) -> Sequence[tables.Pause]:
    return session.scalars(select(tables.Pause).order_by(tables.Pause.since, tables.Pause.host)).all()


def begin(session: Session, host: str, *, why: str, now: datetime, until: datetime) -> None:
    """Pause a machine, or go on pausing it: ``since`` stays that of the first fault."""
    row = session.get(tables.Pause, host, with_for_update=True)
    if row is None:
        session.add(tables.Pause(host=host, since=now, until=until, why=why))
    else:
        row.until, row.why = until, why


def end(session: Session, host: str) -> None:
    session.execute(delete(tables.Pause).where(tables.Pause.host == host))
