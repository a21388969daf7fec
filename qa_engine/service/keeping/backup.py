"""Backup while everything runs, and restore of it.

A backup is a folder that appears whole or not at all: the database as of one moment, every recording that it knows, the
centre's profile and published rules, and a list with their digests. The database is copied first; a recording is
stored before its row is, and never changed, so none that the copy names can be missing. Recordings that the backup
before has, too, are linked. Those in an object store stay there: each is looked for, with its size, and counted.
"""

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import structlog
from sqlalchemy import make_url

from qa_engine import __version__
from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import ConflictError, InputError, NotFoundError, QaError, UsageError
from qa_engine.private import private_folder
from qa_engine.service.centre.folders import DRAFTS, EDITIONS, GOLDEN_DRAFTS
from qa_engine.service.context import App
from qa_engine.service.home import make_home
from qa_engine.service.ports.transcriber import Progress
from qa_engine.store import Database, known_revisions

log = structlog.get_logger(__name__)

PREFIX, PARTIAL = "qa-backup-", ".partial-"
LIST = "backup.json"
DATABASE, DUMP = "qa.db", "qa.dump"
RECORDINGS, PROFILE = "recordings", "profile.yaml"
RULES = (EDITIONS, DRAFTS, GOLDEN_DRAFTS)
"""Folders of the data folder: published editions, drafts, golden calls of upheld appeals."""
_PIECE = 2**20
_RECORDINGS = (
    "SELECT sha256, suffix, size_bytes FROM recordings WHERE id NOT IN (SELECT calls.recording_id FROM forgotten"
    " JOIN calls ON calls.id = forgotten.call_pk WHERE calls.recording_id IS NOT NULL) ORDER BY sha256"
)


@dataclass(frozen=True, slots=True)
class BackupList:
    """What a backup holds. ``database_sha256`` of its file; a recording's digest is its name."""

    version: int
    engine: str
    revision: str
    made_at: str
    embedded: bool
    database_sha256: str
    recordings: int
    recording_bytes: int
    missing: tuple[str, ...]  # recordings that the database knows and the store did not have
    elsewhere: int = 0  # recordings that are in an object store, and were found there; they are not copied


