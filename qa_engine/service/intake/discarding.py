"""A refused recording leaves nothing behind, and whoever brings the same bytes at that moment loses nothing."""

from contextlib import suppress

from sqlalchemy.exc import IntegrityError

from qa_engine.errors import ConflictError
from qa_engine.service.context import App
from qa_engine.service.ports.recordings import StoredRecording
from qa_engine.store import tables


def still_there(stored: StoredRecording | None) -> None:
    """Raises ConflictError when somebody who refused the same bytes a moment ago has taken the copy away again."""
    if stored is not None and not stored.path.is_file():
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


class _Undone(Exception):  # noqa: N818  # no error: it ends a transaction that keeps nothing
    pass
