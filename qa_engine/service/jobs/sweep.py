"""The sweep: finds what a dead worker or a lost broker left behind, and rings again."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy.orm import Session

from qa_engine.domain import CallState
from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import ConflictError, NotFoundError
from qa_engine.service.context import App
from qa_engine.service.jobs.kinds import TRANSCRIBE, enqueue, job_kinds, queues, urgent_queues
from qa_engine.service.jobs.leases import surely_alive, surely_dead, went_with_its_worker
from qa_engine.service.jobs.quarantine import WORKER_LOST, move_aside
from qa_engine.service.jobs.ringing import Ring, ring
from qa_engine.service.people.audit import Action, note
from qa_engine.store import CallFilter, JobState, calls, jobs, lists, moves, tables

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 60.0
"""A ring older than this, of which the broker knows nothing, is taken to be lost."""
LONGEST_WAIT_SECONDS = 600.0
"""No job is put off for so long: a time beyond it was written by a clock that was wrong."""
RINGS_AT_ONCE = 200
"""The broker is never filled above this by the sweep, so that a long queue is not rung for again and again."""


@dataclass(frozen=True, slots=True)
class SweepReport:
    rung: int
    expired: int
    quarantined: int


def sweep(app: App, *, patience_seconds: float = PATIENCE_SECONDS) -> SweepReport:
    """Take back lapsed leases, quarantine what has no attempts left, ring for whatever waits unheard.

    Moves of agents whose day has come take effect.
    """
    _follow_due_moves(app)
    expired, spent = _take_back(app)
    fresh, again = _unheard(app, patience_seconds)
    rung = ring(app, fresh) + ring(app, again, one_by_one=True)
    if expired or rung:
        log.info("swept", rung=rung, expired=expired, quarantined=spent)
    return SweepReport(rung=rung, expired=expired, quarantined=spent)


def _follow_due_moves(app: App) -> None:
    today = app.clock.now().astimezone(app.zone).date()
    with app.database.read() as session:
        due = moves.due(session, today)
    if due:
        with app.database.write() as session:
            moves.take_effect(session, today)


def retry_calls(app: App, call_ids: Sequence[str], *, who: Actor) -> int:
    """Give quarantined calls all their attempts again; how many jobs that is.

    Raises NotFoundError for an unknown call and ConflictError for one that is not quarantined.
    """
    require(who, Right.RUN_NIGHT)
    rings: list[Ring] = []
    with app.database.write() as session:
        for call_id in call_ids:
            call = calls.find(session, call_id, lock=True)
            if call is None:
                raise NotFoundError(f"no call {call_id}")
            if call.state != CallState.QUARANTINED.value:
                raise ConflictError(f"call {call_id} is {call.state}, not quarantined")
            rings += _again(app, session, call)
            note(session, app, who, Action.NIGHT, call_pk=call.id, detail="retry")
    ring(app, rings)
    return len(rings)


def quarantined_calls(app: App, *, reason: str | None = None, day: date | None = None, who: Actor) -> tuple[str, ...]:
    """The ids of the quarantined calls of a reason, a day, both, or at all; the oldest first."""
    require(who, Right.RUN_NIGHT)
    wanted = CallFilter(day_from=day, day_to=day, state=CallState.QUARANTINED)
    with app.database.read() as session:
        return tuple(lists.with_reason(session, wanted, reason))


def _again(app: App, session: Session, call: tables.Call) -> list[Ring]:
    now = app.clock.now()
    failed = [job for job in jobs.of_call(session, call.id) if job.state == JobState.FAILED.value]
    if not failed and call.recording is not None:  # set aside on arrival, so it never had a job
        failed = [enqueue(session, TRANSCRIBE, subject=call.call_id, key=call.recording.sha256, call=call.id, now=now)]
    if not failed:
        raise ConflictError(f"call {call.call_id} ({call.reason}) needs a new recording: ingest it again")
    names = {job.stage for job in failed}
    waits_in = [kind.waits_in for kind in job_kinds().values() if kind.name in names and kind.waits_in is not None]
    state = waits_in[0] if waits_in else CallState.TRANSCRIBED  # the earliest of the way
    calls.move(session, call, state, actor="retry", now=now)
    for job in failed:
        jobs.ask_again(session, job.id, now=now)
    return [(job.queue, job.id) for job in failed]


def _take_back(app: App) -> tuple[int, int]:
    """Queue jobs whose holder is lost, or fail them for good when too many were: (found, failed for good)."""
    now = app.clock.now()
    lease = timedelta(seconds=app.settings.lease_seconds)
    beyond = now + 2 * lease  # a lease of a clock that was wrong
    found = spent = 0
    with app.database.write() as session:
        running = jobs.running(session)
        at_hand = Counter(job.worker for job in running)
        for job in running:
            # a holder that lives is late, or hangs: its keeper ends it before this patience is over
            patience = lease if surely_alive(job.worker) else timedelta()
            lapsed = job.lease_until is not None and not now < job.lease_until + patience <= beyond + patience
            # SQLite means one machine: a holder that is gone from it cannot come back, however long its lease
            if not lapsed and not (app.database.embedded and surely_dead(job.worker)):
                continue
            found += 1
            token = job.token or ""
            # A machine that went down took whatever it was at with it; that says nothing about a recording. Nor is it
            # known which of several a child died at: they are done one by one from now on.
            loss = at_hand[job.worker] == 1 and not went_with_its_worker(job.worker)
            if job.losses + loss < app.settings.max_attempts:
                jobs.take_back(session, job.id, token=token, error="the worker was lost", loss=loss)
                continue
            message = (
                f"{job.stage}: the worker was lost {job.losses + loss} times; see its log and the memory of the machine"
            )
            if jobs.give_up(session, job.id, token=token, error=message, now=now):
                move_aside(session, job.subject, job.stage, WORKER_LOST, message, now=now)
                spent += 1
    return found, spent


def _unheard(app: App, patience_seconds: float) -> tuple[list[Ring], list[Ring]]:
    """What is to be rung for: jobs that never failed, and those that did."""
    now = app.clock.now()
    fresh: list[Ring] = []
    again: list[Ring] = []
    urgent = urgent_queues()
    for queue in queues():
        with app.database.read() as session:
            if queue not in urgent and jobs.any_queued(session, urgent):
                continue
            waiting = jobs.waiting(
                session,
                queue=queue,
                now=now,
                rung_before=now - timedelta(seconds=patience_seconds),
                beyond=now + timedelta(seconds=LONGEST_WAIT_SECONDS),
                limit=RINGS_AT_ONCE,
            )
        if waiting:
            known = app.bell.pending(queue)  # None: no broker, so no bell; the next sweep tries again
            room = 0 if known is None else max(0, RINGS_AT_ONCE - known)
            for job in waiting[:room]:
                (fresh if job.last_error is None else again).append((queue, job.id))
    return fresh, again