def back_up(app: App, target: Path, *, who: Actor, progress: Progress | None = None) -> tuple[Path, BackupList]:
    """Make a backup in the folder ``target``; its own folder and what it holds. Workers may go on.

    Raises UsageError when ``target`` cannot be written, QaError when pg_dump is missing or fails.
    """
    require(who, Right.RUN_NIGHT)
    now = app.clock.now()
    name = f"{PREFIX}{now:%Y%m%dT%H%M%SZ}"
    final, partial = target / name, target / f"{PARTIAL}{name}"
    if final.exists():
        raise ConflictError(f"{final}: is there already")
    revision = app.database.revision() or ""
    try:
        private_folder(target)
        shutil.rmtree(partial, ignore_errors=True)
        private_folder(partial)
        database = _copy_database(app, partial)
        number = size = elsewhere = 0
        if app.recordings.in_files:
            number, size, missing = _copy_recordings(app, partial, _newest(target), progress)
        else:
            elsewhere, missing = _look_for_recordings(app, partial)
        profile = app.settings.profile or app.settings.home / PROFILE
        if profile.is_file():
            shutil.copyfile(profile, partial / PROFILE)
        for name in RULES:
            if (app.settings.home / name).is_dir():
                shutil.copytree(app.settings.home / name, partial / name, ignore=shutil.ignore_patterns(".making-*"))
        told = BackupList(
            version=2 if elsewhere else 1,
            engine=__version__,
            revision=revision,
            made_at=now.isoformat(timespec="seconds"),
            embedded=app.database.embedded,
            database_sha256=_digest(database),
            recordings=number,
            recording_bytes=size,
            missing=missing,
            elsewhere=elsewhere,
        )
        listed = asdict(told)
        if not elsewhere:
            del listed["elsewhere"]  # a list of version 1, which every version reads
        (partial / LIST).write_text(json.dumps(listed, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        partial.replace(final)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise UsageError(f"{error.filename or target}: the backup cannot be written: {error.strerror}") from error
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    log.info("backed_up", recordings=number, bytes=size, elsewhere=elsewhere, missing=len(missing))
    return final, told


def restore(app: App, source: Path, *, who: Actor, progress: Progress | None = None) -> BackupList:
    """Put a backup into an empty data folder (and an empty PostgreSQL database), and bring its tables up.

    Everything is compared with its digest before anything is put in place. Raises UsageError when there is something
    already, InputError for a damaged backup, QaError for one that a newer version made.
    """
    require(who, Right.RUN_NIGHT)
    told = read_list(source)
    if told.revision not in known_revisions():
        raise QaError(
            f"{source}: made by qa-engine {told.engine} with tables {told.revision!r}, which this version "
            f"({__version__}) does not know; use that version, or a newer one"
        )
    settings = app.settings
    embedded = settings.database_url is None
    if embedded != told.embedded:
        kind = "SQLite" if told.embedded else "PostgreSQL"
        raise UsageError(f"{source}: a backup of {kind}; set QA_DATABASE_URL accordingly")
    own = settings.recording_store is None  # recordings elsewhere, by their hashes, may have outlived the data folder
    if (settings.home / DATABASE).exists() or (own and any(settings.recordings_dir.glob("*"))):
        raise UsageError(f"{settings.home}: holds data already; restore into an empty folder (QA_HOME)")
    if told.elsewhere and app.recordings.in_files:
        raise UsageError(f"{source}: {told.elsewhere} recordings of it are in an object store; set QA_RECORDING_STORE")
    database = source / (DATABASE if told.embedded else DUMP)
    if not database.is_file() or _digest(database) != told.database_sha256:
        raise InputError(f"{database}: is not what was backed up")
    recordings = sorted((source / RECORDINGS).rglob("*"))
    files = [path for path in recordings if path.is_file()]
    if len(files) != told.recordings:
        raise InputError(f"{source}: {len(files)} recordings, and there should be {told.recordings}")
    for done, path in enumerate(files):
        if progress:
            progress("comparing", float(done), float(len(files)))
        if _digest(path) != path.stem:
            raise InputError(f"{path}: is not what was backed up")
    make_home(settings)
    _put_in_place(app, source, database, files, progress)
    with closing(Database(settings.resolved_database_url)) as opened:
        opened.upgrade()
    log.info("restored", recordings=len(files), revision=told.revision)
    return told


def read_list(source: Path) -> BackupList:
    """Raises InputError for a folder that is no backup, or a part of one."""
    try:
        raw = json.loads((source / LIST).read_text(encoding="utf-8"))
        if raw.get("version") not in (1, 2):
            raise QaError(f"{source}: a backup of version {raw.get('version')!r}; use the qa-engine that made it")
        return BackupList(**{**raw, "missing": tuple(raw["missing"])})
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{source}: no backup of qa-engine ({type(error).__name__}: {LIST})") from None


def _copy_database(app: App, folder: Path) -> Path:
    if not app.database.embedded:
        return _dump(app, folder / DUMP)
    target = folder / DATABASE
    name = app.database.engine.url.database or ""
    with closing(sqlite3.connect(name)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy, pages=4096)  # by pieces: whoever writes meanwhile is not kept waiting
        copy.execute("PRAGMA journal_mode=DELETE")
    target.chmod(0o600)
    return target


def _copy_recordings(
    app: App, folder: Path, before: Path | None, progress: Progress | None
) -> tuple[int, int, tuple[str, ...]]:
    """How many there are, their bytes, and the digests of those that are not in the store."""
    private_folder(folder / RECORDINGS)
    number = size = 0
    missing = []
    known = list(_known(app, folder))
    for done, (digest, suffix, _) in enumerate(known):
        if progress:
            progress("copying recordings", float(done), float(len(known)))
        try:
            path = app.recordings.path(digest, suffix)
        except NotFoundError:
            missing.append(digest)
            continue
        target = folder / RECORDINGS / digest[:2] / f"{digest}{suffix}"
        target.parent.mkdir(exist_ok=True, mode=0o700)
        size += _link_or_copy(path, target, before)
        number += 1
    return number, size, tuple(missing)


def _look_for_recordings(app: App, folder: Path) -> tuple[int, tuple[str, ...]]:
    """How many of the recordings are in the object store as a whole, and the digests of those that are not."""
    held = app.recordings.held()
    known = list(_known(app, folder))
    missing = tuple(digest for digest, suffix, size in known if held.get(f"{digest}{suffix}") != size)
    return len(known) - len(missing), missing


def _known(app: App, folder: Path) -> Iterator[tuple[str, str, int]]:
    """Digest, suffix and bytes of every recording: of the copy of the database, or of what is there now."""
    if (folder / DATABASE).is_file():
        with closing(sqlite3.connect(folder / DATABASE)) as copy:
            yield from copy.execute(_RECORDINGS)
        return
    with app.database.engine.connect() as connection:
        for row in connection.exec_driver_sql(_RECORDINGS):
            yield row[0], row[1], row[2]


def _link_or_copy(path: Path, target: Path, before: Path | None) -> int:
    size = path.stat().st_size
    earlier = before / RECORDINGS / target.parent.name / target.name if before else None
    if earlier is not None and earlier.is_file() and earlier.stat().st_size == size:
        try:
            os.link(earlier, target)
        except OSError:
            pass  # another file system, or one without links: copied
        else:
            return size
    shutil.copyfile(path, target)
    target.chmod(0o600)
    return size


def _newest(target: Path) -> Path | None:
    found = sorted(path for path in target.glob(f"{PREFIX}*") if (path / LIST).is_file())
    return found[-1] if found else None


def _put_in_place(app: App, source: Path, database: Path, files: list[Path], progress: Progress | None) -> None:
    settings = app.settings
    try:
        for done, path in enumerate(files):
            if progress:
                progress("copying recordings", float(done), float(len(files)))
            with path.open("rb") as stream:
                app.recordings.store(stream, name=path.name)
        if (source / PROFILE).is_file() and settings.profile is None:
            shutil.copyfile(source / PROFILE, settings.home / PROFILE)
        for name in RULES:
            if (source / name).is_dir() and not (settings.home / name).exists():
                shutil.copytree(source / name, settings.home / name)
        if settings.database_url is None:
            temporary = settings.home / f"{PARTIAL}{DATABASE}"
            shutil.copyfile(database, temporary)
            temporary.chmod(0o600)
            temporary.replace(settings.home / DATABASE)  # last: a restore that was cut off has no database
        else:
            _load(app, database)
    except OSError as error:
        raise UsageError(f"{error.filename or settings.home}: cannot be written: {error.strerror}") from error


def _dump(app: App, target: Path) -> Path:
    with _server(app) as (address, environment):
        _run(["pg_dump", "--format=custom", "--no-owner", "--file", str(target), "--dbname", address], environment)
    target.chmod(0o600)
    return target


def _load(app: App, dump: Path) -> None:
    with closing(Database(app.settings.resolved_database_url)) as database:
        if database.revision() is not None:
            raise UsageError("the database of QA_DATABASE_URL holds tables already; restore into an empty one")
    with _server(app) as (address, environment):
        command = [
            "pg_restore",
            "--no-owner",
            "--exit-on-error",
            "--single-transaction",
            "--dbname",
            address,
            str(dump),
        ]
        _run(command, environment)


@contextmanager
def _server(app: App) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The address for PostgreSQL's own programs; the password travels in the environment, which others cannot see."""
    url = make_url(app.settings.resolved_database_url)
    environment = {**os.environ, **({"PGPASSWORD": url.password} if url.password else {})}
    yield url.set(drivername="postgresql", password=None).render_as_string(hide_password=False), environment


def _run(command: list[str], environment: Mapping[str, str]) -> None:
    try:
        done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise QaError(f"{command[0]} is not here; install the client programs of PostgreSQL") from None
    if done.returncode:
        raise QaError(f"{command[0]} failed: {done.stderr.strip().splitlines()[-1:] or ['no word']}")


def _digest(path: Path) -> str:
    sha = sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            sha.update(piece)
    return sha.hexdigest()
