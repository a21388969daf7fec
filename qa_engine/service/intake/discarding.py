"""A refused recording leaves nothing behind, and whoever brings the same bytes at that moment loses nothing."""

from contextlib import suppress

from sqlalchemy.exc import IntegrityError

from qa_engine.errors import ConflictError
from qa_engine.service.context import App
from qa_engine.service.ports.recordings import StoredRecording
from qa_engine.store import calls, forgetting, tables


def still_there(app: App, stored: StoredRecording | None) -> None:
    """Raises ConflictError when somebody who refused the same bytes a moment ago has taken the copy away again."""
    if stored is not None and not app.recordings.holds(stored.sha256, stored.suffix):
        raise ConflictError(f"the copy of the recording {stored.sha256[:12]}… was removed meanwhile; try again")


def discard(app: App, stored: StoredRecording) -> None:
    """Take away the copy of a refused recording, unless a call has it or gets it at this moment.

    The row with its hash is inserted and undone again, so whoever inserts it, too, is waited for.
    """
    with suppress(IntegrityError, _Undone), app.database.write() as session:
        session.add(
            tables.Recording(
                sha256=stored.sha256,
                size_bytes=stored.size_bytes,
                suffix=stored.suffix,
                source_name="",
                stored_at=app.clock.now(),
            )
        )
        session.flush()
        app.recordings.remove(stored.sha256, stored.suffix)
        raise _Undone


def keep_forgotten(app: App, stored: StoredRecording) -> None:
    """Take away the copy of a recording whose call was forgotten: it is handed in again as long as the original lies
    in a folder of the centre. A copy of a call that is remembered stays, for it may have been lost."""
    with app.database.read() as session:
        recording = calls.find_recording(session, stored.sha256)
        call = calls.find_by_recording(session, recording.id) if recording is not None else None
        forgotten = call is not None and forgetting.is_forgotten(session, call.id)
    if forgotten:
        app.recordings.remove(stored.sha256, stored.suffix)


class _Undone(Exception):  # noqa: N818  # no error: it ends a transaction that keeps nothing
    pass
