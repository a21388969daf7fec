"""Doing a job: claim, work under a heartbeat, and count a failure; in a Celery child or in this process."""

from datetime import timedelta
from enum import StrEnum

import structlog

from qa_engine.errors import ConflictError, QaError, RecordingError
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import job_kinds
from qa_engine.service.jobs.leases import Lease, LeaseLostError, claim, heartbeat
from qa_engine.service.jobs.quarantine import ATTEMPTS_SPENT, move_aside
from qa_engine.store import jobs

log = structlog.get_logger(__name__)

LONGEST_PAUSE_SECONDS = 300.0
_ERROR_CHARS = 500


class JobOutcome(StrEnum):
    """What a worker did with a job."""

    DONE = "done"
    RETRY = "retry"  # failed, queued again
    ASIDE = "aside"  # the call was excluded or quarantined
    FAILED = "failed"  # no attempts left, and there is no call to set aside, or it is beyond that
    NOT_MINE = "not_mine"  # done already, or another worker holds it
    LOST = "lost"  # the lease ran out meanwhile; nothing of this attempt was kept


def run_job(app: App, job_id: int) -> JobOutcome:
    """What a worker does when the bell rings for ``job_id``. Expected failures are counted, never raised."""
    lease = claim(app, job_id)
    if lease is None:
        return JobOutcome.NOT_MINE
    bound = log.bind(job_id=job_id, subject=lease.subject, kind=lease.kind, attempt=lease.attempt)
    bound.info("job_started")
    try:
        with heartbeat(app, lease):
            _work(app, lease)
        outcome = JobOutcome.DONE
    except LeaseLostError:
        outcome = JobOutcome.LOST
    except RecordingError as error:
        outcome = _set_aside(app, lease, error.reason, str(error))
    except QaError as error:
        outcome = _failed(app, lease, str(error))
    except Exception as error:  # noqa: BLE001
        # An unforeseen fault of one call must not stop the others: it is told in the log with its trace, counted
        # like any failure, and after the last attempt a person finds the call in quarantine.
        bound.exception("job_crashed")
        outcome = _failed(app, lease, f"{type(error).__name__}: unforeseen; see the log of the worker")
    bound.info("job_ended", outcome=outcome.value)
    return outcome


def run_pending(app: App) -> int:
    """Do every queued job in this process, and those they lead to; how many. For tests and small machines."""
    done = 0
    while True:
        with app.database.read() as session:
            waiting = [job.id for job in jobs.queued(session)]
        if not waiting:
            return done
        for job_id in waiting:
            run_job(app, job_id)
            done += 1


def _work(app: App, lease: Lease) -> None:
    kind = job_kinds().get(lease.kind)
    if kind is None:
        raise ConflictError(f"no part of this version does jobs of kind {lease.kind!r}")
    kind.work(app, lease)


def _failed(app: App, lease: Lease, error: str) -> JobOutcome:
    if lease.attempt >= app.settings.max_attempts:
        return _set_aside(app, lease, ATTEMPTS_SPENT, f"{lease.kind} failed {lease.attempt} times: {error}")
    pause = min(LONGEST_PAUSE_SECONDS, 2.0**lease.attempt)
    with app.database.write() as session:
        kept = jobs.give_back(
            session,
            lease.job_id,
            token=lease.token,
            error=error[:_ERROR_CHARS],
            not_before=app.clock.now() + timedelta(seconds=pause),
        )
    return JobOutcome.RETRY if kept else JobOutcome.LOST


def _set_aside(app: App, lease: Lease, reason: str, message: str) -> JobOutcome:
    now = app.clock.now()
    with app.database.write() as session:
        if not jobs.give_up(session, lease.job_id, token=lease.token, error=message[:_ERROR_CHARS], now=now):
            return JobOutcome.LOST
        moved = move_aside(session, lease.subject, lease.kind, reason, message, now=now)
    return JobOutcome.ASIDE if moved else JobOutcome.FAILED
