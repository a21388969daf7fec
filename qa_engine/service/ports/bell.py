"""The bell: tells a worker that a job may be there. Losing a ring loses nothing, the sweep rings again."""

from collections import defaultdict
from typing import Protocol

from qa_engine.errors import BrokerError


class Bell(Protocol):
    def ring(self, queue: str, *job_ids: int) -> None:
        """Say that these jobs wait, in one message. Raises BrokerError when nobody can be told."""

    def pending(self, queue: str) -> int | None:
        """Rings that no worker took yet; None when it cannot be known."""

    def check(self) -> None:
        """Raises BrokerError when the broker cannot be reached."""


class MemoryBell:
    """Remembers the rings instead of sending them."""

    def __init__(self) -> None:
        self.rings: dict[str, list[int]] = defaultdict(list)
        self.broken = False

    def ring(self, queue: str, *job_ids: int) -> None:
        if self.broken:
            raise BrokerError("the bell is broken")
        self.rings[queue] += job_ids

    def pending(self, queue: str) -> int | None:
        return len(self.rings[queue])

    def check(self) -> None:
        if self.broken:
            raise BrokerError("the bell is broken")

    def take_all(self) -> list[int]:
        """Every ring so far, and forget them."""
        taken = [job_id for rings in self.rings.values() for job_id in rings]
        self.rings.clear()
        return taken
