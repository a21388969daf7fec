"""A lease on a job: taken by one attempt, renewed while it works, void once somebody else holds the job."""

import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from qa_engine.errors import ConflictError, StoreError
from qa_engine.service.context import App
from qa_engine.store import jobs, tables

log = structlog.get_logger(__name__)

RENEWALS_PER_LEASE = 4


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

    def complete(self, session: Session, app: App) -> None:
        """Finish the job in the transaction that keeps its outcome. Raises LeaseLostError, which undoes both."""
        if not jobs.complete(session, self.job_id, token=self.token, now=app.clock.now()):
            raise LeaseLostError(f"job {self.job_id} was given to another worker")


def claim(app: App, job_id: int) -> Lease | None:
    """Take a job; None when it is done, held by somebody alive, or has no attempts left."""
    now = app.clock.now()
    token = uuid.uuid4().hex
    with app.database.write() as session:
        taken = jobs.claim(
            session,
            job_id,
            worker=worker_name(),
            token=token,
            now=now,
            lease_until=now + timedelta(seconds=app.settings.lease_seconds),
            max_attempts=app.settings.max_attempts,
        )
        if not taken:
            return None
        job = session.get_one(tables.Job, job_id)
        return Lease(job_id, token, job.stage, job.subject, job.attempts)


@contextmanager
def heartbeat(app: App, lease: Lease) -> Iterator[None]:
    """Renew the lease from a thread while the work goes on, which may hold this one for minutes."""
    stop = threading.Event()
    thread = threading.Thread(target=_renew, args=(app, lease, stop), name=f"lease-{lease.job_id}", daemon=True)
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


def _renew(app: App, lease: Lease, stop: threading.Event) -> None:
    while not stop.wait(app.settings.lease_seconds / RENEWALS_PER_LEASE):
        try:
            if not renew(app, lease):
                log.warning("lease_lost", job_id=lease.job_id)
                return
        except (StoreError, SQLAlchemyError) as error:
            # a bad moment of the database; there are more renewals in a lease, and without them it runs out under us
            log.warning("lease_not_renewed", job_id=lease.job_id, error=type(error).__name__)


def worker_name() -> str:
    """``host/pid/start``, by which others can tell whether the holder of a lease is alive; pids are used again."""
    pid = os.getpid()
    return f"{socket.gethostname()}/{pid}/{_started(pid) or 0}"


def surely_dead(worker: str | None) -> bool:
    """True when the named process ran on this machine and is gone. In doubt False: the lease will run out."""
    parts = (worker or "").rsplit("/", 2)
    if len(parts) != 3 or parts[0] != socket.gethostname() or not parts[1].isdecimal() or parts[2] == "0":
        return False
    return _started(int(parts[1])) != parts[2]


def _started(pid: int) -> str | None:
    """When a process began, in clock ticks since boot; None when there is no such process (or no /proc)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]
