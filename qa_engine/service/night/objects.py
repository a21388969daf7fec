"""Object stores (S3 and whatever else fsspec knows) as folders: what is new is fetched, then taken in.

Fetched files lie below ``staging`` in the data folder under the path they have in the store, for as long as they are
taken in. Their time is that of the object, so a look knows an object again without fetching it.
"""

import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from qa_engine.domain import sha256_hex
from qa_engine.errors import Fault, FaultyFileError, QaError, StoreError
from qa_engine.private import private_folder
from qa_engine.service.adapters.object_stores import opened, store_fault
from qa_engine.service.context import App
from qa_engine.service.intake.discovery import MANIFEST_NAMES, RECORDING_SUFFIXES, TRANSCRIPT_SUFFIXES
from qa_engine.service.intake.filenames import readable
from qa_engine.service.jobs.pausing import is_the_machines
from qa_engine.store import FileOutcome, batches
from qa_engine.text import writable

_TAKEN = frozenset({FileOutcome.TAKEN, FileOutcome.DUPLICATE})
_PLAIN = re.compile(r"[^\w.@+=-]+")


@dataclass(frozen=True, slots=True)
class Staged:
    """What is new in a store. ``elsewhere``: where the files would lie that are known and were not fetched again."""

    folder: Path
    elsewhere: frozenset[Path]


@contextmanager
def staged(app: App, place: str, beat: Callable[[], None], *, night: bool = False) -> Iterator[Staged | None]:
    """A folder with what is new in the store, its manifests and sidecars; None when nothing is.

    ``night``: what was refused before is fetched once more, and a place where nothing lies is told. Raises
    SettingsError without fsspec or its part for this kind of store, FaultyFileError when the store cannot be read.
    """
    files, root = opened(place)
    folder = _folder_of(app, place)
    try:
        with _telling(place, folder):
            fresh = _fetch(app, files, root, folder, beat, night)
        yield fresh
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def staged_list(app: App, place: str) -> Iterator[Path]:
    """One file of a store, such as an export of call records, for as long as it is read. Raises as ``staged`` does."""
    files, name = opened(place)
    folder = _folder_of(app, place)
    target = folder / PurePosixPath(name).name
    try:
        with _telling(place, folder):
            private_folder(app.settings.home / "staging")
            folder.mkdir(exist_ok=True)
            files.get_file(name, str(target))
        yield target
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def named_as(fault: Fault, fetched: Path, place: str) -> Fault:
    """A fault of a fetched file or folder, told under the name that it has in its store."""
    here, there = str(fetched), place.rstrip("/")
    return replace(
        fault,
        where=fault.where.replace(here, there),
        message=fault.message.replace(here, there),
        values=tuple(value.replace(here, there) for value in fault.values),
    )


def _folder_of(app: App, place: str) -> Path:
    return app.settings.home / "staging" / f"{_PLAIN.sub('-', place)[:60]}-{sha256_hex(place.encode())[:8]}"


@contextmanager
def _telling(place: str, folder: Path) -> Iterator[None]:
    """What goes wrong at a store, as an error that says what to do."""
    try:
        yield
    except (QaError, SQLAlchemyError):
        raise
    except Exception as error:  # each kind of store has errors of its own library
        if isinstance(error, OSError) and not isinstance(error, ConnectionError) and is_the_machines(error):
            raise StoreError(f"{folder}: {error.strerror}") from error
        raise FaultyFileError([store_fault(place, error)]) from error


def _fetch(app: App, files: Any, root: str, folder: Path, beat: Callable[[], None], night: bool) -> Staged | None:
    """None when nothing is new; else it lies in the folder."""
    found = {name: info for name, info in files.find(root, detail=True).items() if info.get("type") == "file"}
    if night and not found:
        raise FileNotFoundError(root)
    fresh = _new(app, folder, root, found, _TAKEN if night else frozenset(FileOutcome))
    if fresh:
        private_folder(app.settings.home / "staging")
    for name in fresh:
        beat()
        target = folder / _inside(root, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        files.get_file(name, str(target))
        changed = _changed_ns(found[name])
        os.utime(target, ns=(changed, changed))
    known = frozenset(folder.resolve() / _inside(root, name) for name in found.keys() - set(fresh))
    return Staged(folder, known) if fresh else None


def _new(
    app: App, folder: Path, root: str, found: Mapping[str, Mapping[str, Any]], known_by: Collection[FileOutcome]
) -> list[str]:
    """The objects to fetch: recordings and transcripts that are new, changed, or were seen with another outcome, and
    the lists and sidecars beside them."""
    calls, aids = [], []
    stems = {(PurePosixPath(name).parent, PurePosixPath(name).stem) for name in found if _is(name, RECORDING_SUFFIXES)}
    for name in found:
        path = PurePosixPath(name)
        beside = _is(name, TRANSCRIPT_SUFFIXES) and (path.parent, path.stem) in stems
        if path.name.lower() in MANIFEST_NAMES or beside:
            aids.append(name)
        elif _is(name, RECORDING_SUFFIXES | TRANSCRIPT_SUFFIXES) and not path.name.startswith("."):
            calls.append(name)
    paths = {name: writable(readable(folder / _inside(root, name))) for name in calls}
    with app.database.read() as session:
        known = batches.last_seen(session, list(paths.values()))
    fresh = [
        name
        for name in calls
        if (before := known.get(paths[name])) is None
        or before.outcome not in known_by
        or (before.size_bytes, before.modified_ns) != (found[name].get("size"), _changed_ns(found[name]))
    ]
    return [*fresh, *aids] if fresh else []


def _is(name: str, suffixes: frozenset[str]) -> bool:
    return PurePosixPath(name).suffix.lower() in suffixes


def _inside(root: str, name: str) -> Path:
    """The path of an object below the root of the store; no name leads out of the folder it is fetched to."""
    relative = PurePosixPath(name.removeprefix(root).lstrip("/") or PurePosixPath(name).name)
    return Path(*(part for part in relative.parts if part not in ("..", "/", "")))


def _changed_ns(info: Mapping[str, Any]) -> int:
    """When an object was changed, in ns; where the store does not say, a number that stands for its content."""
    for key in ("LastModified", "last_modified", "mtime", "created", "updated"):
        value = info.get(key)
        if isinstance(value, datetime):
            return int(value.timestamp()) * 10**9
        if isinstance(value, int | float) and not isinstance(value, bool):
            return int(value) * 10**9
    mark = str(info.get("ETag") or info.get("etag") or info.get("name"))
    return int(sha256_hex(mark.encode())[:8], 16) * 10**9
