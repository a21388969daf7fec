"""Where recordings are kept: by the hash of their content, so that no name from outside ever becomes a path."""

import hashlib
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from qa_engine.errors import InputError, NotFoundError, StoreError, UsageError
from qa_engine.private import private_folder

CHUNK_BYTES = 1 << 20
INCOMING = ".incoming-"
"""How files begin that are not there as a whole yet."""
_HASH = re.compile(r"[0-9a-f]{64}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class StoredRecording:
    """``created`` is False when the same bytes were there already."""

    sha256: str
    size_bytes: int
    suffix: str
    path: Path
    created: bool


class RecordingStore(Protocol):
    """``place``: where they are, for people. ``in_files``: as files of this installation, backed up with it."""

    place: str
    in_files: bool

    def store(self, stream: BinaryIO, *, name: str, max_bytes: int | None = None) -> StoredRecording:
        """Copy a stream in. Raises UsageError beyond ``max_bytes``, InputError when it cannot be read, StoreError when
        it cannot be kept: that is the machine's fault, never the recording's."""

    def path(self, sha256: str, suffix: str) -> Path:
        """A file of a stored recording, to be opened at once. Raises NotFoundError, StoreError."""

    def holds(self, sha256: str, suffix: str) -> bool:
        """Whether a recording is there. Raises StoreError."""

    def held(self) -> Mapping[str, int]:
        """Every recording by its name, with its bytes. Raises StoreError."""

    def remove(self, sha256: str, suffix: str) -> bool:
        """Take a recording away for good, and what copies of it are kept; False when there was none."""

    def try_out(self) -> None:
        """Keep something, read it and remove it. Raises StoreError, SettingsError."""


class FolderRecordings:
    """Files in a folder, two levels deep: ``ab/ab12….wav``. A file appears whole or not at all."""

    in_files = True

    def __init__(self, root: Path) -> None:
        self._root = root
        self.place = str(root)

    def store(self, stream: BinaryIO, *, name: str, max_bytes: int | None = None) -> StoredRecording:
        temporary: Path | None = None
        try:
            temporary = self._temporary()
            sha256, size = copy_hashed(stream, temporary, name=name, max_bytes=max_bytes)
            target, created = self._place(temporary, sha256, safe_suffix(name))
        except OSError as error:
            raise StoreError(f"{name}: cannot be copied into {self._root}: {error.strerror}") from error
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
        return StoredRecording(sha256, size, target.suffix, target, created)

    def path(self, sha256: str, suffix: str) -> Path:
        path = self._root / sha256[:2] / recording_name(sha256, suffix)
        if not path.is_file():
            raise NotFoundError(f"the recording {sha256[:12]}… is missing from {self._root}")
        return path

    def holds(self, sha256: str, suffix: str) -> bool:
        return (self._root / sha256[:2] / recording_name(sha256, suffix)).is_file()

    def held(self) -> Mapping[str, int]:
        return {path.name: path.stat().st_size for path in self._root.glob("[0-9a-f][0-9a-f]/*")}

    def remove(self, sha256: str, suffix: str) -> bool:
        try:
            path = self.path(sha256, suffix)
        except NotFoundError:
            return False
        path.unlink(missing_ok=True)
        return True

    def try_out(self) -> None:
        try:
            self._temporary().unlink()
        except OSError as error:
            raise StoreError(f"{self._root}: cannot be written: {error.strerror}") from error

    def _temporary(self) -> Path:
        handle, name = tempfile.mkstemp(prefix=INCOMING, dir=private_folder(self._root))
        os.close(handle)
        return Path(name)

    def _place(self, temporary: Path, sha256: str, suffix: str) -> tuple[Path, bool]:
        folder = self._root / sha256[:2]
        private_folder(folder)
        target = folder / f"{sha256}{suffix}"
        if target.is_file():
            return target, False
        temporary.replace(target)
        _sync_folder(folder)
        return target, True


def recording_name(sha256: str, suffix: str) -> str:
    """What a stored recording is called. Raises NotFoundError for what can be none."""
    if not _HASH.fullmatch(sha256) or (suffix and not _SUFFIX.fullmatch(suffix)):
        raise NotFoundError("no such recording")
    return f"{sha256}{suffix}"


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def copy_hashed(stream: Readable, target: Path, *, name: str, max_bytes: int | None = None) -> tuple[str, int]:
    """Copy a stream into a file, piece by piece, down to the disk; its SHA-256 and its bytes.

    Raises UsageError beyond ``max_bytes``, InputError when the stream cannot be read, OSError when it cannot be kept.
    """
    sha, size = hashlib.sha256(), 0
    with target.open("wb") as copy:
        while chunk := _read(stream, name):
            size += len(chunk)
            if max_bytes is not None and size > max_bytes:
                raise UsageError(f"{name}: larger than {max_bytes // 2**20} MB (setting QA_MAX_UPLOAD_MB)")
            sha.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return sha.hexdigest(), size


def _read(stream: Readable, name: str) -> bytes:
    try:
        return stream.read(CHUNK_BYTES)
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from error


def safe_suffix(name: str) -> str:
    """The suffix of a name from outside if it is a plain one, else nothing."""
    suffix = Path(name).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ""


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
