"""The night of a day: begun once however often it is asked for, gone on with after any stop, ended by its ledger.

Nothing here is remembered outside of the database. The row of the day is unique, what takes the recordings in is a job
with a lease, and whoever looks after the night (a command, a tick of the schedule) finds what is to be done next.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

import structlog

from qa_engine.domain.night import (
    MEASURED_PARTS,
    HangingCall,
    Measured,
    NightProgress,
    NightState,
    forecast,
    measured,
    night_deadline,
    night_due,
)
from qa_engine.domain.people import MACHINE, Actor, Right, require
from qa_engine.errors import Fault, NotFoundError, UsageError
from qa_engine.service.alerts.night import tell_closed, tell_late
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import DRIFT, INSPECT, NIGHT, TRANSCRIBE, enqueue, job_kinds
from qa_engine.service.jobs.ringing import Ring, ring
from qa_engine.service.night.ledgers import draw_ledger
from qa_engine.settings import Settings
from qa_engine.store import JobState, calls, jobs, ledgers, night_tables, nights, tables

log = structlog.get_logger(__name__)

MIDNIGHT = time(0)
MEASURED = timedelta(minutes=15)
CATCH_UP = timedelta(days=7)
"""Nights that a machine that was down missed are made up for, back to so long ago."""
JUMP = timedelta(hours=3)
"""A clock may go back so far, and what it said before still counts."""
SHOWN = 14
SUSPECTED = 3
"""Work that has taken this part of its limit may hang: longer than its recording lasts, and 100 s, for recognition."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the recordings of a night lie, and the lists that say what there should be."""

    folders: tuple[str, ...]
    manifest: str | None = None
    lists: tuple[str, ...] = ()


def sources_of(settings: Settings, day: date) -> Sources:
    """What the settings say, for one day. Raises UsageError when they name no folder."""
    if not settings.night_folders and not settings.night_lists:
        raise UsageError("name the folders of the recordings, or set QA_NIGHT_FOLDERS")
    folders = tuple(day.strftime(folder) for folder in settings.night_folders)
    return Sources(folders, None, tuple(day.strftime(one) for one in settings.night_lists))


def begin_night(app: App, day: date, sources: Sources | None = None, *, who: Actor) -> int:
    """Begin the night of a day, or take its sources in once more when it was begun; the id of the job that does it.

    Whatever was taken in before is a duplicate, so asking again does no harm, and a job that is waiting or being done
    stays the one. Raises UsageError without any folder.
    """
    require(who, Right.RUN_NIGHT)
    chosen = sources or sources_of(app.settings, day)
    text = json.dumps({"folders": chosen.folders, "manifest": chosen.manifest, "lists": chosen.lists})
    now = app.clock.now()
    deadline = night_deadline(day, app.settings.night_at or MIDNIGHT, app.settings.night_deadline, app.zone)
    while deadline <= now:  # a day of long ago is worked through
        deadline += timedelta(days=1)
    with app.database.write() as session:
        night, new = nights.begin(session, day, sources=text, now=now, deadline=deadline)
        job = enqueue(session, NIGHT, subject=day.isoformat(), key="", now=now)
        if not new:
            night.sources = text
            night.state, night.ended_at = NightState.TAKING_IN.value, None
            night.began_at = min(night.began_at, now)  # the clock may have been ahead
            jobs.ask_again(session, job.id, now=now)
        night.job_id = job.id
        calls.note(session, None, actor=who.id, action="night", detail=str(day), now=now)
        session.flush()
        queue, job_id = job.queue, job.id
    ring(app, [(queue, job_id)])
    return job_id


def stored_sources(app: App, day: date) -> Sources:
    """Raises NotFoundError when the night of this day was never begun."""
    with app.database.read() as session:
        night = nights.find(session, day)
        if night is None:
            raise NotFoundError(f"no night of {day} was begun")
        told = json.loads(night.sources)
    return Sources(tuple(told["folders"]), told["manifest"], tuple(told["lists"]))


def night_progress(app: App, day: date, *, who: Actor) -> NightProgress:
    """How far the night of a day is, with the forecast of its end. Raises NotFoundError."""
    require(who, Right.SEE_NIGHT)
    with app.database.read() as session:
        night = nights.find(session, day)
        if night is None:
            raise NotFoundError(f"no night of {day} was begun")
        now = app.clock.now()
        left = nights.work_left(session, day)
        since = max(night.began_at, now - MEASURED)
        heard = nights.done(session, day, TRANSCRIBE, since=since, until=now, parts=MEASURED_PARTS, by_audio=True)
        judged = nights.done(session, day, INSPECT, since=since, until=now, parts=MEASURED_PARTS, by_audio=False)
        batch = session.get(night_tables.Batch, night.batch_id) if night.batch_id else None
        audio, judging = _speed(heard, now), _speed(judged, now)
        state = NightState(night.state)
        end = None
        stuck, stuck_audio = _hanging(app, nights.at_hand(session, day, stages=[TRANSCRIBE, INSPECT]))
        if state is NightState.WORKING:
            end = forecast(
                now,
                audio_left_seconds=left.audio_left_seconds - stuck_audio,
                audio=audio,
                judging_left=left.judging_left - len(stuck),
                calls=judging,
                judging_keeps_up=_keeps_up(left, judged),
                hanging=stuck,
            )
        zone = app.zone
        return NightProgress(
            day=day,
            state=state,
            began_at=night.began_at.astimezone(zone),
            deadline=night.deadline.astimezone(zone),
            ended_at=night.ended_at.astimezone(zone) if night.ended_at else None,
            files_seen=batch.seen if batch else 0,
            calls=left.calls,
            settled=left.settled,
            audio_seconds=left.audio_seconds,
            audio_left_seconds=left.audio_left_seconds,
            judging_left=left.judging_left,
            audio_per_second=audio.per_second if audio else None,
            calls_per_second=judging.per_second if judging else None,
            forecast_end=end.end.astimezone(zone) if end else None,
            earliest_end=end.earliest.astimezone(zone) if end else None,
            latest_end=end.latest.astimezone(zone) if end else None,
            hanging=tuple(HangingCall(call.call_id, call.until.astimezone(zone)) for call in stuck),
        )


