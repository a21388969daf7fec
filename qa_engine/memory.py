"""A bound on the memory of a process, so that one recording takes down nobody but itself."""

import resource

GIGABYTE = 1 << 30


def limit_memory(gigabytes: float) -> None:
    """Let this process hold no more than so much of its own (Linux: RLIMIT_DATA); 0: as much as there is.

    What goes beyond is a MemoryError in Python, and in some libraries the end of the process.
    """
    if gigabytes > 0:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = int(gigabytes * GIGABYTE)
        resource.setrlimit(
            resource.RLIMIT_DATA, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
        )
