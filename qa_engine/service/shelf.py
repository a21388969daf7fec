"""What was made of reports, kept in memory until the data is of another edition."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Made = TypeVar("Made")


class Shelf:
    """At most ``most`` things; the one that was wanted least recently goes first. For many threads.

    Reports are made one after another: side by side they would only take turns at the same processor.
    """

    def __init__(self, most: int = 200) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[Hashable, Any]] = OrderedDict()
        self._looking, self._making = threading.Lock(), threading.Lock()

    def get(self, key: Hashable, edition: Hashable, make: Callable[[], Made]) -> Made:
        """What is kept under ``key`` of this ``edition``; else what ``make`` gives. What it raises is not kept."""
        found: Made | None = self.find(key, edition)
        if found is not None:
            return found
        with self._making:
            found = self.find(key, edition)
            if found is not None:
                return found
            made = make()
            self.put(key, edition, made)
            return made

    def put(self, key: Hashable, edition: Hashable, made: object) -> None:
        with self._looking:
            self._kept[key] = edition, made
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def find(self, key: Hashable, edition: Hashable) -> Any:
        """What is kept of this ``edition``; None where nothing is."""
        with self._looking:
            kept = self._kept.get(key)
            if kept is None or kept[0] != edition:
                return None
            self._kept.move_to_end(key)
            return kept[1]
