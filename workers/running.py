"""Start a worker: prefork children, its keeper and ticker, logs; stop at SIGTERM after the work at hand."""

import os
import warnings
from collections.abc import Sequence

import structlog
from celery.apps.worker import Worker
from celery.exceptions import SecurityWarning
from celery.signals import worker_process_init, worker_ready, worker_shutting_down

from qa_engine.collecting import settle
from qa_engine.lifeline import end_with
from qa_engine.logs import set_up_logs
from qa_engine.memory import limit_memory
from qa_engine.service import open_app, upgrade_database
from qa_engine.service import queues as known_queues
from qa_engine.service.adapters.celery_bell import make_celery, queue_folder
from qa_engine.service.adapters.file_queue import clear_leftovers
from qa_engine.service.adapters.speech import check_recogniser
from qa_engine.service.jobs.sweep import PATIENCE_SECONDS
from qa_engine.settings import Settings
from workers.keeper import Keeper
from workers.pool import TaskPool
from workers.tasks import AppFactory, ProcessApp, add_tasks
from workers.ticker import Ticker

log = structlog.get_logger(__name__)

SWEEPS_PER_LEASE = 4
LONGEST_TICK_SECONDS = 15.0
LEFTOVER_SECONDS = 24 * 3600.0
"""A file that a killed process left half-written is removed after a day: no upload takes that long."""


def run(
    settings: Settings,
    *,
    processes: int | None = None,
    queues: Sequence[str] | None = None,
    app_factory: AppFactory | None = None,
) -> int:
    """Work until stopped; the exit code. Raises QaError at once when pack, model, database or broker are not there.

    ``app_factory`` makes the application in every child; tests give it doubles.
    """
    set_up_logs(settings)
    # Celery's advice against root is about pickle; here only JSON is accepted. In containers root is usual.
    warnings.filterwarnings("ignore", category=SecurityWarning, module="celery")
    factory: AppFactory = app_factory or (lambda: open_app(settings))
    check_recogniser(settings)
    _preflight(factory)
    celery = make_celery(settings)
    chosen = tuple(queues or known_queues())
    _clear_up(settings)
    process_app = ProcessApp(factory)
    add_tasks(celery, process_app)
    tick_seconds = min(LONGEST_TICK_SECONDS, settings.lease_seconds / SWEEPS_PER_LEASE)
    count = processes or settings.worker_processes
    ticker = Ticker(celery, every_seconds=tick_seconds, processes=count, end=os._exit)
    pid = os.getpid()
    patience = min(PATIENCE_SECONDS, settings.lease_seconds)
    keeper = Keeper(pid, every_seconds=tick_seconds, patience_seconds=patience)
    _follow(settings, pid, ticker, keeper)
    worker = Worker(
        app=celery,
        hostname=None,
        concurrency=count,
        pool=TaskPool,
        queues=",".join([*chosen, ticker.queue]),
        loglevel=settings.log_level,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    log.info("worker_starting", processes=worker.concurrency, queues=list(chosen))
    worker.start()
    ticker.stop()
    keeper.stop()
    return int(worker.exitcode or 0)


def _follow(settings: Settings, pid: int, ticker: Ticker, keeper: Keeper) -> None:
    """What is done as Celery says that a child begins, that the worker is ready, that it stops."""

    def begin_child(**_: object) -> None:
        end_with(pid)
        if settings.asr_device == "cpu":  # the drivers of graphics cards reserve far more than they use
            limit_memory(settings.worker_memory_gb)
        set_up_logs(settings)
        settle()  # the pack was loaded before the fork

    worker_process_init.connect(begin_child, weak=False)

    def ready(**_: object) -> None:
        ticker.start()
        keeper.start()

    def stopping(**_: object) -> None:
        log.info("worker_stopping")
        keeper.retire()  # children that go now are no loss that anybody should count

    worker_ready.connect(ready, weak=False)
    worker_shutting_down.connect(stopping, weak=False)


def _clear_up(settings: Settings) -> None:
    """Remove what killed processes left half-written."""
    if settings.broker_url is None:
        clear_leftovers(queue_folder(settings))
        clear_leftovers(queue_folder(settings), pattern="*.tick.*.msg")
    for folder, pattern in (
        (settings.recordings_dir, ".incoming-*"),
        (settings.recording_copies_dir, ".incoming-*"),
        (settings.reports_dir, "*/.report-*"),
        (settings.home / "cache", "play/.play-*"),
    ):
        clear_leftovers(folder, pattern=pattern, older_than_seconds=LEFTOVER_SECONDS)


def _preflight(factory: AppFactory) -> None:
    """What no child can work without is told here, once and clearly, instead of by every call in quarantine."""
    with factory() as app:
        upgrade_database(app)
        app.judge.pack_label  # noqa: B018  # loads and checks the pack
        app.transcriber.settings_digest(None)  # finds the model
        app.bell.check()
