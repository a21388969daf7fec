"""A recording becomes a transcript."""

from contextlib import suppress
from dataclasses import replace

from qa_engine import contract
from qa_engine.contract.stored import call_from_text, call_to_text, inspection_key, transcript_to_text
from qa_engine.domain import CallState
from qa_engine.errors import ConflictError, RecordingError
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import ASR, ASR_ARCHIVE, ASR_BULK, INSPECT, TRANSCRIBE, enqueue, job_kind
from qa_engine.service.jobs.leases import Lease
from qa_engine.service.jobs.ringing import ring
from qa_engine.service.ports.transcriber import Progress, RecordingFacts
from qa_engine.service.stages.base import ACTOR, open_call
from qa_engine.store import calls, outcomes, tables


@job_kind(
    TRANSCRIBE,
    title="转写",
    queues={ASR: "转写", ASR_BULK: "批量转写", ASR_ARCHIVE: "历史录音转写"},
    step=10,
    waits_in=CallState.RECEIVED,
    limit_seconds=300.0,
    limit_per_second=3.0,
)
def transcribe(app: App, lease: Lease) -> None:
    """The stage as a job."""
    transcribe_call(app, lease.subject, lease=lease)


def transcribe_call(app: App, call_id: str, *, progress: Progress | None = None, lease: Lease | None = None) -> str:
    """Recognise a call's recording, or return what was recognised with the same settings; the transcript's digest.

    Raises NotFoundError, ConflictError (set aside, or with a person by now), RecordingError, RecogniserError.
    """
    with app.database.read() as session:
        call = open_call(session, call_id)
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
    else:
        assert recording is not None

        def tell(done: float, whole: float) -> None:
            if lease is not None:
                lease.pulse.beat()
            if progress is not None:
                progress(call_id, done, whole)

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
        call = open_call(session, call_id, lock=True)
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
        job = enqueue(
            session, INSPECT, subject=call_id, key=inspection_key(row.digest, call.facts), call=call.id, now=now
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
