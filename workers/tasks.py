"""Tasks: an id in, one use case, the outcome in the database. What a task says to the broker is only: I looked."""

import os
from collections.abc import Callable
from typing import Any

from celery import Celery

from qa_engine.service import App, run_jobs
from qa_engine.service.adapters.celery_bell import JOB_TASK, TICK_TASK

AppFactory = Callable[[], App]


class ProcessApp:
    """The application of this process. A child forked from the worker opens its own database and model."""

    def __init__(self, factory: AppFactory) -> None:
        self._factory = factory
        self._pid: int | None = None
        self._app: App | None = None

    def get(self) -> App:
        if self._app is None or self._pid != os.getpid():
            self._app, self._pid = self._factory(), os.getpid()
        return self._app

    def close(self) -> None:
        if self._app is not None and self._pid == os.getpid():
            self._app.close()
        self._app = None


def add_tasks(celery: Celery, process_app: ProcessApp) -> None:
    """Give ``celery`` the tasks of this house."""

    task: Any = celery.task

    @task(name=JOB_TASK)  # type: ignore[untyped-decorator]
    def job(*job_ids: int) -> None:
        run_jobs(process_app.get(), job_ids)

    @task(name=TICK_TASK)  # type: ignore[untyped-decorator]
    def tick() -> None:
        """Nothing: that it was taken is what its worker wants to see."""
