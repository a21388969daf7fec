"""A file on its way in, and what is warned of when it becomes a call."""

from dataclasses import dataclass
from datetime import date

from qa_engine.domain import Transcript
from qa_engine.errors import Fault, FaultKind, ManifestError
from qa_engine.service.intake.facts import CallFacts
from qa_engine.service.jobs.kinds import ASR
from qa_engine.service.ports.recordings import StoredRecording
from qa_engine.service.ports.transcriber import RecordingFacts

EMPTY = "empty"
"""Reason of a file without a byte."""

UNKNOWN_AGENT = "unknown_agent"
NO_AGENT = "no_agent"
NO_AGENT_CHANNEL = "no_agent_channel"
NOT_IN_MANIFEST = "not_in_manifest"
MOVED = "moved"

WARNINGS = {
    UNKNOWN_AGENT: "agent {agent} was never named; give agent_name and team in a manifest (the call is taken in)",
    NO_AGENT: "no agent is given, so the call counts for nobody",
    NO_AGENT_CHANNEL: "nobody said which channel is the agent's (agent_channel), so roles stay unknown",
    NOT_IN_MANIFEST: "the manifest does not name this file; taken in without its facts",
    MOVED: "a person entered another team for agent {agent} than is given here, and it counts (qa-engine people moves)",
}
"""What the warnings kept with a call mean."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file on its way in. ``recording`` is None for text and for empty files; ``reason`` says it cannot be used."""

    source: str
    where: str
    line: int | None
    facts: CallFacts
    stem: str
    queue: str = ASR
    unlisted: bool = False
    recording: StoredRecording | None = None
    probed: RecordingFacts | None = None
    transcript: Transcript | None = None
    reason: str | None = None
    message: str | None = None
    day: date | None = None  # of a call whose start nobody knows; None: the day on which it came
    update_facts: bool = False  # the facts of a call that is here already are corrected by these

    def fault(self, kind: FaultKind, message: str, *values: str) -> ManifestError:
        return ManifestError([Fault(self.where, self.line, None, message, "call_id", kind, values)])
