"""The tick of the schedule: what is due is begun, what goes on is looked after.

A tick may come twice, from two schedulers, late or never: everything it does is done once because the database says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import structlog

from qa_engine.domain.night import NightState
from qa_engine.domain.people import MACHINE
from qa_engine.errors import QaError, UsageError
from qa_engine.service.alerts.outbox import send_due
from qa_engine.service.context import App
from qa_engine.service.intake.outcome import IngestReport
from qa_engine.service.jobs.kinds import WATCH, enqueue
from qa_engine.service.jobs.ringing import Ring, ring
from qa_engine.service.night.nightly import advance_night, begin_night, due_nights, sources_of, stored_sources
from qa_engine.service.night.summing import ask_for_sums
from qa_engine.service.night.watching import look_at
from qa_engine.store import JobState, jobs, nights

log = structlog.get_logger(__name__)

BEGUN_AGAIN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a tick began, ended, and where it asked for a look."""

    begun: tuple[date, ...] = ()
    ended: tuple[date, ...] = ()
    watched: tuple[str, ...] = ()


def night_tick(app: App) -> Ticked:
    """Begin the nights that are due or whose taking in has failed, look after those that go on, have watched folders
    looked at and days added up, send alerts."""
    begun = []
    for day in due_nights(app):
        try:
            begin_night(app, day, sources_of(app.settings, day), who=MACHINE)
            begun.append(day)
        except QaError as error:
            log.error("night_not_begun", day=str(day), error=str(error))
    with app.database.read() as session:
        now = app.clock.now()
        failed = nights.failed_before(session, now - BEGUN_AGAIN_AFTER, now=now)
    for day in failed:  # three workers lost, or three faults, say nothing against the recordings of a whole day
        begin_night(app, day, stored_sources(app, day), who=MACHINE)
        begun.append(day)
    with app.database.read() as session:
        going_on = [night.day for night in nights.open_ones(session)]
    ended = [day for day in going_on if advance_night(app, day).state is NightState.DONE]
    watched = watch_folders(app)
    ask_for_sums(app)
    send_due(app)
    return Ticked(tuple(begun), tuple(ended), watched)


def watch_folders(app: App) -> tuple[str, ...]:
    """Have each watched folder looked at that was not for a while; the folders. One look at a time each."""
    now = app.clock.now()
    rings: list[Ring] = []
    asked = []
    rest, lease = timedelta(seconds=app.settings.watch_seconds), timedelta(seconds=app.settings.lease_seconds)
    with app.database.write() as session:
        for folder in app.settings.watch_folders:
            job = enqueue(session, WATCH, subject=folder, key="", now=now)
            ended = job.finished_at
            if job.state in (JobState.DONE.value, JobState.FAILED.value):
                # an end later than now is from a clock that was ahead
                if ended is not None and now - rest < ended <= now + lease:
                    continue
                jobs.ask_again(session, job.id, now=now)
            elif job.state != JobState.QUEUED.value or job.rung_at is not None:
                continue
            rings.append((job.queue, job.id))
            asked.append(folder)
    ring(app, rings)
    return tuple(asked)


def watch_now(app: App) -> Iterator[tuple[str, IngestReport | None, QaError | None]]:
    """Look at every watched place at once, in this process: the place, what it brought, or why it could not be seen.

    Raises UsageError when nothing is watched.
    """
    if not app.settings.watch_folders:
        raise UsageError("nothing is watched: set QA_WATCH_FOLDERS")
    for place in app.settings.watch_folders:
        try:
            yield place, look_at(app, place), None
        except QaError as error:
            yield place, None, error
