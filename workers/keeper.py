"""The keeper of a worker: a process beside it that sweeps and watches, so that no hanging work stops either.

Not a task: a child that hangs would hold it. Not a thread of the worker: that one forks children, and a process that
forks must not hold an open database.
"""

import subprocess
import sys
import threading
import time

import structlog
from sqlalchemy.exc import SQLAlchemyError

from qa_engine import start_workers
from qa_engine.errors import BrokerError, QaError
from qa_engine.service import Watch, open_app, sweep
from qa_engine.settings import Settings
from workers.schedule import tick_for_ever

log = structlog.get_logger(__name__)


def keep(settings: Settings, *, worker: int, every_seconds: float, patience_seconds: float) -> None:
    """Sweep and watch until this process ends, which it does with the worker. A fault of the machine ends nothing."""
    if settings.broker_url is None:  # else the schedule is a process of its own (qa-engine schedule)
        # in its own thread: sending mail may take a while
        threading.Thread(target=tick_for_ever, args=(settings,), name="schedule", daemon=True).start()
    with open_app(settings) as app:
        watch: Watch | None = None
        while True:
            try:
                watch = watch or Watch(app, worker)
                watch.look()
                sweep(app, patience_seconds=patience_seconds)
            except (QaError, SQLAlchemyError, BrokerError, OSError) as error:
                log.warning("not_swept", error=str(error)[:300])
            time.sleep(every_seconds)


class Keeper:
    """The keeper as its worker sees it: started with it, started again should it end."""

    def __init__(self, worker: int, *, every_seconds: float, patience_seconds: float) -> None:
        self._command = [
            *(sys.executable, "-P", start_workers.__file__, "--starter", str(worker), "--keep", str(worker)),
            *("--every", str(every_seconds), "--patience", str(patience_seconds)),
        ]
        self._every = every_seconds
        self._stop = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def retire(self) -> None:
        """End it soon. To be called from a signal handler: waits for nothing."""
        self._stop.set()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._process is None or self._process.poll() is not None:
                if self._process is not None:
                    log.error("keeper_ended", code=self._process.returncode)
                self._process = subprocess.Popen(self._command)
            self._stop.wait(self._every)
        if self._process is not None:
            self._process.kill()
            self._process.wait()
