"""The tick that sets off sweeps: a thread of the worker that does nothing but send a message.

Not beat: its schedule is a process of its own that outlives a killed worker. Not a sweep in this thread: the worker
forks children, and a process that forks must not hold an open database.
"""

import threading

import structlog
from celery import Celery

from qa_engine.errors import BrokerError
from qa_engine.service.adapters.celery_bell import SWEEP_TASK, send

log = structlog.get_logger(__name__)


class Ticker:
    """Asks for a sweep at once and then every ``every_seconds``. A tick nobody took before the next one is dropped."""

    def __init__(self, celery: Celery, *, queue: str, every_seconds: float, patience_seconds: float) -> None:
        self._celery, self._queue = celery, queue
        self._every, self._patience = every_seconds, patience_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while True:
            try:
                send(self._celery, SWEEP_TASK, [self._patience], queue=self._queue, expires=self._every)
            except BrokerError as error:
                log.warning("sweep_not_asked_for", error=str(error))
            if self._stop.wait(self._every):
                return
