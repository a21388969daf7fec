"""Other facts for a call that is already here: which they are.

Facts stand with the call and are part of a result's key. So a correction leaves the transcript alone and has the call
judged anew; the earlier result stays what it was.
"""

from dataclasses import replace

from qa_engine.contract.stored import call_from_text, transcript_from_text, transcript_to_text
from qa_engine.domain import Transcript
from qa_engine.service.intake.facts import CallFacts
from qa_engine.store import tables


def stored_facts(call: tables.Call) -> CallFacts:
    """The facts under which a call is stored."""
    told = call_from_text(call.facts)
    return CallFacts(
        call_id=call.call_id,
        agent=told.agent,
        channel=told.channel,
        direction=told.direction,
        scenario=told.scenario,
        started_at=told.started_at,
        agent_channel=call.agent_channel,
        customer_number=told.customer_number,
        metadata=told.metadata,
    )


def corrected(call: tables.Call, given: CallFacts) -> tuple[CallFacts, tuple[str, ...]]:
    """The stored facts with the given ones over them, and the names of the columns that change."""
    before = stored_facts(call)
    after = replace(given.over(before), call_id=call.call_id)
    old, new = _columns(before), _columns(after)
    return after, tuple(name for name in new if new[name] != old.get(name))


def _columns(facts: CallFacts) -> dict[str, object]:
    return {
        "agent_id": facts.agent.id,
        "agent_name": facts.agent.name,
        "team": facts.agent.team,
        "channel": facts.channel,
        "direction": facts.direction,
        "scenario": facts.scenario,
        "started_at": facts.started_at,
        "agent_channel": facts.agent_channel,
        "customer_number": facts.customer_number,
        **facts.metadata,
    }


def same_words(body: str, transcript: Transcript) -> bool:
    """True when an imported transcript says what the stored one says, whatever the facts."""
    stored = transcript_from_text(body, transcript.call)
    return transcript_to_text(replace(transcript, call=stored.call)) == transcript_to_text(stored)
