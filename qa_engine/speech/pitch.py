"""Pitch of a stretch of speech: YIN (de Cheveigné and Kawahara 2002) over frames that are loud and periodic."""

from dataclasses import dataclass

import numpy as np

from qa_engine.speech.activity import FLOOR_DB, HOP
from qa_engine.speech.decode import SAMPLE_RATE

PITCH_MIN_HZ = 65.0
PITCH_MAX_HZ = 450.0
"""Bounds of the search: a low man to an excited woman. Whoever sings is out of scope."""

_FRAME = 768
_HOP = 2 * HOP
_GATE_DB = 20.0
_MIN_PERIODICITY = 0.5
_OCTAVE_ERROR = 0.8  # octaves away from the middle


@dataclass(frozen=True, slots=True)
class PitchTrack:
    """Where there is pitch: ``seconds`` (middle of the frame, channel time) and ``hertz``, both float64, shape (n,)."""

    seconds: np.ndarray
    hertz: np.ndarray

    @property
    def level_hz(self) -> float:
        """Mean of the semitones without the highest and the lowest tenth.

        The tones of Chinese make two heaps of frames, high and low; a median would jump from one to the other.
        """
        semitones = 12 * np.log2(np.sort(self.hertz))
        cut = len(semitones) // 10
        return float(2 ** (semitones[cut : len(semitones) - cut].mean() / 12))

    def repaired(self) -> "PitchTrack":
        """Halved or doubled where it lies over 0.8 of an octave off the middle: YIN took two periods, or half of one.

        The middle is that of this track alone, so a whole turn that is spoken an octave higher stays there.
        """
        distance = np.log2(self.hertz / np.median(self.hertz))
        folded = np.where(distance > _OCTAVE_ERROR, self.hertz / 2, self.hertz)
        return PitchTrack(self.seconds, np.where(distance < -_OCTAVE_ERROR, self.hertz * 2, folded))


def joined(tracks: list[PitchTrack]) -> PitchTrack:
    """Several tracks as one."""
    nothing = np.zeros(0)
    return PitchTrack(
        np.concatenate([nothing, *(track.seconds for track in tracks)]),
        np.concatenate([nothing, *(track.hertz for track in tracks)]),
    )


def track_pitch(samples: np.ndarray, start_seconds: float, end_seconds: float) -> PitchTrack:
    """Pitch every 20 ms between two times of a channel (float32, shape (n,), at ``SAMPLE_RATE``)."""
    start = round(start_seconds * SAMPLE_RATE)
    sound = samples[start : round(end_seconds * SAMPLE_RATE)]
    if len(sound) < 2 * _FRAME:
        return PitchTrack(np.zeros(0), np.zeros(0))
    import librosa

    pitches = librosa.yin(
        sound,
        fmin=PITCH_MIN_HZ,
        fmax=PITCH_MAX_HZ,
        sr=SAMPLE_RATE,
        frame_length=_FRAME,
        hop_length=_HOP,
        center=False,
    )
    frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::_HOP][: len(pitches)]
    pitches = pitches[: len(frames)]
    power = np.einsum("ij,ij->i", frames, frames, dtype=np.float64) / _FRAME
    levels = 10 * np.log10(np.maximum(power, 10 ** (FLOOR_DB / 10)))
    inside = (pitches > PITCH_MIN_HZ * 1.02) & (pitches < PITCH_MAX_HZ * 0.98)  # at a bound: nothing was found
    chosen = np.flatnonzero(inside & (levels >= np.percentile(levels, 95) - _GATE_DB))
    periodic = [i for i in chosen if _periodicity(frames[i], SAMPLE_RATE / pitches[i]) >= _MIN_PERIODICITY]
    middles = (start + np.array(periodic, np.float64) * _HOP + _FRAME / 2) / SAMPLE_RATE
    return PitchTrack(middles, pitches[periodic].astype(np.float64))


def _periodicity(frame: np.ndarray, period: float) -> float:
    """Correlation of a frame with itself one period later, -1 to 1: YIN answers for noise too, this tells it apart."""
    lag = round(period)
    early, late = frame[:-lag], frame[lag:]
    norm = float(np.sqrt(np.dot(early, early) * np.dot(late, late)))
    return float(np.dot(early, late)) / norm if norm > 0 else 0.0
