"""Doing a job: claim, work under a heartbeat, and count a failure; in a Celery child or in this process."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby
from operator import attrgetter

import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from qa_engine.errors import (
    ConflictError,
    QaError,
    RecordingError,
    StoreError,
)
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import JobKind, job_kinds
from qa_engine.service.jobs.leases import Lease, LeaseLostError, claim_all, heartbeat
from qa_engine.service.jobs.pausing import PAUSE_SECONDS, is_the_machines, pause, works_again
from qa_engine.service.jobs.quarantine import ATTEMPTS_SPENT, move_aside
from qa_engine.service.jobs.returning import give_back, give_back_later
from qa_engine.store import jobs

log = structlog.get_logger(__name__)

LONGEST_PAUSE_SECONDS = 300.0
_ERROR_CHARS = 500


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
    return run_jobs(app, [job_id])[0]


def run_jobs(app: App, job_ids: Sequence[int]) -> list[JobOutcome]:
    """What a worker does when the bell rings for these jobs, in their order; several of a kind in one go where that
    is possible."""
    try:
        _make_ready(app, job_ids)
        leases = {lease.job_id: lease for lease in claim_all(app, job_ids)}
    except (StoreError, OperationalError) as error:
        log.error("machine_fault", job_ids=list(job_ids), error=str(error)[:_ERROR_CHARS])
        pause(app, str(error))
        return [JobOutcome.WAITS] * len(job_ids)
    outcomes: dict[int, JobOutcome] = {}
    for name, group in groupby(leases.values(), key=attrgetter("kind")):
        outcomes |= _do(app, name, list(group))
    return [outcomes.get(job_id, JobOutcome.NOT_MINE) for job_id in job_ids]


def _make_ready(app: App, job_ids: Sequence[int]) -> None:
    """Load what these jobs need before they are taken: on a busy machine that takes longer than their limit allows."""
    with app.database.read() as session:
        found = jobs.kinds_of(session, job_ids)
    for name in found:
        kind = job_kinds().get(name)
        if kind is None or kind.ready is None:
            continue
        try:
            kind.ready(app)
        except Exception as error:  # noqa: BLE001
            # Raised here it would leave jobs that nobody ever takes and no page tells of. The work meets it again,
            # and there it is counted, told of with its trace, or the machine pauses.
            log.warning("not_ready", kind=name, error=f"{type(error).__name__}: {error}"[:_ERROR_CHARS])


def _do(app: App, name: str, leases: Sequence[Lease]) -> dict[int, JobOutcome]:
    """Jobs of one kind."""
    kind = job_kinds().get(name)
    if kind is None:
        error = ConflictError(f"no part of this version does jobs of kind {name!r}")
        return {lease.job_id: _ended(app, lease, error) for lease in leases}
    if kind.many is None or len(leases) == 1:
        return {lease.job_id: _ended(app, lease, _error_of(app, kind, lease)) for lease in leases}
    for lease in leases:
        _bound(lease).info("job_started")
    with heartbeat(app, *leases, longest_step=kind.longest_step(app.settings.lease_seconds)):
        errors = kind.many(app, leases)
    return {lease.job_id: _ended(app, lease, errors.get(lease.job_id)) for lease in leases}


def _error_of(app: App, kind: JobKind, lease: Lease) -> Exception | None:
    """Do one job; what went wrong."""
    _bound(lease).info("job_started")
    try:
        with heartbeat(app, lease, longest_step=kind.longest_step(app.settings.lease_seconds)):
            kind.work(app, lease)
    except Exception as error:  # noqa: BLE001
        # Of one call nothing may stop the others: what was not foreseen is told in the log with its trace.
        return error
    return None


def _ended(app: App, lease: Lease, error: Exception | None) -> JobOutcome:
    """What becomes of a job after its work."""
    try:
        outcome = _settled(app, lease, error)
    except (StoreError, SQLAlchemyError) as away:
        outcome = _waits(app, lease, away)
    _bound(lease).info("job_ended", outcome=outcome.value)
    return outcome


def _settled(app: App, lease: Lease, error: Exception | None) -> JobOutcome:
    if error is None:
        if lease.tries_again:
            works_again(app)
        return JobOutcome.DONE
    if isinstance(error, LeaseLostError):
        return JobOutcome.LOST
    if isinstance(error, RecordingError):
        return _set_aside(app, lease, error.reason, str(error))
    if not isinstance(error, QaError):
        _bound(lease).error("job_crashed", exc_info=error)
    return _waits(app, lease, error) if is_the_machines(error) else _failed(app, lease, _told(error))


def _bound(lease: Lease) -> structlog.stdlib.BoundLogger:
    bound: structlog.stdlib.BoundLogger = log.bind(
        job_id=lease.job_id, subject=lease.subject, kind=lease.kind, attempt=lease.attempt
    )
    return bound


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
    except (StoreError, SQLAlchemyError):  # the database is what is at fault
        give_back_later(app, lease, message[:_ERROR_CHARS])
        return JobOutcome.WAITS


def _failed(app: App, lease: Lease, error: str) -> JobOutcome:
    if lease.attempt >= app.settings.max_attempts:
        return _set_aside(app, lease, ATTEMPTS_SPENT, f"{lease.kind} failed {lease.attempt} times: {error}")
    pause = min(LONGEST_PAUSE_SECONDS, 2.0**lease.attempt)
    return _given_back(app, lease, error, pause, JobOutcome.RETRY)


def _given_back(
    app: App, lease: Lease, error: str, pause: float, outcome: JobOutcome, *, counted: bool = True
) -> JobOutcome:
    kept = give_back(app, lease, error[:_ERROR_CHARS], pause=pause, counted=counted)
    return outcome if kept else JobOutcome.LOST


def _set_aside(app: App, lease: Lease, reason: str, message: str) -> JobOutcome:
    now = app.clock.now()
    with app.database.write() as session:
        if not jobs.give_up(session, lease.job_id, token=lease.token, error=message[:_ERROR_CHARS], now=now):
            return JobOutcome.LOST
        moved = move_aside(session, lease.subject, lease.kind, reason, message, now=now)
    return JobOutcome.ASIDE if moved else JobOutcome.FAILED
