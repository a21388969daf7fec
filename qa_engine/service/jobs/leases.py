"""A lease on a job: taken by one attempt, renewed while it gets on, void once somebody else holds the job."""

import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from qa_engine.errors import ConflictError, StoreError
from qa_engine.service.context import App
from qa_engine.service.jobs.pausing import pause_of
from qa_engine.store import jobs

log = structlog.get_logger(__name__)

RENEWALS_PER_LEASE = 4


class Pulse:
    """When an attempt last got on. Starts with the attempt."""

    def __init__(self) -> None:
        self._at = time.monotonic()

    def beat(self) -> None:
        self._at = time.monotonic()

    def still_for(self) -> float:
        """Seconds since the last beat."""
        return time.monotonic() - self._at


class LeaseLostError(ConflictError):
    """Another worker holds the job by now; nothing of this attempt may be kept."""


@dataclass(frozen=True, slots=True)
class Lease:
    """One attempt at one job. ``kind`` is its `JobKind`, ``subject`` what it is about: a call id, a day, a report."""

    job_id: int
    token: str
    kind: str
    subject: str
    attempt: int  # counts from 1
    tries_again: bool = False  # the first work of a machine that paused
    pulse: Pulse = field(default_factory=Pulse, compare=False, repr=False)

    def complete(self, session: Session, app: App) -> None:
        """Finish the job in the transaction that keeps its outcome. Raises LeaseLostError, which undoes both."""
        complete_all(session, app, [self])


def complete_all(session: Session, app: App, leases: Sequence[Lease]) -> None:
    """The same for several jobs. Raises LeaseLostError when one of them is lost."""
    for token in dict.fromkeys(lease.token for lease in leases):
        mine = [lease.job_id for lease in leases if lease.token == token]
        if jobs.complete(session, mine, token=token, now=app.clock.now()) != len(mine):
            raise LeaseLostError(f"a job of {', '.join(map(str, mine))} was given to another worker")


def claim(app: App, job_id: int) -> Lease | None:
    """Take a job; None when it is done, held by somebody, or this machine pauses."""
    taken = claim_all(app, [job_id])
    return taken[0] if taken else None


def claim_all(app: App, job_ids: Sequence[int]) -> list[Lease]:
    """Take those of the jobs that can be had, in one transaction."""
    now = app.clock.now()
    lease_until = now + timedelta(seconds=app.settings.lease_seconds)
    name, token = worker_name(), uuid.uuid4().hex
    with app.database.write() as session:
        pause = pause_of(session, app)
        if pause.holds:
            return []
        taken = jobs.claim(session, job_ids, worker=name, token=token, now=now, lease_until=lease_until)
    return [
        Lease(job_id, token, stage, subject, attempts, tries_again=pause.over)
        for job_id, stage, subject, attempts in sorted(taken)
    ]


@contextmanager
def heartbeat(app: App, *leases: Lease, longest_step: float) -> Iterator[None]:
    """Renew leases from a thread while the work gets on, which may hold this one for minutes.

    Work whose pulse is still for more than ``longest_step`` seconds does not get on.
    """
    stop = threading.Event()
    thread = threading.Thread(target=_renew, args=(app, leases, stop, longest_step), name="leases", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def renew(app: App, lease: Lease) -> bool:
    """Move the end of the lease; False when it is lost."""
    until = app.clock.now() + timedelta(seconds=app.settings.lease_seconds)
    with app.database.write() as session:
        return jobs.renew(session, lease.job_id, token=lease.token, lease_until=until)


def _renew(app: App, leases: Sequence[Lease], stop: threading.Event, longest_step: float) -> None:
    held = list(leases)
    while held and not stop.wait(app.settings.lease_seconds / RENEWALS_PER_LEASE):
        if min(lease.pulse.still_for() for lease in held) > longest_step:
            log.warning("work_stands_still", job_ids=[lease.job_id for lease in held])
            return
        try:
            for lease in [lease for lease in held if not renew(app, lease)]:
                log.info("lease_not_held", job_id=lease.job_id)  # lost, or done already as one of several
                held.remove(lease)
        except (StoreError, SQLAlchemyError) as error:
            # a bad moment of the database; there are more renewals in a lease, and without them it runs out under us
            log.warning("lease_not_renewed", error=type(error).__name__)


def worker_name() -> str:
    """``host/pid/start+parent.start``: by it others can tell who of them is alive; pids are used again."""
    pid, parent = os.getpid(), os.getppid()
    return f"{socket.gethostname()}/{pid}/{_started(pid) or 0}+{parent}.{_started(parent) or 0}"


def surely_dead(worker: str | None) -> bool:
    """True when the named process ran on this machine and is gone. In doubt False: the lease will run out."""
    found = _processes(worker)
    return found is not None and _is_gone(*found[0])


def surely_alive(worker: str | None) -> bool:
    """True when the named process runs on this machine. In doubt False."""
    found = _processes(worker)
    return found is not None and not _is_gone(*found[0])


def went_with_its_worker(worker: str | None) -> bool:
    """True when not only the named process is gone but the worker that it was a child of: nothing that one recording
    does. In doubt False."""
    found = _processes(worker)
    return found is not None and _is_gone(*found[1])


def is_child(worker: str | None, parent: int) -> int | None:
    """The pid of the named process when it is a living child of the worker ``parent`` on this machine."""
    found = _processes(worker)
    if found is None or found[1][0] != parent or _is_gone(*found[0]):
        return None
    return found[0][0]


Process = tuple[int, str]
"""(pid, when it began)."""


def _processes(worker: str | None) -> tuple[Process, Process] | None:
    """The process of a worker's name and its parent; None when they are not of this machine."""
    host, _, rest = (worker or "").rpartition("/")
    host, _, pid = host.rpartition("/")
    started, _, parent = rest.partition("+")
    parent_pid, _, parent_started = parent.partition(".")
    if host != socket.gethostname() or not pid.isdecimal() or started == "0":
        return None
    known = parent_pid.isdecimal() and parent_started != "0"
    return (int(pid), started), (int(parent_pid), parent_started) if known else (os.getpid(), "")


def _is_gone(pid: int, started: str) -> bool:
    return bool(started) and _started(pid) != started


def _started(pid: int) -> str | None:
    """When a process began, in clock ticks since boot; None when there is no such process (or no /proc)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]
