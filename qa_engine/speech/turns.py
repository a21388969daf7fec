"""Words of each channel → turns of the call, in order of time.

In each clip what the recogniser invented is set apart first, over all of its pauses, so that a credit behind an honest
sentence excludes only itself, and a loop with a pause in it is excluded whole. Then a channel's words are parted at its
own pauses, and where the other side took the floor.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import TypeVar

from qa_engine.domain import Exclusion, Span, Speaker, Turn, Word
from qa_engine.speech.ghost_text import find_invented
from qa_engine.speech.options import FilterOptions, TurnOptions
from qa_engine.text import simplified_text

_T = TypeVar("_T")
_MANY_MARKS = 1000  # more than a clip can hold


@dataclass(frozen=True, slots=True)
class Utterance:
    """A turn in the making: words of one channel, in channel time, at least one."""

    channel: int
    words: tuple[Word, ...]
    excluded: Exclusion | None = None

    @property
    def span(self) -> Span:
        return Span(self.words[0].start, max(word.end for word in self.words))

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words)

    @property
    def confidence(self) -> float | None:
        """Mean probability of the words."""
        known = [word.probability for word in self.words if word.probability is not None]
        return round(sum(known) / len(known), 4) if known else None


def simplify_words(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words in Simplified characters, each as long as it was: the neighbours tell where a character does not."""
    simple = simplified_text("".join(word.text for word in words))
    ends = list(accumulate(len(word.text) for word in words))
    return tuple(replace(word, text=simple[end - len(word.text) : end]) for word, end in zip(words, ends, strict=True))


@dataclass(frozen=True, slots=True)
class ClipWords:
    """The words of one clip in channel time, Simplified; ``excluded`` holds for all of them."""

    words: tuple[Word, ...]
    excluded: Exclusion | None = None


def utterances_of(
    channel: int, clips: Sequence[ClipWords], others_speech: Sequence[Span], options: TurnOptions
) -> list[Utterance]:
    """Part the words of one channel, clips in order of time, into utterances; ``others_speech`` is the other side's."""
    marked = [_Marked(word, *mark) for number, clip in enumerate(clips) for word, mark in _marks(number, clip)]

    def parted(before: _Marked, after: _Marked) -> bool:
        apart = after.word.start - before.word.end >= options.pause_seconds
        return apart or (before.reason, before.group) != (after.reason, after.group)

    found: list[Utterance] = []
    for run in _split(marked, parted):
        words = tuple(each.word for each in run)
        if run[0].reason is None:
            found += _honest(channel, words, others_speech, options)
        else:
            found.append(Utterance(channel, words, run[0].reason))
    return [tidy for utterance in found if (tidy := _stripped(utterance)) is not None]


@dataclass(frozen=True, slots=True)
class _Marked:
    """A word with the reason for which it is not judged, and the mark that says so (0: none)."""

    word: Word
    reason: Exclusion | None
    group: int


def _marks(number: int, clip: ClipWords) -> Iterator[tuple[Word, tuple[Exclusion | None, int]]]:
    marks = [] if clip.excluded else find_invented(clip.words)
    loops = sum(mark.end - mark.start for mark in marks if mark.reason is Exclusion.LOOP)
    whole = clip.excluded or (Exclusion.LOOP if loops * 2 > len(clip.words) else None)
    for place, word in enumerate(clip.words):
        mark = next((n for n, mark in enumerate(marks, start=1) if mark.start <= place < mark.end), None)
        if whole is not None:
            yield word, (whole, -1 - number)
        elif mark is not None:
            yield word, (marks[mark - 1].reason, 1 + number * _MANY_MARKS + mark)
        else:
            yield word, (None, 0)


def excluded_by_sound(
    utterance: Utterance, loudness_db: float | None, loud_db: float | None, noise_db: float, options: FilterOptions
) -> Exclusion | None:
    """Why an utterance is not judged: what is known already, else too little energy, else too little confidence.

    ``noise_db`` is the level of the line: a quiet voice on a quieter line that was surely recognised is judged.
    """
    if utterance.excluded is not None:
        return utterance.excluded
    confidence = utterance.confidence
    floor = noise_db + options.energy_above_noise_db
    sure = confidence is not None and confidence >= options.sure_confidence
    if loud_db is not None and not sure:
        floor = max(floor, loud_db - options.energy_below_speech_db)
    if loudness_db is None or loudness_db < floor:
        return Exclusion.LOW_ENERGY
    if confidence is not None and confidence < options.confidence_floor:
        return Exclusion.LOW_CONFIDENCE
    return None


def in_order(turns: Sequence[tuple[int, Turn]]) -> tuple[Turn, ...]:
    """Turns of all channels (given with their channel) by time, then channel; numbered from 0."""
    ordered = sorted(turns, key=lambda item: (item[1].start or 0.0, item[1].end or 0.0, item[0]))
    return tuple(replace(turn, index=index) for index, (_, turn) in enumerate(ordered))


def make_turn(utterance: Utterance, speaker: Speaker) -> Turn:
    """A turn without prosody, not yet numbered. Its text is its words, joined."""
    return Turn(
        index=0,
        speaker=speaker,
        text=utterance.text,
        start=utterance.span.start,
        end=utterance.span.end,
        confidence=utterance.confidence,
        words=utterance.words,
        excluded=utterance.excluded,
    )


def _honest(
    channel: int, words: Sequence[Word], others_speech: Sequence[Span], options: TurnOptions
) -> Iterator[Utterance]:
    def floor_was_taken(before: Word, after: Word) -> bool:
        gap = Span(before.end, max(before.end, after.start))
        if gap.seconds < options.floor_gap_seconds:
            return False
        return sum(gap.overlap_seconds(span) for span in others_speech) >= options.floor_speech_seconds

    for run in _split(words, floor_was_taken):
        yield Utterance(channel, tuple(run))


def _split(words: Sequence[_T], parted: Callable[[_T, _T], bool]) -> Iterator[Sequence[_T]]:
    """Runs of words, parted between two neighbours where ``parted(before, after)`` says so."""
    if not words:
        return
    start = 0
    for index, (before, after) in enumerate(pairwise(words), start=1):
        if parted(before, after):
            yield words[start:index]
            start = index
    yield words[start:]


def _stripped(utterance: Utterance) -> Utterance | None:
    """Without blanks at its ends, so that its text is exactly its words; None when nothing is left."""
    words = [word for word in utterance.words if word.text]
    while words and not words[0].text.strip():
        words.pop(0)
    while words and not words[-1].text.strip():
        words.pop()
    if not words:
        return None
    words[0] = replace(words[0], text=words[0].text.lstrip())
    words[-1] = replace(words[-1], text=words[-1].text.rstrip())
    return replace(utterance, words=tuple(words))
