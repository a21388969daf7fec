"""The ledger of a day: what lists named against the calls that are here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from qa_engine.domain import CallState, plain
from qa_engine.domain.night import DayLedger, MissingCall, StoredLedger
from qa_engine.errors import FaultKind
from qa_engine.store import fault_rows
from qa_engine.store.batches import FileOutcome, why
from qa_engine.store.jobs import JobState
from qa_engine.store.night_tables import Batch, BatchFile, DrawnLedger, ExpectedCall
from qa_engine.store.tables import Call, DayCount, Job

_AT_ONCE = 500
_BUSY = (JobState.QUEUED.value, JobState.RUNNING.value)
_WORKING = tuple(state.value for state in CallState if not state.settled)
_NOT_HERE = (FileOutcome.REFUSED.value, FileOutcome.WAITING.value)


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list. ``key``: the call's id, or the id that the name of its file gives."""

    key: str
    day: date
    line: int | None = None
    file_name: str | None = None
    agent_id: str | None = None
    started_at: datetime | None = None


def expect(session: Session, listed: Sequence[Listed], *, source: str, now: datetime) -> int:
    """Write down what a list names; how many of it are new. What is there already stays."""
    unique = {(one.day, one.key): one for one in reversed(listed)}
    chosen = list(reversed(unique.values()))
    added = 0
    for begin_at in range(0, len(chosen), _AT_ONCE):
        some = chosen[begin_at : begin_at + _AT_ONCE]
        named = select(ExpectedCall.day, ExpectedCall.key).where(
            ExpectedCall.day.in_({one.day for one in some}), ExpectedCall.key.in_([one.key for one in some])
        )
        known = {(day, key) for day, key in session.execute(named)}
        rows = [
            {
                "day": one.day,
                "key": one.key,
                "source": source,
                "line": one.line,
                "file_name": one.file_name,
                "agent_id": one.agent_id,
                "started_at": one.started_at,
                "listed_at": now,
            }
            for one in some
            if (one.day, one.key) not in known
        ]
        if rows:
            session.execute(insert(ExpectedCall), rows)
        added += len(rows)
    return added


def match(session: Session, day: date) -> None:
    """Find the calls of what was listed: by their ids, else by the names of the files they came from."""
    open_ones = and_(ExpectedCall.day == day, ExpectedCall.call_pk.is_(None))
    by_id = select(Call.id).where(Call.call_id == ExpectedCall.key).scalar_subquery()
    session.execute(
        update(ExpectedCall).where(open_ones).values(call_pk=by_id), execution_options={"synchronize_session": False}
    )
    by_file = (
        select(func.max(Call.id))
        .join(BatchFile, BatchFile.call_id == Call.call_id)
        .where(BatchFile.name == ExpectedCall.file_name, Call.day == ExpectedCall.day)
        .scalar_subquery()
    )
    session.execute(
        update(ExpectedCall).where(open_ones, ExpectedCall.file_name.is_not(None)).values(call_pk=by_file),
        execution_options={"synchronize_session": False},
    )


def count(session: Session, day: date) -> DayLedger:
    """The ledger as it is now; `match` comes first."""
    listed = select(ExpectedCall.call_pk).where(ExpectedCall.day == day, ExpectedCall.call_pk.is_not(None)).distinct()
    of_lists = _states(session, Call.id.in_(listed))
    unlisted = _states(session, _unlisted(day))
    named = session.scalar(select(func.count(func.distinct(ExpectedCall.call_pk))).where(ExpectedCall.day == day)) or 0
    others = session.scalar(select(func.count(Call.id)).where(_unlisted(day))) or 0
    lost = len(missing(session, day))
    states = {key: of_lists.get(key, 0) + unlisted.get(key, 0) for key in {**of_lists, **unlisted}}
    aside = (CallState.EXCLUDED, CallState.QUARANTINED)
    return DayLedger(
        day=day,
        expected=named + others + lost,
        scored=sum(number for (state, _), number in states.items() if state.settled and not state.aside),
        excluded=_reasons(states, CallState.EXCLUDED),
        quarantined=_reasons(states, CallState.QUARANTINED),
        in_work=sum(number for (state, _), number in states.items() if not state.settled),
        missing=lost,
        unlisted=others,
        without_reason=sum(number for (state, reason), number in states.items() if state in aside and not reason),
    )


