"""Giving jobs back, at once or, where the database is away, as soon as it answers again.

Kept until its lease ran out, such a job would look like work that hangs: its process is alive, and at other work by
then. The watch would end that, and count an attempt that was the machine's fault.
"""

import threading
import time
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from qa_engine.errors import StoreError
from qa_engine.service.context import App
from qa_engine.service.jobs.leases import Lease
from qa_engine.store import jobs

log = structlog.get_logger(__name__)

TRY_SECONDS = 1.0

_owed: list[tuple[App, Lease, str, float]] = []
_changing = threading.Lock()


def give_back(app: App, lease: Lease, error: str, *, pause: float, counted: bool) -> bool:
    """Queue a job again; False when its lease was lost. Raises StoreError while the database is away."""
    with app.database.write() as session:
        not_before = app.clock.now() + timedelta(seconds=pause)
        return jobs.give_back(
            session, lease.job_id, token=lease.token, error=error, not_before=not_before, counted=counted
        )


def give_back_later(app: App, lease: Lease, error: str) -> None:
    """As soon as the database answers again, uncounted, from a thread; until then, or until the lease has run out."""
    with _changing:
        _owed.append((app, lease, error, time.monotonic() + app.settings.lease_seconds))
        if len(_owed) == 1:
            threading.Thread(target=_give_back_what_is_owed, name="giving back", daemon=True).start()


def _give_back_what_is_owed() -> None:
    while True:
        time.sleep(TRY_SECONDS)
        with _changing:
            waiting = list(_owed)
        for one in waiting:
            app, lease, error, until = one
            try:
                if give_back(app, lease, error, pause=0, counted=False):
                    log.info("given_back_later", job_id=lease.job_id)
            except (StoreError, SQLAlchemyError):
                if time.monotonic() < until:
                    break  # away still, and so it is for the others
            with _changing:
                _owed.remove(one)
        with _changing:
            if not _owed:
                return
