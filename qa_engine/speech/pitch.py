"""Pitch of a stretch of speech: YIN (de Cheveigné and Kawahara 2002) over frames that are loud and periodic."""

import math
from dataclasses import dataclass

import numpy as np

from qa_engine.speech.activity import FLOOR_DB, HOP
from qa_engine.speech.decoding import SAMPLE_RATE

PITCH_MIN_HZ = 65.0
PITCH_MAX_HZ = 450.0
"""Bounds of the search: a low man to an excited woman. Whoever sings is out of scope."""

_FRAME = 768
_FFT_SIZE = 1024  # a frame and its longest lag, so that nothing comes round
_DIP = 0.1  # the absolute threshold of the source
_HOP = 2 * HOP
_GATE_DB = 20.0
_MIN_PERIODICITY = 0.5
_OCTAVE_ERROR = 0.8  # octaves away from the middle
_TINY = np.finfo(np.float64).tiny


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
    frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::_HOP]
    power = np.einsum("ij,ij->i", frames, frames, dtype=np.float64) / _FRAME
    levels = 10 * np.log10(np.maximum(power, 10 ** (FLOOR_DB / 10)))
    loud = np.flatnonzero(levels >= np.percentile(levels, 95) - _GATE_DB)
    pitches, periodicity = yin(frames[loud])
    inside = (pitches > PITCH_MIN_HZ * 1.02) & (pitches < PITCH_MAX_HZ * 0.98)  # at a bound: nothing was found
    found = inside & (periodicity >= _MIN_PERIODICITY)
    return PitchTrack((start + loud[found] * _HOP + _FRAME / 2) / SAMPLE_RATE, pitches[found])


def yin(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pitch in Hz of frames (shape (n, samples), at ``SAMPLE_RATE``), and how periodic each is, -1 to 1; shape (n,).

    A. de Cheveigné and H. Kawahara, YIN, a fundamental frequency estimator for speech and music, Journal of the
    Acoustical Society of America 111 (2002), steps 1 to 5; the difference function (equation 6) out of the
    autocorrelation by FFT. YIN answers for noise, too: what tells it apart is the correlation of a frame with itself
    one period later.
    """
    shortest, longest = int(SAMPLE_RATE / PITCH_MAX_HZ), math.ceil(SAMPLE_RATE / PITCH_MIN_HZ)
    spectrum = np.fft.rfft(frames.astype(np.float64), _FFT_SIZE, axis=1)
    correlation = np.fft.irfft(spectrum.real**2 + spectrum.imag**2, axis=1)[:, 1 : longest + 1]
    energy = np.cumsum(np.square(frames, dtype=np.float64), axis=1)  # of the first 1, 2, 3, … samples
    whole, early = energy[:, -1:], energy[:, :longest]
    difference = 2 * (whole - correlation) - early  # the frame followed by silence
    lags = np.arange(1, longest + 1)
    normalised = difference * lags / np.maximum(np.cumsum(difference, axis=1), _TINY)  # equation 8
    lag = shortest + _first_dip(normalised[:, shortest - 1 :])
    each = np.arange(len(frames))
    exact = lag + _vertex(normalised, each, lag - 1)
    late = energy[each, -1 - lag]
    shifted = whole[:, 0] - energy[each, lag - 1]
    periodicity = correlation[each, lag - 1] / np.sqrt(np.maximum(late * shifted, _TINY))
    pitches: np.ndarray = SAMPLE_RATE / exact
    return pitches, periodicity


def _first_dip(normalised: np.ndarray) -> np.ndarray:
    """Column of the first local minimum under the threshold, else of the least value; shape (n,)."""
    falls = np.ones(normalised.shape, bool)
    falls[:, 1:] = normalised[:, 1:] < normalised[:, :-1]
    rises = np.ones(normalised.shape, bool)
    rises[:, :-1] = normalised[:, :-1] <= normalised[:, 1:]
    dips = falls & rises & (normalised < _DIP)
    chosen: np.ndarray = np.where(dips.any(axis=1), dips.argmax(axis=1), normalised.argmin(axis=1))
    return chosen


def _vertex(values: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Where the parabola through a value and its neighbours has its vertex, in columns away; 0 when beyond them."""
    inner = np.clip(columns, 1, values.shape[1] - 2)
    before, here, after = (values[rows, inner + step] for step in (-1, 0, 1))
    bend, slope = before + after - 2 * here, (after - before) / 2
    usable = (inner == columns) & (np.abs(slope) < np.abs(bend))
    return np.where(usable, -slope / np.where(usable, bend, 1.0), 0.0)
