"""The database: SQLite in WAL mode by default, PostgreSQL by address; one place where transactions begin."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from qa_engine.errors import QaError, SettingsError, StoreError, UnkeptError
from qa_engine.store import (
    day_sums,  # noqa: F401  # carries numbers up as sessions write
    editions,  # noqa: F401  # likewise
    text_index,
)
from qa_engine.store.heads import WritingSession

BUSY_TIMEOUT_MS = 30_000
REVISION_SECONDS = 10.0
"""So often a process that runs looks whether the tables are still those of its version."""
LARGEST_REWRITE_BYTES = 2 * 2**30
UPGRADE_LOCK = 7_218_101  # any number that nobody else uses on the same PostgreSQL server
MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class Database:
    """Sessions on one address. Not to be carried over a fork: every process opens its own.

    ``read()`` gives a session that never writes; ``write()`` one that commits at the end or rolls back.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
            self.engine = _sqlite_engine(url) if parsed.get_backend_name() == "sqlite" else _server_engine(url)
        except (ArgumentError, ImportError) as error:
            # SQLAlchemy's message may repeat the address, and with it a password
            raise SettingsError(
                f"QA_DATABASE_URL cannot be used ({type(error).__name__}); examples: sqlite:////data/qa.db, "
                "postgresql+psycopg://user:password@host/qa (needs the extra: pip install 'qa-engine[postgres]')"
            ) from None
        self._needed: str | None = None
        self._seen_at = float("-inf")
        # SQLite takes the write lock at BEGIN: a transaction that reads and then writes could not get it later
        self._writing = self.engine.execution_options(qa_write=True)

    @property
    def embedded(self) -> bool:
        """True for SQLite: every process that uses it is on this machine."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        self._check()
        with self._told(), Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session  # closing detaches the rows as they are; a rollback would empty them

    @contextmanager
    def write(self) -> Iterator[Session]:
        self._check()
        with self._told(), WritingSession(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _told(self, how: str = "failed") -> Iterator[None]:
        """What the database says when it is away, locked, full or no database at all, in words for a person; and
        when it was given a value that it cannot keep, such as a NUL in a text (PostgreSQL)."""
        try:
            yield
        except DataError as error:
            raise UnkeptError(f"the database keeps no such value: {error.orig}") from error
        except (OperationalError, InterfaceError, DatabaseError) as error:
            if type(error) not in (OperationalError, InterfaceError, DatabaseError):
                raise  # a broken constraint or a wrong statement is our business
            where = self.engine.url.render_as_string(hide_password=True)
            raise StoreError(f"the database at {where} (setting QA_DATABASE_URL) {how}: {error.orig}") from error

    def overwrite_deleted(self, session: Session) -> None:
        """From now on this session leaves nothing readable of what it deletes in the file (SQLite's secure_delete)."""
        if self.embedded:
            session.connection().exec_driver_sql("PRAGMA secure_delete=ON")

    def settle_deleted(self) -> bool:
        """Rewrite the file, and its log, without what was deleted before; False when it is too large to do so beside
        work, or no file: PostgreSQL does so by its own vacuum.
        """
        name = self.engine.url.database
        if not self.embedded or not name or Path(name).stat().st_size > LARGEST_REWRITE_BYTES:
            return False
        with self._told(), self.engine.connect() as connection:
            driver = connection.connection.dbapi_connection
            assert driver is not None
            driver.execute("VACUUM")
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return True

    def upgrade(self, revision: str = "head") -> None:
        """Bring the tables to ``revision``; does nothing when they are there already, also when others do it too.

        Raises `QaError` when the tables were made by a newer version of the engine.
        """
        with self._told(), self._alone(), self._altering() as connection:
            if not self.embedded:
                connection.execute(select(func.pg_advisory_xact_lock(UPGRADE_LOCK)))
            try:
                command.upgrade(alembic_config(connection), revision)
            except CommandError as error:
                raise QaError(
                    f"the tables are at a revision that this version of qa-engine does not know ({error}); "
                    "use the version that made them, or a newer one"
                ) from None
            if not self.embedded and MigrationContext.configure(connection).get_current_revision() == head_revision():
                text_index.make(connection)
            connection.commit()

    def downgrade(self, revision: str) -> None:
        with self._altering() as connection:
            command.downgrade(alembic_config(connection), revision)
            connection.commit()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time brings the tables of a database file up: alembic reads the revision before SQLite's
        own lock, and a second process would make the same step on tables that have it already."""
        name = self.engine.url.database
        if not self.embedded or not name or name == ":memory:":
            yield
            return
        with open(f"{name}.upgrade", "a", opener=_private) as lock:  # the opener sets the mode
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _altering(self) -> Iterator[Connection]:
        """A connection on which tables may be changed.

        SQLite changes a constraint by making the table anew and dropping the old one. With foreign keys on, that would
        delete the rows that point at it; the switch works only outside of a transaction.
        """
        with self._writing.connect() as connection:
            if not self.embedded:
                yield connection
                return
            driver = connection.connection.dbapi_connection
            assert driver is not None
            driver.execute("PRAGMA foreign_keys=OFF")
            try:
                yield connection
            finally:
                connection.rollback()  # of what was not committed
                driver.execute("PRAGMA foreign_keys=ON")

    def revision(self) -> str | None:
        """The migration the tables are at; None for an empty database."""
        with self._told(), self.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def need(self, revision: str | None) -> None:
        """From now on no session is given on tables of another revision. Raises `StoreError` at once when they are."""
        self._needed = revision
        self._check()

    def _check(self) -> None:
        """Now and then, as others may bring the tables to another version while this process runs."""
        if self._needed is None or time.monotonic() - self._seen_at < REVISION_SECONDS:
            return
        at = self.revision()
        if at != self._needed:
            newer = at not in {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
            what = (
                "use the version that made them, or a newer one"
                if newer
                else "start a worker of this version once (qa-engine worker), which brings them up to date"
            )
            raise StoreError(f"the tables are at revision {at}, this version of qa-engine needs {self._needed}: {what}")
        self._seen_at = time.monotonic()

    def now(self) -> datetime:
        """The time of the database server, aware."""
        with self._told(), self.engine.connect() as connection:
            found: datetime = connection.scalars(select(func.clock_timestamp())).one()
            return found.astimezone(UTC)

    @property
    def finds_pieces(self) -> bool:
        """Whether pieces of call ids are found by an index. A file is read through as quickly."""
        with self._told(), self.engine.connect() as connection:
            return self.embedded or text_index.is_there(connection)

    def ping(self) -> None:
        """Raises `StoreError` when the database does not answer."""
        with self._told("does not answer"), self.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        self.engine.dispose()


def known_revisions() -> frozenset[str]:
    """Every migration that this version of the engine knows."""
    return frozenset(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def head_revision() -> str | None:
    """The newest migration that this version of the engine knows."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def alembic_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


# hide_parameters: an error must not carry what was said, or a number, into a log


def _server_engine(url: str) -> Engine:
    engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _record: object) -> None:
        with closing(connection.cursor()) as cursor:
            # compiling takes a second where a plan only looks dear; no statement of ours runs as long without it
            cursor.execute("SET jit = off")
            # nor as long as it takes to start processes, and those would be taken from other people's pages
            cursor.execute("SET max_parallel_workers_per_gather = 0")
        connection.commit()

    return engine


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself; `_begin` does
        for pragma in (
            "journal_mode=WAL",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "foreign_keys=ON",
            "synchronous=NORMAL",
            "secure_delete=FAST",  # what is changed or deleted leaves nothing readable in the pages written anyway
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("qa_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
