"""The lock of the worker's queue goes back when its holder dies."""

import os
import signal
import time
from contextlib import closing

from workers.pool import ProcessLock


def _child_that_holds(lock: ProcessLock) -> int:
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        lock.acquire()
        os.write(told, b"!")
        time.sleep(60)
        os._exit(0)
    os.read(ready, 1)
    os.close(ready)
    os.close(told)
    return child


def test_a_killed_holder_gives_the_lock_back() -> None:
    with closing(ProcessLock()) as lock:
        child = _child_that_holds(lock)
        os.kill(child, signal.SIGKILL)
        with lock:
            os.waitpid(child, 0)


def test_a_live_holder_keeps_it() -> None:
    with closing(ProcessLock()) as lock:
        child = _child_that_holds(lock)
        waiting = os.fork()
        if waiting == 0:
            lock.acquire()
            os._exit(0)
        time.sleep(0.3)
        assert os.waitpid(waiting, os.WNOHANG) == (0, 0)
        os.kill(child, signal.SIGTERM)
        assert os.waitpid(waiting, 0) == (waiting, 0)
        os.waitpid(child, 0)
