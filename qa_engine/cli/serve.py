"""``qa-engine serve``: the web service, if wanted with workers beside it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from qa_engine.cli.app import app
from qa_engine.cli.console import say
from qa_engine.service import worker_command
from qa_engine.settings import Settings, current_settings

STOP_SECONDS = 30


@app.command()
def serve(
    with_worker: Annotated[bool, typer.Option("--with-worker", help="Run workers beside the web service.")] = False,
) -> None:
    """Serve pages and API on QA_WEB_HOST:QA_WEB_PORT (this machine only, until sign-in exists)."""
    from qa_engine import web  # heavy, and only this command needs it

    settings = current_settings()
    say(f"http://{settings.web_host}:{settings.web_port}")
    if not with_worker:
        web.serve(settings)
        return
    with running_worker(settings):
        web.serve(settings)


@contextmanager
def running_worker(settings: Settings, *, processes: int | None = None) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker as a child process; asked to stop at the end, killed when it does not."""
    process = subprocess.Popen(worker_command(settings, processes=processes))
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
