"""Where recordings are kept: by the hash of their content, so that no name from outside ever becomes a path."""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from qa_engine.errors import InputError, NotFoundError, StoreError, UsageError
from qa_engine.private import private_folder

CHUNK_BYTES = 1 << 20
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
    def store(self, stream: BinaryIO, *, name: str, max_bytes: int | None = None) -> StoredRecording:
        """Copy a stream in. Raises UsageError beyond ``max_bytes``, InputError when it cannot be read, StoreError when
        it cannot be kept: that is the machine's fault, never the recording's."""

    def path(self, sha256: str, suffix: str) -> Path:
        """The file of a stored recording. Raises NotFoundError."""

    def remove(self, sha256: str, suffix: str) -> bool:
        """Take a recording away for good; False when there was none."""


class FolderRecordings:
    """Files in a folder, two levels deep: ``ab/ab12….wav``. A file appears whole or not at all."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def store(self, stream: BinaryIO, *, name: str, max_bytes: int | None = None) -> StoredRecording:
        sha = hashlib.sha256()
        size = 0
        temporary: Path | None = None
        try:
            private_folder(self._root)
            handle, temporary_name = tempfile.mkstemp(prefix=".incoming-", dir=self._root)
            temporary = Path(temporary_name)
            with os.fdopen(handle, "wb") as copy:
                while chunk := _read(stream, name):
                    size += len(chunk)
                    if max_bytes is not None and size > max_bytes:
                        raise UsageError(f"{name}: larger than {max_bytes // 2**20} MB (setting QA_MAX_UPLOAD_MB)")
                    sha.update(chunk)
                    copy.write(chunk)
                copy.flush()
                os.fsync(copy.fileno())
            target, created = self._place(temporary, sha.hexdigest(), safe_suffix(name))
        except OSError as error:
            raise StoreError(f"{name}: cannot be copied into {self._root}: {error.strerror}") from error
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
        return StoredRecording(sha.hexdigest(), size, target.suffix, target, created)

    def path(self, sha256: str, suffix: str) -> Path:
        if not _HASH.fullmatch(sha256) or (suffix and not _SUFFIX.fullmatch(suffix)):
            raise NotFoundError("no such recording")
        path = self._root / sha256[:2] / f"{sha256}{suffix}"
        if not path.is_file():
            raise NotFoundError(f"the recording {sha256[:12]}… is missing from {self._root}")
        return path

    def remove(self, sha256: str, suffix: str) -> bool:
        try:
            path = self.path(sha256, suffix)
        except NotFoundError:
            return False
        path.unlink(missing_ok=True)
        return True

    def _place(self, temporary: Path, sha256: str, suffix: str) -> tuple[Path, bool]:
        folder = self._root / sha256[:2]
        private_folder(folder)
        target = folder / f"{sha256}{suffix}"
        if target.is_file():
            return target, False
        temporary.replace(target)
        _sync_folder(folder)
        return target, True


def _read(stream: BinaryIO, name: str) -> bytes:
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
