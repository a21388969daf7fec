"""What lists and pages show: frozen values, never rows of the database."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from qa_engine.contract.stored import result_from_text, transcript_from_text
from qa_engine.domain import Call, CallResult, CallState, Transcript
from qa_engine.domain.review import FinalScore
from qa_engine.service.people.masking import masked_result, masked_transcript
from qa_engine.store import JobState


@dataclass(frozen=True, slots=True)
class FaultTag:
    rule_id: str
    title: str
    points: float
    severity: str


@dataclass(frozen=True, slots=True)
class CallRow:
    """One line of a list of calls. ``day`` is the centre's date; ``reason`` belongs to calls set aside.

    ``total`` to ``grade`` are the machine's; ``final`` is what people signed.
    """

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
    veto_suspected: bool = False
    needs_review: bool = False
    review_weight: float = 0.0
    faults: tuple[FaultTag, ...] = ()
    warnings: tuple[str, ...] = ()
    final: FinalScore | None = None


@dataclass(frozen=True, slots=True)
class CallPage:
    """``more``: there are more than ``total``. ``before`` and ``after``: where the next pages to both sides begin, as
    `list_calls` takes it; None at an end of the list.
    """

    rows: tuple[CallRow, ...]
    total: int
    page: int
    per_page: int
    more: bool = False
    before: str | None = None
    after: str | None = None

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
    """``subject`` is what the job is about; ``call_id`` is the same where that is a call."""

    id: int
    subject: str
    call_id: str | None
    stage: str
    queue: str
    state: JobState
    attempts: int
    losses: int
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


@dataclass(frozen=True)
class CallDetail:
    """Everything about one call; what was stored as a body is read when somebody asks for it.

    ``masked``: numbers are hidden in ``transcript``, ``result`` and ``call``; the bodies are as they are stored.
    ``others``: where several agents spoke, what stands for the words of each other one, as far as they may be seen.
    """

    row: CallRow
    call: Call
    transcript_digest: str | None
    recording: RecordingInfo | None
    jobs: tuple[JobRow, ...]
    events: tuple[EventRow, ...]
    transcript_body: str | None = field(repr=False)
    result_body: str | None = field(repr=False)
    masked: bool = False
    others: tuple[CallRow, ...] = ()

    @cached_property
    def transcript(self) -> Transcript | None:
        found = self._transcript
        return masked_transcript(found) if found is not None and self.masked else found

    @cached_property
    def result(self) -> CallResult | None:
        found = result_from_text(self.result_body) if self.result_body is not None else None
        return masked_result(found, self._transcript) if found is not None and self.masked else found

    @cached_property
    def _transcript(self) -> Transcript | None:
        return transcript_from_text(self.transcript_body, self.call) if self.transcript_body is not None else None

    @property
    def notice(self) -> str | None:
        recognition = self.transcript.recognition if self.transcript else None
        return recognition.notice if recognition else None
