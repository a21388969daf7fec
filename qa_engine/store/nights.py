"""Nights: one row a day, and how far their work is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from qa_engine.domain import CallState
from qa_engine.domain.night import NightState
from qa_engine.store.inserting import insert_or_return
from qa_engine.store.jobs import JobState
from qa_engine.store.night_tables import ExpectedCall, Night
from qa_engine.store.tables import Call, Job


@dataclass(frozen=True, slots=True)
class WorkLeft:
    """The calls of a day: how many, how many settled, seconds of audio in all and unheard, calls to be judged."""

    calls: int
    settled: int
    audio_seconds: float
    audio_left_seconds: float
    judging_left: int


@dataclass(frozen=True, slots=True)
class AtHand:
    """An open job of a call that was begun at least once. ``begun_at``: this attempt; None: it waits for the next."""

    call_id: str
    stage: str
    audio_seconds: float
    unheard: bool
    attempts: int
    begun_at: datetime | None
    last_error: str


@dataclass(frozen=True, slots=True)
class Speed:
    """What was done between ``since`` and ``until``: jobs of each kind, and the audio of the recognised ones."""

    since: datetime
    until: datetime
    recognised: int
    audio_seconds: float
    judged: int


def begin(session: Session, day: date, *, sources: str, now: datetime, deadline: datetime) -> tuple[Night, bool]:
    """The night of a day, and whether it is new."""

    def make() -> Night:
        state = NightState.TAKING_IN.value
        return Night(day=day, state=state, sources=sources, began_at=now, deadline=deadline, report="{}")

    return insert_or_return(session, lambda: session.get(Night, day, with_for_update=True), make)


def find(session: Session, day: date) -> Night | None:
    return session.get(Night, day)


def failed_before(session: Session, moment: datetime, *, now: datetime) -> Sequence[date]:
    """Nights before their deadline whose taking in failed for good before a moment, the oldest first."""
    failed = (Job.id == Night.job_id) & (Job.state == JobState.FAILED.value) & (Job.finished_at <= moment)
    return session.scalars(select(Night.day).join(Job, failed).where(Night.deadline > now).order_by(Night.day)).all()


def file_faults(session: Session, day: date) -> tuple[str, ...]:
    """What was wrong with files of a night, as it was when they were taken in; nothing when it was never begun."""
    night = find(session, day)
    return tuple(json.loads(night.report).get("faults", ())) if night is not None else ()


def source_faults(session: Session, day: date) -> tuple[str, ...]:
    """What was wrong with the lists and folders of a night; nothing when it was never begun."""
    night = find(session, day)
    if night is None:
        return ()
    job = session.get(Job, night.job_id) if night.job_id else None
    failed = [job.last_error or ""] if job is not None and job.state == JobState.FAILED.value else []
    return (*json.loads(night.report).get("sources", ()), *failed)


def open_ones(session: Session) -> Sequence[Night]:
    return session.scalars(select(Night).where(Night.state != NightState.DONE.value).order_by(Night.day)).all()


def newest(session: Session, limit: int) -> Sequence[Night]:
    return session.scalars(select(Night).order_by(Night.day.desc()).limit(limit)).all()


def work_left(session: Session, day: date) -> WorkLeft:
    listed = select(ExpectedCall.call_pk).where(ExpectedCall.day == day, ExpectedCall.call_pk.is_not(None))
    unheard = Call.state == CallState.RECEIVED.value
    working = Call.state.in_([state.value for state in CallState if not state.settled])
    length = func.coalesce(Call.duration_seconds, 0.0)
    heard = Call.recording_id.is_not(None)
    row = session.execute(
        select(
            func.count(Call.id),
            func.coalesce(func.sum(case((working, 0), else_=1)), 0),
            func.coalesce(func.sum(case((heard, length), else_=0.0)), 0.0),
            func.coalesce(func.sum(case((unheard, length), else_=0.0)), 0.0),
        ).where(or_(Call.day == day, Call.id.in_(listed)), Call.part_of.is_(None))
    ).one()
    calls, settled, audio, left = row
    return WorkLeft(int(calls), int(settled), float(audio or 0), float(left or 0), int(calls) - int(settled))


def at_hand(session: Session, day: date, *, stages: Sequence[str]) -> Sequence[AtHand]:
    """What is at hand of the calls of a day, and what waits to be tried again."""
    listed = select(ExpectedCall.call_pk).where(ExpectedCall.day == day, ExpectedCall.call_pk.is_not(None))
    running = Job.state == JobState.RUNNING.value
    again = (Job.state == JobState.QUEUED.value) & Job.last_error.is_not(None)
    rows = session.execute(
        select(Job, Call.call_id, Call.duration_seconds, Call.state)
        .join(Call, Call.id == Job.call_pk)
        .where(or_(running, again), Job.stage.in_(stages), or_(Call.day == day, Call.id.in_(listed)))
        .order_by(Call.call_id)
    )
    return [
        AtHand(
            call_id,
            job.stage,
            seconds or 0.0,
            state == CallState.RECEIVED.value,
            job.attempts,
            job.rung_at if job.state == JobState.RUNNING.value else None,
            job.last_error or "",
        )
        for job, call_id, seconds, state in rows
    ]


def speed(session: Session, day: date, *, since: datetime, until: datetime, recognise: str, judge: str) -> Speed:
    """How fast the calls of a day went through between two moments."""
    done = (Job.state == JobState.DONE.value) & (Job.finished_at > since) & (Job.finished_at <= until)
    rows = session.execute(
        select(Job.stage, func.count(Job.id), func.coalesce(func.sum(Call.duration_seconds), 0.0))
        .join(Call, Call.id == Job.call_pk)
        .where(Call.day == day, done, Job.stage.in_([recognise, judge]))
        .group_by(Job.stage)
    )
    found = {stage: (int(number), float(audio or 0)) for stage, number, audio in rows}
    recognised, audio = found.get(recognise, (0, 0.0))
    return Speed(since, until, recognised, audio, found.get(judge, (0, 0.0))[0])
