"""``qa-engine worker``: the Celery workers, as a process of their own."""

import os
from typing import Annotated

import typer

from qa_engine.settings import current_settings


def worker(
    processes: Annotated[
        int | None, typer.Option(min=1, help="Child processes; default: setting QA_WORKER_PROCESSES.")
    ] = None,
    queues: Annotated[
        str | None,
        typer.Option(help="Comma-separated queues, such as asr,asr_bulk,inspect; default: all."),
    ] = None,
) -> None:
    """Work on what is queued until stopped with Ctrl-C or SIGTERM."""
    from qa_engine.service import open_app, upgrade_database, worker_command

    settings = current_settings()
    with open_app(settings) as engine:
        upgrade_database(engine)  # here, so that a wrong address is told at once and not by every child
    command = worker_command(settings, processes=processes, queues=queues.split(",") if queues else None)
    os.execv(command[0], command)  # noqa: S606  # become the worker: signals reach it without a go-between
