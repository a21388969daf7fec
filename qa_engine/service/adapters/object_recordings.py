"""Recordings in an object store (S3 and whatever else fsspec knows), by the hash of their content as in a folder.

What is heard or played is read as a file, so it is fetched first: into ``cache/recordings`` of the data folder, whole
or not at all, its hash compared. These copies are bounded, and `forget` takes them away with the object.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from uuid import uuid4

from qa_engine.errors import NotFoundError, QaError, StoreError
from qa_engine.private import private_folder
from qa_engine.service.adapters.object_stores import opened, store_fault
from qa_engine.service.adapters.room import make_room
from qa_engine.service.ports.recordings import (
    CHUNK_BYTES,
    INCOMING,
    StoredRecording,
    copy_hashed,
    recording_name,
    safe_suffix,
)

IN_USE_SECONDS = 300.0
"""A copy that was asked for so lately stays: whoever asked opens it by then, and an open file is read to its end."""


class ObjectRecordings:
    """Objects below an address such as ``s3://bucket/recordings``: ``ab/ab12….wav``. A store shows them whole."""

    in_files = False

    def __init__(self, place: str, copies: Path, *, gigabytes: float) -> None:
        self.place = place.rstrip("/")
        self._copies, self._gigabytes = copies, gigabytes

    def store(self, stream: BinaryIO, *, name: str, max_bytes: int | None = None) -> StoredRecording:
        temporary: Path | None = None
        try:
            temporary = self._temporary()
            sha256, size = copy_hashed(stream, temporary, name=name, max_bytes=max_bytes)
            suffix = safe_suffix(name)
            key = self._key(sha256, suffix)
            with self._telling():
                created = self._size(key) != size
                if created and size:
                    self._files.put_file(str(temporary), key)
            return StoredRecording(sha256, size, suffix, self._keep(temporary, f"{sha256}{suffix}"), created)
        except OSError as error:
            raise StoreError(f"{name}: cannot be copied into {self._copies}: {error.strerror}") from error
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)

    def path(self, sha256: str, suffix: str) -> Path:
        copy = self._copies / recording_name(sha256, suffix)
        try:
            os.utime(copy)
        except FileNotFoundError:
            return self._fetch(sha256, suffix)
        return copy

    def holds(self, sha256: str, suffix: str) -> bool:
        with self._telling():
            return self._size(self._key(sha256, suffix)) is not None

    def held(self) -> Mapping[str, int]:
        with self._telling():
            self._files.invalidate_cache()
            found = self._files.find(self._root, detail=True)
        return {PurePosixPath(name).name: int(info.get("size") or 0) for name, info in found.items()}

    def remove(self, sha256: str, suffix: str) -> bool:
        try:
            name = recording_name(sha256, suffix)
        except NotFoundError:
            return False
        with self._telling():  # before the copies: who fetches at this moment looks for it once more
            there = self._size(self._key(sha256, suffix)) is not None
            if there:
                self._files.rm_file(self._key(sha256, suffix))
        (self._copies / name).unlink(missing_ok=True)
        return there

    def try_out(self) -> None:
        key, said = f"{self._root}/.doctor-{uuid4().hex}", b"qa-engine"
        with self._telling():
            self._files.pipe_file(key, said)
            try:
                read = self._files.cat_file(key)
            finally:
                self._files.rm_file(key)
        if read != said:
            raise StoreError(f"{self.place}: gives back other bytes than it was given")

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        files, root = opened(self.place)
        return files, root.rstrip("/")

    @property
    def _files(self) -> Any:
        return self._opened[0]

    @property
    def _root(self) -> str:
        return self._opened[1]

    def _key(self, sha256: str, suffix: str) -> str:
        return f"{self._root}/{sha256[:2]}/{recording_name(sha256, suffix)}"

    def _size(self, key: str) -> int | None:
        """Bytes of an object; None when there is none."""
        self._files.invalidate_cache()
        try:
            return int(self._files.info(key)["size"])
        except FileNotFoundError:
            return None

    def _fetch(self, sha256: str, suffix: str) -> Path:
        key, name = self._key(sha256, suffix), recording_name(sha256, suffix)
        temporary: Path | None = None
        try:
            temporary = self._temporary()
            with self._telling():
                try:
                    stream = self._files.open(key, "rb", block_size=8 * CHUNK_BYTES, cache_type="readahead")
                except FileNotFoundError:
                    raise NotFoundError(f"the recording {sha256[:12]}… is missing from {self.place}") from None
            with closing(stream):
                digest, _ = copy_hashed(_Told(stream, self._telling), temporary, name=name)
            if digest != sha256:
                raise StoreError(f"{self.place}: the recording {sha256[:12]}… is not what was stored")
            copy = self._keep(temporary, name)
            if not self.holds(sha256, suffix):  # forgotten meanwhile
                copy.unlink(missing_ok=True)
                raise NotFoundError(f"the recording {sha256[:12]}… is missing from {self.place}")
            return copy
        except OSError as error:
            raise StoreError(f"{self._copies}: cannot be written: {error.strerror}") from error
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)

    def _temporary(self) -> Path:
        handle, name = tempfile.mkstemp(prefix=INCOMING, dir=private_folder(self._copies))
        os.close(handle)
        return Path(name)

    def _keep(self, temporary: Path, name: str) -> Path:
        copy = self._copies / name
        temporary.replace(copy)
        make_room(self._copies, "[0-9a-f]*", newest=copy, gigabytes=self._gigabytes, unused_seconds=IN_USE_SECONDS)
        return copy

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What goes wrong at the store is the machine's fault, never a recording's, and says what to do."""
        try:
            yield
        except QaError:
            raise
        except Exception as error:  # each kind of store has errors of its own library
            raise StoreError(str(store_fault(self.place, error))) from error


@dataclass(frozen=True, slots=True)
class _Told:
    """An object that is read: a fault of the store is told as one, apart from those of the disk it is copied to."""

    stream: Any
    telling: Callable[[], AbstractContextManager[None]]

    def read(self, size: int) -> bytes:
        with self.telling():
            return bytes(self.stream.read(size))
