"""Packing speech into clips of up to 30 s, and the way back: from a time in a clip to the time on the channel.

A clip is made of *pieces*, stretches of the channel laid end to end; a piece holds one or more *cores* (speech, as
voice activity found it) with some sound around and between them. Silences longer than that margin are left out.
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
_ROOMY_GAP_SECONDS = 0.4


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the channel inside a clip. All values are samples; ``offset`` is where it begins in the clip."""

    start: int
    end: int
    offset: int
    cores: tuple[tuple[int, int], ...]

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """Where the sound of one clip comes from; no sound yet, so that hours of clips cost nothing."""

    channel: int
    ordinal: int  # within the channel, from 0
    pieces: tuple[Piece, ...]

    @property
    def seconds(self) -> float:
        return sum(piece.length for piece in self.pieces) / SAMPLE_RATE

    def cut(self, samples: np.ndarray) -> "Clip":
        """The clip itself, out of the channel's samples (float32, shape (n,))."""
        parts = [samples[piece.start : piece.end] for piece in self.pieces]
        return Clip(self.channel, self.ordinal, np.concatenate(parts), self)

    def restore(self, words: Iterable[Word]) -> tuple[Word, ...]:
        """Words with clip times as words with channel times.

        A recogniser lets a word reach over the pause beside it (the end of a word is the start of the next). Each word
        is therefore given to the core it shares most time with and trimmed to it; the order is kept.
        """
        cores = self._cores()
        restored: list[Word] = []
        current, earliest = 0, 0.0
        for word in words:
            current = _best_core(word, cores, current)
            in_clip, shift = cores[current]
            low, high = in_clip.start - WORD_MARGIN_SECONDS, in_clip.end + WORD_MARGIN_SECONDS
            start = max(min(max(word.start, low), high) + shift, earliest)
            end = max(min(max(word.end, low), high) + shift, start)
            earliest = start
            restored.append(replace(word, start=round(start, 3), end=round(end, 3)))
        return tuple(restored)

    def core_spans(self) -> tuple[Span, ...]:
        """Where in the clip there is speech, in seconds of clip time."""
        return tuple(span for span, _ in self._cores())

    def _cores(self) -> list[tuple[Span, float]]:
        """Each core in clip time, with the seconds that turn clip time into channel time."""
        found = []
        for piece in self.pieces:
            shift = piece.start - piece.offset
            for start, end in piece.cores:
                span = Span((start - shift) / SAMPLE_RATE, (end - shift) / SAMPLE_RATE)
                found.append((span, shift / SAMPLE_RATE))
        return found


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


@dataclass(frozen=True, slots=True)
class _Unit:
    """One core with its margin: nothing smaller is moved about."""

    start: int
    end: int
    core: tuple[int, int]

    @property
    def length(self) -> int:
        return self.end - self.start


def plan_clips(channel: int, speech: ChannelSpeech, total_samples: int, options: ClipOptions) -> list[ClipPlan]:
    """Pack the speech of a channel, in order, into as few clips of up to ``max_seconds`` as that allows."""
    limit = int(options.max_seconds * SAMPLE_RATE)
    padding = int(options.padding_seconds * SAMPLE_RATE)
    cores = _split_long(speech, total_samples, limit - 2 * padding)
    units = _with_margins(cores, padding, total_samples)
    plans: list[ClipPlan] = []
    while units:
        count = _fitting(units, limit)
        plans.append(ClipPlan(channel, len(plans), _pieces(units[:count])))
        units = units[count:]
    return plans


def _split_long(speech: ChannelSpeech, total_samples: int, limit: int) -> list[tuple[int, int]]:
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


def _with_margins(cores: Sequence[tuple[int, int]], padding: int, total: int) -> list[_Unit]:
    """Margins on both sides; where two would meet, each takes half of the gap, so that no sound is heard twice."""
    units = []
    for index, (start, end) in enumerate(cores):
        before = start - cores[index - 1][1] if index else 2 * start
        after = cores[index + 1][0] - end if index + 1 < len(cores) else 2 * (total - end)
        units.append(_Unit(start - min(padding, before - before // 2), end + min(padding, after // 2), (start, end)))
    return units


def _fitting(units: Sequence[_Unit], limit: int) -> int:
    """How many units go into the next clip: all that fit, but rather break at a real pause than within talk."""
    length, count = 0, 0
    while count < len(units) and (count == 0 or length + units[count].length <= limit):
        length += units[count].length
        count += 1
    if count == len(units) or _gap(units, count) >= _ROOMY_GAP_SECONDS * SAMPLE_RATE:
        return count
    used = 0
    candidates = []
    for index in range(count):
        used += units[index].length
        if used >= limit * 2 // 3:
            candidates.append(index + 1)
    return max(candidates, key=lambda index: (_gap(units, index), index), default=count)


def _gap(units: Sequence[_Unit], index: int) -> int:
    """Samples of silence between unit ``index - 1`` and unit ``index``."""
    return units[index].core[0] - units[index - 1].core[1]


def _pieces(units: Sequence[_Unit]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for unit in units:
        if pieces and pieces[-1].end == unit.start:
            last = pieces[-1]
            pieces[-1] = Piece(last.start, unit.end, last.offset, (*last.cores, unit.core))
        else:
            offset = pieces[-1].offset + pieces[-1].length if pieces else 0
            pieces.append(Piece(unit.start, unit.end, offset, (unit.core,)))
    return tuple(pieces)


def _best_core(word: Word, cores: Sequence[tuple[Span, float]], first: int) -> int:
    """The core from ``first`` on that shares most time with the word; none: the nearest one."""
    middle = (word.start + word.end) / 2
    span = Span(word.start, word.end)

    def rank(index: int) -> tuple[float, float, int]:
        core = cores[index][0]
        distance = max(core.start - middle, middle - core.end, 0.0)
        return core.overlap_seconds(span), -distance, -index

    return max(range(first, len(cores)), key=rank)
