"""Training samples out of nothing: a sentence, a voice, a telephone line, log-mel frames, and every character's
exact time.

A sample costs some 10 ms, a quarter of what learning from it costs, so nothing is stored: each training process
makes its own, always new, and no sentence is heard twice in the same voice.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

import espeak
import numpy as np
import soxr
import telephone
from features import SAMPLE_RATE, WINDOW_FRAMES, log_mel

MAX_CHARACTERS = 200
"""In one sample; what a window of 30 s can hold at fast speech."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence of a sample; times in seconds from the sample's start."""

    text: str
    """With marks."""
    characters: tuple[espeak.Character, ...]

    @property
    def start(self) -> float:
        return self.characters[0].start

    @property
    def end(self) -> float:
        return self.characters[-1].end


@dataclass(frozen=True, slots=True)
class Sample:
    mel: np.ndarray
    """(frames, 80) float32."""
    segments: tuple[Segment, ...]
    """Empty: sound without speech."""

    @property
    def frames(self) -> int:
        return len(self.mel)


@dataclass(frozen=True, slots=True)
class Recording:
    """A sample before its features are taken."""

    wave: np.ndarray
    """float32 at 16 kHz"""
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        return "".join(segment.text for segment in self.segments)

    @property
    def seconds(self) -> float:
        return len(self.wave) / SAMPLE_RATE


class Synthesiser:
    """Makes samples for ever; the same seed makes the same ones."""

    def __init__(
        self,
        sentence: Callable[[random.Random], str],
        voice: Callable[[np.random.Generator], str],
        seed: int | np.random.SeedSequence,
    ) -> None:
        self._sentence = sentence
        self._voice = voice
        self._rng = np.random.default_rng(seed)
        self._words = random.Random(int(self._rng.integers(2**62)))
        self.faults = 0
        """Sentences that espeak-ng could not speak syllable by syllable; they are left out."""

    def utterance(self, longest: int = MAX_CHARACTERS) -> Sample:
        """One sentence of at most ``longest`` characters."""
        recording = self.recording(0.0, longest)
        return Sample(log_mel(recording.wave), recording.segments)

    def chain(self, seconds: float) -> Sample:
        """Several sentences of one speaker on one line, up to about ``seconds``, at most one window."""
        recording = self.recording(seconds)
        return Sample(log_mel(recording.wave), recording.segments)

    def silence(self) -> Sample:
        """No speech at all."""
        return Sample(log_mel(self.speechless()), ())

    def speechless(self) -> np.ndarray:
        """Line noise, tones, clicks or nothing: float32 at 16 kHz, 0.6–8 s."""
        rng = self._rng
        count = int(rng.uniform(0.6, 8) * telephone.LINE_RATE)
        line = telephone.noise(count, rng) * 10 ** rng.uniform(-5, -1)
        if rng.random() < 0.4:
            line = line + _tones(count, rng) * 10 ** rng.uniform(-3, -0.5)
        if rng.random() < 0.2:
            line[rng.integers(0, count, 4)] += rng.uniform(-0.8, 0.8, 4)
        if rng.random() < 0.1:
            line = np.zeros(count)
        return soxr.resample(line.astype(np.float32), telephone.LINE_RATE, SAMPLE_RATE)

    def recording(self, seconds: float = 0.0, longest: int = MAX_CHARACTERS) -> Recording:
        """Sentences of one speaker on one line until ``seconds`` are full (0: one sentence), at most one window."""
        rng = self._rng
        voice, rate = self._voice(rng), int(rng.triangular(150, 185, 300))
        pitch, pitch_range = int(rng.integers(25, 75)), int(rng.integers(25, 80))
        parts: list[np.ndarray] = []
        segments: list[Segment] = []
        clock, written = 0.0, 0
        limit = min(seconds, WINDOW_FRAMES / 100 - 0.5)
        while True:
            speech = self._speech(longest, voice, rate + int(rng.integers(-10, 11)), pitch, pitch_range)
            gap = rng.uniform(0.02, 0.5)
            too_much = clock + gap + speech.seconds > WINDOW_FRAMES / 100 - 0.3
            if too_much or written + len(speech.text) > MAX_CHARACTERS:
                if segments:
                    break
                continue
            clock += self._add_pause(parts, gap)
            segments.append(_shifted(speech, clock))
            parts.append(speech.samples)
            clock += speech.seconds
            written += len(speech.text)
            if clock >= limit:
                break
        self._add_pause(parts, rng.uniform(0.02, 0.5))
        wave = telephone.through_line(np.concatenate(parts), rng)
        return Recording(wave, tuple(segments))

    def _speech(self, longest: int, voice: str, rate: int, pitch: int, pitch_range: int) -> espeak.Speech:
        while True:
            text = self._sentence(self._words)
            if len(text) > longest:
                continue
            try:
                return espeak.speak_hanzi(text, voice, rate, pitch, pitch_range)
            except espeak.SpeechFailedError:
                self.faults += 1

    @staticmethod
    def _add_pause(parts: list[np.ndarray], seconds: float) -> float:
        count = int(seconds * espeak.SAMPLE_RATE)
        parts.append(np.zeros(count, np.float32))
        return count / espeak.SAMPLE_RATE


def _shifted(speech: espeak.Speech, offset: float) -> Segment:
    moved = tuple(
        espeak.Character(each.text, each.pinyin, each.start + offset, each.end + offset) for each in speech.characters
    )
    return Segment(speech.text, moved)


def _tones(count: int, rng: np.random.Generator) -> np.ndarray:
    """Ring-back, key tones and tunes: sines that come and go."""
    time = np.arange(count) / telephone.LINE_RATE
    wave = np.zeros(count)
    for _ in range(rng.integers(1, 6)):
        begin, length = rng.uniform(0, time[-1]), rng.uniform(0.1, 2)
        wave += np.sin(2 * np.pi * rng.uniform(200, 1800) * time) * ((time >= begin) & (time < begin + length))
    return wave
