"""Moves of agents between teams: entered by a person, each from a day on."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa_engine.store.tables import Agent, AgentMove, Call


def team_on(session: Session, agent_id: str, day: date) -> str | None:
    """The team of the last move until a day; None where nobody entered one."""
    move = AgentMove
    until = select(move.team).where(move.agent_id == agent_id, move.since <= day)
    return session.scalar(until.order_by(move.since.desc()).limit(1))


def enter(session: Session, agent_id: str, since: date, team: str, *, by: str, now: datetime) -> None:
    """A move, or another team for the one of that day."""
    move = session.get(AgentMove, (agent_id, since))
    if move is None:
        move = AgentMove(agent_id=agent_id, since=since)
        session.add(move)
    move.team, move.entered_by, move.entered_at = team, by, now
    session.flush()


def next_after(session: Session, agent_id: str, since: date) -> date | None:
    """The day of the first move behind this one."""
    move = AgentMove
    later = select(move.since).where(move.agent_id == agent_id, move.since > since)
    return session.scalar(later.order_by(move.since).limit(1))


def due(session: Session, today: date) -> Sequence[tuple[Agent, str]]:
    """The agents who are not yet kept under the team of their last move until today, with that team."""
    move = AgentMove
    last = select(move.agent_id, func.max(move.since).label("since")).where(move.since <= today)
    newest = last.group_by(move.agent_id).subquery()
    rows = (
        select(Agent, move.team)
        .join(newest, newest.c.agent_id == Agent.id)
        .join(move, (move.agent_id == Agent.id) & (move.since == newest.c.since))
    )
    return [(agent, team) for agent, team in session.execute(rows.where(Agent.team.is_distinct_from(move.team)))]


def take_effect(session: Session, today: date) -> None:
    """Let the moves whose first day has come take effect."""
    for agent, team in due(session, today):
        agent.team, agent.known = team, True


def every(session: Session, agent_id: str | None = None) -> Sequence[AgentMove]:
    """The moves, by agent and day."""
    statement = select(AgentMove).order_by(AgentMove.agent_id, AgentMove.since)
    return session.scalars(statement.where(AgentMove.agent_id == agent_id) if agent_id else statement).all()


def elsewhere(session: Session, agent_id: str, team: str, since: date, before: date | None) -> Sequence[Call]:
    """The calls of an agent from a day on that are kept under another team, or under none, in the order of the days."""
    calls = select(Call).where(Call.agent_id == agent_id, Call.day >= since, Call.team.is_distinct_from(team))
    if before is not None:
        calls = calls.where(Call.day < before)
    return session.scalars(calls.order_by(Call.day, Call.id).with_for_update()).all()


def has_calls(session: Session, team: str) -> bool:
    return session.scalar(select(Call.id).where(Call.team == team).limit(1)) is not None
