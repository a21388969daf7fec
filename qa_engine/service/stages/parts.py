"""Other agents of a call: each gets a row of his own, with a form and a review, and with what is counted of him."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from qa_engine.contract.stored import call_from_text, call_to_text, inspection_key
from qa_engine.domain import Agent, Call, CallResult, CallState, may_follow
from qa_engine.rules import agent_called, alike, as_call_of
from qa_engine.service.intake.facts import agent_id
from qa_engine.service.jobs.kinds import INSPECT, enqueue
from qa_engine.service.jobs.ringing import Ring
from qa_engine.service.stages.base import ACTOR
from qa_engine.store import calls, forgetting, jobs, tables
from qa_engine.text import mask_private

NO_LONGER = "not_in_call"
"""Reason of a part whose agent does not speak in the call by what is known now."""
UNKNOWN_AGENT = "unknown_agent"

_LENT = ("recording_id", "day", "channel", "direction", "scenario", "started_at", "duration_seconds",
         "agent_channel", "source_name", "received_at")  # fmt: skip


def keep_parts(
    session: Session,
    call: tables.Call,
    words: tables.Transcript,
    result: CallResult,
    *,
    digits: int | None,
    now: datetime,
) -> list[Ring]:
    """Bring the parts of a call up to what its result says of its agents; what to ring for after the commit.

    ``words``: the transcript that the result is of. ``digits``: the form of the centre's 工号. A part that a person
    has stays as it is.
    """
    if call.part_of is not None:
        return []
    have = {alike(part.agent_id or ""): part for part in calls.parts_of(session, call.id)}
    facts = call_from_text(call.facts)
    rings: list[Ring] = []
    for told in result.agents[1:]:
        agent = _person(session, told, digits)
        if agent.id is None or agent.id == call.agent_id:
            continue
        own = _as_of(session, as_call_of(facts, agent), call, now)
        part = have.pop(alike(agent.id), None)
        if part is None:
            if calls.find(session, own.call_id) is not None:  # a recording of that name
                calls.note(
                    session, call, actor=ACTOR, action="part_not_kept", detail=mask_private(own.call_id), now=now
                )
                continue
            part = tables.Call(
                call_id=own.call_id, part_of=call.id, state=CallState.RECEIVED.value, received_at=now, warnings="[]"
            )
        rings += _stand(session, part, own, call, words, now)
    for part in have.values():
        if may_follow(CallState(part.state), CallState.TRANSCRIBED):
            calls.move(session, part, CallState.TRANSCRIBED, actor=ACTOR, now=now)
        if may_follow(CallState(part.state), CallState.EXCLUDED):
            calls.move(session, part, CallState.EXCLUDED, actor=ACTOR, now=now, reason=NO_LONGER)
    return rings


def _person(session: Session, told: str, digits: int | None) -> Agent:
    """Who is meant: the 工号 in the centre's form, or the one agent of that name; a name that nobody has stays one."""
    agent = agent_called(told)
    if agent.id is not None:
        return Agent(id=agent_id(agent.id, digits))
    return Agent(id=calls.named(session, told) or told, name=told)


def _as_of(session: Session, own: Call, call: tables.Call, now: datetime) -> Call:
    """With the agent's name and team of the call's day."""
    assert own.agent.id is not None
    name, team = calls.agent_on(session, own.agent.id, call.day)
    row = calls.save_agent(session, own.agent.id, name=own.agent.name, team=None, day=call.day, now=now)
    return replace(own, agent=replace(own.agent, name=own.agent.name or name or row.name, team=team or row.team))


def _stand(
    session: Session, part: tables.Call, own: Call, call: tables.Call, words: tables.Transcript, now: datetime
) -> Sequence[Ring]:
    """Let a part be of these facts and the words of its call, and have it judged where that changes anything."""
    text = call_to_text(own)
    fresh = part.id is None
    if not fresh:
        same = part.facts == text and part.transcript_id == words.id
        state = CallState(part.state)
        back = state.aside and part.reason == NO_LONGER
        if (same and not back) or forgetting.is_forgotten(session, part.id):
            return ()
        if not (back or state is CallState.TRANSCRIBED or may_follow(state, CallState.TRANSCRIBED)):
            return ()
    for column in _LENT:
        setattr(part, column, getattr(call, column))
    part.transcript_id = words.id
    part.agent_id, part.agent_name, part.team, part.facts = own.agent.id, own.agent.name, own.agent.team, text
    agent = session.get(tables.Agent, own.agent.id)
    part.warnings = json.dumps([UNKNOWN_AGENT] if agent is not None and not agent.known else [])
    session.add(part)
    session.flush()
    if part.state == CallState.EXCLUDED.value:
        calls.move(session, part, CallState.RECEIVED, actor=ACTOR, now=now)
    if part.state != CallState.TRANSCRIBED.value:
        calls.move(session, part, CallState.TRANSCRIBED, actor=ACTOR, now=now)
    key = inspection_key(words.digest, text)
    job = enqueue(session, INSPECT, subject=part.call_id, key=key, call=part.id, now=now)
    if not fresh:
        jobs.ask_again(session, job.id, now=now)
    return ((job.queue, job.id),)
