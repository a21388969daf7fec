"""Heads and totals: what lists, counts and sums read, so that none of them reads every call.

They follow from calls and results and are kept in step by the session that writes (`WritingSession`): whatever changed
of a call is carried over right before its transaction commits. Code that changes calls by statements instead of rows
must call `refresh` itself.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import get_history

from qa_engine.domain import CallState
from qa_engine.store import tables

NO_AGENT = "\U0010ffff"
"""`Head.agent_id` of a call without an agent: comes after every id."""
NONE = -1.0
"""A figure of a head that there is none of: less than all that there are."""
MILLION = 1_000_000

Key = tuple[Any, ...]
Head = Mapping[str, Any]
"""A row of heads."""
CHANGED_PLACES = "changed_places"
_COUNTED = ("call_id", "day", "moment", "agent_id", "agent_name", "team", "scenario", "seconds", "result_id")
_DAY_BITS = 28
_BEFORE = timedelta(days=1)  # a local day begins up to 14 hours before that of UTC
_AT_ONCE = 500


def moment(day: date, started_at: datetime | None) -> int:
    """A number by which calls are in the order of their days, within a day of their starts (in milliseconds), those
    without a start first. ``day`` is the centre's date of the start."""
    first = first_moment(day)
    if started_at is None:
        return first
    since = started_at - datetime.combine(day, datetime.min.time(), UTC) + _BEFORE
    within = since // timedelta(milliseconds=1) + 1
    return first + min(max(within, 1), (1 << _DAY_BITS) - 1)


def first_moment(day: date) -> int:
    """The least `moment` of a day."""
    return day.toordinal() << _DAY_BITS


def day_of(moment: int) -> date:
    return date.fromordinal(moment >> _DAY_BITS)


def has_start(moment: Any) -> ColumnElement[bool]:
    """Whether a `moment` (a column) is one of a call whose start is known."""
    within: ColumnElement[bool] = moment.bitwise_and((1 << _DAY_BITS) - 1) != 0
    return within


class WritingSession(Session):
    """A session that may change calls."""


@event.listens_for(WritingSession, "after_flush")
def _remember(session: Session, _: object) -> None:
    touched: set[int] = session.info.setdefault("touched_calls", set())
    signed: set[int] = session.info.setdefault("signed_calls", set())
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, tables.Call):
            touched.add(row.id)
            if get_history(row, "signing_id").has_changes():
                signed.add(row.id)


