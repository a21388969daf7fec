"""``qa-engine serve``: the web service, if wanted with workers beside it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Annotated

import typer

from qa_engine.cli.console import complain
from qa_engine.settings import current_settings

STOP_SECONDS = 30
WATCH_SECONDS = 2.0
WEB_COMMAND = [sys.executable, "-P", "-m", "qa_engine.web"]


def serve(
    with_worker: Annotated[bool, typer.Option("--with-worker", help="Run workers beside the web service.")] = False,
    sign_in: Annotated[bool, typer.Option("--sign-in", help="Ask who is there, as with QA_SIGN_IN=true.")] = False,
) -> None:
    """Serve pages and API on QA_WEB_HOST:QA_WEB_PORT (this machine only, unless QA_SIGN_IN is on)."""
    from qa_engine.service import worker_command

    if sign_in:
        os.environ["QA_SIGN_IN"] = "true"
        current_settings.cache_clear()
    settings = current_settings()
    if not with_worker:
        os.execv(WEB_COMMAND[0], WEB_COMMAND)  # noqa: S606  # become the service: signals reach it without a go-between
    signal.signal(signal.SIGTERM, _interrupt)
    starter = ["--starter", str(os.getpid())]
    with running(worker_command(settings, with_starter=True)) as worker, running([*WEB_COMMAND, *starter]) as web:
        try:
            code = attend(web, worker)
        except KeyboardInterrupt:
            code = 0
    raise typer.Exit(code)


def attend(web: "subprocess.Popen[bytes]", worker: "subprocess.Popen[bytes]") -> int:
    """Wait for the web service, whose exit code it is; workers that stop meanwhile are told once."""
    told = False
    while True:
        try:
            return web.wait(WATCH_SECONDS)
        except subprocess.TimeoutExpired:
            if worker.poll() is not None and not told:
                told = True
                complain(f"the workers have stopped (exit code {worker.returncode}): nothing is transcribed or checked")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def running(command: Sequence[str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A child process; asked to stop at the end, killed when it does not."""
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
