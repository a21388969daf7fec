"""Ingest: files become calls with a job, each in its own transaction, so that one bad file stops nothing else."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO

import structlog

from qa_engine import contract
from qa_engine.domain import Transcript
from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import Fault, FaultKind, FaultyFileError, ManifestError, QaError, RecordingError, StoreError
from qa_engine.service.centre.profiles import agent_channel
from qa_engine.service.context import App
from qa_engine.service.intake.arrival import EMPTY, Arrival
from qa_engine.service.intake.batches import BatchBook
from qa_engine.service.intake.discarding import discard, keep_forgotten
from qa_engine.service.intake.discovery import Candidate, Found, discover, proper
from qa_engine.service.intake.expecting import expect_rows
from qa_engine.service.intake.facts import CallFacts, look_alikes, read_facts
from qa_engine.service.intake.filenames import id_of_file, readable
from qa_engine.service.intake.growing import still_written
from qa_engine.service.intake.outcome import IngestedCall, IngestOutcome, IngestReport
from qa_engine.service.intake.reading import reading_of
from qa_engine.service.intake.registering import Registered, register
from qa_engine.service.intake.text_facts import facts_of, with_facts
from qa_engine.service.intake.texts import is_text, uploaded_text
from qa_engine.service.jobs.kinds import ASR, ASR_ARCHIVE, ASR_BULK, urgent_queues
from qa_engine.service.jobs.pausing import is_the_machines
from qa_engine.service.jobs.ringing import Ring, ring
from qa_engine.service.people.audit import Action, note
from qa_engine.service.ports.recordings import StoredRecording
from qa_engine.service.ports.transcriber import Progress
from qa_engine.store import calls as call_store
from qa_engine.store import jobs

log = structlog.get_logger(__name__)

RING_EVERY = 50
HIDDEN = "hidden, passed over"
ARCHIVE_AFTER = timedelta(days=14)
UNATTENDED = frozenset({"night", "watch"})
"""Kinds of batches at which nobody looks on who would hand a file in again."""


def ingest_paths(
    app: App,
    paths: Sequence[Path],
    *,
    manifest: Path | None = None,
    update_facts: bool = False,
    progress: Progress | None = None,
    kind: str = "ingest",
    day: date | None = None,
    begun: Callable[[int], None] | None = None,
    elsewhere: Collection[Path] = (),
) -> IngestReport:
    """Take in recordings and transcript files, from files and folders, with the facts their manifest gives.

    Every file that was seen is written down in a batch with what became of it. ``kind`` of the batch: ``ingest``,
    ``watch`` or ``night``; ``day``: of calls whose start nobody knows; ``begun`` is told the id of the batch;
    ``elsewhere``: files of manifests that were taken in before and are not here (see ``night/objects.py``).

    A call that is here already stays as it is, and what differs in its facts is told. With ``update_facts`` the facts
    given now are put over the stored ones, and the call is judged anew; one that a person has by now is a fault.

    What is wrong with one file or row is a fault in the report; the rest is done. Raises ManifestError only when the
    given manifest cannot be read at all, and, where nobody looks on (night, watch), what the machine is at fault for:
    a file refused for a full disk would never be asked for again.
    """
    book = BatchBook(app, kind, [readable(path) for path in paths], day=day)
    if begun:
        begun(book.id)
    found = _found(app, book, paths, manifest, elsewhere)
    for one in found.manifests:
        expect_rows(app, one, day)
    notes = [*found.notes, *_look_alikes(app, found.candidates)]
    queue = ASR if len(found.candidates) == 1 else ASR_BULK
    intake = _Intake(app, book, queue, day, update_facts, unattended=kind in UNATTENDED)
    book.refuse_named(found.faults)
    book.skip(found.skipped)
    book.skip(found.passed_over, HIDDEN)
    for number, candidate in enumerate(found.candidates):
        if progress:
            progress("storing", float(number), float(len(found.candidates)))
        intake.take(candidate)
    intake.ring()
    book.close([one.path for one in found.manifests])
    if progress:
        progress("storing", float(len(found.candidates)), float(len(found.candidates)))
    faults = (*found.faults, *intake.faults)
    log.info("ingested", batch=book.id, calls=len(intake.calls), faults=len(faults), skipped=len(found.skipped))
    return IngestReport(
        tuple(intake.calls), faults, tuple(found.skipped), tuple(notes), tuple(found.faults), batch=book.id
    )


def _found(
    app: App, book: BatchBook, paths: Sequence[Path], manifest: Path | None, elsewhere: Collection[Path]
) -> Found:
    """What the paths hold; that a given manifest cannot be read stands in the book, too."""
    try:
        return discover(app.settings, paths, manifest=manifest, elsewhere=elsewhere)
    except FaultyFileError as error:
        book.refuse_named(error.faults)
        book.close([manifest] if manifest else [])
        raise


def _look_alikes(app: App, candidates: Sequence[Candidate]) -> list[str]:
    """What is told of agents' ids, given now or before, that are easily one person's."""
    given = {candidate.facts.agent.id for candidate in candidates if candidate.facts.agent.id}
    if not given:
        return []
    with app.database.read() as session:
        return look_alikes(given, call_store.agent_ids(session))


def ingest_upload(app: App, stream: BinaryIO, *, filename: str, facts: Mapping[str, str], who: Actor) -> IngestedCall:
    """Take in a recording, or the transcript of one call, from a stream, with the columns of a manifest as its facts.

    Raises ManifestError for faulty facts or a call id that belongs to another recording, TranscriptError for words
    that cannot be read or are of several calls, UsageError when it is too large. A recording that cannot be used is no
    error: it becomes a call set aside.
    """
    require(who, Right.INGEST)
    name = Path(filename.replace("\\", "/")).name or "upload"
    book = BatchBook(app, "upload", [readable(name)])
    candidate = Candidate(Path(name), CallFacts(), name)
    try:
        read, faults = read_facts(dict(facts), where=name, line=None, zone=app.zone, dates=app.settings.date_order)
        if faults:
            raise ManifestError(faults)
        candidate = replace(candidate, facts=read.with_agent_id(app.settings.agent_id_digits))
        most = app.settings.max_upload_mb * 2**20
        if is_text(name):
            registered = _ingest_transcript(app, uploaded_text(app, stream, name, most), candidate)
        else:
            registered = _ingest_recording(app, app.recordings.store(stream, name=name, max_bytes=most), candidate, ASR)
        book.take(registered.call, candidate)
    except FaultyFileError as error:
        book.refuse(candidate, error.faults)
        raise
    except QaError as error:
        book.refuse(candidate, [Fault(name, None, None, str(error))])
        raise
    finally:
        book.close()
    ring(app, registered.rings)
    with app.database.write() as session:
        call = call_store.find(session, registered.call.call_id)
        outcome = registered.call.outcome.value
        note(session, app, who, Action.INGEST, call_pk=call.id if call else None, detail=outcome)
    return registered.call


class _Intake:
    """One candidate after the other, each with its outcome in the book."""

    def __init__(
        self, app: App, book: BatchBook, queue: str, day: date | None, update_facts: bool, *, unattended: bool
    ) -> None:
        self._app, self._book, self._queue = app, book, queue
        self._day, self._update_facts, self._unattended = day, update_facts, unattended
        self.calls: list[IngestedCall] = []
        self.faults: list[Fault] = []
        self._rings: list[Ring] = []

    def take(self, candidate: Candidate) -> None:
        faults: list[Fault] = []
        waits = False
        try:
            if candidate.is_transcript:
                for registered in _transcripts(self._app, candidate, faults, self._update_facts, self._day):
                    self._taken(registered, candidate)
            elif wait := still_written(candidate.path, self._app.settings.settle_seconds):
                waits = True
                faults.append(wait)
            elif registered_one := self._recording(candidate):
                self._taken(registered_one, candidate)
            else:
                waits = True
                told = "changed while it was read. It waits; try again"
                faults.append(Fault(readable(candidate.path), None, None, told, None, FaultKind.CHANGED))
        except FaultyFileError as error:
            faults += error.faults
        except (OSError, QaError) as error:
            message = f"{readable(candidate.path)}: {error.strerror}" if isinstance(error, OSError) else str(error)
            if self._unattended and is_the_machines(error):
                raise StoreError(message) from error
            faults.append(_machine(candidate, message))
        if faults:
            self._book.refuse(candidate, faults, waits=waits)
            self.faults += faults
        if len(self._rings) >= RING_EVERY:
            self.ring()

    def ring(self) -> None:
        rings, self._rings = self._rings, []
        if any(queue == ASR_ARCHIVE for queue, _ in rings):
            with self._app.database.read() as session:
                if jobs.any_queued(session, urgent_queues()):  # the sweep rings when there is time
                    rings = [one for one in rings if one[0] != ASR_ARCHIVE]
        ring(self._app, rings)

    def _queue_of(self, candidate: Candidate) -> str:
        """Folders of long ago never keep the calls of these days waiting."""
        app, started = self._app, candidate.facts.started_at
        if self._queue == ASR or started is None:
            return self._queue
        return ASR_ARCHIVE if app.clock.now() - started > ARCHIVE_AFTER else ASR_BULK

    def _taken(self, registered: Registered, candidate: Candidate) -> None:
        self._book.take(registered.call, candidate)
        self.calls.append(registered.call)
        self._rings += registered.rings

    def _recording(self, candidate: Candidate) -> Registered | None:
        """None when the file changed while it was copied."""
        app = self._app
        before = candidate.path.stat()
        with candidate.path.open("rb") as stream:
            stored = app.recordings.store(stream, name=readable(candidate.path.name))
        after = candidate.path.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            if stored.created:
                discard(app, stored)
            return None
        queue = self._queue_of(candidate)
        return _ingest_recording(app, stored, candidate, queue, update_facts=self._update_facts, day=self._day)


def _ingest_recording(
    app: App,
    stored: StoredRecording,
    candidate: Candidate,
    queue: str,
    *,
    update_facts: bool = False,
    day: date | None = None,
) -> Registered:
    """Raises QaError when it is refused; then nothing of it is left."""
    facts = candidate.facts
    if facts.agent_channel is None:
        facts = replace(facts, agent_channel=agent_channel(app.settings))
    arrival = Arrival(
        source=readable(candidate.path),
        where=candidate.where,
        line=candidate.line,
        facts=facts,
        stem=id_of_file(candidate.path),
        queue=queue,
        unlisted=candidate.unlisted,
        recording=stored if stored.size_bytes else None,
        transcript=candidate.transcript,
        day=day,
        update_facts=update_facts,
    )
    if stored.size_bytes == 0:
        app.recordings.remove(stored.sha256, stored.suffix)
    try:
        if not _known(app, stored):
            arrival = _look(app, stored, arrival)
        registered = register(app, arrival)
        if stored.created and registered.call.outcome is IngestOutcome.DUPLICATE:
            keep_forgotten(app, stored)
        return registered
    except QaError:
        if stored.created and stored.size_bytes:
            discard(app, stored)
        raise


def _look(app: App, stored: StoredRecording, arrival: Arrival) -> Arrival:
    """Probe a recording that is new here; one that cannot be used carries its reason from now on."""
    if stored.size_bytes == 0:
        message = f"{arrival.source}: the file is empty (0 bytes). Export the recording again."
        return replace(arrival, reason=EMPTY, message=message)
    try:
        return replace(arrival, probed=app.transcriber.probe(stored.path))
    except RecordingError as error:
        # the person knows the file by its own name, not by the hash it is stored under
        message = str(error).replace(str(stored.path), arrival.source)
        return replace(arrival, reason=error.reason, message=message)


def _known(app: App, stored: StoredRecording) -> bool:
    with app.database.read() as session:
        recording = call_store.find_recording(session, stored.sha256)
        return recording is not None and call_store.find_by_recording(session, recording.id) is not None


def _transcripts(
    app: App, candidate: Candidate, faults: list[Fault], update_facts: bool, day: date | None
) -> Iterator[Registered]:
    """Every call of a transcript file; faults are collected, the calls around them still go in."""
    for record in contract.iter_transcripts(candidate.path, reading_of(app.settings)):
        if isinstance(record, FaultyFileError):
            faults += record.faults
            continue
        try:
            yield _ingest_transcript(app, proper(record, candidate.path), candidate, update_facts, day)
        except FaultyFileError as error:
            faults += error.faults
        except QaError as error:
            if is_the_machines(error):  # of the whole file, and of those after it
                raise
            faults.append(_machine(candidate, str(error)))


def _machine(candidate: Candidate, message: str) -> Fault:
    return Fault(candidate.where, candidate.line, None, message, "file", FaultKind.MACHINE, (message,))


def _ingest_transcript(
    app: App, transcript: Transcript, candidate: Candidate, update_facts: bool = False, day: date | None = None
) -> Registered:
    facts = candidate.facts.over(facts_of(transcript)).with_agent_id(app.settings.agent_id_digits)
    call_id = facts.call_id or id_of_file(candidate.path)
    return register(
        app,
        Arrival(
            source=readable(candidate.path),
            where=candidate.where,
            line=candidate.line,
            facts=replace(facts, call_id=call_id),
            stem=call_id,
            transcript=with_facts(transcript, candidate.facts, call_id),
            day=day,
            update_facts=update_facts,
        ),
    )
