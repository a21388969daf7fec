"""What the service tells the outside: frozen values, never rows of the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from qa_engine.domain import Call, CallResult, CallState, Transcript
from qa_engine.errors import Fault, QaError
from qa_engine.store import JobState, Stage


class Outcome(StrEnum):
    """What became of a recording that was handed in."""

    NEW = "new"
    DUPLICATE = "duplicate"
    CORRECTED = "corrected"  # a call that was here already, now with other facts and to be judged under them
    REPLACED = "replaced"  # a better copy of a recording that had been set aside
    ASIDE = "aside"  # cannot be used; the call exists, excluded or quarantined with its reason


@dataclass(frozen=True, slots=True)
class IngestedCall:
    """One call after ingest. ``source`` is the file as it was named; ``message`` says why it was set aside.

    ``other_facts``: the columns in which the facts given now differ from those the call was stored with.
    """

    call_id: str
    outcome: Outcome
    source: str
    reason: str | None = None
    message: str | None = None
    warnings: tuple[str, ...] = ()
    other_facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Every file accounted for: as a call, as a fault with its place, or skipped because it is no recording."""

    calls: tuple[IngestedCall, ...]
    faults: tuple[Fault, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.faults and all(call.outcome is not Outcome.ASIDE for call in self.calls)


@dataclass(frozen=True, slots=True)
class FaultTag:
    rule_id: str
    title: str
    points: float
    severity: str


@dataclass(frozen=True, slots=True)
class CallRow:
    """One line of a list of calls. ``day`` is the centre's date; ``reason`` belongs to calls set aside."""

    call_id: str
    state: CallState
    reason: str | None
    message: str | None
    agent_id: str | None
    agent_name: str | None
    team: str | None
    direction: str | None
    scenario: str | None
    started_at: datetime | None
    day: date
    duration_seconds: float | None
    received_at: datetime
    source_name: str
    has_recording: bool
    total: float | None = None
    possible: float | None = None
    grade: str | None = None
    veto: bool = False
    needs_review: bool = False
    faults: tuple[FaultTag, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallPage:
    rows: tuple[CallRow, ...]
    total: int
    page: int
    per_page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))


@dataclass(frozen=True, slots=True)
class RecordingInfo:
    sha256: str
    size_bytes: int
    container: str | None
    codec: str | None
    channels: int | None
    sample_rate: int | None  # Hz
    seconds: float | None
    source_name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class JobRow:
    id: int
    call_id: str
    stage: Stage
    queue: str
    state: JobState
    attempts: int
    worker: str | None
    lease_until: datetime | None
    last_error: str | None
    queued_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class EventRow:
    at: datetime
    actor: str
    action: str
    detail: str


@dataclass(frozen=True, slots=True)
class CallDetail:
    """Everything about one call."""

    row: CallRow
    call: Call
    transcript: Transcript | None
    transcript_digest: str | None
    result: CallResult | None
    recording: RecordingInfo | None
    jobs: tuple[JobRow, ...]
    events: tuple[EventRow, ...]
    notice: str | None


@dataclass(frozen=True, slots=True)
class RecordingFile:
    path: Path
    media_type: str
    size_bytes: int
    download_name: str


@dataclass(frozen=True, slots=True)
class AgentRow:
    """``known`` is False for an agent whose id came without a name or team. ``scored``
    calls have a result; ``mean_percent`` is over those of them that were understood well enough to count.
    """

    id: str
    name: str | None
    team: str | None
    known: bool
    calls: int
    scored: int
    mean_percent: float | None
    vetoes: int
    faults: int
    last_day: date | None


@dataclass(frozen=True, slots=True)
class Rendered:
    content: bytes
    media_type: str
    filename: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Open jobs of one queue; ``stalled`` ones run under a lease that is over."""

    queue: str
    queued: int
    running: int
    stalled: int
    oldest_seconds: float | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every call of a day (None: of all days) by state; ``reasons`` counts those set aside.

    received = finished + in_review + in_progress + aside.
    """

    day: date | None
    counts: Mapping[CallState, int]
    reasons: Mapping[str, int] = field(default_factory=dict)

    def _sum(self, *states: CallState) -> int:
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def received(self) -> int:
        return sum(self.counts.values())

    @property
    def finished(self) -> int:
        """Nothing found, or signed."""
        return self._sum(CallState.CLEAN, CallState.FINAL)

    @property
    def in_review(self) -> int:
        """Waiting for a person, or with one."""
        return self._sum(CallState.FLAGGED, CallState.SAMPLED, CallState.IN_REVIEW)

    @property
    def in_progress(self) -> int:
        return self._sum(CallState.RECEIVED, CallState.TRANSCRIBED, CallState.INSPECTED)

    @property
    def aside(self) -> int:
        return self._sum(CallState.EXCLUDED, CallState.QUARANTINED)

    @property
    def balanced(self) -> bool:
        """False would mean a state that nobody counts, or a call set aside without a reason."""
        whole = self.finished + self.in_review + self.in_progress + self.aside
        return self.received == whole and self.aside == sum(self.reasons.values())


@dataclass(frozen=True, slots=True)
class StatusReport:
    """``quarantined`` holds the newest calls set aside, excluded ones too."""

    queues: tuple[QueueRow, ...]
    ledger: Ledger
    quarantined: tuple[CallRow, ...]
    failed_jobs: tuple[JobRow, ...]
    unknown_agents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding of the doctor: ``fix`` says what to do when it is not ok."""

    id: str
    title: str
    ok: bool
    required: bool
    detail: str
    fix: str


class JobOutcome(StrEnum):
    """What a worker did with a job."""

    DONE = "done"
    RETRY = "retry"  # failed, queued again
    ASIDE = "aside"  # the call was excluded or quarantined
    FAILED = "failed"  # no attempts left, and the call was beyond being set aside
    NOT_MINE = "not_mine"  # done already, or another worker holds it
    LOST = "lost"  # the lease ran out meanwhile; nothing of this attempt was kept


@dataclass(frozen=True, slots=True)
class SweepReport:
    rung: int
    expired: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class SettleProgress:
    done: int
    total: int
    states: Mapping[CallState, int]

    @property
    def finished(self) -> bool:
        return self.done == self.total


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """One input of `check_inputs`: a result, or the error that stopped it."""

    source: str
    call_id: str | None
    result: CallResult | None
    error: QaError | None


@dataclass(frozen=True, slots=True)
class TranscribeOutcome:
    source: str
    transcript: Transcript | None
    error: QaError | None
