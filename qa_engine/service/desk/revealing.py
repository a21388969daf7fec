"""Masked numbers of one call, shown to who may see them; each time in the audit log."""

from dataclasses import dataclass

from qa_engine.contract.stored import call_from_text, result_from_text, transcript_from_text
from qa_engine.domain.people import Actor, Right
from qa_engine.errors import ConflictError
from qa_engine.rules import acts_of, own_part
from qa_engine.service.context import App
from qa_engine.service.people.audit import Action, note
from qa_engine.service.people.masking import masked_transcript
from qa_engine.service.people.reached import within_reach
from qa_engine.store import calls


@dataclass(frozen=True, slots=True)
class Revealed:
    """``turns``: index and words of each turn that is shown masked."""

    customer_number: str | None
    turns: tuple[tuple[int, str], ...]


def reveal(app: App, call_id: str, *, who: Actor) -> Revealed:
    """Raises NotAllowed, NotFoundError, ConflictError for a call without words."""
    with app.database.write() as session:
        call = within_reach(who, Right.SEE_NUMBERS, calls.find(session, call_id), call_id)
        if call.transcript is None:
            raise ConflictError(f"call {call_id} has no transcript yet")
        whole = transcript_from_text(call.transcript.body, call_from_text(call.facts))
        transcript = own_part(whole, acts_of(result_from_text(call.result.body))) if call.result else whole
        note(session, app, who, Action.REVEAL, call_pk=call.id)
    pairs = zip(transcript.turns, masked_transcript(transcript).turns, strict=True)
    hidden = tuple((turn.index, turn.text) for turn, masked in pairs if turn.text != masked.text)
    return Revealed(transcript.call.customer_number, hidden)
