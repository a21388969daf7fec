"""Watched folders and object stores: what is new since the last look is taken in, what still grows waits.

A file is known by its path, its size and the time of its last change, as the last batch wrote them down; so a look at
a folder of known files reads none of them.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from qa_engine.errors import Fault, FaultKind, FaultyFileError
from qa_engine.service.adapters.object_stores import is_store
from qa_engine.service.context import App
from qa_engine.service.intake.discovery import Found, discover
from qa_engine.service.intake.expecting import expect_rows
from qa_engine.service.intake.filenames import readable
from qa_engine.service.intake.ingest import ingest_paths
from qa_engine.service.intake.outcome import IngestReport
from qa_engine.service.night.objects import named_as, staged
from qa_engine.store import FileOutcome, batches
from qa_engine.text import writable

log = structlog.get_logger(__name__)


def look_at(app: App, place: str, *, beat: Callable[[], None] = lambda: None) -> IngestReport | None:
    """Take in what is new in a watched folder or object store; None when nothing is.

    Raises InputError when it cannot be looked at.
    """
    if not is_store(place):
        return _look(app, Path(place), beat)
    with staged(app, place, beat) as new:
        if new is None:
            return None
        report = _look(app, new.folder, beat, settled=True, elsewhere=new.elsewhere)
    if report is None:
        return None
    return replace(report, faults=tuple(named_as(one, new.folder, place) for one in report.faults))


def _look(
    app: App,
    folder: Path,
    beat: Callable[[], None],
    *,
    settled: bool = False,
    elsewhere: Collection[Path] = (),
) -> IngestReport | None:
    if not folder.is_dir():
        told = "the watched folder is not there (QA_WATCH_FOLDERS)"
        raise FaultyFileError([Fault(str(folder), None, None, told, kind=FaultKind.NO_FOLDER)])
    found = discover(app.settings, [folder], elsewhere=elsewhere)
    fresh = _fresh(app, found, settled)
    if not fresh:
        return None
    for manifest in found.manifests:
        expect_rows(app, manifest, None)
    log.info("watched_folder_brings", folder=readable(folder), files=len(fresh))
    return ingest_paths(app, fresh, kind="watch", progress=lambda *_: beat(), elsewhere=elsewhere)


def _fresh(app: App, found: Found, settled: bool) -> Sequence[Path]:
    """The files that are new or other than when they were seen last, and that nobody writes any more."""
    names = {writable(readable(candidate.path)): candidate.path for candidate in found.candidates}
    with app.database.read() as session:
        known = batches.last_seen(session, list(names))
    fresh = []
    for name, path in names.items():
        try:
            stat = path.stat()
        except OSError:
            continue  # gone again
        before = known.get(name)
        waited = before is not None and before.outcome == FileOutcome.WAITING.value
        same = before is not None and (before.size_bytes, before.modified_ns) == (stat.st_size, stat.st_mtime_ns)
        if same and not waited:
            continue
        # a time in the future says nothing about who writes now
        if settled or not 0 <= time.time() - stat.st_mtime < app.settings.settle_seconds:
            fresh.append(path)
    return fresh
