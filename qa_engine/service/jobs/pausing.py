"""A machine at fault (disk, database, broker, model) pauses: its workers take nothing, and everybody can see why."""

import errno
import socket
import threading
import time
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from qa_engine.errors import BrokerError, ModelError, ProcessLostError, StoreError
from qa_engine.service.context import App
from qa_engine.store import pauses

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 60.0
WHY_CHARS = 300

_MACHINE_ERRORS = (ModelError, StoreError, BrokerError, ProcessLostError, OperationalError, ConnectionError)
_MACHINE_ERRNOS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
)

_here = threading.local()
"""``until`` (monotonic): this process pauses by itself where the database cannot keep that, for it may be the fault."""


def is_the_machines(error: Exception) -> bool:
    """Attempts count what a recording causes: no full disk, no lost database, no missing model is its doing."""
    if isinstance(error, OSError) and not isinstance(error, ConnectionError):
        return error.errno in _MACHINE_ERRNOS
    return isinstance(error, _MACHINE_ERRORS)


def pause(app: App, why: str) -> None:
    """This machine's workers take nothing for a minute; then one of them tries."""
    now = app.clock.now()
    until = now + timedelta(seconds=PAUSE_SECONDS)
    try:
        with app.database.write() as session:
            pauses.begin(session, socket.gethostname(), why=why[:WHY_CHARS], now=now, until=until)
    except (StoreError, SQLAlchemyError) as error:
        log.error("pause_not_kept", error=str(error)[:WHY_CHARS])
        _here.until = time.monotonic() + PAUSE_SECONDS


@dataclass(frozen=True, slots=True)
class PauseNow:
    """``holds``: nothing is to be taken. ``over``: there was a pause, and it is time to try."""

    holds: bool
    over: bool


def pause_of(session: Session, app: App) -> PauseNow:
    """Whether this machine pauses."""
    if time.monotonic() < getattr(_here, "until", 0.0):
        return PauseNow(holds=True, over=False)
    row = pauses.of_host(session, socket.gethostname())
    now = app.clock.now()
    holds = row is not None and now < row.until <= now + timedelta(seconds=2 * PAUSE_SECONDS)
    return PauseNow(holds, row is not None and not holds)


def works_again(app: App) -> None:
    """Something was done here: the pause of this machine is over."""
    with app.database.write() as session:
        pauses.end(session, socket.gethostname())
