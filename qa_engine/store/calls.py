"""Calls, their recordings, agents and events: finding, adding, changing the state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from qa_engine.domain import CallState, may_follow
from qa_engine.errors import ConflictError
from qa_engine.store import tables


@dataclass(frozen=True, slots=True)
class CallFilter:
    """What a list of calls is narrowed to; None: not narrowed. Both days are included.

    ``text`` is a part of the call id, the agent's id or name. ``percent_min`` and ``percent_max`` bound
    100·total/possible; a call without a score is in no such range.
    """

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
class AgentSums:
    """An agent with the sums over the calls of a period. ``mean_percent`` is of 100·total/possible of scored calls."""

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


def find_recording(session: Session, sha256: str) -> tables.Recording | None:
    return session.scalar(select(tables.Recording).where(tables.Recording.sha256 == sha256))


def find(session: Session, call_id: str, *, lock: bool = False) -> tables.Call | None:
    """The call with its recording, transcript and result. ``lock`` keeps others from changing it meanwhile."""
    statement = select(tables.Call).where(tables.Call.call_id == call_id)
    if lock:
        session.execute(statement.with_for_update())
    return session.scalar(
        statement.options(
            joinedload(tables.Call.recording), joinedload(tables.Call.transcript), joinedload(tables.Call.result)
        ).execution_options(populate_existing=True)
    )


def find_by_recording(session: Session, recording_id: int) -> tables.Call | None:
    return session.scalar(select(tables.Call).where(tables.Call.recording_id == recording_id))


def move(
    session: Session,
    call: tables.Call,
    state: CallState,
    *,
    actor: str,
    now: datetime,
    reason: str | None = None,
    message: str | None = None,
) -> None:
    """Change the state of a call, if the table of transitions allows it, and write it down."""
    before = CallState(call.state)
    if not may_follow(before, state):
        raise ConflictError(f"call {call.call_id} is {before.value}; it cannot become {state.value}")
    call.state = state.value
    call.reason = reason if state.aside else None
    call.message = message if state.aside else None
    note(session, call, actor=actor, action=state.value, detail=reason or "", now=now)


def note(session: Session, call: tables.Call | None, *, actor: str, action: str, detail: str, now: datetime) -> None:
    """Write down who did what. ``detail`` must hold ids and reasons only."""
    session.add(tables.Event(at=now, actor=actor, action=action, call_pk=call.id if call else None, detail=detail))


def events_of(session: Session, call_pk: int) -> Sequence[tables.Event]:
    return session.scalars(select(tables.Event).where(tables.Event.call_pk == call_pk).order_by(tables.Event.id)).all()


def save_agent(
    session: Session, agent_id: str, *, name: str | None, team: str | None, day: date, now: datetime
) -> tables.Agent:
    """Insert the agent, or add what was not known of them.

    A name or team of ``day`` replaces one of the same day or before; calls of last month that come late move nobody
    back into the team of that time.
    """
    agent = session.get(tables.Agent, agent_id)
    if agent is None:
        agent = tables.Agent(id=agent_id, name=name, team=team, known=bool(name or team), first_seen_at=now)
        session.add(agent)
        session.flush()
    else:
        later = select(tables.Call.id).where(tables.Call.agent_id == agent_id, tables.Call.day > day).limit(1)
        named = session.scalar(later.where(tables.Call.agent_name.is_not(None))) is not None
        placed = session.scalar(later.where(tables.Call.team.is_not(None))) is not None
        agent.name = (agent.name or name) if named else (name or agent.name)
        agent.team = (agent.team or team) if placed else (team or agent.team)
        agent.known = agent.known or bool(name or team)
    return agent


def agent_on(session: Session, agent_id: str, day: date) -> tuple[str | None, str | None]:
    """Name and team of an agent as they were on a day: those of the last call until then that gave them."""
    told = select(tables.Call.agent_name, tables.Call.team).where(
        tables.Call.agent_id == agent_id, tables.Call.day <= day
    )
    newest = (tables.Call.day.desc(), tables.Call.id.desc())
    name = session.execute(told.where(tables.Call.agent_name.is_not(None)).order_by(*newest).limit(1)).first()
    team = session.execute(told.where(tables.Call.team.is_not(None)).order_by(*newest).limit(1)).first()
    return (name[0] if name else None), (team[1] if team else None)


def agent_ids(session: Session) -> frozenset[str]:
    """The ids of all agents that were ever given."""
    return frozenset(session.scalars(select(tables.Agent.id)))


def unknown_agents(session: Session) -> Sequence[str]:
    return session.scalars(select(tables.Agent.id).where(tables.Agent.known.is_(False)).order_by(tables.Agent.id)).all()


def search(
    session: Session, wanted: CallFilter, *, offset: int, limit: int, order: CallOrder = CallOrder.NEWEST
) -> tuple[Sequence[tables.Call], int]:
    """One page, and the number of all that match. Of a result only what lists show is read, not its body."""
    conditions = _conditions(wanted)
    total = session.scalar(_narrowed(select(func.count(tables.Call.id)), conditions)) or 0
    rows = session.scalars(
        _narrowed(select(tables.Call), conditions)
        .options(joinedload(tables.Call.result).defer(tables.Result.body, raiseload=True))
        .order_by(*_ordering(order))
        .offset(offset)
        .limit(limit)
    ).all()
    return rows, total


def scored(session: Session, wanted: CallFilter) -> Sequence[tables.Call]:
    """The calls that have a result, oldest first, with the result."""
    return session.scalars(
        _narrowed(select(tables.Call), _conditions(wanted))
        .where(tables.Call.result_id.is_not(None))
        .options(joinedload(tables.Call.result))
        .order_by(tables.Call.day, tables.Call.started_at.nulls_first(), tables.Call.call_id)
    ).all()


def inspected(session: Session, wanted: CallFilter) -> Sequence[str]:
    """The ids of the calls that have a result and are not set aside, the oldest first."""
    aside = [state.value for state in CallState if state.aside]
    conditions = [*_conditions(wanted), tables.Call.result_id.is_not(None), tables.Call.state.not_in(aside)]
    found = _narrowed(select(tables.Call.call_id), conditions).order_by(*_ordering(CallOrder.OLDEST))
    return session.scalars(found).all()


def state_counts(session: Session, day: date | None = None) -> dict[tuple[date, CallState, str | None], int]:
    """How many calls by day, state and reason."""
    statement = select(tables.Call.day, tables.Call.state, tables.Call.reason, func.count()).group_by(
        tables.Call.day, tables.Call.state, tables.Call.reason
    )
    if day is not None:
        statement = statement.where(tables.Call.day == day)
    return {(on, CallState(state), reason): number for on, state, reason, number in session.execute(statement)}


def newest_day(session: Session) -> date | None:
    return session.scalar(select(func.max(tables.Call.day)))


def id_without(session: Session, prefix: str) -> str | None:
    """The first call id that does not begin with ``prefix``."""
    call_id = tables.Call.call_id
    return session.scalar(
        select(call_id).where(~call_id.startswith(prefix, autoescape=True)).order_by(tables.Call.id).limit(1)
    )


def states_of(session: Session, call_ids: Sequence[str]) -> dict[str, CallState]:
    rows = session.execute(select(tables.Call.call_id, tables.Call.state).where(tables.Call.call_id.in_(call_ids)))
    return {call_id: CallState(state) for call_id, state in rows}


def agent_sums(
    session: Session, *, day_from: date | None, day_to: date | None, agent_id: str | None = None
) -> tuple[AgentSums, ...]:
    """Every agent with their sums; without calls in the period the sums are 0."""
    in_period = _conditions(CallFilter(day_from=day_from, day_to=day_to))
    faults = select(tables.Fault.result_id, func.count().label("number")).group_by(tables.Fault.result_id).subquery()
    # a call that was not understood has sums, but nobody is measured by them
    counted = case((tables.Result.pending.is_(False), _percent()))
    statement = (
        select(
            tables.Agent,
            func.count(tables.Call.id),
            func.count(tables.Result.id),
            func.avg(counted),
            func.coalesce(func.sum(case((tables.Result.veto, 1), else_=0)), 0),
            func.coalesce(func.sum(case((tables.Result.veto_suspected, 1), else_=0)), 0),
            func.coalesce(func.sum(faults.c.number), 0),
            func.max(tables.Call.day),
        )
        .select_from(tables.Agent)
        .outerjoin(tables.Call, (tables.Call.agent_id == tables.Agent.id) & _all(in_period))
        .outerjoin(tables.Result, tables.Result.id == tables.Call.result_id)
        .outerjoin(faults, faults.c.result_id == tables.Result.id)
        .group_by(tables.Agent.id)
        .order_by(tables.Agent.team, tables.Agent.id)
    )
    if agent_id is not None:
        statement = statement.where(tables.Agent.id == agent_id)
    return tuple(
        AgentSums(
            id=agent.id,
            name=agent.name,
            team=agent.team,
            known=agent.known,
            calls=int(calls),
            scored=int(scored),
            mean_percent=None if mean is None else float(mean),
            vetoes=int(vetoes),
            suspected=int(suspected),
            faults=int(fault_count),
            last_day=last_day,
        )
        for agent, calls, scored, mean, vetoes, suspected, fault_count, last_day in session.execute(statement)
    )


def values(session: Session, column: str) -> tuple[Any, ...]:
    """The values that occur in ``scenario``, ``team`` or ``day``, sorted."""
    field = {"scenario": tables.Call.scenario, "team": tables.Call.team, "day": tables.Call.day}[column]
    return tuple(session.scalars(select(field).distinct().where(field.is_not(None)).order_by(field)))


def fault_rules(session: Session) -> tuple[tuple[str, str], ...]:
    """Id and title of every rule that calls broke, by title; of several titles of a rule one is told."""
    call, fault = tables.Call, tables.Fault
    title = func.max(fault.title)
    rows = session.execute(
        select(fault.rule_id, title)
        .join(call, call.result_id == fault.result_id)
        .group_by(fault.rule_id)
        .order_by(title)
    )
    return tuple((rule_id, shown) for rule_id, shown in rows)


def _ordering(order: CallOrder) -> tuple[Any, ...]:
    call = tables.Call
    newest = (call.day.desc(), call.started_at.desc().nulls_last(), call.call_id.desc())
    first: dict[CallOrder, tuple[Any, ...]] = {
        CallOrder.REVIEW: (tables.Result.review_weight.desc().nulls_last(), *newest),
        CallOrder.NEWEST: newest,
        CallOrder.OLDEST: (call.day, call.started_at.nulls_last(), call.call_id),
        CallOrder.SCORE_LOW: (_percent().nulls_last(), *newest),
        CallOrder.SCORE_HIGH: (_percent().desc().nulls_last(), *newest),
        CallOrder.LONGEST: (call.duration_seconds.desc().nulls_last(), *newest),
        CallOrder.AGENT: (call.agent_id.nulls_last(), *newest),
    }
    return first[order]


def _percent() -> Any:
    return case((tables.Result.possible > 0, 100.0 * tables.Result.total / tables.Result.possible))


def _conditions(wanted: CallFilter) -> list[ColumnElement[bool]]:
    call = tables.Call
    conditions: list[ColumnElement[bool]] = []
    if wanted.day_from is not None:
        conditions.append(call.day >= wanted.day_from)
    if wanted.day_to is not None:
        conditions.append(call.day <= wanted.day_to)
    if wanted.agent_id is not None:
        conditions.append(call.agent_id == wanted.agent_id)
    if wanted.team is not None:
        conditions.append(call.team == wanted.team)
    if wanted.scenario is not None:
        conditions.append(call.scenario == wanted.scenario)
    if wanted.state is not None:
        conditions.append(call.state == wanted.state.value)
    if wanted.grade is not None:
        conditions.append(tables.Result.grade == wanted.grade)
    if wanted.needs_review is not None:
        conditions.append(tables.Result.needs_review.is_(wanted.needs_review))
    if wanted.percent_min is not None:
        conditions.append(_percent() >= wanted.percent_min)
    if wanted.percent_max is not None:
        conditions.append(_percent() <= wanted.percent_max)
    if wanted.rule_id is not None:
        conditions.append(
            call.result_id.in_(select(tables.Fault.result_id).where(tables.Fault.rule_id == wanted.rule_id))
        )
    if wanted.text:
        conditions.append(
            or_(
                call.call_id.contains(wanted.text, autoescape=True),
                call.agent_id.contains(wanted.text, autoescape=True),
                call.agent_name.contains(wanted.text, autoescape=True),
            )
        )
    return conditions


def _narrowed(statement: Select[Any], conditions: list[ColumnElement[bool]]) -> Select[Any]:
    return statement.outerjoin(tables.Result, tables.Result.id == tables.Call.result_id).where(*conditions)


def _all(conditions: list[ColumnElement[bool]]) -> Any:
    return and_(true(), *conditions)