def missing(session: Session, day: date) -> tuple[MissingCall, ...]:
    """What lists named and nobody brought, and the files that lay there and were not taken."""
    refusals = _refusals(session, day)
    rows = session.scalars(
        select(ExpectedCall)
        .where(ExpectedCall.day == day, ExpectedCall.call_pk.is_(None))
        .order_by(ExpectedCall.key, ExpectedCall.id)
    ).all()
    row_faults = _row_faults(session, day, rows)
    listed = []
    for row in rows:
        refused = refusals.pop(row.file_name, None) if row.file_name else None
        refused = refused or row_faults.get(row.id)
        told = (refused.reason, why(refused)) if refused else ("", "")
        listed.append(MissingCall(row.key, row.source, told[0], row.agent_id, row.started_at, told[1]))
    files = [MissingCall(file.name, "文件夹", file.reason, why=why(file)) for file in refusals.values()]
    return (*listed, *sorted(files, key=lambda one: one.key))


def working(session: Session, day: date, limit: int) -> tuple[str, ...]:
    """Ids of calls of the day that machines are still at."""
    listed = exists().where(ExpectedCall.call_pk == Call.id, ExpectedCall.day == day)
    statement = select(Call.call_id).where(Call.state.in_(_WORKING), or_(listed, _unlisted(day)))
    return tuple(session.scalars(statement.order_by(Call.call_id).limit(limit)))


def came_after(session: Session, day: date, moment: datetime, limit: int) -> tuple[str, ...]:
    """Ids of calls of the day that were received after ``moment``."""
    statement = select(Call.call_id).where(Call.day == day, Call.received_at > moment, Call.part_of.is_(None))
    return tuple(session.scalars(statement.order_by(Call.received_at, Call.call_id).limit(limit)))


def keep(session: Session, ledger: DayLedger, *, number: int, why: str, now: datetime) -> None:
    session.add(
        DrawnLedger(
            day=ledger.day,
            number=number,
            drawn_at=now,
            complete=ledger.complete,
            why=why,
            body=json.dumps(plain(ledger), ensure_ascii=False, sort_keys=True),
        )
    )
    session.flush()


def drawn(session: Session, day: date) -> tuple[StoredLedger, ...]:
    """Every drawing of a day, the first one first."""
    rows = session.scalars(select(DrawnLedger).where(DrawnLedger.day == day).order_by(DrawnLedger.number))
    return tuple(StoredLedger(_from(row), row.number, row.drawn_at, row.why) for row in rows)


def days(session: Session, *, first: date | None = None, last: date | None = None) -> tuple[date, ...]:
    """The days that lists or drawn ledgers know, the newest first."""
    found: set[date] = set()
    for column in (ExpectedCall.day, DrawnLedger.day):
        statement = select(column).distinct()
        if first is not None:
            statement = statement.where(column >= first)
        if last is not None:
            statement = statement.where(column <= last)
        found |= set(session.scalars(statement))
    return tuple(sorted(found, reverse=True))


