"""Batches and their files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from qa_engine.domain.night import FileLeft
from qa_engine.errors import Fault
from qa_engine.fault_wording import fault_words
from qa_engine.store import fault_rows
from qa_engine.store.night_tables import Batch, BatchFile
from qa_engine.text import mask_private


class FileOutcome(StrEnum):
    """What became of a file that was seen; each file of a batch has exactly one."""

    TAKEN = "taken"  # it is a call now, be it one set aside
    DUPLICATE = "duplicate"  # the call was here already
    WAITING = "waiting"  # still being written, or changed while it was read
    REFUSED = "refused"  # not taken, with its reason; nothing of it was kept
    SKIPPED = "skipped"  # no recording and no transcript


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of a batch; ``path`` as it was named, ``reason`` empty where there is nothing to say."""

    path: str
    outcome: FileOutcome
    reason: str = ""
    call_id: str | None = None
    line: int | None = None
    day: date | None = None
    size_bytes: int | None = None
    modified_ns: int | None = None
    faults: tuple[Fault, ...] = ()


def begin(session: Session, *, kind: str, source: str, day: date | None, now: datetime) -> Batch:
    batch = Batch(kind=kind, source=source, day=day, started_at=now, **dict.fromkeys(_COUNTED, 0))
    session.add(batch)
    session.flush()
    return batch


def add_files(session: Session, batch_id: int, entries: Sequence[FileEntry]) -> None:
    """Write files down and count them in the row of the batch."""
    rows = [
        {
            "batch_id": batch_id,
            "path": entry.path,
            "name": _name(entry.path),
            "line": entry.line,
            "size_bytes": entry.size_bytes,
            "modified_ns": entry.modified_ns,
            "outcome": entry.outcome.value,
            "reason": entry.reason,
            "faults": fault_rows.to_text(entry.faults),
            "call_id": entry.call_id,
            "day": entry.day,
        }
        for entry in entries
    ]
    if not rows:
        return
    session.execute(insert(BatchFile), rows)
    counts: dict[str, int] = {"seen": len(entries)}
    for entry in entries:
        counts[entry.outcome.value] = counts.get(entry.outcome.value, 0) + 1
    session.execute(
        update(Batch)
        .where(Batch.id == batch_id)
        .values({name: getattr(Batch, name) + number for name, number in counts.items()})
    )


def finish(session: Session, batch_id: int, *, manifest: str | None, digest: str | None, now: datetime) -> None:
    session.execute(
        update(Batch).where(Batch.id == batch_id).values(manifest=manifest, manifest_digest=digest, finished_at=now)
    )


def newest(session: Session, *, limit: int, day: date | None = None) -> Sequence[Batch]:
    """The newest batches; with a day, those handed in for it or that brought something of it."""
    statement = select(Batch).order_by(Batch.id.desc()).limit(limit)
    if day is not None:
        of_day = select(BatchFile.batch_id).where(BatchFile.day == day)
        statement = statement.where((Batch.day == day) | Batch.id.in_(of_day))
    return session.scalars(statement).all()


def files(
    session: Session, batch_id: int, *, outcomes: Sequence[FileOutcome] = (), limit: int = 10_000
) -> Sequence[BatchFile]:
    statement = select(BatchFile).where(BatchFile.batch_id == batch_id).order_by(BatchFile.id).limit(limit)
    if outcomes:
        statement = statement.where(BatchFile.outcome.in_([outcome.value for outcome in outcomes]))
    return session.scalars(statement).all()


def left(session: Session, handed_in: Sequence[Batch], limit: int) -> tuple[FileLeft, ...]:
    """What these batches, the newest first, did not take and no later one did: of each source its newest batch."""
    newest: dict[str, Batch] = {}
    for batch in handed_in:
        newest.setdefault(batch.source, batch)
    outcomes = [outcome.value for outcome in (FileOutcome.REFUSED, FileOutcome.WAITING, FileOutcome.SKIPPED)]
    rows = session.scalars(
        select(BatchFile)
        .where(BatchFile.batch_id.in_([batch.id for batch in newest.values()]), BatchFile.outcome.in_(outcomes))
        .order_by(BatchFile.path, BatchFile.line, BatchFile.id)
        .limit(limit)
    ).all()
    last = last_seen(session, sorted({row.path for row in rows}))
    return tuple(
        FileLeft(mask_private(row.path), row.line, row.outcome, mask_private(row.reason), mask_private(why(row)))
        for row in rows
        if last[row.path].batch_id == row.batch_id
    )


def why(file: BatchFile) -> str:
    """Why a file was not taken, in the words of an inspector."""
    return "；".join(fault_words(fault) for fault in fault_rows.from_text(file.faults)) or file.reason


def last_seen(session: Session, paths: Sequence[str]) -> Mapping[str, BatchFile]:
    """What became of each path when it was seen last; paths that never were are left out."""
    found: dict[str, BatchFile] = {}
    for begin_at in range(0, len(paths), _AT_ONCE):
        some = paths[begin_at : begin_at + _AT_ONCE]
        named = BatchFile.name.in_([_name(path) for path in some])  # names are indexed, paths are not
        latest = select(func.max(BatchFile.id)).where(named, BatchFile.path.in_(some)).group_by(BatchFile.path)
        found |= {row.path: row for row in session.scalars(select(BatchFile).where(BatchFile.id.in_(latest)))}
    return found


_COUNTED = ("seen", *(outcome.value for outcome in FileOutcome))
_AT_ONCE = 500


def _name(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1]
