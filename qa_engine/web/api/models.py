"""The JSON of the API that has no contract of its own; keys are only added."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from qa_engine.domain import CallState
from qa_engine.service import IngestOutcome, JobState


class FromRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class FaultOut(FromRow):
    rule_id: str
    title: str
    points: float
    severity: str


class FinalOut(FromRow):
    """What people signed, beside the machine's ``total``, ``possible`` and ``grade`` of the call."""

    total: float
    possible: float
    grade: str
    veto: bool
    signed_by: str
    signed_at: datetime


class CallOut(FromRow):
    """One call in a list. ``total`` is of ``possible`` points; all None until the call is inspected."""

    call_id: str
    state: CallState
    reason: str | None
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
    total: float | None
    possible: float | None
    grade: str | None
    veto: bool
    veto_suspected: bool
    needs_review: bool
    review_weight: float
    faults: list[FaultOut]
    warnings: list[str]
    final: FinalOut | None


class CallListOut(FromRow):
    """``more``: there are more than ``total``, which were not counted. ``next`` is the ``after`` of the page that
    follows, ``previous`` the ``before`` of the one before it; None at an end of the list.
    """

    total: int
    page: int
    per_page: int
    pages: int
    calls: list[CallOut]
    more: bool
    next: str | None
    previous: str | None


class RecordingOut(FromRow):
    sha256: str
    size_bytes: int
    container: str | None
    codec: str | None
    channels: int | None
    sample_rate: int | None
    seconds: float | None
    source_name: str


class JobOut(FromRow):
    stage: str
    state: JobState
    attempts: int
    last_error: str | None
    queued_at: datetime
    finished_at: datetime | None


class CallDetailOut(CallOut):
    """``others``: where several agents spoke, what stands for the words of each other one."""

    message: str | None
    recording: RecordingOut | None
    jobs: list[JobOut]
    transcript: str | None
    notice: str | None
    links: dict[str, str]
    others: list[CallOut] = []


class AgentOut(FromRow):
    """``mean_percent`` is the mean of 100·total/possible over the scored calls of the period, as the machine judged;
    ``final_percent`` the same with what people signed in the place of the machine's on ``signed`` calls."""

    id: str
    name: str | None
    team: str | None
    known: bool
    calls: int
    scored: int
    mean_percent: float | None
    vetoes: int
    suspected: int
    faults: int
    last_day: date | None
    signed: int
    final_percent: float | None


class ReportKindOut(FromRow):
    """``about``: call, agent, team or centre."""

    name: str
    title: str
    about: str


class QueueOut(FromRow):
    queue: str
    queued: int
    running: int
    stalled: int
    oldest_seconds: float | None


class LedgerOut(FromRow):
    """received = finished + in_review + in_progress + aside; ``day`` None: all days."""

    day: date | None
    received: int
    finished: int
    in_review: int
    in_progress: int
    aside: int
    balanced: bool
    counts: dict[CallState, int]
    reasons: dict[str, int]


class StatusOut(BaseModel):
    queues: list[QueueOut]
    ledger: LedgerOut
    aside: list[CallOut]
    unknown_agents: list[str]
    notice: str | None


class CheckOut(FromRow):
    id: str
    ok: bool
    required: bool
    detail: str


class ReadinessOut(BaseModel):
    ready: bool
    checks: list[CheckOut]


class UploadStateOut(FromRow):
    """An upload by pieces; ``call_id`` once all of it has come and was taken in."""

    id: str
    filename: str
    size_bytes: int
    received_bytes: int
    call_id: str | None
    expires_at: datetime


class FaultOfRequest(BaseModel):
    subject: str | None
    message: str


class ErrorOut(BaseModel):
    """As before there were problem details; ``detail`` is the technical text."""

    status: int
    message: str
    detail: str | None
    faults: list[FaultOfRequest]


class ProblemOut(BaseModel):
    """Problem details (RFC 9457, application/problem+json)."""

    type: str
    title: str
    status: int
    detail: str
    error: ErrorOut


class UploadOut(BaseModel):
    call_id: str
    outcome: IngestOutcome
    reason: str | None
    warnings: list[str]
    page: str
    api: str


class MoveOut(FromRow):
    """An agent is in ``team`` from the day ``since`` on, by the word of ``entered_by``."""

    agent_id: str
    name: str | None
    team: str
    since: date
    entered_by: str
    entered_at: datetime


class MovedOut(FromRow):
    """What a move does, or would do: ``followed`` go over and are judged anew, ``with_a_person`` keep their team,
    ``in_work`` are being worked on (enter the move again). ``new_team``: no call was ever in it."""

    agent_id: str
    name: str | None
    before: str | None
    team: str
    since: date
    followed: list[str]
    with_a_person: list[str]
    in_work: list[str]
    new_team: bool


class WebhookOut(FromRow):
    id: int
    url: str
    events: list[str]
    created_by: str
    created_at: datetime
    ended_at: datetime | None


class MadeWebhookOut(BaseModel):
    id: int
    secret: str


class OutgoingOut(FromRow):
    """A message; ``state``: queued, sent, failed (given up)."""

    id: int
    channel: str
    event: str
    state: str
    attempts: int
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None


class AuditLineOut(FromRow):
    id: int
    at: datetime
    actor: str
    actor_title: str
    action: str
    call_id: str | None
    subject: str
    detail: str


class AuditOut(BaseModel):
    total: int
    page: int
    pages: int
    lines: list[AuditLineOut]
