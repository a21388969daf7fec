"""The stages of a call, each insert or return: called twice, or by two workers at once, they leave one outcome."""

from contextlib import suppress
from dataclasses import replace

from sqlalchemy.orm import Session

from qa_engine import contract
from qa_engine.contract.stored import (
    call_from_text,
    call_to_text,
    result_from_text,
    transcript_from_text,
    transcript_to_text,
)
from qa_engine.domain import CallResult, CallState
from qa_engine.errors import ConflictError, NotFoundError, RecordingError
from qa_engine.service.adapters.stored_baselines import StoredBaselines
from qa_engine.service.adapters.stored_offences import StoredOffences
from qa_engine.service.context import App
from qa_engine.service.intake.correcting import settings_under, told_anew
from qa_engine.service.jobs.leases import Lease
from qa_engine.service.jobs.ringing import ring
from qa_engine.service.ports.transcriber import Progress, RecordingFacts
from qa_engine.service.stages.judge import Edition
from qa_engine.store import Stage, calls, jobs, outcomes, tables

ACTOR = "engine"

_REVIEWED = frozenset({CallState.SAMPLED, CallState.IN_REVIEW, CallState.FINAL})


def transcribe_call(app: App, call_id: str, *, progress: Progress | None = None, lease: Lease | None = None) -> str:
    """Recognise a call's recording, or return what was recognised with the same settings; the transcript's digest.

    Raises NotFoundError, ConflictError (set aside, or with a person by now), RecordingError, RecogniserError.
    """
    with app.database.read() as session:
        call = _open_call(session, call_id)
        recording = call.recording
        if recording is None:
            if call.transcript is None:
                raise ConflictError(f"call {call_id} has no recording")
            source, settings = call.transcript.source_digest, call.transcript.settings_digest
        else:
            source = f"sha256:{recording.sha256}"
            settings = app.transcriber.settings_digest(call.agent_channel)
        found = outcomes.find_transcript(session, source_digest=source, settings_digest=settings)
        unprobed = recording is not None and recording.container is None
        facts, agent_channel = call_from_text(call.facts), call.agent_channel
    probed: RecordingFacts | None = None
    if found is not None:
        digest, body = found.digest, found.body
        anew = told_anew(body, facts)
        if anew is not None:  # its facts were corrected since
            settings = settings_under(settings, facts)
            digest, body = contract.transcript_digest(anew), transcript_to_text(anew)
    else:
        assert recording is not None
        tell = (lambda done, whole: progress(call_id, done, whole)) if progress else None
        path = app.recordings.path(recording.sha256, recording.suffix)
        if unprobed:  # it could not be used when it came in, and is tried again
            with suppress(RecordingError):  # if it still cannot, that is said below
                probed = app.transcriber.probe(path)
                facts = replace(facts, duration=probed.seconds)
        transcript = app.transcriber.transcribe(path, facts, agent_channel=agent_channel, progress=tell)
        digest, body = contract.transcript_digest(transcript), transcript_to_text(transcript)
    return _keep_transcript(app, call_id, source, settings, digest, body, lease, probed)


def _keep_transcript(
    app: App,
    call_id: str,
    source: str,
    settings: str,
    digest: str,
    body: str,
    lease: Lease | None,
    probed: RecordingFacts | None,
) -> str:
    now = app.clock.now()
    with app.database.write() as session:
        call = _open_call(session, call_id, lock=True)
        if probed is not None:
            _keep_probed(call, probed)
        row = outcomes.save_transcript(
            session, source_digest=source, settings_digest=settings, digest=digest, body=body, now=now
        )
        if call.transcript_id != row.id or call.state == CallState.RECEIVED.value:
            call.transcript_id = row.id
            session.flush()
            if call.state != CallState.TRANSCRIBED.value:
                calls.move(session, call, CallState.TRANSCRIBED, actor=ACTOR, now=now)
        job, _ = jobs.add(
            session,
            stage=Stage.INSPECT,
            subject=call_id,
            key=row.digest,
            queue="inspect",
            call_pk=call.id,
            now=now,
        )
        if lease is not None:
            lease.complete(session, app)
        session.flush()
        rings = [(job.queue, job.id)] if job.state == "queued" else []
    ring(app, rings)
    return row.digest