@event.listens_for(WritingSession, "before_commit")
def _carry_over(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint
        return
    session.flush()
    touched: set[int] = session.info.pop("touched_calls", set())
    refresh(session, touched)
    session.info.pop("signed_calls", None)


def refresh(session: Session, call_pks: Collection[int]) -> None:
    """Bring heads and totals of these calls up to what calls and results say; also of calls that are gone."""
    wanted = sorted(call_pks)
    for at in range(0, len(wanted), _AT_ONCE):
        _refresh(session, wanted[at : at + _AT_ONCE])


def _refresh(session: Session, call_pks: list[int]) -> None:
    head: Any = tables.Head.__table__
    before: dict[int, Mapping[str, Any]] = {
        row["call_pk"]: dict(row)
        for row in session.execute(select(head).where(head.c.call_pk.in_(call_pks)).with_for_update()).mappings()
    }
    after = {row["call_pk"]: row for row in _heads(session, call_pks)}
    _note_places(session, call_pks, before, after)
    changed = [pk for pk in call_pks if before.get(pk) != after.get(pk)]
    if not changed:
        return
    gone = [pk for pk in changed if pk not in after]
    if gone:
        session.execute(delete(head).where(head.c.call_pk.in_(gone)))
    kept = [after[pk] for pk in changed if pk in after]
    if kept:
        insert = insert_into(session, head)
        columns = {column.name: insert.excluded[column.name] for column in head.c if not column.primary_key}
        session.execute(insert.on_conflict_do_update(index_elements=[head.c.call_pk], set_=columns), kept)
    old = [before[pk] for pk in changed if pk in before]
    _add(session, tables.DayCount, _difference(old, kept, _day_count))
    _add(session, tables.AgentDay, _difference(old, kept, _agent_day))
    _add_rules(session, old, kept)


def _note_places(
    session: Session, call_pks: Iterable[int], before: Mapping[int, Head], after: Mapping[int, Head]
) -> None:
    """Note the days and teams of which reports would count something else now (`qa_engine.store.day_sums`)."""
    places: set[tuple[date, str]] = session.info.setdefault(CHANGED_PLACES, set())
    signed = session.info.get("signed_calls", ())
    for pk in call_pks:
        ends = [head for head in (before.get(pk), after.get(pk)) if head is not None and head["result_id"] is not None]
        if len(ends) == 1 or pk in signed or any(_counted_as(end) != _counted_as(ends[0]) for end in ends):
            places.update((end["day"], end["team"] or "") for end in ends)


def _counted_as(head: Head) -> Key:
    return (CallState(head["state"]).aside, *(head[name] for name in _COUNTED))


def _heads(session: Session, call_pks: Collection[int]) -> Iterable[Mapping[str, Any]]:
    call, result, fault = tables.Call, tables.Result, tables.Fault
    faults = select(func.count()).where(fault.result_id == call.result_id).correlate(call).scalar_subquery()
    rows = session.execute(
        select(
            call.id, call.call_id, call.day, call.started_at, call.state, call.reason, call.agent_id, call.agent_name,
            call.team, call.scenario, call.duration_seconds, call.result_id, call.part_of,
            result.total, result.possible, result.grade, result.review_weight, result.needs_review, result.veto,
            result.veto_suspected, result.pending, faults.label("faults"),
        )
        .outerjoin(result, result.id == call.result_id)
        .where(call.id.in_(call_pks))
    )  # fmt: skip
    for row in rows:
        judged = row.result_id is not None
        scored = judged and row.possible > 0
        percent = 100.0 * row.total / row.possible if scored else NONE
        yield {
            "call_pk": row.id,
            "call_id": row.call_id,
            "moment": moment(row.day, row.started_at),
            "day": row.day,
            "state": row.state,
            "reason": row.reason,
            "agent_id": NO_AGENT if row.agent_id is None else row.agent_id,
            "agent_name": row.agent_name,
            "team": row.team,
            "scenario": row.scenario,
            "seconds": NONE if row.duration_seconds is None else row.duration_seconds,
            "result_id": row.result_id,
            "percent": percent,
            "lost": 100.0 - percent if scored else NONE,
            "grade": row.grade,
            "review_weight": row.review_weight if judged else NONE,
            "needs_review": bool(judged and row.needs_review),
            "veto": bool(judged and row.veto),
            "veto_suspected": bool(judged and row.veto_suspected),
            "counted": scored and not row.pending,
            "faults": row.faults,
            "part": row.part_of is not None,
        }


Sums = Counter[str]


def _day_count(head: Mapping[str, Any]) -> tuple[Key, dict[str, int]] | None:
    key = (head["day"], head["team"] or "", head["scenario"] or "", head["state"], head["reason"] or "")
    return key, {"calls": 1, "parts": int(head["part"])}


def _agent_day(head: Mapping[str, Any]) -> tuple[Key, dict[str, int]] | None:
    if head["agent_id"] == NO_AGENT:
        return None
    return (head["agent_id"], head["day"], head["team"] or ""), {
        "calls": 1,
        "scored": int(head["result_id"] is not None),
        "counted": int(head["counted"]),
        "percent_millionths": round(head["percent"] * MILLION) if head["counted"] else 0,
        "vetoes": int(head["veto"]),
        "suspected": int(head["veto_suspected"]),
        "faults": head["faults"],
        "flagged": int(head["state"] == CallState.FLAGGED.value),
    }


def _difference(old: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]], place: Any) -> dict[Key, Sums]:
    """What is to be added to the totals of each key, where it is anything."""
    found: dict[Key, Sums] = {}
    for heads, sign in ((old, -1), (new, 1)):
        for head in heads:
            if (placed := place(head)) is not None:
                sums = found.setdefault(placed[0], Counter())
                for name, number in placed[1].items():
                    sums[name] += sign * number
    return {key: sums for key, sums in found.items() if any(sums.values())}


def _add(
    session: Session, table: type[tables.Base], sums: Mapping[Key, Sums], more: Mapping[Key, Mapping[str, str]] = {}
) -> None:
    """Add to totals, in the order of their keys: two transactions that meet wait for each other and never in a ring."""
    if not sums:
        return
    columns: Any = table.__table__.c
    keys = [column.name for column in columns if column.primary_key]
    insert = insert_into(session, table.__table__)
    values: dict[str, ColumnElement[Any]] = {
        column.name: column + insert.excluded[column.name]
        if column.type.python_type is int
        else insert.excluded[column.name]
        for column in columns
        if not column.primary_key
    }
    statement = insert.on_conflict_do_update(index_elements=[columns[name] for name in keys], set_=values)
    rows = [
        {**dict(zip(keys, key, strict=True)), **sums[key], **more.get(key, {})}
        for key in sorted(sums, key=lambda key: tuple(map(str, key)))
    ]
    session.execute(statement, rows)


def _add_rules(session: Session, old: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]]) -> None:
    places = _difference(old, new, lambda head: ((head["result_id"], head["day"], head["state"]), {"calls": 1}))
    results = {result_id for result_id, *_ in places if result_id is not None}
    if not results:
        return
    fault = tables.Fault
    found = session.execute(
        select(fault.result_id, fault.rule_id, fault.title)
        .where(fault.result_id.in_(results))
        .order_by(fault.result_id, fault.position)
    )
    broken: dict[int, dict[str, str]] = {}
    for row in found:
        broken.setdefault(row.result_id, {})[row.rule_id] = row.title
    sums: dict[Key, Sums] = {}
    titles: dict[Key, dict[str, str]] = {}
    for (result_id, day, state), number in places.items():
        for rule_id, title in broken.get(result_id, {}).items():
            key = (day, rule_id, state)
            sums.setdefault(key, Counter())["calls"] += number["calls"]
            titles[key] = {"title": title}
    _add(session, tables.RuleDay, sums, titles)


def insert_into(session: Session, table: Any) -> Any:
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return make(table)
