"""A machine at fault (disk, database, broker, model) pauses: its workers take nothing, and everybody can see why."""

import socket
import threading
import time
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from qa_engine.errors import StoreError
from qa_engine.service.context import App
from qa_engine.store import pauses

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 60.0
WHY_CHARS = 300

_here = threading.local()
"""``until`` (monotonic): this process pauses by itself where the database cannot keep that, for it may be the fault."""


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


def paused(session: Session, app: App) -> bool:
    """True while this machine pauses."""
    if time.monotonic() < getattr(_here, "until", 0.0):
        return True
    row = pauses.of_host(session, socket.gethostname())
    now = app.clock.now()
    return row is not None and now < row.until <= now + timedelta(seconds=2 * PAUSE_SECONDS)


def works_again(app: App) -> None:
    """Something was done here: the pause of this machine, if there was one, is over."""
    _here.until = 0.0
    with app.database.read() as session:
        if pauses.of_host(session, socket.gethostname()) is None:
            return
    with app.database.write() as session:
        pauses.end(session, socket.gethostname())
