"""Lists and sums over many calls, from heads and totals: nothing here reads a call that is not shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from qa_engine.domain import CallState
from qa_engine.store import tables
from qa_engine.store.heads import day_of, first_moment, has_start
from qa_engine.store.narrowing import CallFilter, between, conditions, few_broke
from qa_engine.store.ordering import LAST, ORDERS, CallOrder, Place

MOST_COUNTED = 100_000
"""A list that is narrowed by more than totals know is counted no further than this."""
ALL_CALLS = CallFilter()
_ASIDE = [state.value for state in CallState if state.aside]
_head = tables.Head
_UNCOUNTED = or_(
    _head.result_id.is_(None), _head.state.in_(bindparam(None, _ASIDE, expanding=True, literal_execute=True))
)
"""Written out in the statement, as in the index of these calls."""


@dataclass(frozen=True, slots=True)
class Page:
    """Calls with their results (without the bodies), and where the pages before and after begin; None: there is none.

    ``total`` is exact, unless ``more``: then there are more than it says.
    """

    calls: Sequence[tables.Call]
    total: int
    more: bool
    before: Place | None
    after: Place | None


def search(
    session: Session,
    wanted: CallFilter,
    *,
    limit: int,
    order: CallOrder = CallOrder.NEWEST,
    offset: int = 0,
    after: Place | None = None,
    before: Place | None = None,
) -> Page:
    """One page, by ``after`` or ``before`` a place, or by ``offset``, which takes longer the further it goes."""
    sorting = ORDERS[order]
    backwards = before is not None
    narrowed = conditions(wanted, few=few_broke(session, wanted.rule_id))
    columns = (_head.call_pk, sorting.column.label("value"), _head.moment)
    statement = select(*columns).where(*narrowed).order_by(*sorting.by(backwards=backwards)).limit(limit + 1)
    place = before if backwards else after
    if place is not None and place != LAST:
        statement = statement.where(*sorting.beyond(place, backwards=backwards))
    elif place is None and offset:
        statement = statement.offset(offset)
    found = session.execute(statement).all()
    further, found = len(found) > limit, found[:limit]
    if backwards:
        found = found[::-1]
    places = [Place(row.value, row.moment, row.call_pk) for row in found]
    follows = further if not backwards else place != LAST
    leads = (after is not None or offset > 0) if not backwards else further
    # what is all there need not be looked for again: a piece of text is sought in every id
    whole = place is None and not offset and not further
    total, more = (len(found), False) if whole else count(session, wanted)
    return Page(
        calls=_calls(session, [row.call_pk for row in found]),
        total=total,
        more=more,
        before=places[0] if places and leads else None,
        after=places[-1] if places and follows else None,
    )


def count(session: Session, wanted: CallFilter) -> tuple[int, bool]:
    """How many calls a filter lets through, and whether there are more than could be counted."""
    known = replace(wanted, day_from=None, day_to=None, team=None, scenario=None, state=None)
    if known == CallFilter():
        total = tables.DayCount
        narrowed: list[ColumnElement[bool]] = between(total.day, wanted.day_from, wanted.day_to)
        for column, value in (
            (total.team, wanted.team),
            (total.scenario, wanted.scenario),
            (total.state, wanted.state),
        ):
            if value is not None:
                narrowed.append(column == value)
        return int(session.scalar(select(func.coalesce(func.sum(total.calls), 0)).where(*narrowed)) or 0), False
    if wanted.rule_id is not None and replace(wanted, day_from=None, day_to=None, rule_id=None) == CallFilter():
        of_rule = tables.RuleDay
        days = between(of_rule.day, wanted.day_from, wanted.day_to)
        broken = select(func.coalesce(func.sum(of_rule.calls), 0)).where(of_rule.rule_id == wanted.rule_id, *days)
        return int(session.scalar(broken) or 0), False
    some = select(_head.call_pk).where(*conditions(wanted)).limit(MOST_COUNTED + 1).subquery()
    number = session.scalar(select(func.count()).select_from(some)) or 0
    return min(number, MOST_COUNTED), number > MOST_COUNTED


def newest_day(session: Session, wanted: CallFilter = ALL_CALLS, *, today: date) -> date | None:
    """The day up to which pages show calls that nobody asked other days of: the newest, until today, of a call whose
    start is known. Without a start a call bears the day of its list or of its arrival, and one old recording would move
    every page. Where no start is known until today, the newest day that there is.
    """
    newest = select(func.max(_head.moment)).where(*conditions(wanted))
    known = newest.where(has_start(_head.moment), *conditions(CallFilter(day_to=today)))
    moment = session.scalar(known) or session.scalar(newest)
    return None if moment is None else day_of(moment)


def undated(session: Session, wanted: CallFilter) -> int:
    """How many calls of a filter have a day, but no start that is known: each is at the first moment of its day."""
    total = tables.DayCount
    there = select(total.day).where(total.calls > 0, *between(total.day, wanted.day_from, wanted.day_to)).distinct()
    first = [first_moment(day) for day in session.scalars(there)]
    of_any_day = conditions(replace(wanted, day_from=None, day_to=None))
    found = select(func.count()).select_from(_head).where(*of_any_day, _head.moment.in_(first))
    return session.scalar(found) or 0


def scored(session: Session, wanted: CallFilter) -> Sequence[tables.Call]:
    """The calls that have a result, oldest first, with the result."""
    call = tables.Call
    return session.scalars(
        select(call)
        .join(_head, _head.call_pk == call.id)
        .where(*conditions(wanted), call.result_id.is_not(None))
        .options(joinedload(call.result))
        .order_by(call.day, call.started_at.nulls_first(), call.call_id)
    ).all()


def uncounted(session: Session, wanted: CallFilter) -> Sequence[tables.Call]:
    """The calls that no report counts, for they have no result or were set aside; oldest first."""
    call = tables.Call
    return session.scalars(
        select(call)
        .join(_head, _head.call_pk == call.id)
        .where(*conditions(wanted), _UNCOUNTED)
        .order_by(_head.moment, call.call_id)
    ).all()


def with_reason(session: Session, wanted: CallFilter, reason: str | None) -> Sequence[str]:
    """The ids of calls of a filter that were set aside for a reason (None: any), the oldest first."""
    narrowed = [*conditions(wanted), *([_head.reason == reason] if reason is not None else [])]
    return session.scalars(select(_head.call_id).where(*narrowed).order_by(_head.moment, _head.call_id)).all()


def inspected(session: Session, wanted: CallFilter) -> Sequence[str]:
    """The ids of the calls that have a result and are not set aside, the oldest first."""
    narrowed = [*conditions(wanted), _head.result_id.is_not(None), _head.state.not_in(_ASIDE)]
    return session.scalars(select(_head.call_id).where(*narrowed).order_by(_head.moment, _head.call_id)).all()


def state_counts(session: Session, day: date | None = None) -> dict[tuple[date, CallState, str | None], int]:
    """How many calls by day, state and reason; parts are no calls."""
    total = tables.DayCount
    number = func.sum(total.calls - total.parts)
    statement = select(total.day, total.state, total.reason, number).group_by(total.day, total.state, total.reason)
    if day is not None:
        statement = statement.where(total.day == day)
    rows = session.execute(statement.having(number > 0))
    return {(on, CallState(state), reason or None): int(calls) for on, state, reason, calls in rows}


def values(session: Session, column: str) -> tuple[Any, ...]:
    """The values that occur in ``scenario``, ``team`` or ``day``, sorted."""
    total = tables.DayCount
    field = {"scenario": total.scenario, "team": total.team, "day": total.day}[column]
    found = session.scalars(select(field).where(total.calls > 0).group_by(field).order_by(field))
    return tuple(value for value in found if value != "")


def fault_rules(session: Session) -> tuple[tuple[str, str], ...]:
    """Id and title of every rule that calls broke, by title; of several titles of a rule one is told."""
    total = tables.RuleDay
    title = func.max(total.title)
    rows = session.execute(
        select(total.rule_id, title).where(total.calls > 0).group_by(total.rule_id).order_by(title, total.rule_id)
    )
    return tuple((rule_id, shown) for rule_id, shown in rows)


def _calls(session: Session, call_pks: Sequence[int]) -> Sequence[tables.Call]:
    rows = session.scalars(
        select(tables.Call)
        .where(tables.Call.id.in_(call_pks))
        .options(joinedload(tables.Call.result).defer(tables.Result.body, raiseload=True))
    )
    by_pk = {row.id: row for row in rows}
    return [by_pk[call_pk] for call_pk in call_pks]
