"""Cutting speech into clips for the recogniser, and the way back: from a time in a clip to the time on the channel.

One clip a turn: a stretch of the channel that its own longer pauses bound, with some of the silence around it. Clips
that pack several turns lose words: real Whisper often ends after the first sentence and says nothing of the rest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from qa_engine.domain import Span, Word
from qa_engine.speech.activity import HOP, ChannelSpeech
from qa_engine.speech.decoding import SAMPLE_RATE
from qa_engine.speech.options import ClipOptions

WORD_MARGIN_SECONDS = 0.05
"""How far a word may reach out of the speech it belongs to."""

_MIN_TAIL_SECONDS = 1.0
_MIDDLE = 0.25
"""A turn that is too long is parted at the widest pause that leaves at least this share of it on either side."""

Core = tuple[int, int]
"""Speech as voice activity found it: [start, end) in samples of the channel."""


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """Where the sound of one clip comes from: samples [start, end) of its channel; no sound yet."""

    channel: int
    ordinal: int  # within the channel, from 0
    start: int
    end: int
    cores: tuple[Core, ...]
    again: bool = False  # heard a second time, after the first hearing brought too little
    tell_language: bool = False  # the recogniser is asked which language this is

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / SAMPLE_RATE

    @property
    def spoken_seconds(self) -> float:
        return sum(end - start for start, end in self.cores) / SAMPLE_RATE

    def cut(self, samples: np.ndarray) -> "Clip":
        """The clip itself, out of the channel's samples (float32, shape (n,))."""
        return Clip(self.channel, self.ordinal, samples[self.start : self.end], self)

    def restore(self, words: Iterable[Word]) -> tuple[Word, ...]:
        """Words with clip times as words with channel times.

        A recogniser lets a word reach over the pause beside it (the end of a word is the start of the next). Each word
        is therefore given to the core it shares most time with and trimmed to it; the order is kept.
        """
        cores = self.core_spans()
        shift = self.start / SAMPLE_RATE
        restored: list[Word] = []
        current, earliest = 0, 0.0
        for word in words:
            current = _best_core(word, cores, current)
            low, high = cores[current].start - WORD_MARGIN_SECONDS, cores[current].end + WORD_MARGIN_SECONDS
            low, high = max(low, 0.0), min(high, self.seconds)
            start = max(min(max(word.start, low), high) + shift, earliest)
            end = max(min(max(word.end, low), high) + shift, start)
            earliest = start
            restored.append(replace(word, start=round(start, 3), end=round(end, 3)))
        return tuple(restored)

    def core_spans(self) -> tuple[Span, ...]:
        """Where in the clip there is speech, in seconds of clip time."""
        return tuple(
            Span((start - self.start) / SAMPLE_RATE, (end - self.start) / SAMPLE_RATE) for start, end in self.cores
        )

    def speech_spans(self) -> tuple[Span, ...]:
        """Where on the channel there is speech, in seconds of channel time."""
        return tuple(Span(start / SAMPLE_RATE, end / SAMPLE_RATE) for start, end in self.cores)


@dataclass(frozen=True, slots=True)
class Clip:
    """Up to 30 s of one channel, ready for the recogniser: float32, shape (n,), at ``SAMPLE_RATE``."""

    channel: int
    ordinal: int
    samples: np.ndarray
    plan: ClipPlan

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


def plan_clips(channel: int, speech: ChannelSpeech, total_samples: int, options: ClipOptions) -> list[ClipPlan]:
    """One clip for each turn of a channel; a turn longer than ``max_seconds`` becomes several, parted at its pauses."""
    padding = int(options.padding_seconds * SAMPLE_RATE)
    limit = int(options.max_seconds * SAMPLE_RATE) - 2 * padding
    cores = _split_long(speech, total_samples, limit)
    groups = [part for turn in _turns(cores, options.pause_seconds) for part in _short_enough(turn, limit)]
    return [_plan(channel, place, groups, padding, total_samples) for place in range(len(groups))]


