"""Celery's prefork pool with a lock that does not outlive the child that holds it."""

import fcntl
import tempfile
from typing import Any

from celery.concurrency import prefork


class ProcessLock:
    """One process at a time; the kernel gives the lock back when its holder dies, however it dies.

    A POSIX record lock (``fcntl(2)``): it belongs to a process, not to a file descriptor, so children inherit the file
    and never the lock. It parts processes, not threads.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="qa-engine-")  # noqa: SIM115  # as long as the pool

    def acquire(self) -> bool:
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        return True

    def release(self) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the file back; the pool does not, for it lasts as long as its process."""
        self._file.close()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class _BlockingPool(prefork.TaskPool.BlockingPool):  # type: ignore[misc]
    def _setup_queues(self) -> None:
        super()._setup_queues()
        self._inqueue._rlock = ProcessLock()
        self._outqueue._wlock = ProcessLock()


class TaskPool(prefork.TaskPool):  # type: ignore[misc]
    """``pool=`` of a worker.

    The children of the pool share one queue, and a child that waits for work holds its lock; so does, for a moment, one
    that answers. billiard's is a semaphore: when that child is killed (by hand, by the kernel for want of memory, by a
    SIGTERM to all processes), the others wait for ever, the worker looks alive and does nothing, and cannot even stop.
    """

    BlockingPool: Any = _BlockingPool
