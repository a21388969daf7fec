"""The schedule: Celery beat whose every beat is a tick. What a tick does is decided by the database.

So two schedules, and one that was killed, do no harm. The tick is done here and not sent to a worker: there it would
wait behind the recordings of a whole day that are taken in. Between two beats time is measured by a clock that nobody
sets: Celery's own scheduler keeps the time of day of its next task, and after a clock went back an hour it would sleep
for an hour.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from celery.beat import Scheduler, Service
from sqlalchemy.exc import SQLAlchemyError

from qa_engine.errors import QaError
from qa_engine.logs import set_up_logs
from qa_engine.service import App, night_tick, open_app
from qa_engine.service.adapters.celery_bell import make_celery
from qa_engine.settings import Settings

log = structlog.get_logger(__name__)


def tick(app: App) -> None:
    """One tick; a fault of the machine is told and ends nothing."""
    try:
        night_tick(app)
    except (QaError, SQLAlchemyError, OSError) as error:
        log.warning("no_night_tick", error=str(error)[:300])


def tick_for_ever(settings: Settings) -> None:
    """What the keeper of a worker does where one machine has it all."""
    with open_app(settings) as app:
        while True:
            tick(app)
            time.sleep(settings.tick_seconds)


class Stop:
    """SIGTERM ends the schedule, after the tick at hand. Without a handler the first process of a container would not
    hear it, and be killed when its time is over."""

    def __init__(self) -> None:
        self._asked = self._ticking = False

    def __call__(self, *_: object) -> None:
        self._asked = True
        if not self._ticking:
            raise SystemExit(0)

    @contextmanager
    def after_this(self) -> Iterator[None]:
        self._ticking = True
        try:
            yield
        finally:
            self._ticking = False
        if self._asked:
            raise SystemExit(0)


def run_schedule(settings: Settings) -> int:
    """Tick until stopped; the exit code."""
    stop = Stop()
    before = signal.signal(signal.SIGTERM, stop)
    try:
        return _run(settings, stop)
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(settings: Settings, stop: Stop) -> int:
    set_up_logs(settings)
    log.info("schedule_starting", every_seconds=settings.tick_seconds)
    with open_app(settings) as app:

        class Ticking(Scheduler):  # type: ignore[misc]
            def tick(self, **_: object) -> float:
                with stop.after_this():
                    tick(app)
                return settings.tick_seconds

        celery = make_celery(settings)
        beat: Any = Service(celery, settings.tick_seconds, scheduler_cls=Ticking, remote_control=False)
        beat.start()
    return 0
