"""How to start workers: as a process of their own, because nothing may import them."""

import os
import sys
from collections.abc import Sequence

from qa_engine import start_workers
from qa_engine.errors import UsageError
from qa_engine.service.jobs.kinds import queues as known_queues
from qa_engine.settings import Settings


def worker_command(
    settings: Settings,
    *,
    processes: int | None = None,
    queues: Sequence[str] | None = None,
    with_starter: bool = False,
) -> list[str]:
    """The command line of a worker. The settings travel in the environment. Raises UsageError for an unknown queue.

    ``with_starter``: it ends when this process does, however that ends.
    """
    known = known_queues()
    chosen = [queue.strip() for queue in queues or known if queue.strip()]
    unknown = sorted(set(chosen) - set(known))
    if unknown or not chosen:
        raise UsageError(f"no queue {', '.join(unknown) or 'named'}; there are {', '.join(known)}")
    count = settings.worker_processes if processes is None else processes
    return [
        *(sys.executable, "-P", start_workers.__file__),
        *("--processes", str(count), "--queues", ",".join(chosen)),
        *(("--starter", str(os.getpid())) if with_starter else ()),
    ]


def schedule_command() -> list[str]:
    """The command line of the schedule."""
    return [sys.executable, "-P", start_workers.__file__, "--schedule"]
