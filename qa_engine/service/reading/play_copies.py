"""Recordings that no browser plays, as WAV: made once, by a process beside this one, and kept while there is room."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from math import ceil, floor
from pathlib import Path

import structlog

from qa_engine.domain import Span, digest
from qa_engine.errors import ConflictError, RecordingError
from qa_engine.private import one_at_a_time, private_folder
from qa_engine.service.adapters.room import make_room
from qa_engine.settings import Settings

LONGEST_SECONDS = 900
MOST_WAITING = 8
"""Requests of this process that make a copy, or wait for one: the others are told to come back."""

log = structlog.get_logger(__name__)
_waiting = threading.BoundedSemaphore(MOST_WAITING)


def copy_of(settings: Settings, original: Path, sha256: str, *, silenced: Sequence[Span] = ()) -> Path:
    """The playable copy of a recording, made if need be; ``silenced`` stretches hold no sound.

    Raises RecordingError, ConflictError.
    """
    folder = settings.home / "cache" / "play"
    copy = folder / f"{_name(sha256, silenced)}.wav"
    if not copy.is_file():
        if not _waiting.acquire(blocking=False):
            raise ConflictError("many recordings are being made playable at the moment; try again in a minute")
        try:
            private_folder(folder)
            with one_at_a_time(folder / f".lock-{sha256[0]}"):
                if not copy.is_file():  # somebody else may have made it meanwhile
                    _make(settings, original, copy, silenced)
        finally:
            _waiting.release()
    os.utime(copy)  # how long ago it was played
    return copy


def _name(sha256: str, silenced: Sequence[Span]) -> str:
    """Another transcript hides other stretches, and gets a copy of its own."""
    return f"{sha256}-{digest(_written(silenced))[-16:]}" if silenced else sha256


def _written(silenced: Sequence[Span]) -> str:
    """To the millisecond, never less than was asked for."""
    return ",".join(f"{floor(span.start * 1000) / 1000:.3f}-{ceil(span.end * 1000) / 1000:.3f}" for span in silenced)


def _make(settings: Settings, source: Path, target: Path, silenced: Sequence[Span]) -> None:
    handle, name = tempfile.mkstemp(prefix=".play-", dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    command = [sys.executable, "-P", "-m", "qa_engine.speech.play_copy", str(source), name]
    command += ["--max-seconds", str(settings.max_recording_hours * 3600.0), "--starter", str(os.getpid())]
    command += ["--raw", settings.raw_format] if settings.raw_format else []
    command += ["--silenced", _written(silenced)] if silenced else []
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False)
        if done.returncode != 0:
            raise _fault(source, done.stdout, done.stderr)
        temporary.replace(target)
    except subprocess.TimeoutExpired:
        raise RecordingError("unreadable", f"{source}: not decoded within {LONGEST_SECONDS} s.") from None
    finally:
        temporary.unlink(missing_ok=True)
    make_room(target.parent, "*.wav", newest=target, gigabytes=settings.play_cache_gb)


def _fault(source: Path, told: str, complained: str) -> RecordingError:
    try:
        found = json.loads(told)
        return RecordingError(found["reason"], found["message"])
    except (ValueError, KeyError, TypeError):
        log.error("play_copy_failed", last_line=complained.strip().rpartition("\n")[2])
        return RecordingError("unreadable", f"{source}: the process that decodes it ended; see the log.")
