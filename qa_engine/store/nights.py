"""Nights: one row a day, and how far their work is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from sqlalchemy import case, func, literal, or_, select
from sqlalchemy.orm import Session

from qa_engine.domain import CallState
from qa_engine.domain.night import NightState
from qa_engine.errors import Fault, FaultKind
from qa_engine.store.fault_rows import fault_of
from qa_engine.store.inserting import insert_or_return
from qa_engine.store.jobs import JobState
from qa_engine.store.night_tables import ExpectedCall, Night
from qa_engine.store.tables import Call, Job


@dataclass(frozen=True, slots=True)
class WorkLeft:
    """The calls of a day: how many, how many settled, seconds of audio in all and unheard, calls to be judged, and how
    many of these are to be heard before."""

    calls: int
    settled: int
    audio_seconds: float
    audio_left_seconds: float
    judging_left: int
    unheard: int


@dataclass(frozen=True, slots=True)
class AtHand:
    """An open job of a call that was begun at least once. ``begun_at``: this attempt; None: it waits for the next."""

    call_id: str
    stage: str
    audio_seconds: float
    unheard: bool
    attempts: int
    begun_at: datetime | None
    hung: bool  # its last attempt was ended


@dataclass(frozen=True, slots=True)
class Done:
    """What was done of one kind of work since ``since``, when the first of it was: so the time in which models are
    loaded and folders read does not count. ``parts``: the amount in each of so many equal parts of the time; seconds of
    audio, or calls."""

    since: datetime
    jobs: int
    parts: tuple[float, ...]
    squares: float


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


def file_faults(session: Session, day: date) -> tuple[Fault, ...]:
    """What was wrong with files of a night, as it was when they were taken in; nothing when it was never begun."""
    night = find(session, day)
    return tuple(map(fault_of, json.loads(night.report).get("faults", ()))) if night is not None else ()


def source_faults(session: Session, day: date) -> tuple[Fault, ...]:
    """What was wrong with the lists and folders of a night; nothing when it was never begun."""
    night = find(session, day)
    if night is None:
        return ()
    job = session.get(Job, night.job_id) if night.job_id else None
    found = map(fault_of, json.loads(night.report).get("sources", ()))
    if job is None or job.state != JobState.FAILED.value:
        return tuple(found)
    why = job.last_error or ""
    return (*found, Fault("", None, None, why, None, FaultKind.MACHINE, (why,)))


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
            func.coalesce(func.sum(case((unheard, 1), else_=0)), 0),
        ).where(or_(Call.day == day, Call.id.in_(listed)), Call.part_of.is_(None))
    ).one()
    calls, settled, audio, left, waiting = row
    to_judge = int(calls) - int(settled)
    return WorkLeft(int(calls), int(settled), float(audio or 0), float(left or 0), to_judge, int(waiting))


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
            job.hung,
        )
        for job, call_id, seconds, state in rows
    ]


def done(
    session: Session, day: date, stage: str, *, since: datetime, until: datetime, parts: int, by_audio: bool
) -> Done | None:
    """What was done of one kind of work on the calls of a day between two moments; None when nothing was."""
    ended = (Call.day == day, Job.state == JobState.DONE.value, Job.stage == stage, Job.finished_at <= until)
    first = session.scalar(
        select(func.min(Job.finished_at)).join(Call, Call.id == Job.call_pk).where(*ended, Job.finished_at > since)
    )
    if first is None or first >= until:
        return None
    amount = func.coalesce(Call.duration_seconds, 0.0) if by_audio else literal(1.0)
    edges = [first + (until - first) * n / parts for n in range(parts + 1)]
    within = [(Job.finished_at > begin) & (Job.finished_at <= end) for begin, end in pairwise(edges)]
    row = session.execute(
        select(
            func.count(Job.id),
            func.coalesce(func.sum(amount * amount), 0.0),
            *(func.coalesce(func.sum(case((part, amount), else_=0.0)), 0.0) for part in within),
        )
        .join(Call, Call.id == Job.call_pk)
        .where(*ended, Job.finished_at > first)
    ).one()
    return Done(first, int(row[0]), tuple(float(one) for one in row[2:]), float(row[1]))
