"""How to start workers: as a process of their own, because nothing may import them."""

import sys
from collections.abc import Sequence

from qa_engine.errors import UsageError
from qa_engine.service.jobs.kinds import queues as known_queues
from qa_engine.settings import Settings


def worker_command(
    settings: Settings, *, processes: int | None = None, queues: Sequence[str] | None = None
) -> list[str]:
    """The command line of a worker. The settings travel in the environment. Raises UsageError for an unknown queue."""
    known = known_queues()
    chosen = [queue.strip() for queue in queues or known if queue.strip()]
    unknown = sorted(set(chosen) - set(known))
    if unknown or not chosen:
        raise UsageError(f"no queue {', '.join(unknown) or 'named'}; there are {', '.join(known)}")
    count = settings.worker_processes if processes is None else processes
    return [sys.executable, "-m", "workers", "--processes", str(count), "--queues", ",".join(chosen)]
