"""Other facts for a call that is already here: which they are, and the call judged anew under them.

A transcript carries the facts of its call, and results are made of transcripts. So a correction makes another
transcript, of the same words, and the earlier one and its result stay what they were.
"""

from dataclasses import replace

from qa_engine import contract
from qa_engine.contract.stored import call_from_text, call_to_text, transcript_from_text, transcript_to_text
from qa_engine.domain import Call, Transcript, digest
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


def told_anew(body: str, facts: Call) -> Transcript | None:
    """The words of a stored transcript under other facts; None when it has these facts already."""
    transcript = transcript_from_text(body, facts.call_id)
    other = replace(transcript, call=replace(facts, duration=transcript.call.duration))
    return None if contract.transcript_to_json(other) == contract.transcript_to_json(transcript) else other


def settings_under(settings_digest: str, facts: Call) -> str:
    """What stands for the recogniser's settings in the key of a transcript whose facts were corrected."""
    return digest({"settings": settings_digest, "facts": call_to_text(replace(facts, duration=None))})


def same_words(body: str, transcript: Transcript) -> bool:
    """True when an imported transcript says what the stored one says, whatever the facts."""
    stored = transcript_from_text(body, transcript.call.call_id)
    return transcript_to_text(replace(transcript, call=stored.call)) == transcript_to_text(stored)
