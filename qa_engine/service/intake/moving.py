"""An agent moves to another team from a day on, by the word of a person.

Manifests tell the team of a call's day, but a telephone system often learns of a move late or never. A move that a
person enters counts over what manifests say from its day until the next one; calls that are here already follow it,
unless a person has them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from qa_engine.contract.stored import call_from_text, call_to_text, inspection_key
from qa_engine.domain import CallState, may_follow
from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import NotFoundError, UsageError
from qa_engine.service.context import App
from qa_engine.service.intake.facts import agent_id as in_one_form
from qa_engine.service.jobs.kinds import INSPECT, enqueue
from qa_engine.service.jobs.ringing import Ring, ring
from qa_engine.service.people.audit import Action, note
from qa_engine.store import calls, forgetting, jobs, moves, tables

MOST_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move does, or would do.

    ``followed``: ids of calls that go over to the team and are judged anew. ``with_a_person``: those that keep the team
    under which somebody looked at them. ``in_work``: those on which a machine works; entering the move again takes them
    over. ``new_team``: no call was ever in this team, so its name may be mistyped.
    """

    agent_id: str
    name: str | None
    before: str | None
    team: str
    since: date
    followed: tuple[str, ...]
    with_a_person: tuple[str, ...]
    in_work: tuple[str, ...]
    new_team: bool


@dataclass(frozen=True, slots=True)
class MoveRow:
    agent_id: str
    name: str | None
    team: str
    since: date
    entered_by: str
    entered_at: datetime


def move_agent(app: App, agent_id: str, team: str, *, since: date, who: Actor, dry_run: bool = False) -> Moved:
    """Enter that an agent is in ``team`` from ``since`` on; the same day again corrects the team.

    ``dry_run``: only tells. Raises NotFoundError for an agent who never had a call, UsageError for a team that cannot
    be one.
    """
    require(who, Right.INGEST)
    known_as, named = in_one_form(agent_id, app.settings.agent_id_digits), _team(team)
    rings: list[Ring] = []
    with app.database.write() as session:
        agent = session.get(tables.Agent, known_as)
        if agent is None:
            raise NotFoundError(f"no agent {known_as}: an agent is known from the first call on")
        told = _sorted(session, agent, named, since)
        if dry_run:
            return told
        now = app.clock.now()
        moves.enter(session, known_as, since, named, by=who.id, now=now)
        moves.take_effect(session, now.astimezone(app.zone).date())
        for call_id in told.followed:
            rings += _follow(session, call_id, named, who, now)
        detail = f"调组：{told.before or '无'} → {named}，自{since}起，{len(told.followed)}通录音随调"
        note(session, app, who, Action.PEOPLE, subject=known_as, detail=detail)
    ring(app, rings)
    return told


def list_moves(app: App, agent_id: str | None = None, *, who: Actor) -> tuple[MoveRow, ...]:
    """The moves that were entered, by agent and day."""
    require(who, Right.INGEST)
    known_as = in_one_form(agent_id, app.settings.agent_id_digits) if agent_id else None
    with app.database.read() as session:
        return tuple(
            MoveRow(
                move.agent_id,
                session.get_one(tables.Agent, move.agent_id).name,
                move.team,
                move.since,
                move.entered_by,
                move.entered_at,
            )
            for move in moves.every(session, known_as)
        )


def _sorted(session: Session, agent: tables.Agent, team: str, since: date) -> Moved:
    """The calls that a move concerns, by what becomes of them."""
    groups: dict[str, list[str]] = {"followed": [], "with_a_person": [], "in_work": []}
    concerned = moves.elsewhere(session, agent.id, team, since, moves.next_after(session, agent.id, since))
    for call in concerned:
        state = CallState(call.state)
        if not state.settled:
            group = "in_work"
        elif state.aside or may_follow(state, CallState.TRANSCRIBED):
            group = "followed"
        else:
            group = "with_a_person"
        groups[group].append(call.call_id)
    _, told = calls.agent_on(session, agent.id, since)
    before = told or next((call.team for call in concerned if call.team), None)
    lists = {group: tuple(ids) for group, ids in groups.items()}
    return Moved(agent.id, agent.name, before, team, since, **lists, new_team=not moves.has_calls(session, team))


def _follow(session: Session, call_id: str, team: str, who: Actor, now: datetime) -> Sequence[Ring]:
    """Put a call under another team; the team is one of the facts that rules may ask for, so it is judged anew."""
    call = calls.find(session, call_id, lock=True)
    assert call is not None
    facts = call_from_text(call.facts)
    call.team, call.facts = team, call_to_text(replace(facts, agent=replace(facts.agent, team=team)))
    call.warnings = json.dumps([code for code in json.loads(call.warnings) if code != "unknown_agent"])
    calls.note(session, call, actor=who.id, action="facts", detail="team", now=now)
    state = CallState(call.state)
    if state.aside or call.transcript is None or forgetting.is_forgotten(session, call.id):
        return ()
    calls.move(session, call, CallState.TRANSCRIBED, actor=who.id, now=now)
    key = inspection_key(call.transcript.digest, call.facts)
    job = enqueue(session, INSPECT, subject=call.call_id, key=key, call=call.id, now=now)
    jobs.ask_again(session, job.id, now=now)
    return ((job.queue, job.id),)


def _team(text: str) -> str:
    team = " ".join(text.split())
    if not team or len(team) > MOST_CHARACTERS or not team.isprintable():
        raise UsageError(f"a team's name has 1 to {MOST_CHARACTERS} printable characters")
    return team
