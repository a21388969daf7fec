"""How a turn was said, measured on the speaker's own channel out of the samples that were recognised.

* *voiced seconds*: time with speech (voice activity), without the pauses inside the turn.
* *characters per minute*: characters as RULES counts them, over the voiced seconds.
* *loudness*: mean power of the frames that carry speech (within 20 dB of the turn's loud frames), in dB full scale;
  a gate relative to the turn itself does not change with the gain of the line.
* *pitch*: median of YIN (de Cheveigné and Kawahara 2002) over frames that are loud and periodic, octave errors folded.
"""

from collections.abc import Sequence

import numpy as np

from qa_engine.domain import Prosody, Span
from qa_engine.speech.activity import FLOOR_DB, HOP, ChannelSpeech, frames_of
from qa_engine.speech.decode import SAMPLE_RATE

PITCH_MIN_HZ = 65.0
PITCH_MAX_HZ = 450.0
"""Bounds of the search: a low man to an excited woman. Whoever sings is out of scope."""

_GATE_DB = 20.0
_MIN_RATE_SECONDS = 0.3
_PITCH_FRAME = 1024
_PITCH_HOP = 2 * HOP
_MIN_PERIODICITY = 0.6
_MIN_PITCH_FRAMES = 5
_MAX_PITCH_SECONDS = 20  # of one turn; more does not move its median


def measure(samples: np.ndarray, speech: ChannelSpeech, turn: Span, chars: int) -> Prosody:
    """Prosody of one turn of ``chars`` characters on a channel (float32, shape (n,), at ``SAMPLE_RATE``)."""
    cores = [Span(max(s.start, turn.start), min(s.end, turn.end)) for s in speech.spans if s.overlap_seconds(turn) > 0]
    voiced = sum(core.seconds for core in cores)
    pitch = _pitch_hz(samples, speech, cores)
    loudness = _loudness_db(speech, cores)
    return Prosody(
        voiced_seconds=round(voiced, 3),
        chars_per_minute=round(chars * 60 / voiced, 1) if voiced >= _MIN_RATE_SECONDS and chars else None,
        loudness_db=None if loudness is None else round(loudness, 2),
        pitch_hz=None if pitch is None else round(pitch, 1),
    )


def _loudness_db(speech: ChannelSpeech, cores: Sequence[Span]) -> float | None:
    if not cores:
        return None
    levels = np.concatenate([frames_of(speech.level_db, core) for core in cores]).astype(np.float64)
    loud = levels[levels >= _gate(levels)]
    power = float(np.mean(10 ** (loud / 10))) if len(loud) else 0.0
    return None if power <= 10 ** (FLOOR_DB / 10) else 10 * float(np.log10(power))


def _gate(levels: np.ndarray) -> float:
    return float(np.percentile(levels, 95)) - _GATE_DB if len(levels) else FLOOR_DB


def _pitch_hz(samples: np.ndarray, speech: ChannelSpeech, cores: Sequence[Span]) -> float | None:
    values: list[np.ndarray] = []
    heard = 0.0
    for core in cores:
        if heard >= _MAX_PITCH_SECONDS:
            break
        heard += core.seconds
        values.append(_core_pitches(samples, speech, core))
    pitches = np.concatenate(values) if values else np.zeros(0)
    if len(pitches) < _MIN_PITCH_FRAMES:
        return None
    return float(np.median(_fold_octaves(pitches)))


def _core_pitches(samples: np.ndarray, speech: ChannelSpeech, core: Span) -> np.ndarray:
    """Pitch of the frames of a core that are loud and periodic."""
    start = round(core.start * SAMPLE_RATE)
    sound = samples[start : min(round(core.end * SAMPLE_RATE), start + _MAX_PITCH_SECONDS * SAMPLE_RATE)]
    if len(sound) < 2 * _PITCH_FRAME:
        return np.zeros(0)
    import librosa

    pitches = librosa.yin(
        sound,
        fmin=PITCH_MIN_HZ,
        fmax=PITCH_MAX_HZ,
        sr=SAMPLE_RATE,
        frame_length=_PITCH_FRAME,
        hop_length=_PITCH_HOP,
        center=False,
    )
    frames = np.lib.stride_tricks.sliding_window_view(sound, _PITCH_FRAME)[::_PITCH_HOP][: len(pitches)]
    pitches = pitches[: len(frames)]
    power = np.einsum("ij,ij->i", frames, frames, dtype=np.float64) / _PITCH_FRAME
    levels = 10 * np.log10(np.maximum(power, 10 ** (FLOOR_DB / 10)))
    inside = (pitches > PITCH_MIN_HZ * 1.02) & (pitches < PITCH_MAX_HZ * 0.98)  # at a bound: nothing was found
    chosen = np.flatnonzero(inside & (levels >= _gate(levels)))
    periodic = [i for i in chosen if _periodicity(frames[i], SAMPLE_RATE / pitches[i]) >= _MIN_PERIODICITY]
    return pitches[periodic]


def _periodicity(frame: np.ndarray, period: float) -> float:
    """Correlation of a frame with itself one period later, -1 to 1: YIN answers for noise too, this tells it apart."""
    lag = round(period)
    early, late = frame[:-lag], frame[lag:]
    norm = float(np.sqrt(np.dot(early, early) * np.dot(late, late)))
    return float(np.dot(early, late)) / norm if norm > 0 else 0.0


def _fold_octaves(pitches: np.ndarray) -> np.ndarray:
    """Halve or double what lies over 0.8 of an octave away from the middle: YIN took two periods, or half of one."""
    middle = float(np.median(pitches))
    distance = np.log2(pitches / middle)
    folded = np.where(distance > 0.8, pitches / 2, np.where(distance < -0.8, pitches * 2, pitches))
    return np.asarray(folded)
