"""The tick of a worker: a message to itself. A worker that has a free child and does not take it is deaf, and ends.

Whoever started it (systemd, compose, the server) starts a new one; what its children were at is taken back by the
sweep. A worker that looks alive and does nothing would be the worse end.
"""

import os
import threading
from collections.abc import Callable
from typing import Any

import structlog
from celery import Celery
from celery.signals import task_received
from celery.worker import state

from qa_engine.errors import BrokerError
from qa_engine.service.adapters.celery_bell import TICK_TASK, add_queue, send

log = structlog.get_logger(__name__)

LEAST_SECONDS = 10.0
MISSED_TICKS = 4
DEAF = 70
"""Exit code of a worker that no message reaches."""


class Ticker:
    """Sends a tick every ``every_seconds`` into a queue of its own, and sees them come."""

    def __init__(self, celery: Celery, *, every_seconds: float, processes: int, end: Callable[[int], Any]) -> None:
        self.queue = f"tick.{os.uname().nodename}.{os.getpid()}"
        add_queue(celery, self.queue)
        self._celery, self._every, self._processes, self._end = celery, every_seconds, processes, end
        self._most = max(MISSED_TICKS, round(LEAST_SECONDS / every_seconds))
        self._sent_in_vain = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)
        task_received.connect(self._received, weak=False)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.ident is not None:  # a worker may be stopped before it was ready
            self._thread.join(timeout=10)

    def _received(self, request: Any = None, **_: object) -> None:
        if request is not None and request.name == TICK_TASK:
            self._sent_in_vain = 0

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            if len(state.active_requests) >= self._processes:
                self._sent_in_vain = 0  # all children have work: nothing has to be taken
                continue
            if self._sent_in_vain >= self._most:
                log.critical("worker_deaf", ticks=self._sent_in_vain)
                self._end(DEAF)
            self._send()

    def _send(self) -> None:
        try:
            send(self._celery, TICK_TASK, [], queue=self.queue, expires=self._every * self._most)
        except BrokerError as error:
            self._sent_in_vain = 0
            log.warning("no_tick", error=str(error))
            return
        except Exception as error:
            # kombu may trip over a connection that the consumer has closed meanwhile, with errors of no class of its
            # own. Without this thread nobody would see that the worker is deaf, so such a tick is one in vain: the
            # fault is told with its trace, and ends the worker when it stays.
            log.warning("no_tick", error=f"{type(error).__name__}: {error}", exc_info=error)
        self._sent_in_vain += 1