def perhaps_open(session: Session, *, first: date | None = None, last: date | None = None) -> tuple[date, ...]:
    """Days that may not balance, the oldest first: something listed has no call yet, is in work, or was refused.

    Reads what is open and the totals of days, never the calls; only days that `days` knows.
    """
    open_states = [state.value for state in CallState if not state.settled]
    found: set[date] = set()
    for column, condition in (
        (ExpectedCall.day, ExpectedCall.call_pk.is_(None)),
        (BatchFile.day, and_(BatchFile.outcome.in_(_NOT_HERE), BatchFile.size_bytes.is_not(None))),
        (DayCount.day, and_(DayCount.state.in_(open_states), DayCount.calls > DayCount.parts)),
    ):
        statement = select(column).where(condition, column.is_not(None)).distinct()
        if first is not None:
            statement = statement.where(column >= first)
        if last is not None:
            statement = statement.where(column <= last)
        found |= set(session.scalars(statement))
    # a call may stand on the list of another day than its own
    busy = select(ExpectedCall.day).join(Job, Job.call_pk == ExpectedCall.call_pk).where(Job.state.in_(_BUSY))
    found |= set(session.scalars(busy.distinct()))
    return tuple(sorted(found & set(days(session, first=first, last=last))))


def _unlisted(day: date) -> ColumnElement[bool]:
    return and_(Call.day == day, Call.part_of.is_(None), ~exists().where(ExpectedCall.call_pk == Call.id))


def _states(session: Session, which: ColumnElement[bool]) -> dict[tuple[CallState, str | None], int]:
    rows = session.execute(
        select(Call.state, Call.reason, func.count(Call.id)).where(which).group_by(Call.state, Call.reason)
    )
    return {(CallState(state), reason): number for state, reason, number in rows}


def _reasons(states: Mapping[tuple[CallState, str | None], int], wanted: CallState) -> Mapping[str, int]:
    found = {reason: number for (state, reason), number in states.items() if state is wanted and reason}
    return MappingProxyType(dict(sorted(found.items())))


def _refusals(session: Session, day: date) -> dict[str, BatchFile]:
    """By name: the files of the day that lay there when somebody looked last, and were not taken."""
    refused = select(BatchFile).where(
        BatchFile.day == day, BatchFile.outcome.in_(_NOT_HERE), BatchFile.size_bytes.is_not(None)
    )
    later = BatchFile.__table__.alias("later")
    newest = ~exists().where(later.c.name == BatchFile.name, later.c.path == BatchFile.path, later.c.id > BatchFile.id)
    return {row.name: row for row in session.scalars(refused.where(newest).order_by(BatchFile.id))}


def _row_faults(session: Session, day: date, rows: Sequence[ExpectedCall]) -> dict[int, BatchFile]:
    """By the id of what is missing: what was wrong with its row when its list was read.

    A list handed in for the day speaks for it whenever it was read; any other one only as it was when it named the
    call, for tomorrow's list may have the same name.
    """
    if not rows:
        return {}
    found = session.execute(
        select(BatchFile, Batch.started_at, Batch.finished_at)
        .join(Batch, Batch.id == BatchFile.batch_id)
        .where(
            BatchFile.name.in_({row.source for row in rows}),
            BatchFile.outcome == FileOutcome.REFUSED.value,
            BatchFile.size_bytes.is_(None),
            BatchFile.line.is_not(None),
            or_(BatchFile.day == day, BatchFile.day.is_(None)),
            or_(Batch.finished_at.is_(None), Batch.finished_at >= min(row.listed_at for row in rows)),
        )
        .order_by(BatchFile.id)
    ).all()
    told: dict[tuple[str, int | None], list[tuple[BatchFile, datetime, datetime | None]]] = {}
    for file, began, ended in found:
        if any(fault.kind is FaultKind.NO_SUCH_FILE for fault in fault_rows.from_text(file.faults)):
            continue  # that it is missing is what the ledger says
        told.setdefault((file.name, file.line), []).append((file, began, ended))
    return {
        row.id: file
        for row in rows
        for file, began, ended in told.get((row.source, row.line), ())
        if file.day == day or (began <= row.listed_at and (ended is None or row.listed_at <= ended))
    }


def _from(row: DrawnLedger) -> DayLedger:
    body = json.loads(row.body)
    return DayLedger(**{**body, "day": date.fromisoformat(body["day"])})
