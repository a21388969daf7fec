"""Jobs and their leases. Every change of hands is one conditional UPDATE, right on SQLite and PostgreSQL alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, cast

from sqlalchemy import CursorResult, Update, case, func, or_, select, update
from sqlalchemy.orm import Session

from qa_engine.store import tables
from qa_engine.store.inserting import insert_or_return_all


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class QueueCount:
    """Jobs of one queue; ``stalled`` are running ones whose lease ran out."""

    queue: str
    queued: int
    running: int
    stalled: int
    oldest_queued_at: datetime | None


def add(
    session: Session, *, stage: str, wanted: Sequence[tuple[str, str, int | None]], queue: str, now: datetime
) -> list[tables.Job]:
    """The job of a stage for each (subject, key, primary key of the call): a new one, or the one that is there."""
    job = tables.Job
    subjects = {subject for subject, _, _ in wanted}

    def find() -> dict[tuple[str, str], tables.Job]:
        rows = session.scalars(select(job).where(job.stage == stage, job.subject.in_(subjects)))
        return {(row.subject, row.key): row for row in rows}

    def make(subject: str, key: str, call_pk: int | None) -> tables.Job:
        return tables.Job(
            stage=stage,
            subject=subject,
            key=key,
            call_pk=call_pk,
            queue=queue,
            state=JobState.QUEUED.value,
            attempts=0,
            losses=0,
            queued_at=now,
        )

    makers = {(subject, key): partial(make, subject, key, call_pk) for subject, key, call_pk in wanted}
    rows = insert_or_return_all(session, find, makers)
    return [rows[subject, key] for subject, key, _ in wanted]


def claim(
    session: Session, job_ids: Sequence[int], *, worker: str, token: str, now: datetime, lease_until: datetime
) -> Sequence[Any]:
    """Take those of the jobs that are queued: their (id, stage, subject, attempts), with this attempt counted."""
    job = tables.Job
    # in one order, and past what somebody else takes at this moment: two who want the same never wait in a ring
    free = (
        select(job.id)
        .where(job.id.in_(job_ids), job.state == JobState.QUEUED.value)
        .order_by(job.id)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(job)
        .where(job.id.in_(free))
        .values(
            state=JobState.RUNNING.value,
            attempts=job.attempts + 1,
            worker=worker,
            token=token,
            lease_until=lease_until,
            rung_at=now,
        )
        .returning(job.id, job.stage, job.subject, job.attempts)
    )
    return session.execute(taken, execution_options={"synchronize_session": False}).all()


def renew(session: Session, job_id: int, *, token: str, lease_until: datetime) -> bool:
    """Move the end of a lease; False when somebody else holds it by now."""
    return _changed(session, _held(job_id, token).values(lease_until=lease_until))


def complete(session: Session, job_ids: Sequence[int], *, token: str, now: datetime) -> int:
    """Finish jobs of one attempt; how many of them it held. Of others nothing may be kept."""
    job = tables.Job
    done = (
        update(job)
        .where(job.id.in_(job_ids), job.state == JobState.RUNNING.value, job.token == token)
        .values(state=JobState.DONE.value, finished_at=now, lease_until=None, token=None, last_error=None)
    )
    return _number_changed(session, done)


def give_back(
    session: Session,
    job_id: int,
    *,
    token: str,
    error: str,
    not_before: datetime,
    counted: bool = True,
    hung: bool = False,
) -> bool:
    """Queue a failed attempt again; ``counted`` False takes its count back. ``hung``: it was ended from outside."""
    return _changed(
        session,
        _held(job_id, token).values(
            attempts=tables.Job.attempts - (0 if counted else 1),
            state=JobState.QUEUED.value,
            lease_until=None,
            token=None,
            last_error=error,
            hung=hung,
            not_before=not_before,
            rung_at=None,
        ),
    )


def give_up(session: Session, job_id: int, *, token: str, error: str, now: datetime) -> bool:
    """Fail a job for good."""
    return _changed(
        session,
        _held(job_id, token).values(
            state=JobState.FAILED.value, finished_at=now, lease_until=None, token=None, last_error=error
        ),
    )


def take_back(session: Session, job_id: int, *, token: str, error: str, loss: bool) -> bool:
    """Queue a job again whose holder is dead or lost its lease: no attempt of the work, but, if so, a loss."""
    return _changed(
        session,
        _held(job_id, token).values(
            attempts=tables.Job.attempts - 1,
            losses=tables.Job.losses + int(loss),
            state=JobState.QUEUED.value,
            lease_until=None,
            token=None,
            last_error=error,
            hung=False,
            not_before=None,
            rung_at=None,
        ),
    )


def ask_again(session: Session, job_id: int, *, now: datetime) -> None:
    """Queue a finished or failed job anew with all its attempts."""
    session.execute(
        update(tables.Job)
        .where(tables.Job.id == job_id, tables.Job.state.in_([JobState.FAILED.value, JobState.DONE.value]))
        .values(
            state=JobState.QUEUED.value,
            attempts=0,
            losses=0,
            hung=False,
            queued_at=now,
            not_before=None,
            rung_at=None,
            finished_at=None,
        )
    )


def mark_rung(session: Session, job_ids: Sequence[int], now: datetime) -> None:
    session.execute(update(tables.Job).where(tables.Job.id.in_(job_ids)).values(rung_at=now))


def waiting(
    session: Session, *, queue: str, now: datetime, rung_before: datetime, beyond: datetime, limit: int
) -> Sequence[tables.Job]:
    """Queued jobs whose bell was never rung, or so long ago that the message may be lost; oldest first.

    No time of a job can be ``beyond`` this, unless a clock was wrong: such a one counts as past.
    """
    return session.scalars(
        select(tables.Job)
        .where(
            tables.Job.state == JobState.QUEUED.value,
            tables.Job.queue == queue,
            or_(tables.Job.not_before.is_(None), tables.Job.not_before <= now, tables.Job.not_before > beyond),
            or_(tables.Job.rung_at.is_(None), tables.Job.rung_at <= rung_before, tables.Job.rung_at > beyond),
        )
        .order_by(tables.Job.id)
        .limit(limit)
    ).all()


def queued(session: Session) -> Sequence[tables.Job]:
    """Every queued job, oldest first, whatever its bell."""
    return session.scalars(
        select(tables.Job).where(tables.Job.state == JobState.QUEUED.value).order_by(tables.Job.id)
    ).all()


def kinds_of(session: Session, job_ids: Sequence[int]) -> Sequence[str]:
    """The kinds of these jobs, each once."""
    job = tables.Job
    return session.scalars(select(job.stage).where(job.id.in_(job_ids)).distinct().order_by(job.stage)).all()


def running(session: Session) -> Sequence[tables.Job]:
    return session.scalars(select(tables.Job).where(tables.Job.state == JobState.RUNNING.value)).all()


def any_queued(session: Session, queues: Sequence[str]) -> bool:
    """True when a job waits in one of these queues."""
    waits = select(tables.Job.id).where(tables.Job.state == JobState.QUEUED.value, tables.Job.queue.in_(queues))
    return session.scalar(waits.limit(1)) is not None


def audio_seconds(session: Session, job: tables.Job) -> float:
    """How long the recording of a job's call is; 0 where there is none."""
    if job.call_pk is None:
        return 0.0
    return session.scalar(select(tables.Call.duration_seconds).where(tables.Call.id == job.call_pk)) or 0.0


