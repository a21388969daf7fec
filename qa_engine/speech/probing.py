"""Look at a recording without decoding it: container, codec, channels, rate, length, and whether it can be used."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error

from qa_engine.errors import RecordingError
from qa_engine.speech.audio_facts import (
    LEAST_RATE,
    MOST_RATE,
    RAW_SUFFIXES,
    AudioFacts,
    RawFormat,
    declared_format,
    is_cut_off,
)
from qa_engine.speech.headers import mp3_tells_length, wav_goes_on, wav_header

MAX_CHANNELS = 2

# Only containers that hold recordings. Playlists (HLS, concat and the like) are not among them: a file handed in by a
# stranger must never make the decoder open other files or addresses.
_DEMUXERS = (
    "wav,w64,aiff,au,caf,mp3,aac,flac,ogg,amr,amrnb,amrwb,gsm,wv,ape,asf,ac3,voc,ircam,sds,nistsphere,tta,"
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,mpeg,mpegts"
)
# WAV in packets of 32 kB rather than 1 kB: hours of it decode seven times as fast.
_OPTIONS = {"format_whitelist": _DEMUXERS, "protocol_whitelist": "file", "max_size": "32768"}
_HEADERS_WITH_LENGTH = frozenset(
    {"wav", "w64", "aiff", "au", "flac", "asf", "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"}
)
_FIXED_SHAPE = frozenset({"g722", "g729"})  # demuxers that know rate and channels themselves
_READ_SIZE = 1 << 20
_CODEC_PADDING_SECONDS = 0.2
_PCM = re.compile(r"pcm_(?:[suf](\d+)[lb]?e?|mulaw|alaw)")
_WHOLE_FILE = 1.05  # what is not sound (tags, pictures) is less than that


@dataclass(frozen=True, slots=True)
class OpenRecording:
    """An open container with the one audio stream that is used."""

    container: Any
    stream: Any


def audio_digest(path: Path) -> str:
    """``sha256:…`` of the file, read in pieces. Raises RecordingError (missing, unreadable)."""
    sha = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_READ_SIZE):
                sha.update(piece)
    except OSError as error:
        raise _cannot_open(path, error) from error
    return f"sha256:{sha.hexdigest()}"


def probe(path: Path, declared: RawFormat | None = None) -> AudioFacts:
    """Facts about a recording; ``declared`` is how headerless files (``RAW_SUFFIXES``) are read, others ignore it.

    Raises RecordingError with the reason ``missing``, ``empty``, ``unreadable``, ``no_audio``, ``video``,
    ``several_tracks``, ``sample_rate`` or ``too_many_channels``. A file that holds moving pictures is refused even if
    it has sound: it is hardly ever the recording that was meant, and the sound is easily taken out of it. Cover art is
    no video.
    """
    declared = declared_format(path, declared)
    with open_recording(path, declared) as recording:
        container, stream = recording.container, recording.stream
        context = stream.codec_context
        channels = context.layout.nb_channels
        if channels > MAX_CHANNELS:
            raise RecordingError(
                "too_many_channels",
                f"{path}: {channels} channels; one (mono) or two (a side each) can be used. Export the two sides only.",
            )
        declared_seconds = _declared_seconds(path, container, stream)
        seconds = _without_padding(_walk(container, stream), declared_seconds)
        return AudioFacts(
            container=container.format.name,
            codec=context.name,
            channels=channels,
            sample_rate=context.sample_rate,
            seconds=seconds,
            declared_seconds=declared_seconds,
            size_bytes=path.stat().st_size,
            raw=declared,
            beyond_header=declared is None and _holds_more(path, context, seconds, declared_seconds),
        )


@contextmanager
def open_recording(path: Path, declared: RawFormat | None) -> Iterator[OpenRecording]:
    """Open a recording for probing or decoding; every fault of the file is a RecordingError."""
    _check_file(path, declared)
    options = {"protocol_whitelist": "file"} if declared else dict(_OPTIONS)
    if declared and declared.codec not in _FIXED_SHAPE:
        layout = "mono" if declared.channels == 1 else "stereo"
        options |= {"sample_rate": str(declared.sample_rate), "ch_layout": layout}
    elif not declared and wav_goes_on(path):
        options["ignore_length"] = "1"
    try:
        container = av.open(
            str(path.absolute()),
            mode="r",
            format=declared.codec if declared else None,
            options=options,
            metadata_errors="ignore",
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise RecordingError(
            "unreadable",
            f"{path}: not a sound file that can be read ({_reason(error)}). Check that it was copied whole"
            " and that its content is what its name says.",
        ) from error
    with container:
        yield OpenRecording(container, _audio_stream(path, container))


def _check_file(path: Path, declared: RawFormat | None) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise _cannot_open(path, error) from error
    if not path.is_file():
        raise RecordingError("unreadable", f"{path}: not a file.")
    if size == 0:
        raise RecordingError("empty", f"{path}: the file is empty (0 bytes). Export the recording again.")
    if path.suffix.lower() in RAW_SUFFIXES and declared is None:
        raise RecordingError(
            "unreadable",
            f"{path}: {path.suffix} has no header. Declare the format (QA_RAW_FORMAT, for example mulaw,8000,2).",
        )


def _audio_stream(path: Path, container: Any) -> Any:
    moving = [
        stream for stream in container.streams.video if not stream.disposition & av.stream.Disposition.attached_pic
    ]
    tracks = container.streams.audio
    if not tracks:
        raise RecordingError("no_audio", f"{path}: holds no sound track.")
    if moving:
        raise RecordingError("video", f"{path}: a video file. Save its sound track as a sound file and use that.")
    if len(tracks) > 1:
        raise RecordingError(
            "several_tracks", f"{path}: holds {len(tracks)} sound tracks. Export one track with a side on each channel."
        )
    context = tracks[0].codec_context
    if context is None or not context.sample_rate or not context.layout.nb_channels:
        raise RecordingError(
            "unreadable", f"{path}: its codec or its channels are not known. Convert it to WAV, MP3 or FLAC."
        )
    check_rate(path, context.sample_rate)
    return tracks[0]


def check_rate(path: Path, rate: int) -> None:
    """Raises RecordingError (``sample_rate``) for a rate at which nobody records speech."""
    if not LEAST_RATE <= rate <= MOST_RATE:
        raise RecordingError(
            "sample_rate",
            f"{path}: {rate} samples a second; recordings have {LEAST_RATE} to {MOST_RATE}. Export it anew.",
        )


def _walk(container: Any, stream: Any) -> float:
    """Seconds of sound by the packets that are there; what the header claims is not asked."""
    total, first, last = 0, None, 0
    try:
        for packet in container.demux(stream):
            total += packet.duration or 0
            if packet.pts is not None:
                first = packet.pts if first is None else min(first, packet.pts)
                last = max(last, packet.pts + (packet.duration or 0))
    except av.error.FFmpegError:
        pass  # a file cut short: what came before counts
    units = total or (last - first if first is not None else 0)
    return float(units * stream.time_base)


def _holds_more(path: Path, context: Any, seconds: float, declared_seconds: float | None) -> bool:
    """The header tells of clearly less sound than lies in the file (uncompressed sound: its bytes say how much)."""
    if wav_header(path) is not None:
        return wav_goes_on(path)
    if declared_seconds is not None and is_cut_off(seconds, declared_seconds):
        return True
    coded = _PCM.fullmatch(context.name)
    if coded is None:
        return False
    bits = int(coded[1] or 8)
    by_size = path.stat().st_size * 8 / (bits * context.sample_rate * context.layout.nb_channels)
    return is_cut_off(by_size, seconds) and by_size > _WHOLE_FILE * seconds


def _without_padding(measured: float, declared: float | None) -> float:
    """Packets of MP3 and AAC begin and end with some silence of the encoder, which the header leaves out."""
    return declared if declared is not None and 0 < measured - declared < _CODEC_PADDING_SECONDS else measured


def _declared_seconds(path: Path, container: Any, stream: Any) -> float | None:
    """What a header says, never what ffmpeg estimates from the file size when there is none."""
    name = container.format.name
    if name == "wav" and (header := wav_header(path)) is not None and header.seconds is not None:
        return header.seconds
    if name not in _HEADERS_WITH_LENGTH and not (name == "mp3" and mp3_tells_length(path)):
        return None
    if stream.duration:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else None


def _cannot_open(path: Path, error: OSError) -> RecordingError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return RecordingError("missing", f"{path}: no such file.")
    return RecordingError("unreadable", f"{path}: cannot be opened ({_reason(error)}).")


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