def parted(plan: ClipPlan, padding_seconds: float) -> list[ClipPlan]:
    """The clip for a second hearing: cut in two at its widest pause, or whole where it has none to speak of."""
    groups = [plan.cores]
    if len(plan.cores) > 1:
        place = _widest(plan.cores)
        groups = [plan.cores[:place], plan.cores[place:]]
    padding = int(padding_seconds * SAMPLE_RATE)
    found = []
    for place, group in enumerate(groups):
        start = plan.start if place == 0 else _before(groups, place, padding)
        end = plan.end if place == len(groups) - 1 else _after(groups, place, padding)
        found.append(ClipPlan(plan.channel, plan.ordinal, start, end, group, again=True, tell_language=True))
    return found


def _split_long(speech: ChannelSpeech, total_samples: int, limit: int) -> list[Core]:
    """Cores in samples; one that is longer than a clip is cut where it is quietest in the last third of the clip."""
    cores = []
    for span in speech.spans:
        start = max(0, round(span.start * SAMPLE_RATE))
        end = min(total_samples, round(span.end * SAMPLE_RATE))
        while end - start > limit:
            latest = min(start + limit, end - int(_MIN_TAIL_SECONDS * SAMPLE_RATE))
            earliest = start + limit * 2 // 3
            window = speech.level_db[earliest // HOP : max(earliest // HOP + 1, latest // HOP)]
            cut = min((earliest // HOP + int(np.argmin(window))) * HOP + HOP // 2, latest)
            cores.append((start, cut))
            start = cut
        if end > start:
            cores.append((start, end))
    return cores


def _turns(cores: Sequence[Core], pause_seconds: float) -> list[tuple[Core, ...]]:
    turns: list[tuple[Core, ...]] = []
    for core in cores:
        if turns and core[0] - turns[-1][-1][1] < pause_seconds * SAMPLE_RATE:
            turns[-1] = (*turns[-1], core)
        else:
            turns.append((core,))
    return turns


def _short_enough(turn: tuple[Core, ...], limit: int) -> list[tuple[Core, ...]]:
    if turn[-1][1] - turn[0][0] <= limit:
        return [turn]
    place = _widest(turn)
    return [*_short_enough(turn[:place], limit), *_short_enough(turn[place:], limit)]


def _widest(turn: Sequence[Core]) -> int:
    """The core before which the turn is parted: behind its widest pause, rather not near its ends."""
    begin, length = turn[0][0], turn[-1][1] - turn[0][0]
    gaps = [(turn[i][0] - turn[i - 1][1], -i, (turn[i][0] + turn[i - 1][1]) / 2 - begin) for i in range(1, len(turn))]
    central = [gap for gap in gaps if _MIDDLE * length <= gap[2] <= (1 - _MIDDLE) * length]
    return -max(central or gaps)[1]


def _plan(channel: int, place: int, groups: Sequence[Sequence[Core]], padding: int, total: int) -> ClipPlan:
    start = _before(groups, place, padding) if place else max(0, groups[0][0][0] - padding)
    last = place == len(groups) - 1
    end = min(total, groups[place][-1][1] + padding) if last else _after(groups, place, padding)
    return ClipPlan(channel, place, start, end, tuple(groups[place]))


def _before(groups: Sequence[Sequence[Core]], place: int, padding: int) -> int:
    """Where a clip begins: in the silence before it, half of which belongs to the neighbour."""
    start, gap = groups[place][0][0], groups[place][0][0] - groups[place - 1][-1][1]
    return start - min(padding, gap - gap // 2)


def _after(groups: Sequence[Sequence[Core]], place: int, padding: int) -> int:
    end, gap = groups[place][-1][1], groups[place + 1][0][0] - groups[place][-1][1]
    return end + min(padding, gap // 2)


def _best_core(word: Word, cores: Sequence[Span], first: int) -> int:
    """The core from ``first`` on that shares most time with the word; none: the nearest one."""
    middle = (word.start + word.end) / 2
    span = Span(word.start, word.end)

    def rank(index: int) -> tuple[float, float, int]:
        core = cores[index]
        distance = max(core.start - middle, middle - core.end, 0.0)
        return core.overlap_seconds(span), -distance, -index

    return max(range(first, len(cores)), key=rank)
