"""A call's recording as a file to send: as it came, or as something every browser plays."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from qa_engine.errors import NotFoundError
from qa_engine.service.context import App
from qa_engine.service.reading import play_copies
from qa_engine.store import calls, tables

MEDIA_TYPES = {
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".mp4": "audio/mp4",
    ".aac": "audio/aac",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".flac": "audio/flac",
    ".webm": "audio/webm",
    ".amr": "audio/amr",
}
UNKNOWN_TYPE = "application/octet-stream"

_PLAYED = {
    "pcm_s16le": {".wav"},
    "pcm_mulaw": {".wav"},
    "pcm_alaw": {".wav"},
    "mp3": {".mp3"},
    "mp3float": {".mp3"},
    "aac": {".m4a", ".mp4"},
    "flac": {".flac"},
}
"""Codec → suffixes that every present browser plays, seeks included. Opus in Ogg is not among them everywhere."""


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """A file to send; ``sha256`` is that of the recording, whatever was made of it."""

    path: Path
    media_type: str
    size_bytes: int
    download_name: str
    sha256: str


def media_type(suffix: str) -> str:
    return MEDIA_TYPES.get(suffix.lower(), UNKNOWN_TYPE)


def recording_file(app: App, call_id: str) -> RecordingFile:
    """The recording as it was handed in. Raises NotFoundError."""
    recording = _recording(app, call_id)
    path = app.recordings.path(recording.sha256, recording.suffix)
    return _file(path, recording, f"{call_id}{recording.suffix}")


def playable_file(app: App, call_id: str) -> RecordingFile:
    """The recording in a form that browsers play: itself, or 16-bit WAV made once and kept in ``cache``.

    Raises NotFoundError, RecordingError when it cannot be decoded, ConflictError while many others are being made.
    """
    recording = _recording(app, call_id)
    original = app.recordings.path(recording.sha256, recording.suffix)
    if recording.suffix in _PLAYED.get(recording.codec or "", ()):
        return _file(original, recording, f"{call_id}{recording.suffix}")
    copy = play_copies.copy_of(app.settings, original, recording.sha256)
    return _file(copy, recording, f"{call_id}.wav")


def _file(path: Path, recording: tables.Recording, name: str) -> RecordingFile:
    return RecordingFile(path, media_type(path.suffix), path.stat().st_size, name, recording.sha256)


def file_url(app: App, call_id: str, folder: Path) -> str | None:
    """The recording as a file in ``folder`` can link to it; None when there is none that a browser plays."""
    with app.database.read() as session:
        call = calls.find(session, call_id)
        recording = call.recording if call else None
    if recording is None or recording.suffix not in {*_PLAYED.get(recording.codec or "", ()), ".opus", ".ogg"}:
        return None
    try:
        path = app.recordings.path(recording.sha256, recording.suffix)
    except NotFoundError:
        return None  # a form is worth having without its sound
    return quote(os.path.relpath(path, folder).replace(os.sep, "/"))


def _recording(app: App, call_id: str) -> tables.Recording:
    with app.database.read() as session:
        call = calls.find(session, call_id)
        if call is None:
            raise NotFoundError(f"no call {call_id}")
        if call.recording is None:
            raise NotFoundError(f"call {call_id} has no recording")
        return call.recording
