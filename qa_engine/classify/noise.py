"""What a recogniser does to a text, for training only: words that sound alike, and characters lost."""

import random
from collections import defaultdict
from functools import cache

from qa_engine.classify.features import sound
from qa_engine.text import segment, skeleton

COMMON = 40  # occurrences in jieba's dictionary; rarer words are not what a recogniser writes
LONGEST_WORD = 3


@cache
def _alike() -> dict[str, list[str]]:
    """Sound → the common words with it, in a fixed order."""
    groups: dict[str, list[str]] = defaultdict(list)
    for word, count in segment.frequencies().items():
        if count >= COMMON and len(word) <= LONGEST_WORD and all("\u4e00" <= char <= "\u9fff" for char in word):
            groups[_sounds(word)].append(word)
    return {key: sorted(found) for key, found in groups.items() if len(found) > 1}


def _sounds(word: str) -> str:
    return " ".join(map(sound, word))


def misheard(text: str, rng: random.Random, *, rate: float) -> str:
    """``text`` without punctuation, each word with probability ``rate`` put as another that sounds alike.

    One in six of those is lost instead. Words that nothing sounds like are misheard character by character.
    """
    out = []
    for word in segment.words(skeleton(text, keep_sounds=True).text):
        if rng.random() >= rate:
            out.append(word)
        elif rng.random() >= 1 / 6:
            out.append(_other(word, rng) or "".join(_other(char, rng) or char for char in word))
    return "".join(out)


def _other(word: str, rng: random.Random) -> str | None:
    others = [other for other in _alike().get(_sounds(word), ()) if other != word]
    return rng.choice(others) if others else None