def _keep_probed(call: tables.Call, probed: RecordingFacts) -> None:
    """Remember of a recording what could not be known when it came in."""
    recording = call.recording
    if recording is not None:
        recording.container, recording.codec = probed.container, probed.codec
        recording.channels, recording.sample_rate, recording.seconds = (
            probed.channels,
            probed.sample_rate,
            probed.seconds,
        )
    call.duration_seconds = probed.seconds
    call.facts = call_to_text(replace(call_from_text(call.facts), duration=probed.seconds))


def inspect_call(app: App, call_id: str, *, lease: Lease | None = None) -> CallResult:
    """Judge a call's transcript with the pack of the settings and its scorecard, or return what was judged before.

    Raises NotFoundError, ConflictError (no transcript yet, set aside, or with a person by now), RulesError.
    """
    judge = app.judge
    with app.database.read() as session:
        call = _open_call(session, call_id)
        if call.transcript is None:
            raise ConflictError(f"call {call_id} has no transcript yet")
        digest, body = call.transcript.digest, call.transcript.body
        transcript = transcript_from_text(body, call_id)
        scorecard = judge.scorecard_for(transcript.call)
        found = outcomes.find_result(
            session,
            transcript_digest=digest,
            pack_digest=judge.pack_digest,
            scorecard_digest=scorecard.digest,
            tone_digest=judge.tone_digest,
        )
    if found is not None:
        result = result_from_text(found.body)
    else:
        result = judge.judge(
            transcript, digest, offences=StoredOffences(app.database), baselines=StoredBaselines(app.database)
        )
    return _keep_result(app, call_id, result, scorecard, lease)


def _keep_result(app: App, call_id: str, result: CallResult, scorecard: Edition, lease: Lease | None) -> CallResult:
    now = app.clock.now()
    judge = app.judge
    with app.database.write() as session:
        call = _open_call(session, call_id, lock=True)
        for kind, digest, label in (
            ("pack", judge.pack_digest, judge.pack_label),
            ("scorecard", scorecard.digest, scorecard.label),
        ):
            outcomes.save_pack(session, digest=digest, kind=kind, label=label, sources=judge.sources[kind], now=now)
        row = outcomes.save_result(
            session,
            result,
            pack_digest=judge.pack_digest,
            scorecard_digest=scorecard.digest,
            tone_digest=judge.tone_digest,
            now=now,
        )
        session.flush()
        if call.result_id != row.id or call.state in (CallState.TRANSCRIBED.value, CallState.INSPECTED.value):
            call.result_id = row.id
            if call.state != CallState.INSPECTED.value:
                calls.move(session, call, CallState.INSPECTED, actor=ACTOR, now=now)
            calls.move(session, call, state_after(result), actor=ACTOR, now=now)
        job, _ = jobs.add(
            session,
            stage=Stage.REPORT,
            subject=call_id,
            key=f"{row.transcript_digest} {row.pack_digest} {row.scorecard_digest} {row.tone_digest}",
            queue="report",
            call_pk=call.id,
            now=now,
        )
        if lease is not None:
            lease.complete(session, app)
        session.flush()
        rings = [(job.queue, job.id)] if job.state == "queued" else []
        kept = row.body
    ring(app, rings)
    return result_from_text(kept)


def state_after(result: CallResult) -> CallState:
    """Anything that costs points, is a veto or is in doubt is for a person to look at."""
    return CallState.FLAGGED if result.needs_review or result.veto or result.failed() else CallState.CLEAN


def _open_call(session: Session, call_id: str, *, lock: bool = False) -> tables.Call:
    call = calls.find(session, call_id, lock=lock)
    if call is None:
        raise NotFoundError(f"no call {call_id}")
    state = CallState(call.state)
    if state.aside:
        raise ConflictError(f"call {call_id} is {state.value} ({call.reason}); ask for it again with retry")
    if state in _REVIEWED:
        raise ConflictError(f"call {call_id} is {state.value}: what a person works on is not judged anew")
    return call
