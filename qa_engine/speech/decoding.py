"""Recording → samples: 16 kHz float32, one row a channel, never more channels than the file has."""

import wave
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import av
import av.error
import numpy as np

from qa_engine.errors import RecordingError
from qa_engine.speech.audio_facts import AudioFacts
from qa_engine.speech.probing import OpenRecording, check_rate, open_recording

SAMPLE_RATE = 16_000
"""Hz; what voice activity detection and every Whisper model hear."""

_GAP_SECONDS = 0.1  # a jump of the time stamps below this is codec delay, not missing sound
_CHUNK_SECONDS = 60
_OFFSET = 0.002  # of full scale, -54 dB
_FRAME = SAMPLE_RATE // 10


def decode(path: Path, facts: AudioFacts, *, max_seconds: float | None = None) -> np.ndarray:
    """Decode a whole recording: float32 in [-1, 1], shape (channels, samples), at ``SAMPLE_RATE``.

    Sound that is missing in the middle (a damaged packet, a jump of the time stamps) becomes silence of the same
    length, so that times stay true. Takes 230 MB of memory an hour and channel. Raises RecordingError
    (``unreadable`` when nothing, or less than half, can be decoded; ``too_long`` beyond ``max_seconds``).
    """
    with open_recording(path, facts.raw) as recording:
        return _Decoder(path, facts, max_seconds).run(recording)


