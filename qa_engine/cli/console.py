"""What a person sees on the terminal: messages, tables and progress, all on stderr but the data itself."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

BAR_AFTER_SECONDS = 2.0
LINE_EVERY_SECONDS = 5.0

messages = Console(stderr=True, highlight=False)
tables = Console(highlight=False)


def say(text: str) -> None:
    """A message for people."""
    from qa_engine.service import writable

    messages.print(writable(text), markup=False, soft_wrap=True)


def complain(text: str) -> None:
    """A fault, on stderr, in words that name the place."""
    from qa_engine.service import writable

    messages.print(writable(text), style="red", markup=False, soft_wrap=True)


def put(text: str) -> None:
    """Data on stdout, untouched by any formatting."""
    sys.stdout.write(text)
    sys.stdout.flush()


Advance = Callable[[str, float, float], None]


class _Lines:
    """Progress where stderr is no terminal: a plain line now and then."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def advance(self, subject: str, done: float, total: float) -> None:
        now = time.monotonic()
        if now - self._last >= LINE_EVERY_SECONDS:
            self._last = now
            share = f"{100 * done / total:.0f} %" if total else ""
            say(f"{subject} {share}".rstrip())


class _Bar:
    """One bar for the subject at hand, shown once the work has taken longer than two seconds."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._since = time.monotonic()
        self._task: TaskID | None = None

    def advance(self, subject: str, done: float, total: float) -> None:
        if self._task is None:
            if time.monotonic() - self._since < BAR_AFTER_SECONDS:
                return
            self._progress.start()
            self._task = self._progress.add_task(subject, total=total or None)
        self._progress.update(self._task, description=subject, completed=done, total=total or None)


@contextmanager
def progress_bar() -> Iterator[Advance]:
    """A function ``advance(subject, done, total)`` that shows how far the work is.

    A bar on a terminal, after two seconds; plain lines elsewhere.
    """
    if not messages.is_terminal:
        yield _Lines().advance
        return
    progress = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        console=messages,
        transient=True,
    )
    try:
        yield _Bar(progress).advance
    finally:
        progress.stop()
