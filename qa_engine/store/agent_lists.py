"""Agents with the sums over their calls, from totals of days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select, true
from sqlalchemy.orm import Session

from qa_engine.store import tables
from qa_engine.store.heads import MILLION
from qa_engine.store.narrowing import Seen, between, seen_by
from qa_engine.store.signed_sums import NO_SIGNED, signed_sums


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
        .outerjoin(
            sums, (sums.agent_id == agent.id) & (sums.calls > 0) & and_(true(), *between(sums.day, day_from, day_to))
        )
        .group_by(agent.id)
        .order_by(agent.team, agent.id)
    )
    if agent_id is not None:
        statement = statement.where(agent.id == agent_id)
    if seen is not None:
        statement = statement.where(seen_by(seen, agent.id, agent.team))
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
            vetoes=int(vetoes) - signed.get(row.id, NO_SIGNED).machine_vetoes + signed.get(row.id, NO_SIGNED).vetoes,
            suspected=int(suspected) - signed.get(row.id, NO_SIGNED).suspected,
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
        statement = statement.where(seen_by(seen, agent.id, agent.team))
    return [(row.id, row.name) for row in session.execute(statement)]
