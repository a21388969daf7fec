"""Recordings in an object store: taken in once, read as files, bounded, removed with their copies."""

import errno
import hashlib
import io
import os
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from qa_engine.errors import NotFoundError, StoreError, UsageError
from qa_engine.service.adapters.object_recordings import IN_USE_SECONDS, ObjectRecordings

SOUND = b"RIFF" + bytes(3_000_000)
SHA = hashlib.sha256(SOUND).hexdigest()


@pytest.fixture
def store(bucket: MemoryFileSystem, tmp_path: Path) -> ObjectRecordings:
    return ObjectRecordings("memory://rec/prefix/", tmp_path / "copies", gigabytes=1.0)


def copies(store: ObjectRecordings) -> list[str]:
    return sorted(path.name for path in store._copies.iterdir())


def test_the_same_bytes_are_kept_once_by_their_hash(store: ObjectRecordings, bucket: MemoryFileSystem) -> None:
    first = store.store(io.BytesIO(SOUND), name="客户 1.WAV")
    again = store.store(io.BytesIO(SOUND), name="other.wav")
    assert (first.sha256, first.suffix, first.size_bytes) == (SHA, ".wav", len(SOUND))
    assert (first.created, again.created) == (True, False)
    assert bucket.find("/rec") == [f"/rec/prefix/{SHA[:2]}/{SHA}.wav"]
    assert store.held() == {f"{SHA}.wav": len(SOUND)}
    assert copies(store) == [f"{SHA}.wav"]


def test_another_machine_fetches_it_whole_and_once(store: ObjectRecordings, tmp_path: Path) -> None:
    store.store(io.BytesIO(SOUND), name="a.wav")
    other = ObjectRecordings("memory://rec/prefix", tmp_path / "other", gigabytes=1.0)
    path = other.path(SHA, ".wav")
    assert path.read_bytes() == SOUND
    written = path.stat().st_ino
    assert other.path(SHA, ".wav").stat().st_ino == written
    assert copies(other) == [f"{SHA}.wav"]
    assert path.stat().st_mode & 0o077 == 0


def test_what_is_not_there_or_was_changed_is_told(store: ObjectRecordings, bucket: MemoryFileSystem) -> None:
    with pytest.raises(NotFoundError, match="is missing from memory://rec/prefix"):
        store.path(SHA, ".wav")
    with pytest.raises(NotFoundError):
        store.path("../../etc", "")
    bucket.pipe_file(f"/rec/prefix/{SHA[:2]}/{SHA}.wav", b"other")
    with pytest.raises(StoreError, match="not what was stored"):
        store.path(SHA, ".wav")
    assert copies(store) == []
    assert store.store(io.BytesIO(SOUND), name="a.wav").created  # what was half of it is made whole
    assert bucket.cat_file(f"/rec/prefix/{SHA[:2]}/{SHA}.wav") == SOUND


def test_removed_with_its_copy(store: ObjectRecordings) -> None:
    store.store(io.BytesIO(SOUND), name="a.wav")
    assert store.holds(SHA, ".wav")
    assert store.remove(SHA, ".wav")
    assert (store.holds(SHA, ".wav"), copies(store)) == (False, [])
    assert not store.remove(SHA, ".wav")
    assert not store.remove("../x", "")


def test_removed_while_it_is_fetched_leaves_no_copy(
    store: ObjectRecordings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.store(io.BytesIO(SOUND), name="a.wav")
    other = ObjectRecordings("memory://rec/prefix", tmp_path / "other", gigabytes=1.0)
    keep = ObjectRecordings._keep

    def forgotten_first(self: ObjectRecordings, temporary: Path, name: str) -> Path:
        store.remove(SHA, ".wav")
        return keep(self, temporary, name)

    monkeypatch.setattr(ObjectRecordings, "_keep", forgotten_first)
    with pytest.raises(NotFoundError):
        other.path(SHA, ".wav")
    assert copies(other) == []


def test_copies_are_bounded_and_those_in_use_stay(store: ObjectRecordings) -> None:
    store._gigabytes = 2.5 * len(SOUND) / 2**30
    made = [store.store(io.BytesIO(SOUND + bytes([n])), name=f"{n}.wav").path for n in range(3)]
    assert len(copies(store)) == 3  # all were asked for a moment ago
    for n, path in enumerate(made):
        os.utime(path, (1000 + n, 1000 + n))
    assert store.path(made[0].stem, ".wav") == made[0]  # the oldest is in use again
    store.store(io.BytesIO(SOUND + b"3"), name="3.wav")
    assert made[0].is_file()
    assert not made[1].exists()
    assert not made[2].exists()
    assert IN_USE_SECONDS > 60
    assert store.path(made[1].stem, ".wav").read_bytes() == SOUND + b"\x01"  # fetched again


def test_too_large_or_no_disk_leaves_nothing(store: ObjectRecordings, bucket: MemoryFileSystem) -> None:
    with pytest.raises(UsageError, match="larger than 1 MB"):
        store.store(io.BytesIO(SOUND), name="a.wav", max_bytes=2**20)
    assert (bucket.find("/rec"), copies(store)) == ([], [])
    store._copies.rmdir()
    store._copies.write_text("a file is in the way")
    with pytest.raises(StoreError, match="cannot be copied into"):
        store.store(io.BytesIO(SOUND), name="a.wav")
    assert bucket.find("/rec") == []


@pytest.mark.parametrize("what", ["store", "path", "holds", "remove", "held", "try_out"])
def test_a_store_that_is_away_is_the_machines_fault(
    store: ObjectRecordings, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def away(*_: object, **__: object) -> None:
        raise ConnectionError("nobody there")

    for name in ("info", "open", "find", "put_file", "pipe_file"):
        monkeypatch.setattr(MemoryFileSystem, name, away)
    with pytest.raises(StoreError, match="does the store answer"):
        {
            "store": lambda: store.store(io.BytesIO(SOUND), name="a.wav"),
            "path": lambda: store.path(SHA, ".wav"),
            "holds": lambda: store.holds(SHA, ".wav"),
            "remove": lambda: store.remove(SHA, ".wav"),
            "held": lambda: store.held(),
            "try_out": lambda: store.try_out(),
        }[what]()
    assert not store._copies.exists() or copies(store) == []


@pytest.mark.parametrize("broken", [ConnectionResetError("cut"), ValueError("payload is not complete")])
def test_a_store_that_breaks_off_while_it_is_read_is_the_machines_fault(
    store: ObjectRecordings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Exception
) -> None:
    store.store(io.BytesIO(SOUND), name="a.wav")
    other = ObjectRecordings("memory://rec/prefix", tmp_path / "other", gigabytes=1.0)

    class Cut(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise broken
            return super().read(size)

    monkeypatch.setattr(MemoryFileSystem, "open", lambda *_, **__: Cut(SOUND))
    with pytest.raises(StoreError, match="does the store answer"):
        other.path(SHA, ".wav")
    assert copies(other) == []


def test_a_full_disk_is_not_told_of_the_store(
    store: ObjectRecordings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.store(io.BytesIO(SOUND), name="a.wav")
    other = ObjectRecordings("memory://rec/prefix", tmp_path / "other", gigabytes=1.0)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="other: cannot be written: No space left"):
        other.path(SHA, ".wav")
    assert copies(other) == []


def test_trying_it_out_leaves_nothing(store: ObjectRecordings, bucket: MemoryFileSystem) -> None:
    store.try_out()
    assert bucket.find("/rec") == []
