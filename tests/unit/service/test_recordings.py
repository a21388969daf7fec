"""Recordings are kept by hash: whole or not at all, never under a name from outside."""

import hashlib
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.errors import InputError, NotFoundError, StoreError, UsageError
from qa_engine.service.ports.recordings import FolderRecordings, safe_suffix


class Breaking(io.RawIOBase):
    """A stream whose source vanishes in the middle."""

    def __init__(self) -> None:
        self._left = 1

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not self._left:
            raise OSError(5, "the share is gone")
        self._left -= 1
        return b"half"


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    store = FolderRecordings(tmp_path / "recordings")
    first = store.store(io.BytesIO(b"sound"), name="a.WAV")
    second = store.store(io.BytesIO(b"sound"), name="b.wav")
    assert (first.created, second.created) == (True, False)
    assert first.sha256 == hashlib.sha256(b"sound").hexdigest()
    assert first.path == second.path == store.path(first.sha256, ".wav")
    assert [path.name for path in (tmp_path / "recordings").rglob("*") if path.is_file()] == [f"{first.sha256}.wav"]


@pytest.mark.parametrize("stream", [Breaking(), io.BytesIO(b"x" * 2_000_000)])
def test_nothing_is_left_of_a_copy_that_failed(tmp_path: Path, stream: io.RawIOBase) -> None:
    store = FolderRecordings(tmp_path)
    with pytest.raises((InputError, UsageError)):
        store.store(stream, name="a.wav", max_bytes=1_000_000)  # type: ignore[arg-type]
    assert list(tmp_path.rglob("*")) == []


def test_a_disk_without_room_is_the_machines_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        FolderRecordings(tmp_path).store(io.BytesIO(b"sound"), name="a.wav")
    assert list(tmp_path.rglob("*")) == []


def test_a_folder_that_cannot_be_made_is_the_machines_fault(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("in the way")
    with pytest.raises(StoreError):
        FolderRecordings(tmp_path / "recordings").store(io.BytesIO(b"sound"), name="a.wav")


@pytest.mark.parametrize(
    ("sha256", "suffix"), [("../../etc", ""), ("a" * 64, "/../x"), ("A" * 64, ""), ("a" * 63, ""), ("a" * 64, ".wav")]
)
def test_only_stored_recordings_have_a_path(tmp_path: Path, sha256: str, suffix: str) -> None:
    with pytest.raises(NotFoundError):
        FolderRecordings(tmp_path).path(sha256, suffix)


@given(st.text(max_size=30))
def test_a_suffix_is_plain_or_nothing(name: str) -> None:
    suffix = safe_suffix(name)
    assert suffix == "" or (suffix[0] == "." and suffix[1:].isascii() and suffix[1:].isalnum())
