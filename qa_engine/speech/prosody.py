"""How a turn was said, measured on the speaker's own channel out of the samples that were recognised.

* *voiced seconds*: time with speech (voice activity), without the pauses inside the turn.
* *characters per minute*: characters as RULES counts them, over the voiced seconds.
* *loudness*: mean power of the frames that carry speech (within 15 dB of the turn's loud frames), in dB full scale;
  a gate relative to the turn itself does not change with the gain of the line.
* *pitch*: trimmed mean of the pitch track in semitones, octave errors folded.
* *slopes*: straight lines by least squares. Loudness over the levels of half seconds and pitch over the frames of the
  track, both against time; rate as the bend of the count of characters against voiced time.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from qa_engine.domain import Prosody, Span, Word
from qa_engine.speech.activity import FLOOR_DB, ChannelSpeech, frames_of
from qa_engine.speech.pitch import PitchTrack, joined, track_pitch
from qa_engine.text import count_chars

_GATE_DB = 15.0
_MIN_RATE_SECONDS = 0.3
_MIN_PITCH_FRAMES = 5
_MAX_PITCH_SECONDS = 20  # of one turn; more does not move its median
_MIN_SLOPE_SECONDS = 2.0
_MIN_SLOPE_CHARS = 10
_MIN_SLOPE_FRAMES = 25  # half a second of pitch
_WINDOW_FRAMES = 50


def measure(samples: np.ndarray, speech: ChannelSpeech, turn: Span, chars: int, words: Sequence[Word] = ()) -> Prosody:
    """Prosody of one turn of ``chars`` characters on a channel (float32, shape (n,), at ``SAMPLE_RATE``).

    ``words`` are those of the turn, in channel time; without them the slope of the rate is not known.
    """
    cores = [Span(max(s.start, turn.start), min(s.end, turn.end)) for s in speech.spans if s.overlap_seconds(turn) > 0]
    voiced = sum(core.seconds for core in cores)
    pitch = _pitch(samples, cores)
    return Prosody(
        voiced_seconds=round(voiced, 3),
        chars_per_minute=round(chars * 60 / voiced, 1) if voiced >= _MIN_RATE_SECONDS and chars else None,
        loudness_db=_rounded(_loudness_db(speech, cores), 2),
        pitch_hz=_rounded(pitch.level_hz if pitch else None, 1),
        pauses=tuple(round(after.start - before.end, 3) for before, after in pairwise(cores)),
        rate_slope=_rounded(_rate_slope(words, cores), 1),
        loudness_slope_db=_rounded(_loudness_slope(speech, cores), 2),
        pitch_slope_semitones=_rounded(_pitch_slope(pitch, cores), 2),
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits) + 0.0  # never minus zero


def _long_enough(cores: Sequence[Span]) -> bool:
    return bool(cores) and cores[-1].end - cores[0].start >= _MIN_SLOPE_SECONDS


def _slope(seconds: np.ndarray, values: np.ndarray) -> float:
    """By least squares, in units of the values per second."""
    away = seconds - seconds.mean()
    return float(np.dot(away, values - values.mean()) / np.dot(away, away))


# ----- loudness


def _loudness_db(speech: ChannelSpeech, cores: Sequence[Span]) -> float | None:
    if not cores:
        return None
    levels = _levels(speech, cores)
    return _mean_db(levels[levels >= _gate(levels)])


def _loudness_slope(speech: ChannelSpeech, cores: Sequence[Span]) -> float | None:
    if not _long_enough(cores):
        return None
    levels = _levels(speech, cores)
    gate = _gate(levels)
    turn = frames_of(speech.level_db, Span(cores[0].start, cores[-1].end)).astype(np.float64)
    windows = [turn[at : at + _WINDOW_FRAMES] for at in range(0, len(turn), _WINDOW_FRAMES)]
    found = [
        (at * _WINDOW_FRAMES / 100, level)
        for at, window in enumerate(windows)
        if (loud := window[window >= gate]).size >= _WINDOW_FRAMES // 4 and (level := _mean_db(loud)) is not None
    ]
    if len(found) < 3:
        return None
    seconds, values = np.array(found).T
    return _slope(seconds, values)


def _levels(speech: ChannelSpeech, cores: Sequence[Span]) -> np.ndarray:
    return np.concatenate([frames_of(speech.level_db, core) for core in cores]).astype(np.float64)


def _gate(levels: np.ndarray) -> float:
    return float(np.percentile(levels, 95)) - _GATE_DB if len(levels) else FLOOR_DB


def _mean_db(levels: np.ndarray) -> float | None:
    """Level of the mean power; None for nothing but the floor."""
    power = float(np.mean(10 ** (levels / 10))) if len(levels) else 0.0
    return None if power <= 10 ** (FLOOR_DB / 10) else 10 * float(np.log10(power))


# ----- pitch


def _pitch(samples: np.ndarray, cores: Sequence[Span]) -> PitchTrack | None:
    tracks: list[PitchTrack] = []
    heard = 0.0
    for core in cores:
        if heard >= _MAX_PITCH_SECONDS:
            break
        end = min(core.end, core.start + _MAX_PITCH_SECONDS)
        tracks.append(track_pitch(samples, core.start, end))
        heard += core.seconds
    track = joined(tracks)
    return track.repaired() if len(track.hertz) >= _MIN_PITCH_FRAMES else None


def _pitch_slope(track: PitchTrack | None, cores: Sequence[Span]) -> float | None:
    if track is None or len(track.hertz) < _MIN_SLOPE_FRAMES or not _long_enough(cores):
        return None
    return _slope(track.seconds, 12 * np.log2(track.hertz))


# ----- rate


def _rate_slope(words: Sequence[Word], cores: Sequence[Span]) -> float | None:
    """How much 字/分钟 change in a second: twice the bend of the count of characters against voiced time."""
    counted = [(word, count_chars(word.text)) for word in words]
    counted = [(word, chars) for word, chars in counted if chars]
    total = sum(chars for _, chars in counted)
    if total < _MIN_SLOPE_CHARS or sum(core.seconds for core in cores) < _MIN_SLOPE_SECONDS:
        return None
    said = np.cumsum([chars for _, chars in counted], dtype=np.float64)
    middles = said - np.array([chars for _, chars in counted]) / 2
    seconds = np.array([_voiced_until((word.start + word.end) / 2, cores) for word, _ in counted])
    if np.unique(seconds).size < 3:
        return None
    bend = float(np.polynomial.polynomial.polyfit(seconds - seconds.mean(), middles, 2)[2])
    return 2 * bend * 60


def _voiced_until(moment: float, cores: Sequence[Span]) -> float:
    """Voiced seconds of the turn up to a moment."""
    return sum(min(core.end, moment) - core.start for core in cores if core.start < moment)
