"""The book of one handing in: a row for the batch, one for each file, written while the work goes on.

A handing in that is cut off leaves its row open, with what was written down by then; asked again it is another batch,
in which the files that were taken are duplicates.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

from qa_engine.domain import digest_of_parts, sha256_hex
from qa_engine.errors import Fault
from qa_engine.service.context import App
from qa_engine.service.intake.discovery import Candidate
from qa_engine.service.intake.filenames import readable
from qa_engine.service.intake.outcome import IngestedCall, IngestOutcome
from qa_engine.store import FileEntry, FileOutcome, batches
from qa_engine.text import writable

WRITE_EVERY = 50
"""Files kept back before they are written: one transaction for many."""
REASON_CHARS = 500
MOST_FAULTS = 5
"""Of one file, that are kept with their kinds."""
NOT_TAKEN = "not a recording"


class BatchBook:
    """Opened before anything is taken in, closed behind it."""

    def __init__(self, app: App, kind: str, sources: Sequence[str], *, day: date | None = None) -> None:
        self._app, self._day = app, day
        self._today = app.clock.now().astimezone(app.zone).date()
        self._waiting: list[FileEntry] = []
        source = writable("\n".join(sources))
        with app.database.write() as session:
            self.id = batches.begin(session, kind=kind, source=source, day=day, now=app.clock.now()).id

    def take(self, call: IngestedCall, candidate: Candidate) -> None:
        """A file that is a call now, or was one already."""
        known = call.outcome is IngestOutcome.DUPLICATE
        outcome = FileOutcome.DUPLICATE if known else FileOutcome.TAKEN
        reason = f"{call.reason}: {call.message}" if call.reason and call.message else call.reason or ""
        self._add(candidate, outcome, reason, call.call_id)

    def refuse(self, candidate: Candidate, faults: Sequence[Fault], *, waits: bool = False) -> None:
        """A file that was not taken, with what was wrong; ``waits``: it is looked at again."""
        outcome = FileOutcome.WAITING if waits else FileOutcome.REFUSED
        reason = "; ".join(fault.message for fault in faults)
        self._add(candidate, outcome, reason, candidate.facts.call_id, faults)

    def refuse_named(self, faults: Sequence[Fault]) -> None:
        """Files and rows that were refused before anything could be made of them."""
        for fault in faults:
            self._write(FileEntry(fault.where, FileOutcome.REFUSED, fault.message, None, fault.line, faults=(fault,)))

    def skip(self, paths: Sequence[str], reason: str = NOT_TAKEN) -> None:
        for path in paths:
            self._write(FileEntry(path, FileOutcome.SKIPPED, reason))

    def close(self, manifests: Sequence[Path] = ()) -> None:
        self._flush()
        parts = {readable(path.name): sha256_hex(path.read_bytes()) for path in manifests if path.is_file()}
        with self._app.database.write() as session:
            batches.finish(
                session,
                self.id,
                manifest=writable(", ".join(sorted(parts))) or None,
                digest=digest_of_parts(parts) if parts else None,
                now=self._app.clock.now(),
            )

    def _add(
        self,
        candidate: Candidate,
        outcome: FileOutcome,
        reason: str,
        call_id: str | None,
        faults: Sequence[Fault] = (),
    ) -> None:
        started = candidate.facts.started_at
        day = started.astimezone(self._app.zone).date() if started else self._day or self._today
        size: int | None = None
        modified: int | None = None
        with suppress(OSError):  # an upload has no file here, or it is gone by now
            stat = candidate.path.stat()
            size, modified = stat.st_size, stat.st_mtime_ns
        path, kept = readable(candidate.path), tuple(faults[:MOST_FAULTS])
        self._write(FileEntry(path, outcome, reason, call_id, candidate.line, day, size, modified, kept))

    def _write(self, entry: FileEntry) -> None:
        self._waiting.append(
            FileEntry(
                writable(entry.path),
                entry.outcome,
                writable(entry.reason)[:REASON_CHARS],
                entry.call_id,
                entry.line,
                entry.day or self._day,
                entry.size_bytes,
                entry.modified_ns,
                tuple(map(_writable, entry.faults)),
            )
        )
        if len(self._waiting) >= WRITE_EVERY:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        with self._app.database.write() as session:
            batches.add_files(session, self.id, self._waiting)
        self._waiting.clear()


def _writable(fault: Fault) -> Fault:
    values = tuple(writable(value)[:REASON_CHARS] for value in fault.values)
    message = writable(fault.message)[:REASON_CHARS]
    return replace(fault, where=writable(fault.where), message=message, values=values)
