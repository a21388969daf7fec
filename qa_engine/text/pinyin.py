"""How a text sounds: one syllable a character, and what ears and recognisers take for the same.

A syllable is written with its tone (``hao3``, neutral 5). ``Confusions`` folds what a region or a recogniser
does not tell apart; two texts sound alike when their folded syllables are equal.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

_NO_PHRASES = "PYPINYIN_NO_PHRASES"


@contextmanager
def _without_phrases() -> Iterator[None]:
    """pypinyin without its dictionary of phrases (0.1 s and 200,000 lists): here each character is read alone.

    Who else imports it gets it whole.
    """
    if "pypinyin" in sys.modules:
        yield
        return
    told = os.environ.get(_NO_PHRASES)
    os.environ[_NO_PHRASES] = "1"
    try:
        yield
    finally:
        if told is None:
            del os.environ[_NO_PHRASES]
        else:
            os.environ[_NO_PHRASES] = told
        for name in [name for name in sys.modules if name.split(".")[0] == "pypinyin"]:
            del sys.modules[name]


with _without_phrases():
    from pypinyin import Style, lazy_pinyin

_INITIAL_PAIRS = ("l/n", "z/zh", "c/ch", "s/sh", "f/h", "r/l")
INITIAL_CONFUSIONS = {pair: (pair.split("/")[0], pair.split("/")[1]) for pair in _INITIAL_PAIRS}
FINAL_CONFUSIONS = {"in/ing": ("in", "ing"), "en/eng": ("en", "eng"), "an/ang": ("an", "ang")}
CONFUSIONS = (*INITIAL_CONFUSIONS, *FINAL_CONFUSIONS)
DEFAULT_CONFUSIONS = ("l/n", "z/zh", "c/ch", "s/sh", "in/ing", "en/eng", "an/ang")
_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")


def _each_char(text: str) -> Any:
    """What has no syllable, one entry a character: pypinyin takes a list here, its type hints know only a text."""
    return list(text)


@cache
def char_syllable(char: str) -> str:
    """The most common reading of one character with its tone, whatever stands beside it; the character itself when it
    has none.

    The same character sounds the same in a phrase and in a turn, at the cost of a look-up.
    """
    found: list[str] = lazy_pinyin(char, style=Style.TONE3, neutral_tone_with_five=True, errors=_each_char)
    return found[0]


def toneless(syllable: str) -> str:
    """``hao3`` → ``hao``; digits and other characters stay as they are."""
    return syllable[:-1] if len(syllable) > 1 and syllable[-1] in "12345" else syllable


@dataclass(frozen=True)
class Confusions:
    """Which sounds count as the same; ``names`` out of ``CONFUSIONS``."""

    names: tuple[str, ...] = DEFAULT_CONFUSIONS
    _initials: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        unknown = [name for name in self.names if name not in CONFUSIONS]
        if unknown:
            raise ValueError(f"unknown confusions {unknown}; known are {list(CONFUSIONS)}")
        object.__setattr__(
            self, "_initials", _classes(INITIAL_CONFUSIONS[n] for n in self.names if n in INITIAL_CONFUSIONS)
        )

    def fold(self, syllable: str, *, tones: bool) -> str:
        """The syllable with confusable sounds made equal, with its tone or without."""
        if len(syllable) < 2 or syllable[-1] not in "12345":
            return syllable
        body, tone = syllable[:-1], syllable[-1]
        initial = next((i for i in _INITIALS if body.startswith(i)), "")
        final = body[len(initial) :]
        for name, (short, long) in FINAL_CONFUSIONS.items():
            if name in self.names and final.endswith(long):
                final = final[: -len(long)] + short
        return self._initials.get(initial, initial) + final + (tone if tones else "")


def _classes(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each sound to one representative of all that it is confused with, also over two steps (r/l and l/n)."""
    groups: list[set[str]] = []
    for pair in pairs:
        merged = set(pair)
        rest = []
        for group in groups:
            if group & merged:
                merged |= group
            else:
                rest.append(group)
        groups = [*rest, merged]
    return {sound: min(group) for group in groups for sound in group}
