"""Other words that sound like a word: what a recogniser that was not sure may have heard instead."""

from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import product

from qa_engine.text.homophones import fold_homophones
from qa_engine.text.pinyin import Confusions, char_syllable
from qa_engine.text.segment import frequencies

_COMMON = 200  # occurrences in jieba's dictionary; rarer characters are not what a recogniser writes
_CHOICES = 6  # characters tried at each place of a longer word


@cache
def _by_sound(confusions: Confusions) -> Mapping[str, tuple[str, ...]]:
    """Sound without tone → the characters with it, frequent first."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for word, count in frequencies().items():
        if len(word) == 1 and count >= _COMMON and "\u4e00" <= word <= "\u9fff":
            groups.setdefault(confusions.fold(char_syllable(word), tones=False), []).append((-count, word))
    return {sound: tuple(char for _, char in sorted(found)) for sound, found in groups.items()}


@lru_cache(maxsize=2048)
def soundalikes(word: str, confusions: Confusions, limit: int = 3) -> tuple[str, ...]:
    """At most ``limit`` other texts of the same length that sound like ``word`` under the confusions, frequent first.

    A single character becomes another character; a longer word another word of the dictionary. Homophones that mean the
    same where they stand (的 and 得) are no others.
    """
    table = _by_sound(confusions)
    places = [(char, *table.get(confusions.fold(char_syllable(char), tones=False), ())[:_CHOICES]) for char in word]
    counts = frequencies()
    found = {
        text
        for text in map("".join, product(*places))
        if counts.get(text, 0) > 0 and fold_homophones(text) != fold_homophones(word)
    }
    return tuple(sorted(found, key=lambda text: (-counts[text], text))[:limit])
