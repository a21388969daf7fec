"""How often one address may try to sign in. Kept in the memory of the web process, which is one."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

MOST_TRIES = 20
WITHIN_SECONDS = 600.0
MOST_ADDRESSES = 10_000


class Throttle:
    """Counts tries by address over a sliding while; addresses not seen for longest are forgotten first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._tries: OrderedDict[str, list[float]] = OrderedDict()

    def wait_seconds(self, address: str) -> float:
        """Count a try; 0 when it is allowed, else how long to wait (such a try is not counted)."""
        now = self._clock()
        with self._lock:
            tries = [at for at in self._tries.pop(address, []) if at > now - WITHIN_SECONDS]
            wait = tries[0] + WITHIN_SECONDS - now if len(tries) >= MOST_TRIES else 0.0
            if not wait:
                tries.append(now)
            self._tries[address] = tries
            while len(self._tries) > MOST_ADDRESSES:
                self._tries.popitem(last=False)
            return wait

    def forget(self, address: str) -> None:
        """After a sign-in that was right: many people may share an address."""
        with self._lock:
            self._tries.pop(address, None)
