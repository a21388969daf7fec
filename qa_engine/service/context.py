"""The application object: everything a use case needs, made from the settings and opened on first use."""

from functools import cached_property
from types import TracebackType
from typing import Self

from qa_engine.errors import SettingsError
from qa_engine.private import keep_private, private_file, private_folder
from qa_engine.service.adapters.pack_judge import PackJudge
from qa_engine.service.ports.bell import Bell
from qa_engine.service.ports.clock import Clock, SystemClock
from qa_engine.service.ports.judge import Judge
from qa_engine.service.ports.recordings import FolderRecordings, RecordingStore
from qa_engine.service.ports.transcriber import Transcriber
from qa_engine.settings import Settings
from qa_engine.store import Database, head_revision


class App:
    """One installation, seen from one process. Opens nothing until it is used; not to be carried over a fork."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        bell: Bell | None = None,
        recordings: RecordingStore | None = None,
        transcriber: Transcriber | None = None,
        judge: Judge | None = None,
    ) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.recordings: RecordingStore = recordings or FolderRecordings(settings.recordings_dir)
        self.given_judge = judge
        self._bell, self._transcriber = bell, transcriber

    @cached_property
    def database(self) -> Database:
        """The database. A SQLite file is made and upgraded here; PostgreSQL is set up only when it is empty."""
        if self.settings.database_url is None:
            make_home(self.settings)
            private_file(self.settings.home / "qa.db")
        database = Database(self.settings.resolved_database_url)
        database.ping()
        at = database.revision()
        if at is None or (database.embedded and at != head_revision()):
            database.upgrade()
        return database

    @cached_property
    def bell(self) -> Bell:
        if self._bell is not None:
            return self._bell
        from qa_engine.service.adapters.celery_bell import CeleryBell  # Celery takes a moment to import

        return CeleryBell(self.settings)

    @cached_property
    def transcriber(self) -> Transcriber:
        if self._transcriber is not None:
            return self._transcriber
        from qa_engine.service.adapters.speech import SpeechTranscriber  # numpy and audio libraries

        return SpeechTranscriber(self.settings)

    @cached_property
    def judge(self) -> Judge:
        return self.given_judge or PackJudge(self.settings)

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


def open_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    bell: Bell | None = None,
    recordings: RecordingStore | None = None,
    transcriber: Transcriber | None = None,
    judge: Judge | None = None,
) -> App:
    """The application for ``settings``; what is not given is the real thing."""
    return App(settings, clock=clock, bell=bell, recordings=recordings, transcriber=transcriber, judge=judge)


def upgrade_database(app: App) -> None:
    """Bring the tables to what this version needs."""
    app.database.upgrade()


def make_home(settings: Settings) -> None:
    """The data folder, its owner's alone: it holds recordings of people."""
    try:
        keep_private(private_folder(settings.home))
    except OSError as error:
        raise SettingsError(
            f"the data folder {settings.home} cannot be made (setting QA_HOME): {error.strerror}"
        ) from None
