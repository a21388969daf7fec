"""How loud a recording is over time, worked out once, so that the desk can draw it at once."""

import zlib

from sqlalchemy.orm import Session

from qa_engine.errors import NotFoundError, RecordingError
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import enqueue, job_kind
from qa_engine.service.jobs.leases import Lease
from qa_engine.store import calls, reviews, tables

PEAKS = "peaks"
PER_SECOND = 20


@job_kind(PEAKS, title="画波形", queues={"peaks": "画波形"}, step=40, limit_seconds=300.0, low=True)
def work_out_peaks(app: App, lease: Lease) -> None:
    """The stage as a job. A recording that cannot be decoded has none; the desk then draws its turns alone."""
    with app.database.read() as session:
        call = calls.find(session, lease.subject, bodies=False)
        recording = call.recording if call is not None else None
    found = _peaks(app, recording) if recording is not None else None
    with app.database.write() as session:
        if recording is not None and found is not None:
            channels, body = found
            reviews.save_peaks(
                session, recording, channels=channels, per_second=PER_SECOND, body=zlib.compress(body, 9)
            )
        lease.complete(session, app)


def ask_for_peaks(session: Session, app: App, call: tables.Call) -> list[tuple[str, int]]:
    """Have the peaks of a call worked out, once; what has to be rung."""
    recording = call.recording
    if recording is None or recording.codec is None or reviews.peaks_of(session, recording) is not None:
        return []
    job = enqueue(session, PEAKS, subject=call.call_id, key=recording.sha256, call=call.id, now=app.clock.now())
    return [(job.queue, job.id)] if job.state == "queued" else []


def _peaks(app: App, recording: tables.Recording) -> tuple[int, bytes] | None:
    from qa_engine.speech import RawFormat, peaks_of_file  # numpy and audio libraries

    settings = app.settings
    try:
        found = peaks_of_file(
            app.recordings.path(recording.sha256, recording.suffix),
            per_second=PER_SECOND,
            max_seconds=settings.max_recording_hours * 3600.0,
            raw=RawFormat.parse(settings.raw_format) if settings.raw_format else None,
        )
    except (RecordingError, NotFoundError):
        return None
    return found.shape[0], found.tobytes()
