"""A transcript becomes a result."""

from qa_engine.contract.stored import call_from_text, result_from_text, result_to_text, transcript_from_text
from qa_engine.domain import CallResult, CallState, ResultKey
from qa_engine.errors import ConflictError
from qa_engine.service.adapters.stored_baselines import StoredBaselines
from qa_engine.service.adapters.stored_offences import StoredOffences
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import INSPECT, REPORT, enqueue, job_kind
from qa_engine.service.jobs.leases import Lease
from qa_engine.service.jobs.ringing import ring
from qa_engine.service.ports.judge import Edition, result_key
from qa_engine.service.stages.base import ACTOR, open_call
from qa_engine.store import calls, outcomes


@job_kind(INSPECT, title="检查评分", queues={"inspect": "检查评分"}, step=20, waits_in=CallState.TRANSCRIBED)
def inspect(app: App, lease: Lease) -> None:
    """The stage as a job."""
    inspect_call(app, lease.subject, lease=lease)


def inspect_call(app: App, call_id: str, *, lease: Lease | None = None) -> CallResult:
    """Judge a call's transcript with the pack of the settings and its scorecard, or return what was judged before.

    Raises NotFoundError, ConflictError (no transcript yet, set aside, or with a person by now), RulesError.
    """
    judge = app.judge
    with app.database.read() as session:
        call = open_call(session, call_id)
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
    return _keep_result(app, call_id, result, key, judge.scorecard_for(transcript.call), lease)


def _keep_result(
    app: App, call_id: str, result: CallResult, key: ResultKey, scorecard: Edition, lease: Lease | None
) -> CallResult:
    now = app.clock.now()
    judge = app.judge
    with app.database.write() as session:
        call = open_call(session, call_id, lock=True)
        for kind, digest, label in (
            ("pack", judge.pack_digest, judge.pack_label),
            ("scorecard", scorecard.digest, scorecard.label),
        ):
            outcomes.save_pack(session, digest=digest, kind=kind, label=label, sources=judge.sources[kind], now=now)
        row = outcomes.save_result(session, result, key, body=result_to_text(result), now=now)
        session.flush()
        if call.result_id != row.id or call.state in (CallState.TRANSCRIBED.value, CallState.INSPECTED.value):
            call.result_id = row.id
            if call.state != CallState.INSPECTED.value:
                calls.move(session, call, CallState.INSPECTED, actor=ACTOR, now=now)
            calls.move(session, call, state_after(result), actor=ACTOR, now=now)
        job = enqueue(session, REPORT, subject=call_id, key=key.digest, call=call.id, now=now)
        if lease is not None:
            lease.complete(session, app)
        session.flush()
        rings = [(job.queue, job.id)] if job.state == "queued" else []
        kept = row.body
    ring(app, rings)
    return result_from_text(kept)


def state_after(result: CallResult) -> CallState:
    """Faults, vetoes and the doubts that ask for somebody are for a person to look at."""
    return CallState.FLAGGED if result.needs_review or result.failed() else CallState.CLEAN
