"""A call's recording as a file to send: as it came, or as something every browser plays."""

import os
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from qa_engine.errors import NotFoundError
from qa_engine.private import private_folder
from qa_engine.service.context import App
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
    path: Path
    media_type: str
    size_bytes: int
    download_name: str


def media_type(suffix: str) -> str:
    return MEDIA_TYPES.get(suffix.lower(), UNKNOWN_TYPE)


def recording_file(app: App, call_id: str) -> RecordingFile:
    """The recording as it was handed in. Raises NotFoundError."""
    recording = _recording(app, call_id)
    path = app.recordings.path(recording.sha256, recording.suffix)
    return RecordingFile(path, media_type(recording.suffix), path.stat().st_size, f"{call_id}{recording.suffix}")


def playable_file(app: App, call_id: str) -> RecordingFile:
    """The recording in a form that browsers play: itself, or 16-bit WAV made once and kept in ``cache``.

    Raises NotFoundError, or RecordingError when it cannot be decoded.
    """
    recording = _recording(app, call_id)
    original = app.recordings.path(recording.sha256, recording.suffix)
    if recording.suffix in _PLAYED.get(recording.codec or "", ()):
        return RecordingFile(
            original, media_type(recording.suffix), original.stat().st_size, f"{call_id}{recording.suffix}"
        )
    copy = app.settings.home / "cache" / "play" / f"{recording.sha256}.wav"
    if not copy.is_file():
        _make_wav(app, original, copy)
    return RecordingFile(copy, "audio/wav", copy.stat().st_size, f"{call_id}.wav")


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


def _make_wav(app: App, source: Path, target: Path) -> None:
    """Decode to 16 kHz, 16 bit; 230 MB of memory an hour and channel, as long as it takes."""
    import numpy as np

    from qa_engine.service.adapters.speech import SpeechTranscriber
    from qa_engine.speech import SAMPLE_RATE, decode, probe

    facts = probe(source, SpeechTranscriber(app.settings).options.raw_format if _is_raw(source) else None)
    samples = decode(source, facts, max_seconds=app.settings.max_recording_hours * 3600.0)
    private_folder(target.parent)
    handle, temporary_name = tempfile.mkstemp(prefix=".play-", dir=target.parent)
    temporary = Path(temporary_name)
    try:
        with os.fdopen(handle, "wb") as file, wave.open(file, "wb") as wav:
            wav.setnchannels(len(samples))
            wav.setsampwidth(2)
            wav.setframerate(SAMPLE_RATE)
            wav.writeframes((np.clip(samples.T, -1.0, 1.0) * 32767.0).astype("<i2").tobytes())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _is_raw(path: Path) -> bool:
    from qa_engine.speech import RAW_SUFFIXES

    return path.suffix in RAW_SUFFIXES
