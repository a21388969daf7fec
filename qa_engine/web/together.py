"""The web service in several processes on one port: Python works out one page at a time in each.

What a browser or program may notice of it goes through the database (claims, lock-out, uploads, answers given once);
each process keeps its own reports in memory, under the number of the data that they were made of.
"""

import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess

import structlog

from qa_engine.errors import SettingsError
from qa_engine.lifeline import end_with
from qa_engine.logs import set_up_logs
from qa_engine.settings import Settings
from qa_engine.web.metrics import SHARED

LEAST_SECONDS = 5.0
"""A process that ends sooner would do so again and again."""
LOOK_SECONDS = 0.5
END_SECONDS = 15.0

log = structlog.get_logger(__name__)


Answer = Callable[[Settings, socket.socket], None]


def serve_together(settings: Settings, listener: socket.socket, stop: threading.Event, answer: Answer) -> None:
    """Have ``settings.web_processes`` processes ``answer``, and start anew those that end, until ``stop`` or a signal.

    ``answer`` is a function of a module: each process finds it by its name. Raises SettingsError when one ends as
    soon as it was started.
    """
    with tempfile.TemporaryDirectory(prefix="qa-web-") as counts, _signals(stop), _environment(SHARED, counts):
        began: dict[SpawnProcess, float] = {}
        try:
            while not stop.is_set():
                while len(began) < settings.web_processes:
                    began[_start(settings, listener, answer)] = time.monotonic()
                wait([process.sentinel for process in began], LOOK_SECONDS)
                for process in [one for one in began if not one.is_alive()]:
                    lived = time.monotonic() - began.pop(process)
                    if stop.is_set():
                        break
                    log.error("web_process_ended", code=process.exitcode, after_seconds=round(lived, 1))
                    if lived < LEAST_SECONDS:
                        raise SettingsError("a process of the web service ended at once: see what it said before")
        finally:
            _end(list(began))


def _start(settings: Settings, listener: socket.socket, answer: Answer) -> SpawnProcess:
    context = multiprocessing.get_context("spawn")  # a fork would share the parent's threads and locks, half of them
    process = context.Process(target=_answer, args=(settings, listener, answer, os.getpid()), name="web")
    process.start()
    return process


def _answer(settings: Settings, listener: socket.socket, answer: Answer, parent: int) -> None:
    """What each process does."""
    end_with(parent)
    set_up_logs(settings)
    answer(settings, listener)


def _end(processes: list[SpawnProcess]) -> None:
    for process in processes:
        process.terminate()
    until = time.monotonic() + END_SECONDS
    for process in processes:
        process.join(max(0.0, until - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()


@contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """For processes that are started meanwhile."""
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]
