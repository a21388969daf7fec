"""Celery's messages as files of one folder: kombu's filesystem transport, made safe for several processes.

kombu's own (5.7) writes a message into its final name, so that a reader may find half of it; takes one
by moving it through the system's temporary folder, which on another disk is a copy that two readers can both make; and
keeps its bindings in files of a control folder with the same race. Here a message appears by rename, is taken by
rename, and bindings are declared by every process for itself, as all of them know the same four queues.
"""

import contextlib
import json
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, virtual

SCHEME = "qafiles"
SUFFIX = ".msg"


class FileChannel(virtual.Channel):
    """One message is one file: ``<time>_<id>.<queue>.msg``."""

    supports_fanout = False

    @property
    def folder(self) -> Path:
        client: Any = self.connection.client
        return Path(client.transport_options["folder"])

    def _put(self, queue: str, message: dict[str, Any], **_: object) -> None:
        name = f"{time.time_ns():020d}_{uuid.uuid4().hex}.{queue}{SUFFIX}"
        unfinished = self.folder / f".{name}"
        try:
            unfinished.write_text(json.dumps(message), encoding="utf-8")
            unfinished.rename(self.folder / name)
        except OSError as error:
            raise ChannelError(f"cannot write a message into {self.folder}: {error.strerror}") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for name in self._waiting(queue):
            path = self.folder / name
            taken = path.with_name(f".taken-{path.name}")
            try:
                path.rename(taken)
            except FileNotFoundError:
                continue  # another worker was faster
            raw = taken.read_bytes()
            taken.unlink()
            with contextlib.suppress(ValueError):  # not ours: dropped, the sweep rings again
                return json.loads(raw)
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._waiting(queue))

    def _purge(self, queue: str) -> int:
        waiting = self._waiting(queue)
        for name in waiting:
            (self.folder / name).unlink(missing_ok=True)
        return len(waiting)

    def _waiting(self, queue: str) -> list[str]:
        """Names of the messages, the oldest first."""
        ending = f".{queue}{SUFFIX}"
        try:
            names = os.listdir(self.folder)  # noqa: PTH208  # polled ten times a second: no Path for every entry
        except OSError as error:
            raise ChannelError(f"cannot read the queue folder {self.folder}: {error.strerror}") from error
        return sorted(name for name in names if name.endswith(ending) and not name.startswith("."))


def clear_leftovers(folder: Path, *, pattern: str = ".*.msg", older_than_seconds: float = 3600.0) -> int:
    """Remove what killed processes left half-written or half-taken; how many files. The sweep rings for their jobs."""
    removed = 0
    for path in folder.glob(pattern):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > older_than_seconds:
                path.unlink()
                removed += 1
    return removed


class FileTransport(virtual.Transport):
    """Messages as files in one folder of this machine."""

    Channel = FileChannel
    driver_type = SCHEME
    driver_name = SCHEME


TRANSPORT_ALIASES[SCHEME] = f"{__name__}:FileTransport"
