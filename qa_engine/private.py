"""Folders and files that nobody but their owner may read: recordings of people, and what was made of them."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FOLDER_MODE, FILE_MODE = 0o700, 0o600


def private_folder(path: Path) -> Path:
    """``path``, made if need be; every folder that is made on the way is the owner's alone. Raises OSError."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)  # another process may be at it, too
    if not path.is_dir():
        raise NotADirectoryError(20, "is not a folder", str(path))
    return path


def keep_private(path: Path) -> None:
    """Take from all others what rights they have; what belongs to somebody else stays as it is (``doctor`` tells)."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077 and path.stat().st_uid == os.geteuid():
        path.chmod(mode & 0o700)


def private_file(path: Path) -> None:
    """An empty file if there is none; the owner's alone in any case.

    A file that is there is never opened: closing it again would give back every lock that this process holds on it
    (POSIX), and SQLite's other users would take this process for gone and remove the log that it goes on writing to.
    """
    if not path.exists():
        with suppress(FileExistsError):  # another process was quicker
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    keep_private(path)


def open_to_others(folder: Path) -> list[Path]:
    """``folder`` and what lies directly in it, as far as others may read or write it."""
    if not folder.is_dir():
        return []
    return [
        path for path in (folder, *sorted(folder.iterdir())) if path.lstat().st_mode & 0o077 and not path.is_symlink()
    ]


def write_for_owner_only() -> None:
    """What this process makes from now on is its owner's alone, whatever library makes it."""
    os.umask(0o077)


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Among all threads and processes of this machine; the kernel gives it back when its holder dies."""
    with lock.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
