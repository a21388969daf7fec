"""The facts of a call that its transcript file gives, and the transcript with what others knew."""

from dataclasses import replace

from qa_engine.domain import Agent, Speaker, Transcript
from qa_engine.rules import agent_called
from qa_engine.service.intake.facts import CallFacts
from qa_engine.service.intake.reading import with_roles


def facts_of(transcript: Transcript) -> CallFacts:
    """The facts that a transcript file gives of its call."""
    call = transcript.call
    return CallFacts(
        call_id=call.call_id,
        agent=_agent_of(transcript),
        channel=call.channel,
        direction=call.direction,
        scenario=call.scenario,
        started_at=call.started_at,
        customer_number=call.customer_number,
        metadata=call.metadata,
    )


def _agent_of(transcript: Transcript) -> Agent:
    """The agent of the call: where nobody tells, who takes it of those whom the turns name."""
    agent = transcript.call.agent
    if agent.id or agent.name:
        return agent
    told = (turn.agent_id for turn in transcript.turns if turn.agent_id and turn.speaker is Speaker.AGENT)
    first = next(told, None)
    return agent if first is None else replace(agent_called(first), team=agent.team)


def with_facts(transcript: Transcript, facts: CallFacts, call_id: str) -> Transcript:
    """The transcript as that of call ``call_id``, with what others knew of the call."""
    merged = facts.over(facts_of(transcript))
    return replace(
        with_roles(transcript, merged.agent_channel), call=merged.call(call_id, duration=transcript.call.duration)
    )
