"""A transcript becomes a result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from qa_engine.contract.stored import call_from_text, result_from_text, result_to_text, transcript_from_text
from qa_engine.domain import Call, CallResult, CallState, ResultKey, Speaker, Transcript, Turn
from qa_engine.errors import ConflictError
from qa_engine.service.adapters.stored_baselines import StoredBaselines
from qa_engine.service.adapters.stored_offences import StoredOffences
from qa_engine.service.alerts.calls import tell_judged
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import INSPECT, REPORT, enqueue, job_kind, urgent_queues
from qa_engine.service.jobs.leases import Lease
from qa_engine.service.jobs.ringing import Ring, ring
from qa_engine.service.ports.judge import Edition, Judge, result_key
from qa_engine.service.reporting.figures import keep_figures
from qa_engine.service.stages.base import ACTOR, open_call
from qa_engine.service.stages.parts import keep_parts
from qa_engine.service.stages.peaks import ask_for_peaks
from qa_engine.store import JobState, calls, jobs, outcomes, tables

WITH_A_PERSON = frozenset({CallState.IN_REVIEW, CallState.FINAL})
"""States in which a call keeps the result that a person works on or has signed."""

INSPECTED_AGAIN = "inspected_again"
"""Event: another result was stored, and the verdict stays."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A call's result with the key it is stored under; ``stored`` says that it was there already.

    ``judge``: who judged it; by the time it is kept, another edition of the rules may count.
    """

    judge: Judge
    result: CallResult
    key: ResultKey
    scorecard: Edition
    stored: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """The result as it is stored, and whether the call now points to it."""

    result: CallResult
    counts: bool


BATCH = 8
"""So many calls are judged and then kept in one transaction."""


def inspect_many(app: App, leases: Sequence[Lease]) -> Mapping[int, Exception]:
    """The stage for several calls: all are judged, then kept in one transaction; the errors, by job id.

    Two calls of an agent are never judged before the first is kept, as a repeated fault of the second would not be
    seen as one.
    """
    errors: dict[int, Exception] = {}
    judged: list[tuple[Lease, Judged]] = []
    agents: set[str | None] = set()
    for lease in leases:
        try:
            agent_id = _agent_of(app, lease.subject)
            if agent_id is not None and agent_id in agents:
                errors |= _keep_many(app, judged)
                judged, agents = [], set()
            judged.append((lease, judge_call(app, app.judge, lease.subject)))
            agents.add(agent_id)
        except Exception as error:  # noqa: BLE001  # of one call; told where it is counted
            errors[lease.job_id] = error
    return errors | _keep_many(app, judged)


def _agent_of(app: App, call_id: str) -> str | None:
    with app.database.read() as session:
        return calls.agent_of(session, call_id)


def _keep_many(app: App, judged: Sequence[tuple[Lease, Judged]]) -> dict[int, Exception]:
    """All in one transaction, or, where one of them cannot be kept, each in its own."""
    rings: list[Ring] = []
    try:
        with app.database.write() as session:
            for lease, one in judged:
                rings += _keep(app, session, one, lease=lease)[1]
    except Exception:  # noqa: BLE001  # whose it is comes out below
        return _keep_each(app, judged)
    ring(app, rings)
    return {}


def _keep_each(app: App, judged: Sequence[tuple[Lease, Judged]]) -> dict[int, Exception]:
    errors: dict[int, Exception] = {}
    for lease, one in judged:
        try:
            keep_result(app, one, lease=lease)
        except Exception as error:  # noqa: BLE001  # of one call; told where it is counted
            errors[lease.job_id] = error
    return errors


def load_judge(app: App) -> None:
    """Load pack, dictionary and models, most of which come with the first call that is judged, by a call of no centre.

    Raises QaError.
    """
    judge = app.judge
    if app.loaded is not judge:
        turns = (Turn(0, Speaker.AGENT, "您好，请问有什么可以帮您？"), Turn(1, Speaker.CUSTOMER, "谢谢，没事了。"))
        judge.judge(Transcript(Call("load"), turns), "")
        app.loaded = judge


@job_kind(
    INSPECT,
    title="检查评分",
    queues={"inspect": "检查评分"},
    step=20,
    waits_in=CallState.TRANSCRIBED,
    limit_seconds=60.0,
    many=inspect_many,
    batch=BATCH,
    ready=load_judge,
)
def inspect(app: App, lease: Lease) -> None:
    """The stage as a job."""
    inspect_call(app, lease.subject, lease=lease)


def inspect_call(app: App, call_id: str, *, lease: Lease | None = None) -> CallResult:
    """Judge a call's transcript with the pack of the settings and its scorecard, or return what was judged before.

    Raises NotFoundError, ConflictError (no transcript yet, set aside, or with a person by now), RulesError.
    """
    return keep_result(app, judge_call(app, app.judge, call_id), lease=lease).result


def judge_call(app: App, judge: Judge, call_id: str, *, reviewed: bool = False) -> Judged:
    """The result of a call by a judge: as it is stored under the same key, or judged now. Nothing is stored."""
    with app.database.read() as session:
        call = open_call(session, call_id, reviewed=reviewed)
        if call.transcript is None:
            raise ConflictError(f"call {call_id} has no transcript yet")
        digest, body = call.transcript.digest, call.transcript.body
        transcript = transcript_from_text(body, call_from_text(call.facts))
        key = result_key(judge, transcript.call, digest)
        found = outcomes.find_result(session, key)
    if found is not None:
        result = result_from_text(found.body)
    else:
        result = judge.judge(
            transcript, digest, offences=StoredOffences(app.database), baselines=StoredBaselines(app.database)
        )
    return Judged(judge, result, key, judge.scorecard_for(transcript.call), found is not None)


def keep_result(app: App, judged: Judged, *, lease: Lease | None = None, reviewed: bool = False) -> Kept:
    """Store a result and let its call point to it, unless a person has the call: then the verdict stays as it is."""
    with app.database.write() as session:
        kept, rings = _keep(app, session, judged, lease=lease, reviewed=reviewed)
    ring(app, rings)
    return kept


def _keep(
    app: App, session: Session, judged: Judged, *, lease: Lease | None, reviewed: bool = False
) -> tuple[Kept, list[Ring]]:
    """In the transaction of the session; and what to ring for after it."""
    now, judge = app.clock.now(), judged.judge
    call_id = judged.result.call_id
    call = open_call(session, call_id, lock=True, reviewed=reviewed)
    for kind, digest, label in (
        ("pack", judge.pack_digest, judge.pack_label),
        ("scorecard", judged.scorecard.digest, judged.scorecard.label),
    ):
        outcomes.save_pack(session, digest=digest, kind=kind, label=label, sources=judge.sources[kind], now=now)
    body = result_to_text(judged.result)
    row = outcomes.save_result(session, judged.result, judged.key, body=body, now=now)
    session.flush()
    keep_figures(app, session, row, judged.result, call_from_text(call.facts))
    counts = CallState(call.state) not in WITH_A_PERSON
    rings = _stand_on(session, call, row, judged, now) if counts else []
    if counts and call.transcript is not None:
        digits = app.settings.agent_id_digits
        rings += keep_parts(session, call, call.transcript, judged.result, digits=digits, now=now)
    if counts:
        tell_judged(session, app, call, judged.result)
    if counts and call.state == CallState.FLAGGED.value:
        asked = ask_for_peaks(session, app, call)  # somebody is going to open it
        rings += asked if rings else []
    if not counts and call.result_id != row.id and not judged.stored:
        calls.note(session, call, actor=ACTOR, action=INSPECTED_AGAIN, detail=judge.pack_label, now=now)
    if lease is not None:
        lease.complete(session, app)
    session.flush()
    kept = row.body
    return Kept(judged.result if kept == body else result_from_text(kept), counts), rings


def _stand_on(
    session: Session, call: tables.Call, row: tables.Result, judged: Judged, now: datetime
) -> list[tuple[str, int]]:
    """Let the call point to a result, in the state that follows from it, and have its form written."""
    another = call.result_id != row.id
    if another or call.state in (CallState.TRANSCRIBED.value, CallState.INSPECTED.value):
        call.result_id = row.id
        if call.state == CallState.SAMPLED.value:  # a person looks at it in any case
            calls.note(session, call, actor=ACTOR, action=CallState.INSPECTED.value, detail="", now=now)
        else:
            if call.state != CallState.INSPECTED.value:
                calls.move(session, call, CallState.INSPECTED, actor=ACTOR, now=now)
            calls.move(session, call, state_after(judged.result), actor=ACTOR, now=now)
    job = enqueue(session, REPORT, subject=call.call_id, key=judged.key.digest, call=call.id, now=now)
    if another and job.state == JobState.DONE.value:  # its form was written before another result counted
        jobs.ask_again(session, job.id, now=now)
    elif job.state != JobState.QUEUED.value:
        return []
    # drawing takes longer than judging, and pages draw for themselves: while others wait, the sweep rings for it later
    return [] if jobs.any_queued(session, urgent_queues()) else [(job.queue, job.id)]


def state_after(result: CallResult) -> CallState:
    """Faults, vetoes and the doubts that ask for somebody are for a person to look at."""
    return CallState.FLAGGED if result.needs_review or result.failed() else CallState.CLEAN