class _Decoder:
    """One pass over one recording."""

    def __init__(self, path: Path, facts: AudioFacts, max_seconds: float | None) -> None:
        self._path = path
        self._estimate = facts.seconds if max_seconds is None else min(facts.seconds, max_seconds)
        self._may_be_nan = facts.codec.startswith("pcm_f")
        self._max_samples = None if max_seconds is None else int(max_seconds * SAMPLE_RATE)
        self._samples: np.ndarray | None = None
        self._length = 0
        self._resampler: Any = None
        self._format: tuple[str, str, int] | None = None
        self._first_time: float | None = None
        self._good = self._bad = 0

    def run(self, recording: OpenRecording) -> np.ndarray:
        for packet in self._packets(recording):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                self._bad += 1
                self._append_silence(float((packet.duration or 0) * packet.time_base))
                continue
            self._good += 1
            for frame in frames:
                self._take(frame)
        self._flush()
        if self._samples is None or self._length == 0:
            raise RecordingError("unreadable", f"{self._path}: no sound could be decoded. Export the recording again.")
        if self._bad > self._good:
            raise RecordingError(
                "unreadable",
                f"{self._path}: damaged, {self._bad} of {self._bad + self._good} packets cannot be decoded.",
            )
        return self._whole()

    def _whole(self) -> np.ndarray:
        assert self._samples is not None
        return _without_offset(self._samples[:, : self._length])

    def _packets(self, recording: OpenRecording) -> Iterator[Any]:
        packets = recording.container.demux(recording.stream)
        while True:
            try:
                yield next(packets)
            except StopIteration:
                return
            except av.error.FFmpegError:
                return  # a file cut short: the caller compares lengths

    def _take(self, frame: Any) -> None:
        if frame.samples == 0:
            return
        check_rate(self._path, frame.sample_rate)  # it may change within a file
        self._fill_gap(frame)
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._format:
            self._flush()
            self._resampler = av.AudioResampler(format="fltp", layout=frame.layout, rate=SAMPLE_RATE)
            self._format = kind
        frame.pts = None  # the resampler would check them; lengths are kept here
        for piece in self._resampler.resample(frame):
            self._append(piece.to_ndarray())

    def _fill_gap(self, frame: Any) -> None:
        if frame.pts is None or frame.time_base is None:
            return
        time = float(frame.pts * frame.time_base)
        if self._first_time is None:
            self._first_time = time
        missing = time - self._first_time - self._length / SAMPLE_RATE
        remaining = self._estimate - self._length / SAMPLE_RATE
        if _GAP_SECONDS < missing < remaining:
            self._append_silence(missing)

    def _flush(self) -> None:
        if self._resampler is not None:
            for piece in self._resampler.resample(None):
                self._append(piece.to_ndarray())
            self._resampler = None

    def _append_silence(self, seconds: float) -> None:
        if self._samples is not None and seconds > 0:
            self._end_of(round(seconds * SAMPLE_RATE))  # before so much is asked for
            self._append(np.zeros((len(self._samples), round(seconds * SAMPLE_RATE)), np.float32))

    def _end_of(self, count: int) -> int:
        """The length with so many samples more."""
        end = self._length + count
        if self._max_samples is not None and end > self._max_samples:
            raise RecordingError(
                "too_long", f"{self._path}: longer than {self._max_samples / SAMPLE_RATE / 3600:g} hours. Split it."
            )
        return end

    def _append(self, piece: np.ndarray) -> None:
        channels, count = piece.shape
        if self._samples is None:
            self._samples = np.zeros((channels, int((self._estimate + 1) * SAMPLE_RATE)), np.float32)
        if channels != len(self._samples):
            raise RecordingError("unreadable", f"{self._path}: the number of channels changes within the file.")
        end = self._end_of(count)
        if end > self._samples.shape[1]:
            room = np.zeros((channels, max(end, self._samples.shape[1] * 5 // 4)), np.float32)
            room[:, : self._length] = self._samples[:, : self._length]
            self._samples = room
        if self._may_be_nan:
            np.nan_to_num(piece, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        if piece.any():  # the room is zero already, and memory that is never written is never taken
            self._samples[:, self._length : end] = piece
        self._length = end


def write_wav(
    path: Path,
    facts: AudioFacts,
    target: BinaryIO,
    *,
    max_seconds: float,
    silenced: Sequence[tuple[float, float]] = (),
) -> None:
    """Write a recording as 16-bit WAV at ``SAMPLE_RATE``, times as in `decode`; memory for some packets, no more.

    ``silenced``: stretches (start, end) in seconds that are written as silence, on every channel.

    Raises RecordingError like `decode`.
    """
    with open_recording(path, facts.raw) as recording, wave.open(target, "wb") as wav:
        wav.setnchannels(facts.channels)
        wav.setsampwidth(2)
        wav.setframerate(SAMPLE_RATE)
        _Writer(path, facts, max_seconds, wav, silenced).run(recording)


def read_peaks(path: Path, facts: AudioFacts, *, per_second: int, max_seconds: float) -> np.ndarray:
    """How far a recording swings in each 1/``per_second`` of a second: uint8, 0–255, shape (channels, steps).

    Memory for some packets, no more. Raises RecordingError like `decode`.
    """
    with open_recording(path, facts.raw) as recording:
        reader = _PeakReader(path, facts, max_seconds, SAMPLE_RATE // per_second)
        reader.run(recording)
        return reader.peaks()


class _Writer(_Decoder):
    """Passes on what is decoded instead of keeping it."""

    def __init__(
        self,
        path: Path,
        facts: AudioFacts,
        max_seconds: float,
        wav: wave.Wave_write,
        silenced: Sequence[tuple[float, float]],
    ) -> None:
        super().__init__(path, facts, max_seconds)
        self._wav = wav
        self._silenced = [(int(start * SAMPLE_RATE), int(end * SAMPLE_RATE) + 1) for start, end in silenced]
        self._samples = np.zeros((facts.channels, 0), np.float32)

    def _append(self, piece: np.ndarray) -> None:
        assert self._samples is not None
        if len(piece) != len(self._samples):
            raise RecordingError("unreadable", f"{self._path}: the number of channels changes within the file.")
        begin, self._length = self._length, self._end_of(piece.shape[1])
        if any(start < self._length and end > begin for start, end in self._silenced):
            piece = piece.copy()
            for start, end in self._silenced:
                piece[:, max(0, start - begin) : max(0, end - begin)] = 0.0
        for part in _chunks(np.nan_to_num(piece, nan=0.0, posinf=0.0, neginf=0.0) if self._may_be_nan else piece):
            self._wav.writeframesraw((np.clip(part.T, -1.0, 1.0) * 32767.0).astype("<i2").tobytes())

    def _whole(self) -> np.ndarray:
        return np.zeros((0, 0), np.float32)


class _PeakReader(_Decoder):
    """Keeps the greatest swing of every ``step`` samples."""

    def __init__(self, path: Path, facts: AudioFacts, max_seconds: float, step: int) -> None:
        super().__init__(path, facts, max_seconds)
        self._step = step
        self._samples = np.zeros((facts.channels, 0), np.float32)
        self._rest = np.zeros((facts.channels, 0), np.float32)
        self._found: list[np.ndarray] = []

    def _append(self, piece: np.ndarray) -> None:
        if len(piece) != len(self._rest):
            raise RecordingError("unreadable", f"{self._path}: the number of channels changes within the file.")
        self._length = self._end_of(piece.shape[1])
        sound = np.nan_to_num(piece, nan=0.0, posinf=0.0, neginf=0.0) if self._may_be_nan else piece
        joined = np.concatenate([self._rest, np.abs(sound)], axis=1)
        whole = joined.shape[1] // self._step * self._step
        steps = joined[:, :whole].reshape(len(joined), -1, self._step)
        self._found.append(steps.max(axis=2) if whole else np.zeros((len(joined), 0), np.float32))
        self._rest = joined[:, whole:]

    def _whole(self) -> np.ndarray:
        return np.zeros((0, 0), np.float32)

    def peaks(self) -> np.ndarray:
        last = [self._rest.max(axis=1, keepdims=True)] if self._rest.shape[1] else []
        found = np.concatenate([*self._found, *last], axis=1) if self._found or last else self._rest
        rounded: np.ndarray = np.rint(np.clip(found, 0.0, 1.0) * 255).astype(np.uint8)
        return rounded


def _without_offset(samples: np.ndarray) -> np.ndarray:
    """The samples, in place, without a direct-current offset: it is no sound, and every level would count it.

    A channel without one keeps its bytes. Block means, joined by lines, follow an offset that drifts.
    """
    step = SAMPLE_RATE
    count = samples.shape[1] // step
    for channel in samples if count > 1 else ():
        means = channel[: count * step].reshape(count, step).mean(axis=1, dtype=np.float64)
        if abs(float(np.median(means))) < _OFFSET:
            continue
        centres = (np.arange(count) + 0.5) * step
        for start in range(0, len(channel), _CHUNK_SECONDS * step):
            part = channel[start : start + _CHUNK_SECONDS * step]
            part -= np.interp(np.arange(start, start + len(part)), centres, means).astype(np.float32)
    return samples


def loudest_db(samples: np.ndarray) -> float:
    """RMS of the loudest 0.1 s of any channel, in dB relative to full scale; -inf for digital silence."""
    loudest = 0.0
    for part in _chunks(samples):
        usable = part[:, : part.shape[1] // _FRAME * _FRAME] if part.shape[1] >= _FRAME else part
        frames = usable.reshape(len(part), -1, min(_FRAME, usable.shape[1]))
        loudest = max(loudest, float(np.square(frames).mean(axis=2).max(initial=0.0)))
    return float(10 * np.log10(loudest)) if loudest > 0 else float("-inf")


def _chunks(samples: np.ndarray) -> Iterator[np.ndarray]:
    """A minute at a time, so that hours of sound need no second copy."""
    step = _CHUNK_SECONDS * SAMPLE_RATE
    for start in range(0, samples.shape[1], step):
        yield samples[:, start : start + step]