def recent_nights(app: App, *, who: Actor, limit: int = SHOWN) -> tuple[NightProgress, ...]:
    """The newest nights, the newest first."""
    require(who, Right.SEE_NIGHT)
    with app.database.read() as session:
        days = [night.day for night in nights.newest(session, limit)]
    return tuple(night_progress(app, day, who=who) for day in days)


def night_faults(app: App, day: date, *, who: Actor) -> tuple[Fault, ...]:
    """What was wrong with the sources of a night, as it was told when they were taken in."""
    require(who, Right.SEE_NIGHT)
    with app.database.read() as session:
        return (*nights.source_faults(session, day), *nights.file_faults(session, day))


def advance_night(app: App, day: date) -> NightProgress:
    """Look after a night that is going on: note the forecast, draw the ledger when it is done or its hour is over."""
    progress = night_progress(app, day, who=MACHINE)
    now = app.clock.now()
    if progress.state is NightState.DONE:
        return progress
    with app.database.read() as session:
        night = nights.find(session, day)
        job = session.get(tables.Job, night.job_id) if night and night.job_id else None
        taking_in = job is not None and job.state in (JobState.QUEUED.value, JobState.RUNNING.value)
        drawn = ledgers.drawn(session, day)
        late = now > progress.deadline and not any(one.drawn_at >= progress.deadline for one in drawn)
    if taking_in:
        return progress
    done = progress.calls == progress.settled
    ledger = draw_ledger(app, day, who=MACHINE) if done or late else None
    rings: list[Ring] = []
    with app.database.write() as session:
        night = nights.find(session, day)
        assert night is not None
        night.state = (NightState.DONE if done else NightState.WORKING).value
        night.ended_at = now if done else None
        night.forecast_end = progress.forecast_end
        if not done and (late or progress.misses_deadline):
            ledgers.match(session, day)
            tell_late(session, app, progress, ledgers.missing(session, day))
        if done and ledger is not None:
            faults, missing = nights.source_faults(session, day), ledgers.missing(session, day)
            tell_closed(session, app, ledger, faults, missing)
            job = enqueue(session, DRIFT, subject=day.isoformat(), key="", now=now)
            jobs.ask_again(session, job.id, now=now)
            rings = [(job.queue, job.id)]
    ring(app, rings)
    if done:
        log.info("night_done", day=str(day), calls=progress.calls)
    return night_progress(app, day, who=MACHINE)


def due_nights(app: App) -> tuple[date, ...]:
    """The nights that should have begun by now and were not, the oldest first.

    A row that says it began later than now is from a clock that was ahead: it counts as not begun.
    """
    at = app.settings.night_at
    if at is None:
        return ()
    now = app.clock.now()
    newest = night_due(now.astimezone(app.zone), at)
    with app.database.read() as session:
        rows = {night.day: night for night in nights.newest(session, 100)}
    begun = {day for day, night in rows.items() if night.began_at <= now + JUMP}
    # a day that somebody worked through long after it says nothing about when the schedule ran
    earlier = [day for day in begun if day < newest and _of_long_ago(rows[day], app.zone) <= CATCH_UP]
    if not earlier and any(day >= newest for day in begun):
        return ()  # the first of all nights is the newest one, or the clock went back behind it
    first = max(max(earlier) + timedelta(days=1), newest - CATCH_UP) if earlier else newest
    days = [first + timedelta(days=n) for n in range((newest - first).days + 1)]
    return tuple(day for day in days if day not in begun)


def _of_long_ago(night: night_tables.Night, zone: tzinfo) -> timedelta:
    """How long after its day a night began."""
    return night.began_at.astimezone(zone).date() - night.day


def _hanging(app: App, at_hand: Sequence[nights.AtHand]) -> tuple[list[HangingCall], float]:
    """The calls whose work was ended for hanging before, or is past a part of its limit that work hardly ever takes;
    and the audio in them that is not heard yet, in seconds."""
    now, found, audio = app.clock.now(), [], 0.0
    for job in at_hand:
        limit = timedelta(seconds=job_kinds()[job.stage].limit(job.audio_seconds)) * app.settings.work_limit_factor
        taken = now - job.begun_at if job.begun_at else timedelta()
        if taken > limit / SUSPECTED or job.hung:
            left = max(limit - taken, timedelta()) if job.begun_at else timedelta()
            found.append(HangingCall(job.call_id, now + left + (app.settings.max_attempts - job.attempts) * limit))
            audio += job.audio_seconds if job.unheard else 0.0
    return found, audio


def _speed(done: nights.Done | None, now: datetime) -> Measured | None:
    """A second of the clock; None where too little was measured."""
    if done is None:
        return None
    return measured(done.parts, jobs=done.jobs, squares=done.squares, seconds=(now - done.since).total_seconds())


def _keeps_up(left: nights.WorkLeft, judged: nights.Done | None) -> bool:
    """Fewer calls that are heard wait to be judged than were judged in one part of the time measured."""
    return judged is not None and (left.judging_left - left.unheard) * MEASURED_PARTS <= judged.jobs
