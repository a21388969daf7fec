"""Voices whose rate, pitch, loudness and pauses the program sets exactly.

A vocoder (source and filter): of two sentences that espeak-ng spoke once (``tests/unit/speech/data``, with the times of
their syllables) only the spectral envelope and what is voiced are kept; the pitch, the speed and the level are new.
Voices of plain sine waves would be simpler, but in line noise voice activity does not take those for speech.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import soundfile

RATE = 16_000
SENTENCES = ("agent", "customer")

_DATA = Path(__file__).parents[1] / "tests" / "unit" / "speech" / "data"
_SOURCE_RATE = 8_000
_FRAMES_A_SECOND = 200
_HOP = _SOURCE_RATE // _FRAMES_A_SECOND
_WINDOW = 200  # 25 ms
_FFT = 512
_BIN_HZ = _SOURCE_RATE / _FFT
_TOP_HZ = 3_900.0
_LIFTER = 16  # cepstral coefficients that are envelope: 2 ms, under the period of any voice
_TONES = ((2.0, 2.0), (-2.0, 2.0), (-2.0, -3.0), (3.0, -3.0))  # semitones at the start and the end of a syllable
_NOISE = 0.12
_FADE_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is said in one go: ``chars`` syllables at a rate, a pitch and a level.

    ``level_db``: RMS of what is voiced, relative to full scale. ``pauses``: (after how many syllables, seconds). Slopes
    are changes a second around the middle of the phrase.
    """

    sentence: str
    chars: int
    chars_per_minute: float
    hertz: float
    level_db: float
    pauses: tuple[tuple[int, float], ...] = ()
    loudness_slope_db: float = 0.0
    pitch_slope_semitones: float = 0.0


@dataclass(frozen=True, slots=True)
class Sound:
    """A phrase as sound: float32, shape (n,), at ``RATE``; each syllable with its seconds from the start.

    ``mean_hz``: of the pitch in semitones while there is a voice, tones of the syllables and all.
    """

    samples: np.ndarray
    syllables: tuple[tuple[float, float], ...]
    mean_hz: float

    @property
    def seconds(self) -> float:
        return self.syllables[-1][1]


@dataclass(frozen=True, slots=True)
class _Source:
    """``envelope``: shape (frames, 257), 0 to 4 kHz; ``voiced``: 0 to 1; ``syllables``: (start, end) in seconds."""

    envelope: np.ndarray
    voiced: np.ndarray
    syllables: tuple[tuple[float, float], ...]


def speak(phrase: Phrase, chance: np.random.Generator) -> Sound:
    """The phrase, its syllables those of the sentence over and over; equal generators give equal sounds."""
    source = _source(phrase.sentence)
    taken = [source.syllables[place % len(source.syllables)] for place in range(phrase.chars)]
    syllables = _times(phrase, taken)
    length = round(syllables[-1][1] * RATE)
    seconds = np.arange(length) / RATE
    tone, place = np.zeros(length), np.zeros(length)
    sounding = np.zeros(length, bool)
    for (start, end), (first, last) in zip(syllables, taken, strict=True):
        part = slice(round(start * RATE), round(end * RATE))
        tone[part] = np.linspace(*_TONES[chance.integers(len(_TONES))], part.stop - part.start)
        place[part] = np.linspace(first, last, part.stop - part.start) * _FRAMES_A_SECOND
        sounding[part] = True
    tone = _smooth(tone) + _line(phrase.pitch_slope_semitones, seconds)
    hertz = phrase.hertz * 2 ** (tone / 12)
    wave, voiced = _vocode(source, place, hertz, chance)
    wave *= _smooth(sounding.astype(float)) * sounding
    speaking = sounding & (voiced > 0.5)
    wave /= np.sqrt(np.mean(wave[speaking] ** 2))
    gain = 10 ** ((phrase.level_db + _line(phrase.loudness_slope_db, seconds)) / 20)
    return Sound((wave * gain).astype(np.float32), syllables, float(2 ** np.log2(hertz[speaking]).mean()))


