"""What time it is: asked in one place, so that tests can say it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from qa_engine.errors import QaError


class Clock(Protocol):
    def now(self) -> datetime:
        """The present time in UTC, aware."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class ServerClock:
    """The time of a server that all machines share, asked for now and then and carried on by a clock nobody sets."""

    def __init__(self, ask: Callable[[], datetime], *, every_seconds: float = 60.0) -> None:
        self._ask, self._every = ask, every_seconds
        self._known: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        if self._known is None or time.monotonic() - self._known[1] >= self._every:
            try:
                self._known = self._ask(), time.monotonic()
            except QaError:
                if self._known is None:
                    return datetime.now(UTC)  # the server is away; whoever wants to write there hears it
        at, asked = self._known
        return at + timedelta(seconds=time.monotonic() - asked)


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def advance(self, seconds: float) -> None:
        self._at += timedelta(seconds=seconds)
