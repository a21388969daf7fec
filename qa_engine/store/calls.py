"""Calls, their recordings, agents and events: finding, adding, changing the state."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from qa_engine.domain import CallState, may_follow
from qa_engine.errors import ConflictError
from qa_engine.store import moves, tables
from qa_engine.store.inserting import is_alone


def find_recording(session: Session, sha256: str) -> tables.Recording | None:
    return session.scalar(select(tables.Recording).where(tables.Recording.sha256 == sha256))


def find(session: Session, call_id: str, *, lock: bool = False, bodies: bool = True) -> tables.Call | None:
    """The call with its recording, transcript and result. ``lock`` keeps others from changing it meanwhile.

    ``bodies``: those of transcript and result, too.
    """
    return find_many(session, [call_id], lock=lock, bodies=bodies).get(call_id)


def find_many(
    session: Session, call_ids: Sequence[str], *, lock: bool = False, bodies: bool = True
) -> dict[str, tables.Call]:
    """The same for several calls; without those that are not there."""
    statement = select(tables.Call).where(tables.Call.call_id.in_(call_ids)).order_by(tables.Call.id)
    if lock and not is_alone(session):
        session.execute(statement.with_for_update())
    words, judged = joinedload(tables.Call.transcript), joinedload(tables.Call.result)
    if not bodies:
        words = words.defer(tables.Transcript.body, raiseload=True)
        judged = judged.defer(tables.Result.body, raiseload=True)
    rows = session.scalars(
        statement.options(joinedload(tables.Call.recording), words, judged).execution_options(populate_existing=True)
    )
    return {row.call_id: row for row in rows}


def find_by_recording(session: Session, recording_id: int) -> tables.Call | None:
    """The call of a recording; its parts have the recording, too."""
    call = tables.Call
    return session.scalar(select(call).where(call.recording_id == recording_id, call.part_of.is_(None)))


def parts_of(session: Session, call_pk: int) -> Sequence[tables.Call]:
    """The parts of a call that are other agents', in the order in which they were found."""
    call = tables.Call
    return session.scalars(select(call).where(call.part_of == call_pk).order_by(call.id)).all()


def with_parts(session: Session, call_pks: Sequence[int]) -> frozenset[int]:
    """Those of the calls that have parts."""
    call = tables.Call
    return frozenset(pk for pk in session.scalars(select(call.part_of).where(call.part_of.in_(call_pks))) if pk)


def family_of(session: Session, call: tables.Call) -> Sequence[tables.Call]:
    """A call and all of its parts, whichever of them is asked for."""
    whole, row = call.part_of or call.id, tables.Call
    return session.scalars(
        select(row)
        .where((row.id == whole) | (row.part_of == whole))
        .options(joinedload(row.result).defer(tables.Result.body, raiseload=True))
        .order_by(row.part_of.is_not(None), row.id)
    ).all()


def named(session: Session, name: str) -> str | None:
    """The id of the one agent of a name; None when there is none, or several."""
    found = session.scalars(select(tables.Agent.id).where(tables.Agent.name == name).limit(2)).all()
    return found[0] if len(found) == 1 else None


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
    """Name and team of an agent as they were on a day: those of the last call until then that gave them; the team of
    the last move until then that a person entered, where there is one."""
    told = select(tables.Call.agent_name, tables.Call.team).where(
        tables.Call.agent_id == agent_id, tables.Call.day <= day
    )
    newest = (tables.Call.day.desc(), tables.Call.id.desc())
    name = session.execute(told.where(tables.Call.agent_name.is_not(None)).order_by(*newest).limit(1)).first()
    team = session.execute(told.where(tables.Call.team.is_not(None)).order_by(*newest).limit(1)).first()
    moved = moves.team_on(session, agent_id, day)
    return (name[0] if name else None), moved or (team[1] if team else None)


def agent_ids(session: Session) -> frozenset[str]:
    """The ids of all agents that were ever given."""
    return frozenset(session.scalars(select(tables.Agent.id)))


def unknown_agents(session: Session) -> Sequence[str]:
    return session.scalars(select(tables.Agent.id).where(tables.Agent.known.is_(False)).order_by(tables.Agent.id)).all()


def id_without(session: Session, prefix: str) -> str | None:
    """The first call id that does not begin with ``prefix``."""
    call_id = tables.Call.call_id
    return session.scalar(
        select(call_id).where(~call_id.startswith(prefix, autoescape=True)).order_by(tables.Call.id).limit(1)
    )


def states_of(session: Session, call_ids: Sequence[str]) -> dict[str, CallState]:
    rows = session.execute(select(tables.Call.call_id, tables.Call.state).where(tables.Call.call_id.in_(call_ids)))
    return {call_id: CallState(state) for call_id, state in rows}