def _times(phrase: Phrase, taken: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The syllables keep their lengths in relation to each other."""
    slower = 60 * phrase.chars / phrase.chars_per_minute / sum(end - start for start, end in taken)
    found, at = [], 0.0
    pauses = dict(phrase.pauses)
    for number, (start, end) in enumerate(taken):
        at += pauses.get(number, 0.0)
        found.append((at, at + slower * (end - start)))
        at = found[-1][1]
    return tuple(found)


def _line(slope: float, seconds: np.ndarray) -> np.ndarray:
    return slope * (seconds - seconds[-1] / 2)


def _smooth(values: np.ndarray) -> np.ndarray:
    window = np.hanning(round(2 * _FADE_SECONDS * RATE))
    padded = np.pad(values, len(window), mode="edge")
    return np.convolve(padded, window / window.sum(), mode="same")[len(window) : -len(window)]


def _vocode(
    source: _Source, place: np.ndarray, hertz: np.ndarray, chance: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Harmonics where the source is voiced, noise where it is not; ``place`` is the frame of the source by sample."""
    place = np.clip(place, 0, len(source.envelope) - 1.001)
    frame = place.astype(int)
    rest = place - frame
    voiced = source.voiced[frame] * (1 - rest) + source.voiced[frame + 1] * rest
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    wave = np.zeros(len(hertz))
    for number in range(1, int(_TOP_HZ / hertz.min()) + 1):
        at = np.minimum(number * hertz, _TOP_HZ) / _BIN_HZ
        strength = (
            source.envelope[frame, at.astype(int)] * (1 - rest) + source.envelope[frame + 1, at.astype(int)] * rest
        )
        wave += np.where(number * hertz < _TOP_HZ, strength, 0.0) * np.sin(number * phase + 0.7 * number**2)
    wave *= voiced * np.sqrt(hertz / 100)  # the fewer the harmonics, the stronger each
    return wave + _NOISE * _hiss(source, frame, chance) * (1.05 - voiced), voiced


def _hiss(source: _Source, frame: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """White noise through the envelopes, window by window."""
    size, hop = 512, 128
    window = np.hanning(size)
    wave = np.zeros(len(frame) + size)
    hertz = np.arange(size // 2 + 1) * RATE / size
    bins = np.arange(source.envelope.shape[1]) * _BIN_HZ
    for start in range(0, len(frame), hop):
        envelope = source.envelope[frame[min(start + size // 2, len(frame) - 1)]]
        noise = np.fft.rfft(chance.standard_normal(size) * window)
        wave[start : start + size] += np.fft.irfft(noise * np.interp(hertz, bins, envelope, right=0.0)) * window
    return wave[: len(frame)]


@cache
def _source(sentence: str) -> _Source:
    samples, rate = soundfile.read(_DATA / f"{sentence}.flac")
    assert rate == _SOURCE_RATE
    facts = json.loads((_DATA / "truth.json").read_text(encoding="utf-8"))[sentence]
    padded = np.pad(samples, (_WINDOW // 2, _WINDOW))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), _FFT)) + 1e-6
    lifter = np.zeros(_FFT)
    lifter[0], lifter[1:_LIFTER] = 1, 2
    envelope = np.exp(np.fft.rfft(np.fft.irfft(np.log(spectrum)) * lifter).real)
    syllables = tuple((start, end) for _, start, end in facts["characters"])
    return _Source(envelope, _voicing(samples, len(envelope)), syllables)


def _voicing(samples: np.ndarray, frames: int) -> np.ndarray:
    """How periodic the source is around each frame, 0 to 1: its best correlation with itself 60 to 400 Hz later."""
    size = 400
    padded = np.pad(samples, (size // 4, size))
    found = []
    for number in range(frames):
        part = padded[number * _HOP : number * _HOP + size]
        part = part - part.mean()
        pairs = [(part[:-lag], part[lag:]) for lag in range(20, 130)]
        found.append(max(np.dot(a, b) / np.sqrt(np.dot(a, a) * np.dot(b, b) + 1e-12) for a, b in pairs))
    return np.clip((np.array(found) - 0.5) / 0.25, 0.0, 1.0)
