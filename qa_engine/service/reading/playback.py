"""A call's recording as a file to send: as it came, or as something every browser plays."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.orm import Session

from qa_engine.contract.stored import call_from_text, transcript_from_text
from qa_engine.domain import Span
from qa_engine.domain.people import Actor, Right, require
from qa_engine.errors import ConflictError, NotFoundError
from qa_engine.service.context import App
from qa_engine.service.people.audit import Action, note_look
from qa_engine.service.people.masking import hidden_spans, sees_numbers
from qa_engine.service.people.reached import within_reach
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
    """A file to send; ``sha256`` names its content: that of the recording, or of a copy without its numbers."""

    path: Path
    media_type: str
    size_bytes: int
    download_name: str
    sha256: str


def media_type(suffix: str) -> str:
    return MEDIA_TYPES.get(suffix.lower(), UNKNOWN_TYPE)


def recording_file(app: App, call_id: str, *, who: Actor, sent: bool = True) -> RecordingFile:
    """The recording as it was handed in; for those who may not hear its numbers a copy without them.

    ``sent``: its bytes go out, which the audit log tells. Raises NotFoundError, and as `playable_file`.
    """
    require(who, Right.EXPORT)
    recording, call_pk, hidden = _recording(app, call_id, who)
    if sent:
        note_look(app, who, Action.EXPORT, call_pk=call_pk, subject="recording")
    if hidden:
        return _copy(app, call_id, recording, hidden)
    path = app.recordings.path(recording.sha256, recording.suffix)
    return _file(path, recording, f"{call_id}{recording.suffix}")


def playable_file(app: App, call_id: str, *, who: Actor, sent: bool = True) -> RecordingFile:
    """The recording in a form that browsers play: itself, or 16-bit WAV made once and kept in ``cache``.

    Spoken numbers are silenced for those who have no right to them. ``sent``: its bytes go out, which the audit log
    calls listening; else the file is made ready for who asks next.

    Raises NotFoundError, RecordingError when it cannot be decoded, ConflictError while many others are being made, and
    as long as nobody knows where the numbers are.
    """
    recording, call_pk, hidden = _recording(app, call_id, who)
    if sent:
        note_look(app, who, Action.LISTEN, call_pk=call_pk)
    original = app.recordings.path(recording.sha256, recording.suffix)
    if recording.suffix in _PLAYED.get(recording.codec or "", ()) and not hidden:
        return _file(original, recording, f"{call_id}{recording.suffix}")
    return _copy(app, call_id, recording, hidden)


def _copy(app: App, call_id: str, recording: tables.Recording, hidden: Sequence[Span]) -> RecordingFile:
    original = app.recordings.path(recording.sha256, recording.suffix)
    copy = play_copies.copy_of(app.settings, original, recording.sha256, silenced=hidden)
    return _file(copy, recording, f"{call_id}.wav", copy.stem)


def _file(path: Path, recording: tables.Recording, name: str, content: str = "") -> RecordingFile:
    size = path.stat().st_size
    return RecordingFile(path, media_type(path.suffix), size, name, content or recording.sha256)


def file_url(app: App, call_id: str, folder: Path) -> str | None:
    """The recording as a file in ``folder`` can link to it; None when there is none that a browser plays."""
    with app.database.read() as session:
        call = calls.find(session, call_id, bodies=False)
        recording = call.recording if call else None
    if recording is None or recording.suffix not in {*_PLAYED.get(recording.codec or "", ()), ".opus", ".ogg"}:
        return None
    if not app.recordings.in_files:
        return None
    try:
        path = app.recordings.path(recording.sha256, recording.suffix)
    except NotFoundError:
        return None  # a form is worth having without its sound
    return quote(os.path.relpath(path, folder).replace(os.sep, "/"))


def _recording(app: App, call_id: str, who: Actor) -> tuple[tables.Recording, int, tuple[Span, ...]]:
    """The recording of a call, the key of the call, and what of it ``who`` must not hear."""
    with app.database.read() as session:
        call = within_reach(who, Right.LISTEN, calls.find(session, call_id, bodies=False), call_id)
        if call.recording is None:
            raise NotFoundError(f"call {call_id} has no recording")
        hidden: tuple[Span, ...] = ()
        if not sees_numbers(who, agent_id=call.agent_id, team=call.team):
            if call.transcript is None:
                raise ConflictError(f"call {call_id} has no transcript yet, so nobody knows where its numbers are said")
            hidden = _hidden_in(session, call_id, call.transcript.digest)
        return call.recording, call.id, hidden


_hidden: dict[str, tuple[Span, ...]] = {}
"""Where numbers are said in the calls that were played last, by the digest of their words."""
_MOST_HIDDEN = 256


def _hidden_in(session: Session, call_id: str, digest: str) -> tuple[Span, ...]:
    """Players ask for a recording in many pieces; the whole call is read for the first of them only."""
    found = _hidden.get(digest)
    if found is None:
        call = calls.find(session, call_id)
        assert call is not None
        assert call.transcript is not None
        while len(_hidden) >= _MOST_HIDDEN:
            _hidden.pop(next(iter(_hidden)), None)
        transcript = transcript_from_text(call.transcript.body, call_from_text(call.facts))
        found = _hidden[call.transcript.digest] = hidden_spans(transcript)
    return found
