"""From a source to a performance: every turn spoken, every character with its true time on the call's clock."""

import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from callmaker.source import Source, SourceTurn, Voice

_STARTER = Path(__file__).resolve().parents[2] / "models" / "asr-starter"
if str(_STARTER) not in sys.path:
    sys.path.insert(0, str(_STARTER))

import espeak  # noqa: E402 - lives beside the recogniser's recipe, which is no package

LINE_RATE = 8_000
LEAD_SECONDS = (0.5, 0.9)
GAP_SECONDS = (0.35, 0.85)
SENTENCE_PAUSE_SECONDS = (0.26, 0.36)
RELEASE_SECONDS = 0.06
FADE_SECONDS = 0.008
RATE_JITTER, PITCH_JITTER, LEVEL_JITTER_DB = 4, 2, 0.7
SENTENCE_ENDS = "。？！"


@dataclass(frozen=True, slots=True)
class Character:
    """One spoken character; seconds from the start of the call."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class PerformedTurn:
    """A turn on the call's clock. ``samples``: float32 at :data:`LINE_RATE`, they begin at ``start``."""

    source: SourceTurn
    characters: tuple[Character, ...]
    samples: np.ndarray
    rate: int
    pitch: int

    @property
    def start(self) -> float:
        return self.characters[0].start

    @property
    def end(self) -> float:
        return self.characters[-1].end

    @property
    def chars_per_minute(self) -> float:
        return 60 * len(self.characters) / (self.end - self.start)

    @property
    def loudness_db(self) -> float:
        """RMS of the turn without its pauses, dB relative to full scale."""
        return loudness_db(self.samples)


@dataclass(frozen=True, slots=True)
class Performance:
    source: Source
    turns: tuple[PerformedTurn, ...]
    seconds: float


def perform(source: Source) -> Performance:
    """Speak all turns of a call, one after the other or across each other as the source says; always the same."""
    rng = np.random.default_rng(zlib.crc32(source.call_id.encode()))
    turns: list[PerformedTurn] = []
    busy_until = rng.uniform(*LEAD_SECONDS)
    for written in source.turns:
        gap = rng.uniform(*GAP_SECONDS)
        begin = busy_until + (gap if written.gap is None else written.gap) if turns else busy_until
        if written.at is not None:
            begin = turns[-1].start + written.at
        turns.append(_speak(written, _voice_of(source, written), begin, rng))
        busy_until = max(busy_until, turns[-1].end)
    return Performance(source, tuple(turns), busy_until + source.tail_seconds)


def loudness_db(samples: np.ndarray) -> float:
    """RMS in dB relative to full scale over the 20 ms frames that are no pause (within 30 dB of the loudest)."""
    frame = LINE_RATE // 50
    count = len(samples) // frame
    power = np.square(samples[: count * frame].reshape(count, frame)).mean(axis=1)
    return float(10 * np.log10(power[power > power.max() / 1000].mean()))


def _voice_of(source: Source, turn: SourceTurn) -> Voice:
    if turn.role == "customer":
        return source.customer
    voice = source.agent.voice
    rate = source.agent_rate or voice.rate
    return Voice(voice.variant, rate, voice.pitch, voice.pitch_range, voice.level_db)


def _speak(written: SourceTurn, voice: Voice, begin: float, rng: np.random.Generator) -> PerformedTurn:
    rate = voice.rate + int(rng.integers(-RATE_JITTER, RATE_JITTER + 1))
    pitch = voice.pitch + written.pitch + int(rng.integers(-PITCH_JITTER, PITCH_JITTER + 1))
    level_db = voice.level_db + written.gain_db + rng.uniform(-LEVEL_JITTER_DB, LEVEL_JITTER_DB)
    parts: list[np.ndarray] = []
    characters: list[Character] = []
    clock = 0.0
    for sentence in _sentences(written.text):
        if parts:
            pause = int(rng.uniform(*SENTENCE_PAUSE_SECONDS) * LINE_RATE)
            parts.append(np.zeros(pause, np.float32))
            clock += pause / LINE_RATE
        samples, spoken = _sentence(sentence, voice, rate, pitch)
        characters += [Character(c.text, begin + clock + c.start, begin + clock + c.end) for c in spoken]
        parts.append(samples)
        clock += len(samples) / LINE_RATE
    wave = np.concatenate(parts)
    wave = wave * 10 ** ((level_db - loudness_db(wave)) / 20)
    return PerformedTurn(written, tuple(characters), wave.astype(np.float32), rate, pitch)


def _sentences(text: str) -> list[str]:
    cut: list[str] = [""]
    for character in text:
        cut[-1] += character
        if character in SENTENCE_ENDS:
            cut.append("")
    return [sentence for sentence in cut if sentence]


def _sentence(text: str, voice: Voice, rate: int, pitch: int) -> tuple[np.ndarray, list[Character]]:
    """Samples from the first character to just behind the last one, and the characters' times in them."""
    speech = espeak.speak_hanzi(text, voice.variant, rate, pitch, voice.pitch_range)
    begin, end = speech.characters[0].start, speech.characters[-1].end + RELEASE_SECONDS
    cut = speech.samples[int(begin * espeak.SAMPLE_RATE) : int(end * espeak.SAMPLE_RATE)]
    wave = soxr.resample(cut, espeak.SAMPLE_RATE, LINE_RATE, quality="HQ").astype(np.float32)
    fade = int(FADE_SECONDS * LINE_RATE)
    wave[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
    wave[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return wave, [Character(c.text, c.start - begin, c.end - begin) for c in speech.characters]
