"""Uploads that come in by pieces and go on where they were cut off; the bytes lie in the data folder meanwhile.

How much has come is the length of the file, never a number beside it: whatever dies, the next piece goes on from there.
"""

import fcntl
import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import func, select

from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import ConflictError, NotFoundError, QaError, UsageError
from qa_engine.private import private_folder
from qa_engine.service.context import App
from qa_engine.service.intake.ingest import ingest_upload
from qa_engine.service.intake.texts import WORDS
from qa_engine.service.jobs.pausing import is_the_machines
from qa_engine.store.people_tables import Upload

KEPT = timedelta(days=1)
"""An upload that nobody went on with is thrown away."""
MOST_OPEN = 100
"""Of one account."""
MOST_NAME = 255


@dataclass(frozen=True, slots=True)
class UploadState:
    """How far an upload is. ``call_id``: what it became, once all bytes are there."""

    id: str
    filename: str
    size_bytes: int
    received_bytes: int
    call_id: str | None
    expires_at: datetime


def begin_upload(app: App, filename: str, size_bytes: int, facts: Mapping[str, str], *, who: Actor) -> UploadState:
    """Announce a file of so many bytes. Raises UsageError, ConflictError when too many are open."""
    require(who, Right.INGEST)
    if not 0 < size_bytes <= app.settings.max_upload_mb * 2**20:
        raise UsageError(f"a file has 1 byte to {app.settings.max_upload_mb} MB (QA_MAX_UPLOAD_MB)")
    if not 0 < len(filename) <= MOST_NAME or not filename.isprintable():
        raise UsageError(f"the file name has 1 to {MOST_NAME} printable characters")
    now = app.clock.now()
    _forget_stale(app, now)
    with app.database.write() as session:
        count = session.scalar(
            select(func.count()).select_from(Upload).where(Upload.actor == who.id, Upload.call_id.is_(None))
        )
        if (count or 0) >= MOST_OPEN:
            raise ConflictError(f"{MOST_OPEN} uploads are open already; finish or delete some")
        row = Upload(
            id=secrets.token_urlsafe(16),
            actor=who.id,
            filename=filename,
            size_bytes=size_bytes,
            received_bytes=0,
            facts=json.dumps(dict(facts), ensure_ascii=False),
            created_at=now,
            touched_at=now,
        )
        session.add(row)
    _file(app, row.id).touch(0o600)
    return _state(app, row)


def upload_state(app: App, upload_id: str, *, who: Actor) -> UploadState:
    """Raises NotFoundError, also for the upload of somebody else."""
    return _state(app, _found(app, upload_id, who))


@contextmanager
def receiving(app: App, upload_id: str, offset: int, *, who: Actor) -> Iterator[BinaryIO]:
    """The file, open behind its last byte, for one sender at a time; what was written stays, however this ends.

    Raises ConflictError when the upload is not at ``offset``, or when another request is at it.
    """
    row = _found(app, upload_id, who)
    if row.call_id is not None:
        raise ConflictError("all of this upload has come")
    with _file(app, upload_id).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConflictError("another request is sending to this upload") from None
        if file.tell() != offset:
            raise ConflictError(f"the upload is at byte {file.tell()}, not {offset}")
        yield file


def finish_piece(app: App, upload_id: str, *, who: Actor) -> UploadState:
    """After a piece: where the upload stands; the recording is taken in when it is whole.

    Raises as `ingest_upload` when it cannot be taken in; then the upload is gone, but for a fault of this machine.
    """
    row = _found(app, upload_id, who)
    path = _file(app, upload_id)
    size = path.stat().st_size if path.exists() else row.received_bytes
    call_id = row.call_id
    if call_id is None and size == row.size_bytes:
        try:
            with path.open("rb") as stream:
                taken = ingest_upload(app, stream, filename=row.filename, facts=json.loads(row.facts), who=who)
            call_id = taken.call_id
        except QaError as error:
            if not is_the_machines(error):  # else all of it is here, and the next request, with no byte, takes it in
                drop_upload(app, upload_id, who=who)
            raise
    with app.database.write() as session:
        kept = session.get(Upload, upload_id)
        if kept is None:
            raise NotFoundError(f"no upload {upload_id}")
        kept.received_bytes, kept.touched_at, kept.call_id = size, app.clock.now(), call_id
    if call_id is not None:
        path.unlink(missing_ok=True)
    return _state(app, kept)


def drop_upload(app: App, upload_id: str, *, who: Actor) -> None:
    """Throw away what has come of an upload; a call that it became stays. Raises NotFoundError."""
    _found(app, upload_id, who)
    with app.database.write() as session:
        row = session.get(Upload, upload_id)
        if row is not None:
            session.delete(row)
    _file(app, upload_id).unlink(missing_ok=True)


def _found(app: App, upload_id: str, who: Actor) -> Upload:
    require(who, Right.INGEST)
    with app.database.read() as session:
        row = session.get(Upload, upload_id)
    if row is None or row.actor != who.id:
        raise NotFoundError(f"no upload {upload_id}")
    return row


def _state(app: App, row: Upload) -> UploadState:
    path = _file(app, row.id)
    received = path.stat().st_size if row.call_id is None and path.exists() else row.received_bytes
    return UploadState(row.id, row.filename, row.size_bytes, received, row.call_id, row.touched_at + KEPT)


def _file(app: App, upload_id: str) -> Path:
    """Ids are ours, from the database: nothing of a request becomes part of a path."""
    return private_folder(app.settings.home / "incoming") / f"{upload_id}.part"


def _forget_stale(app: App, now: datetime) -> None:
    with app.database.read() as session:
        stale = session.scalars(select(Upload.id).where(Upload.touched_at <= now - KEPT)).all()
    for upload_id in stale:
        with app.database.write() as session:
            row = session.get(Upload, upload_id)
            if row is not None:
                session.delete(row)
        _file(app, upload_id).unlink(missing_ok=True)
    # files whose row never came to be
    for path in (app.settings.home / "incoming").glob("*.part"):
        with app.database.read() as session:
            known = session.get(Upload, path.stem) is not None
        if not known and path.stat().st_mtime < now.timestamp() - KEPT.total_seconds():
            path.unlink(missing_ok=True)
    for folder in (app.settings.home / "incoming").glob(f"{WORDS}*"):  # of a process that died while it read them
        if folder.stat().st_mtime < now.timestamp() - KEPT.total_seconds():
            shutil.rmtree(folder, ignore_errors=True)
