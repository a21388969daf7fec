"""How agents spoke in earlier calls, from the stored transcripts: for rules that hold a voice against its past."""

from collections.abc import Sequence
from datetime import datetime

from qa_engine.contract.stored import call_from_text, transcript_from_text
from qa_engine.rules import Baseline, CallVoice, VoiceMeasure, call_voice, own_part, usual
from qa_engine.store import Database, outcomes

LATEST_CALLS = 30
"""So many calls before are looked at: some days of work, and little to read."""


class StoredBaselines:
    """The real adapter of :class:`qa_engine.rules.Baselines`. Reads an agent's calls once, so use one for a call.

    Earlier is what *began* earlier. A call that is transcribed only later is not in it yet, which is why a result
    names the value that it used.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: dict[tuple[str, datetime], Sequence[CallVoice]] = {}

    def before(self, *, measure: VoiceMeasure, agent_id: str, moment: datetime) -> Baseline | None:
        key = (agent_id, moment)
        if key not in self._read:
            with self._database.read() as session:
                found = outcomes.earlier_transcripts(session, agent_id=agent_id, until=moment, limit=LATEST_CALLS)
            self._read[key] = [
                call_voice(own_part(transcript_from_text(body, call_from_text(facts)))) for facts, body in found
            ]
        return usual(measure, self._read[key])
