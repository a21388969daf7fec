"""The application object: everything a use case needs, made from the settings and opened on first use."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from qa_engine.private import private_file
from qa_engine.service.centre.folders import CURRENT, EDITIONS
from qa_engine.service.home import make_home
from qa_engine.service.ports.bell import Bell
from qa_engine.service.ports.clock import Clock, ServerClock, SystemClock
from qa_engine.service.ports.judge import Judge
from qa_engine.service.ports.recordings import RecordingStore
from qa_engine.service.ports.transcriber import Transcriber
from qa_engine.service.shelf import Shelf
from qa_engine.settings import Settings
from qa_engine.store import Database, head_revision


@dataclass(frozen=True, slots=True)
class RealParts:
    """How the parts that take a while to load are made, when they are wanted and none was given."""

    bell: Callable[[Settings], Bell]
    transcriber: Callable[[Settings], Transcriber]
    judge: Callable[[Settings], Judge]
    recordings: Callable[[Settings], RecordingStore]


class App:
    """One installation, seen from one process. Opens nothing until it is used; not to be carried over a fork."""

    def __init__(
        self,
        settings: Settings,
        real: RealParts,
        *,
        clock: Clock | None = None,
        bell: Bell | None = None,
        recordings: RecordingStore | None = None,
        transcriber: Transcriber | None = None,
        judge: Judge | None = None,
    ) -> None:
        self.settings = settings
        # on a server there is one time for all machines
        given = ServerClock(lambda: self.database.now()) if self._on_a_server else SystemClock()
        self.clock: Clock = clock or given
        self.recordings: RecordingStore = recordings or real.recordings(settings)
        self.given_judge = judge
        self._real, self._bell, self._transcriber = real, bell, transcriber
        self._judge: tuple[str, Judge] | None = None
        self.shelf = Shelf()
        self.tallies = Shelf(40)
        self.briefs = Shelf(5_000)
        self.texts = Shelf(200)
        """What is said of rules by texts that never change, known by their digests."""
        self.loaded: Judge | None = None
        """The judge that has judged before in this process, so that its dictionary and models are there."""

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the centre's days."""
        return ZoneInfo(self.settings.timezone)

    @cached_property
    def database(self) -> Database:
        """The database. A SQLite file is made and upgraded here; PostgreSQL is set up only when it is empty.

        Raises StoreError when its tables are not those of this version.
        """
        database = self.open_database()
        try:
            at = database.revision()
            if at is None or (database.embedded and at != head_revision()):
                database.upgrade()
            database.need(head_revision())
        except BaseException:
            database.close()
            raise
        return database

    @property
    def _on_a_server(self) -> bool:
        url = self.settings.database_url
        return url is not None and not url.get_secret_value().startswith("sqlite")

    def open_database(self) -> Database:
        """The database as it is, whatever its tables. Raises StoreError when it does not answer."""
        if self.settings.database_url is None:
            make_home(self.settings)
            private_file(self.settings.home / "qa.db")
        database = Database(self.settings.resolved_database_url)
        database.ping()
        return database

    @cached_property
    def bell(self) -> Bell:
        return self._bell or self._real.bell(self.settings)

    @cached_property
    def transcriber(self) -> Transcriber:
        return self._transcriber or self._real.transcriber(self.settings)

    @property
    def judge(self) -> Judge:
        """The judge of the edition of the rules that counts; another one is loaded when one is published."""
        if self.given_judge is not None:
            return self.given_judge
        edition = self._edition()
        if self._judge is None or self._judge[0] != edition:
            self._judge = edition, self._real.judge(self.settings)
        return self._judge[1]

    def _edition(self) -> str:
        """The number of the edition of the rules that counts; nothing where none was published."""
        try:
            return (self.settings.home / EDITIONS / CURRENT).read_text(encoding="ascii")
        except FileNotFoundError:
            return ""

    @property
    def notice(self) -> str | None:
        """What every page must say while the demonstration recogniser is in use."""
        return self.transcriber.notice

    def close(self) -> None:
        if "database" in self.__dict__:
            self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def upgrade_database(app: App) -> None:
    """Bring the tables to what this version needs."""
    with closing(app.open_database()) as database:
        database.upgrade()
