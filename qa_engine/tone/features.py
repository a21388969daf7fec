"""From a turn to what the classifiers count: words, characters and sounds, each with its place.

Features are read from the skeleton of the text, so width, Traditional characters, spoken numbers, spaces and
punctuation cannot change a reading: a recogniser sets them where it likes. Hesitation sounds (哦, 哎呀) stay.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import NamedTuple

from qa_engine.text import DEFAULT_CONFUSIONS, Confusions, Skeleton, char_syllable, skeleton
from qa_engine.tone import segment

VERSION = "1"  # raise it whenever the features of any text change: models of another version are refused
CHAR_LENGTHS = (1, 2, 3, 4)
SOUND_LENGTHS = (2, 3, 4)

_CONFUSIONS = Confusions(DEFAULT_CONFUSIONS)
# 消费者热线、市长热线、邮政、电信投诉、报警、律师: whoever names them says something by it.
_TELLING_NUMBERS = frozenset({"12315", "12345", "12305", "12300", "12321", "12348", "315", "110"})
_NUMBER = re.compile("[0-9]+")


class Occurrence(NamedTuple):
    """A feature at [start, end) of the skeleton."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Read:
    """A text as the classifiers see it: its skeleton, the words of it as [start, end), and all its features."""

    skeleton: Skeleton
    words: tuple[tuple[int, int], ...]
    occurrences: tuple[Occurrence, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(found.name for found in self.occurrences)


@cache
def sound(char: str) -> str:
    """The syllable of a character without its tone, with sounds folded that recognisers mix up."""
    return _CONFUSIONS.fold(char_syllable(char), tones=False)


def read(text: str) -> Read:
    """The features of ``text``. Equal up to punctuation, width and script means equal features."""
    shown = skeleton(text, keep_sounds=True)
    chars = _NUMBER.sub(_any_number, shown.text)
    spans = tuple(_word_spans(chars))
    return Read(shown, spans, tuple(_occurrences(chars, spans)))


def _any_number(number: re.Match[str]) -> str:
    """Which number it is has no tone, but for those that everybody complains to."""
    return number[0] if number[0] in _TELLING_NUMBERS else "0" * len(number[0])


def _word_spans(chars: str) -> Iterator[tuple[int, int]]:
    at = 0
    for word in segment.words(chars):
        yield at, at + len(word)
        at += len(word)


def _occurrences(chars: str, spans: tuple[tuple[int, int], ...]) -> Iterator[Occurrence]:
    for start, end in spans:
        yield Occurrence("w " + chars[start:end], start, end)
    for (start, middle), (_, end) in pairwise(spans):
        yield Occurrence(f"v {chars[start:middle]} {chars[middle:end]}", start, end)
    for length in CHAR_LENGTHS:
        for at in range(len(chars) - length + 1):
            yield Occurrence("c " + chars[at : at + length], at, at + length)
    sounds = [sound(char) for char in chars]
    for length in SOUND_LENGTHS:
        for at in range(len(chars) - length + 1):
            yield Occurrence("s " + " ".join(sounds[at : at + length]), at, at + length)
