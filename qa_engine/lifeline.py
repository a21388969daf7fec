"""A process that ends with the one it works for, however that one ends: ``kill -9`` leaves nobody a chance to stop it.

Work that is cut off so is lost by nobody: jobs are leased, and half-written files are never put in place.
"""

import ctypes
import os
import signal
import sys
import threading
import time

LOOK_SECONDS = 0.5
_PR_SET_PDEATHSIG = 1  # prctl(2)


def end_with(parent: int) -> None:
    """From now on this process lives no longer than its parent, whose pid is ``parent``, and no shorter.

    A thread looks every ``LOOK_SECONDS`` whether the parent is still that one. Linux could do it, too, but counts the
    end of the thread that started the process: whoever asked for that before (Celery does, and its children are
    started by a thread that ends first) is overruled.
    """
    _at_the_end_of_the_starting_thread(None)
    _start_watch(parent)


def end_with_starter(parent: int) -> None:
    """``end_with``, and on Linux the kernel ends this process in the same moment.

    Only for a process that its parent started from a thread that stays.
    """
    _at_the_end_of_the_starting_thread(signal.SIGKILL)
    _start_watch(parent)


def _start_watch(parent: int) -> None:
    """The thread takes no signals: those that the main thread holds back must stay held back."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        threading.Thread(target=_watch, args=(parent,), name="lifeline", daemon=True).start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


def _at_the_end_of_the_starting_thread(send: signal.Signals | None) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, send or 0)
