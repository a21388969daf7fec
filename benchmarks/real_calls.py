"""Two-channel telephone calls out of the real voices of ``tests/voices``, with what is said in them.

Agent left, customer right, turn about, with pauses of 0.3 to 1.5 s; 8 kHz, μ-law steps, line noise. Kinds: ``clean``;
``noise`` (12 dB more of it); ``music`` (synthetic hold music on the agent's channel between turns); ``short`` (only the
clips under 15 s, so that many short turns follow each other). Everything follows from the seed.
"""

import csv
import random
import re
import unicodedata
import wave
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile
from rapidfuzz.distance import Levenshtein

from qa_engine.text import to_simplified

RATE = 8000
VOICES = Path(__file__).resolve().parents[1] / "tests" / "voices"
KINDS = ("clean", "noise", "music", "short")
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Call:
    """A written call: its file, and what was said as (channel, start, end, text)."""

    path: Path
    seconds: float
    said: tuple[tuple[int, float, float, str], ...]

    def text(self, channel: int) -> str:
        return "".join(comparable(text) for where, _, _, text in self.said if where == channel)


@dataclass(slots=True)
class Errors:
    """Edits between what was said and what was heard, in characters."""

    characters: int = 0
    substituted: int = 0
    deleted: int = 0
    inserted: int = 0

    def add(self, said: str, heard: str) -> None:
        self.characters += len(said)
        for edit in Levenshtein.editops(said, heard):
            self.substituted += edit.tag == "replace"
            self.deleted += edit.tag == "delete"
            self.inserted += edit.tag == "insert"

    @property
    def rate(self) -> float:
        return (self.substituted + self.deleted + self.inserted) / self.characters if self.characters else 0.0


def comparable(text: str) -> str:
    """Simplified, lower case, letters and characters only, digits as they are read one by one."""
    plain = to_simplified(unicodedata.normalize("NFKC", text)).lower()
    plain = re.sub(r"(\d+)%", r"百分之\1", plain)
    return "".join(_DIGITS[int(c)] if c.isdecimal() else c for c in plain if c.isalnum())


@lru_cache(maxsize=1)
def clips() -> tuple[tuple[np.ndarray, str], ...]:
    """(samples at ``RATE``, text) of every voice."""
    with (VOICES / "texts.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return tuple((soundfile.read(VOICES / row["file"], dtype="float32")[0], row["text"]) for row in rows)


def write_call(path: Path, kind: str, seed: int, turns: int = 14) -> Call:
    """One call of some minutes as an 8 kHz WAV file."""
    chance = random.Random(seed)
    known = [clip for clip in clips() if kind != "short" or len(clip[0]) < 15 * RATE]
    order = [clip for _ in range(turns // len(known) + 1) for clip in chance.sample(known, len(known))][:turns]
    sounds: list[list[np.ndarray]] = [[], []]
    said, at = [], 0
    for place, (voice, text) in enumerate(order):
        side = place % 2
        samples = voice * (0.4 / np.abs(voice).max())
        gap = np.zeros(int(RATE * chance.uniform(0.3, 1.5)), np.float32)
        other = np.zeros(len(samples) + len(gap), np.float32)
        if kind == "music" and place % 4 == 3:
            gap = np.concatenate([gap, _music(8.0, seed + place), gap])
            other = np.zeros(len(samples) + len(gap), np.float32)
        said.append((side, at / RATE, (at + len(samples)) / RATE, text))
        sounds[side] += [samples, gap]
        sounds[1 - side].append(other)
        at += len(samples) + len(gap)
    both = np.stack([np.concatenate(side) for side in sounds])
    both += np.random.default_rng(seed).normal(0, 0.006 if kind == "noise" else 0.0015, both.shape)
    _write(path, _mu_law(both))
    return Call(path, at / RATE, tuple(said))


def read_call(path: Path) -> Call:
    """A call that was written elsewhere: ``OUT.wav`` with ``OUT.tsv`` beside it (speaker, start, end, text by tabs).

    The agent is on the left channel.
    """
    with wave.open(str(path)) as file:
        seconds = file.getnframes() / file.getframerate()
    said = []
    for line in path.with_suffix(".tsv").read_text(encoding="utf-8").splitlines():
        speaker, start, end, text = line.split("\t")
        said.append((int(speaker == "customer"), float(start), float(end), text))
    return Call(path, seconds, tuple(said))


def _music(seconds: float, seed: int) -> np.ndarray:
    """Plucked notes with three harmonics, two in a second."""
    chance = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE)) / RATE
    sound = np.zeros_like(time)
    for place in range(int(seconds * 2)):
        hertz = 220 * 2 ** (chance.integers(0, 20) / 12)
        since = time - place / 2
        ringing = np.exp(-np.clip(since, 0, None) * 2) * (since >= 0)
        sound += sum(ringing * np.sin(2 * np.pi * hertz * h * since) / h for h in (1, 2, 3))
    return (0.12 * sound / np.abs(sound).max()).astype(np.float32)


def _mu_law(samples: np.ndarray) -> np.ndarray:
    level = np.sign(samples) * np.log1p(255 * np.abs(samples.clip(-1, 1))) / np.log1p(255)
    level = np.round(level * 127) / 127
    return np.sign(level) * np.expm1(np.abs(level) * np.log1p(255)) / 255


def _write(path: Path, samples: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(samples))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples.T * 32767).astype("<i2").tobytes())
