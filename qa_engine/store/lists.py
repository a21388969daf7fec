"""Lists and sums over many calls, from heads and totals: nothing here reads a call that is not shown."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true, tuple_
from sqlalchemy.orm import Session, joinedload

from qa_engine.domain import CallState
from qa_engine.errors import UsageError
from qa_engine.store import tables
from qa_engine.store.heads import MILLION, NONE, first_moment
from qa_engine.store.signed_sums import NO_SIGNED, signed_sums

MOST_COUNTED = 100_000
"""A list that is narrowed by more than totals know is counted no further than this."""
_ASIDE = [state.value for state in CallState if state.aside]
_head = tables.Head


@dataclass(frozen=True, slots=True)
class Seen:
    """How far somebody sees: the calls of an agent, and of teams. Empty: nothing at all."""

    agent_id: str | None = None
    teams: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CallFilter:
    """What a list of calls is narrowed to; None: not narrowed. Both days are included.

    ``text`` is a part of the call id, the agent's id or present name. ``percent_min`` and ``percent_max`` bound
    100·total/possible; a call without a score is in no such range. ``seen`` is what whoever asks may see at all.
    """

    seen: Seen | None = None
    day_from: date | None = None
    day_to: date | None = None
    agent_id: str | None = None
    team: str | None = None
    scenario: str | None = None
    state: CallState | None = None
    grade: str | None = None
    rule_id: str | None = None
    needs_review: bool | None = None
    text: str | None = None
    percent_min: float | None = None
    percent_max: float | None = None


class CallOrder(StrEnum):
    """How a list of calls is sorted; calls without the value come last, equal ones the newest first."""

    REVIEW = "review"
    NEWEST = "newest"
    OLDEST = "oldest"
    SCORE_LOW = "score_low"
    SCORE_HIGH = "score_high"
    LONGEST = "longest"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call stands in a list: what it is sorted by, so that a list goes on from it however long it is."""

    value: float | str
    moment: int
    call_pk: int

    def __str__(self) -> str:
        return json.dumps([self.value, self.moment, self.call_pk], ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> "Place":
        """The inverse of ``str``. Raises UsageError."""
        try:
            value, when, call_pk = json.loads(text)
        except (ValueError, TypeError, RecursionError):
            value = when = call_pk = None
        known = isinstance(value, str) or (isinstance(value, int | float) and math.isfinite(value))
        if not known or isinstance(value, bool) or not _is_whole(when) or not _is_whole(call_pk):
            raise UsageError("this is no place in a list of calls; open the list anew")
        return cls(value, when, call_pk)


LAST = Place(0.0, 0, 0)
"""``before=LAST``: the end of the list."""


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


@dataclass(frozen=True, slots=True)
class AgentSums:
    """An agent with the sums over the calls of a period.

    ``known`` is False for an agent whose id came without a name or team. ``scored`` calls have a result;
    ``mean_percent`` is the mean of 100·total/possible over those of them that were understood well enough to count,
    as the machine judged; ``final_percent`` the same with what people signed in the place of the machine's on
    ``signed`` calls.
    """

    id: str
    name: str | None
    team: str | None
    known: bool
    calls: int
    scored: int
    mean_percent: float | None
    vetoes: int
    suspected: int
    faults: int
    last_day: date | None
    signed: int = 0
    final_percent: float | None = None


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
    sorting = _ORDERS[order]
    backwards = before is not None
    conditions = _conditions(wanted)
    columns = (_head.call_pk, sorting.column.label("value"), _head.moment)
    statement = select(*columns).where(*conditions).order_by(*sorting.by(backwards=backwards)).limit(limit + 1)
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
    total, more = count(session, wanted)
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
        conditions: list[ColumnElement[bool]] = _between(total.day, wanted.day_from, wanted.day_to)
        for column, value in (
            (total.team, wanted.team),
            (total.scenario, wanted.scenario),
            (total.state, wanted.state),
        ):
            if value is not None:
                conditions.append(column == value)
        return int(session.scalar(select(func.coalesce(func.sum(total.calls), 0)).where(*conditions)) or 0), False
    if wanted.rule_id is not None and replace(wanted, day_from=None, day_to=None, rule_id=None) == CallFilter():
        of_rule = tables.RuleDay
        days = _between(of_rule.day, wanted.day_from, wanted.day_to)
        broken = select(func.coalesce(func.sum(of_rule.calls), 0)).where(of_rule.rule_id == wanted.rule_id, *days)
        return int(session.scalar(broken) or 0), False
    some = select(_head.call_pk).where(*_conditions(wanted)).limit(MOST_COUNTED + 1).subquery()
    number = session.scalar(select(func.count()).select_from(some)) or 0
    return min(number, MOST_COUNTED), number > MOST_COUNTED


def scored(session: Session, wanted: CallFilter) -> Sequence[tables.Call]:
    """The calls that have a result, oldest first, with the result."""
    call = tables.Call
    return session.scalars(
        select(call)
        .join(_head, _head.call_pk == call.id)
        .where(*_conditions(wanted), call.result_id.is_not(None))
        .options(joinedload(call.result))
        .order_by(call.day, call.started_at.nulls_first(), call.call_id)
    ).all()


def uncounted(session: Session, wanted: CallFilter) -> Sequence[tables.Call]:
    """The calls that no report counts, for they have no result or were set aside; oldest first."""
    call = tables.Call
    return session.scalars(
        select(call)
        .join(_head, _head.call_pk == call.id)
        .where(*_conditions(wanted), or_(_head.result_id.is_(None), _head.state.in_(_ASIDE)))
        .order_by(_head.moment, call.call_id)
    ).all()


def with_reason(session: Session, wanted: CallFilter, reason: str | None) -> Sequence[str]:
    """The ids of calls of a filter that were set aside for a reason (None: any), the oldest first."""
    conditions = [*_conditions(wanted), *([_head.reason == reason] if reason is not None else [])]
    return session.scalars(select(_head.call_id).where(*conditions).order_by(_head.moment, _head.call_id)).all()


def inspected(session: Session, wanted: CallFilter) -> Sequence[str]:
    """The ids of the calls that have a result and are not set aside, the oldest first."""
    conditions = [*_conditions(wanted), _head.result_id.is_not(None), _head.state.not_in(_ASIDE)]
    return session.scalars(select(_head.call_id).where(*conditions).order_by(_head.moment, _head.call_id)).all()


def state_counts(session: Session, day: date | None = None) -> dict[tuple[date, CallState, str | None], int]:
    """How many calls by day, state and reason; parts are no calls."""
    total = tables.DayCount
    number = func.sum(total.calls - total.parts)
    statement = select(total.day, total.state, total.reason, number).group_by(total.day, total.state, total.reason)
    if day is not None:
        statement = statement.where(total.day == day)
    rows = session.execute(statement.having(number > 0))
    return {(on, CallState(state), reason or None): int(calls) for on, state, reason, calls in rows}


def agent_sums(
    session: Session,
    *,
    day_from: date | None,
    day_to: date | None,
    agent_id: str | None = None,
    seen: Seen | None = None,
) -> tuple[AgentSums, ...]:
    """Every agent with their sums; without calls in the period the sums are 0.

    ``seen`` narrows to the agents who are in the teams now; their sums are of all their calls.
    """
    agent, sums = tables.Agent, tables.AgentDay
    columns = (sums.calls, sums.scored, sums.vetoes, sums.suspected, sums.faults)
    statement = (
        select(
            agent,
            func.sum(sums.percent_millionths),
            func.sum(sums.counted),
            func.max(sums.day),
            *(func.coalesce(func.sum(column), 0) for column in columns),
        )
        .outerjoin(sums, (sums.agent_id == agent.id) & (sums.calls > 0) & _all(_between(sums.day, day_from, day_to)))
        .group_by(agent.id)
        .order_by(agent.team, agent.id)
    )
    if agent_id is not None:
        statement = statement.where(agent.id == agent_id)
    if seen is not None:
        statement = statement.where(_seen(seen, agent.id, agent.team))
    found: Sequence[Any] = session.execute(statement).all()
    signed = signed_sums(session, day_from, day_to, agent_id)
    return tuple(
        AgentSums(
            id=row.id,
            name=row.name,
            team=row.team,
            known=row.known,
            calls=int(calls),
            scored=int(number),
            mean_percent=int(percents) / int(counted) / MILLION if counted else None,
            vetoes=int(vetoes),
            suspected=int(suspected),
            faults=int(faults),
            last_day=last_day,
            signed=signed.get(row.id, NO_SIGNED).calls,
            final_percent=signed.get(row.id, NO_SIGNED).mean_with(int(percents or 0) / MILLION, int(counted or 0)),
        )
        for row, percents, counted, last_day, calls, number, vetoes, suspected, faults in found
    )


def agents(session: Session, seen: Seen | None = None) -> Sequence[tuple[str, str | None]]:
    """Id and name of every agent, by team and id."""
    agent = tables.Agent
    statement = select(agent.id, agent.name).order_by(agent.team, agent.id)
    if seen is not None:
        statement = statement.where(_seen(seen, agent.id, agent.team))
    return [(row.id, row.name) for row in session.execute(statement)]


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


@dataclass(frozen=True, slots=True)
class _Order:
    """``column`` up or down, then the newest first (``OLDEST``: the oldest)."""

    column: Any
    rising: bool = False
    newest: bool = True

    @property
    def _straight(self) -> bool:
        """Everything in one direction, so that the places can be compared as a whole."""
        return self.rising != self.newest

    def by(self, *, backwards: bool) -> tuple[Any, ...]:
        rising, oldest = self.rising != backwards, (not self.newest) != backwards
        later = (_head.moment, _head.call_pk)
        columns = (self.column,) if self.column is not _head.moment else ()
        return (
            *(column.asc() if rising else column.desc() for column in columns),
            *(column.asc() if oldest else column.desc() for column in later),
        )

    def beyond(self, place: Place, *, backwards: bool) -> tuple[ColumnElement[bool], ...]:
        """The calls after a place; going backwards those before it."""
        rising, oldest = self.rising != backwards, (not self.newest) != backwards
        if isinstance(place.value, str) != (self.column is _head.agent_id):
            raise UsageError("this place is of a list that is sorted otherwise; open the list anew")
        later, here = tuple_(_head.moment, _head.call_pk), tuple_(place.moment, place.call_pk)
        if self.column is _head.moment:
            return (later > here if oldest else later < here,)
        if self._straight:
            whole = tuple_(self.column, _head.moment, _head.call_pk)
            there = tuple_(place.value, place.moment, place.call_pk)
            return (whole > there if rising else whole < there,)
        further = self.column > place.value if rising else self.column < place.value
        same = (self.column == place.value) & (later > here if oldest else later < here)
        return (self.column >= place.value if rising else self.column <= place.value, or_(further, same))


_ORDERS = {
    CallOrder.REVIEW: _Order(_head.review_weight),
    CallOrder.NEWEST: _Order(_head.moment),
    CallOrder.OLDEST: _Order(_head.moment, rising=True, newest=False),
    CallOrder.SCORE_LOW: _Order(_head.lost),
    CallOrder.SCORE_HIGH: _Order(_head.percent),
    CallOrder.LONGEST: _Order(_head.seconds),
    CallOrder.AGENT: _Order(_head.agent_id, rising=True),
}


def _calls(session: Session, call_pks: Sequence[int]) -> Sequence[tables.Call]:
    rows = session.scalars(
        select(tables.Call)
        .where(tables.Call.id.in_(call_pks))
        .options(joinedload(tables.Call.result).defer(tables.Result.body, raiseload=True))
    )
    by_pk = {row.id: row for row in rows}
    return [by_pk[call_pk] for call_pk in call_pks]


def _conditions(wanted: CallFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.seen is not None:
        conditions.append(_seen(wanted.seen, _head.agent_id, _head.team))
    if wanted.day_from is not None:
        conditions.append(_head.moment >= first_moment(wanted.day_from))
    if wanted.day_to is not None and wanted.day_to < date.max:
        conditions.append(_head.moment < first_moment(wanted.day_to + timedelta(days=1)))
    for column, value in (
        (_head.agent_id, wanted.agent_id),
        (_head.team, wanted.team),
        (_head.scenario, wanted.scenario),
        (_head.state, wanted.state),
        (_head.grade, wanted.grade),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.needs_review is not None:
        # a call without a result neither needs review nor does not
        conditions += [_head.result_id.is_not(None), _head.needs_review.is_(wanted.needs_review)]
    if wanted.percent_min is not None:
        conditions.append(_head.percent >= max(wanted.percent_min, 0.0))
    if wanted.percent_max is not None:
        conditions += [_head.percent <= wanted.percent_max, _head.percent > NONE]
    if wanted.rule_id is not None:
        fault = tables.Fault
        conditions.append(_head.result_id.in_(select(fault.result_id).where(fault.rule_id == wanted.rule_id)))
    if wanted.text:
        conditions.append(_has_text(wanted.text))
    return conditions


def _has_text(wanted: str) -> ColumnElement[bool]:
    """Looked for in the narrow index of ids and among the agents: in the order of a list it would be looked for in
    every head, one by one and far apart."""
    call, agent = tables.Call, tables.Agent
    calls = select(call.id).where(call.call_id.contains(wanted, autoescape=True))
    agents_ = select(agent.id).where(
        or_(*(column.contains(wanted, autoescape=True) for column in (agent.id, agent.name)))
    )
    return or_(_head.call_pk.in_(calls), _head.agent_id.in_(agents_))


def _seen(seen: Seen, agent_id: Any, team: Any) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = []
    if seen.agent_id is not None:
        ways.append(agent_id == seen.agent_id)
    if seen.teams:
        ways.append(team.in_(sorted(seen.teams)))
    return or_(false(), *ways)


def _between(column: Any, first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if first is not None:
        conditions.append(column >= first)
    if last is not None:
        conditions.append(column <= last)
    return conditions


def _all(conditions: list[ColumnElement[bool]]) -> Any:
    return and_(true(), *conditions)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