def find(session: Session, stage: str, *, subject: str, key: str) -> tables.Job | None:
    row = tables.Job
    return session.scalar(select(row).where(row.stage == stage, row.subject == subject, row.key == key))


def of_call(session: Session, call_pk: int) -> Sequence[tables.Job]:
    return session.scalars(select(tables.Job).where(tables.Job.call_pk == call_pk).order_by(tables.Job.id)).all()


def failed(session: Session, limit: int) -> Sequence[tables.Job]:
    return session.scalars(
        select(tables.Job)
        .where(tables.Job.state == JobState.FAILED.value)
        .order_by(tables.Job.finished_at.desc())
        .limit(limit)
    ).all()


def counts(session: Session, now: datetime) -> tuple[QueueCount, ...]:
    """Open jobs by queue."""
    is_queued = tables.Job.state == JobState.QUEUED.value
    is_running = tables.Job.state == JobState.RUNNING.value

    def number(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    rows = session.execute(
        select(
            tables.Job.queue,
            number(is_queued),
            number(is_running),
            number(is_running & (tables.Job.lease_until <= now)),
            func.min(case((is_queued, tables.Job.queued_at))),
        )
        .where(tables.Job.state.in_([JobState.QUEUED.value, JobState.RUNNING.value]))
        .group_by(tables.Job.queue)
        .order_by(tables.Job.queue)
    )
    return tuple(QueueCount(queue, int(q), int(r), int(s), oldest) for queue, q, r, s, oldest in rows)


def _held(job_id: int, token: str) -> Update:
    return update(tables.Job).where(
        tables.Job.id == job_id, tables.Job.state == JobState.RUNNING.value, tables.Job.token == token
    )


def _changed(session: Session, statement: Update) -> bool:
    return _number_changed(session, statement) == 1


def _number_changed(session: Session, statement: Update) -> int:
    result = cast("CursorResult[Any]", session.execute(statement, execution_options={"synchronize_session": False}))
    return result.rowcount
