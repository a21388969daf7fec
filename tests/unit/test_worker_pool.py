"""The lock of the worker's queue parts processes and goes back when its holder dies."""

import subprocess
import sys
from pathlib import Path

# In an interpreter of its own: a process with threads, as a test runner may be, should not fork.
PROGRAM = """
import os, signal, time
from workers.pool import ProcessLock

def fork(then):
    child = os.fork()
    if child == 0:
        then()
        os._exit(0)
    return child

def hold():
    with lock:
        os.write(told, b"!")
        time.sleep(60)

lock = ProcessLock()
ready, told = os.pipe()
holder = fork(hold)
os.read(ready, 1)
waiting = fork(lock.acquire)
time.sleep(0.3)
assert os.waitpid(waiting, os.WNOHANG) == (0, 0), "two processes had the lock"
os.kill(holder, signal.SIGKILL)
assert os.waitpid(waiting, 0) == (waiting, 0)
os.waitpid(holder, 0)
lock.acquire()
lock.close()
"""


def test_a_killed_holder_and_nothing_else_gives_the_lock_back() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM], cwd=root, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
