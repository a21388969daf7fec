"""Folders of copies that can be made again: bounded, those not used for longest go first."""

import time
from pathlib import Path


def make_room(folder: Path, pattern: str, *, newest: Path, gigabytes: float, unused_seconds: float = 0.0) -> None:
    """Remove copies until the others fit; the newest stays in any case, and what was used a moment ago."""
    copies = []
    for path in folder.glob(pattern):
        try:
            facts = path.stat()
        except FileNotFoundError:
            continue  # another process makes room, too
        copies.append((facts.st_mtime, facts.st_size, path))
    total = sum(size for _, size, _ in copies)
    now = time.time()
    for used, size, path in sorted(copies):
        if total <= gigabytes * 2**30:
            return
        if path != newest and not 0 <= now - used < unused_seconds:
            path.unlink(missing_ok=True)
            total -= size
