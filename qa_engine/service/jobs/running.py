"""Doing a job: claim, work under a heartbeat, and count a failure; in a Celery child or in this process."""

import errno
from datetime import timedelta
from enum import StrEnum

import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from qa_engine.errors import (
    BrokerError,
    ConflictError,
    ModelError,
    ProcessLostError,
    QaError,
    RecordingError,
    StoreError,
)
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import job_kinds
from qa_engine.service.jobs.leases import Lease, LeaseLostError, claim, heartbeat
from qa_engine.service.jobs.pausing import PAUSE_SECONDS, pause, works_again
from qa_engine.service.jobs.quarantine import ATTEMPTS_SPENT, move_aside
from qa_engine.store import jobs

log = structlog.get_logger(__name__)

LONGEST_PAUSE_SECONDS = 300.0
_ERROR_CHARS = 500

_MACHINE_ERRORS = (ModelError, StoreError, BrokerError, ProcessLostError, OperationalError, ConnectionError)
_MACHINE_ERRNOS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
)


class JobOutcome(StrEnum):
    """What a worker did with a job."""

    DONE = "done"
    RETRY = "retry"  # failed, queued again
    WAITS = "waits"  # the machine failed, not the work: queued again, not counted, and the machine pauses
    ASIDE = "aside"  # the call was excluded or quarantined
    FAILED = "failed"  # no attempts left, and there is no call to set aside, or it is beyond that
    NOT_MINE = "not_mine"  # done already, another worker holds it, or this machine pauses
    LOST = "lost"  # the lease ran out meanwhile; nothing of this attempt was kept


def run_job(app: App, job_id: int) -> JobOutcome:
    """What a worker does when the bell rings for ``job_id``. Expected failures are counted, never raised."""
    try:
        lease = claim(app, job_id)
    except (StoreError, OperationalError) as error:
        log.error("machine_fault", job_id=job_id, error=str(error)[:_ERROR_CHARS])
        pause(app, str(error))
        return JobOutcome.WAITS
    if lease is None:
        return JobOutcome.NOT_MINE
    bound = log.bind(job_id=job_id, subject=lease.subject, kind=lease.kind, attempt=lease.attempt)
    bound.info("job_started")
    try:
        with heartbeat(app, lease):
            _work(app, lease)
        outcome = JobOutcome.DONE
        works_again(app)
    except LeaseLostError:
        outcome = JobOutcome.LOST
    except RecordingError as error:
        outcome = _set_aside(app, lease, error.reason, str(error))
    except Exception as error:  # noqa: BLE001
        # Of one call nothing may stop the others: what was not foreseen is told in the log with its trace.
        if not isinstance(error, QaError):
            bound.exception("job_crashed")
        outcome = _waits(app, lease, error) if _is_the_machines(error) else _failed(app, lease, _told(error))
    bound.info("job_ended", outcome=outcome.value)
    return outcome


def run_pending(app: App) -> int:
    """Do every queued job in this process, and those they lead to; how many. For tests and small machines."""
    done = 0
    stuck: set[int] = set()  # until somebody mends the machine
    while True:
        with app.database.read() as session:
            waiting = [job.id for job in jobs.queued(session) if job.id not in stuck]
        if not waiting:
            return done
        for job_id in waiting:
            if run_job(app, job_id) in (JobOutcome.WAITS, JobOutcome.NOT_MINE):
                stuck.add(job_id)
            done += 1


def _work(app: App, lease: Lease) -> None:
    kind = job_kinds().get(lease.kind)
    if kind is None:
        raise ConflictError(f"no part of this version does jobs of kind {lease.kind!r}")
    kind.work(app, lease)


def _is_the_machines(error: Exception) -> bool:
    """Attempts count what a recording causes: no full disk, no lost database, no missing model is its doing."""
    if isinstance(error, OSError) and not isinstance(error, ConnectionError):
        return error.errno in _MACHINE_ERRNOS
    return isinstance(error, _MACHINE_ERRORS)


def _told(error: Exception) -> str:
    return (
        str(error) if isinstance(error, QaError) else f"{type(error).__name__}: unforeseen; see the log of the worker"
    )


def _waits(app: App, lease: Lease, error: Exception) -> JobOutcome:
    message = f"the machine, not the call: {error}"
    log.error("machine_fault", job_id=lease.job_id, kind=lease.kind, error=str(error)[:_ERROR_CHARS])
    pause(app, str(error))
    try:
        return _given_back(app, lease, message, PAUSE_SECONDS, JobOutcome.WAITS, counted=False)
    except (StoreError, SQLAlchemyError):  # the database is what is at fault: the lease runs out, and is no loss
        return JobOutcome.WAITS


def _failed(app: App, lease: Lease, error: str) -> JobOutcome:
    if lease.attempt >= app.settings.max_attempts:
        return _set_aside(app, lease, ATTEMPTS_SPENT, f"{lease.kind} failed {lease.attempt} times: {error}")
    pause = min(LONGEST_PAUSE_SECONDS, 2.0**lease.attempt)
    return _given_back(app, lease, error, pause, JobOutcome.RETRY)


def _given_back(
    app: App, lease: Lease, error: str, pause: float, outcome: JobOutcome, *, counted: bool = True
) -> JobOutcome:
    with app.database.write() as session:
        kept = jobs.give_back(
            session,
            lease.job_id,
            token=lease.token,
            error=error[:_ERROR_CHARS],
            not_before=app.clock.now() + timedelta(seconds=pause),
            counted=counted,
        )
    return outcome if kept else JobOutcome.LOST


def _set_aside(app: App, lease: Lease, reason: str, message: str) -> JobOutcome:
    now = app.clock.now()
    with app.database.write() as session:
        if not jobs.give_up(session, lease.job_id, token=lease.token, error=message[:_ERROR_CHARS], now=now):
            return JobOutcome.LOST
        moved = move_aside(session, lease.subject, lease.kind, reason, message, now=now)
    return JobOutcome.ASIDE if moved else JobOutcome.FAILED
