"""Words by jieba, without what jieba does on the side: no log lines, no cache file in the temp folder.

Its hidden Markov model, which guesses at words that stand in no dictionary, stays off: what a recogniser misheard is no
new word. jieba is imported and its dictionary read (half a second) by the first text that is cut.
"""

import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib.metadata import version
from math import inf, log
from typing import Any

VERSION: str = version("jieba")
_LATIN = re.compile("[a-zA-Z0-9]{2}")
_ONE_BLOCK = re.compile("[\u4e00-\u9fd5a-zA-Z0-9]+")  # jieba cuts such a text as a whole; others it splits first
LISTED = 5
"""How often a phrase of a list counts as met where it is asked for as one word: as seldom as a rare word of the
dictionary, so that it wins against nothing but words as rare."""


@cache
def _tokenizer() -> Any:
    with warnings.catch_warnings(), _without_pkg_resources():
        warnings.simplefilter("ignore")  # escape sequences of a package that is no longer maintained
        import jieba

    class QuietTokenizer(jieba.Tokenizer):  # type: ignore[misc]
        """Reads the dictionary that travels with jieba, every time the same way."""

        FREQ: dict[str, int]
        weights: dict[int, float]  # of a word by how often it was counted: the logarithm of its share
        alone: dict[str, tuple[float, str]]  # of a character its own weight, and what stands second where it is first

        def initialize(self, dictionary: str | None = None) -> None:
            with self.lock:
                if not self.FREQ:
                    with self.get_dict_file() as file:
                        self.FREQ, self.total = prefix_dictionary(file.read().decode())
                    total = log(self.total)
                    self.weights = {count: log(count) - total for count in {1, *self.FREQ.values()} if count}
                    self.alone = self._alone()
                    self.initialized = True

        def _alone(self) -> dict[str, tuple[float, str]]:
            """Small enough to stay near the processor, where most of a sentence's looks into the dictionary end."""
            seconds: dict[str, list[str]] = {}
            for pair in [word for word in self.FREQ if len(word) == 2]:
                seconds.setdefault(pair[0], []).append(pair[1])
            singles = {
                word: self.weights[count] if count else -inf for word, count in self.FREQ.items() if len(word) == 1
            }
            return {word: (weight, "".join(seconds.get(word, ()))) for word, weight in singles.items()}

        def _Tokenizer__cut_DAG_NO_HMM(self, sentence: str) -> list[str]:  # noqa: N802 - jieba's private name
            """The words of the likeliest way through a sentence, as jieba's own method finds them with a graph of all
            ways and a look-up of each word for its weight; single Latin letters and digits become one word."""
            self.check_initialized()
            counted, weights, length = self.FREQ.get, self.weights, len(sentence)
            alone, unknown = self.alone.get, (weights[1], "")
            worth, ends = [0.0] * (length + 1), [0] * length
            for start in range(length - 1, -1, -1):
                end = last = start + 1
                weight, seconds = alone(sentence[start], unknown)
                best = weight + worth[end]
                if end < length and sentence[end] in seconds:
                    end += 1
                    count = counted(sentence[start:end])
                    while count is not None:
                        if count and (value := weights[count] + worth[end]) >= best:
                            best, last = value, end
                        if end == length:
                            break
                        end += 1
                        count = counted(sentence[start:end])
                if best == -inf:  # a character that only begins words, of which none stands here
                    best = weights[1] + worth[start + 1]
                worth[start], ends[start] = best, last
            return _joined(sentence, ends)

    return QuietTokenizer()


def _joined(sentence: str, ends: list[int]) -> list[str]:
    """The words of a sentence, of which one that begins at a place ends at ``ends`` of it."""
    found, letters, at = [], "", 0
    if not _LATIN.search(sentence):
        while at < len(sentence):
            found.append(sentence[at : ends[at]])
            at = ends[at]
        return found
    while at < len(sentence):
        word = sentence[at : ends[at]]
        at = ends[at]
        if len(word) == 1 and word.isascii() and word.isalnum():
            letters += word
            continue
        if letters:
            found.append(letters)
            letters = ""
        found.append(word)
    return [*found, letters] if letters else found


@contextmanager
def _without_pkg_resources() -> Iterator[None]:
    """jieba opens its files itself where this slow part of setuptools (0.2 s) is not installed: so be it."""
    missing = "pkg_resources" not in sys.modules
    if missing:
        sys.modules["pkg_resources"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if missing:
            del sys.modules["pkg_resources"]


def prefix_dictionary(text: str) -> tuple[dict[str, int], int]:
    """What jieba's ``gen_pfdict`` makes of its dictionary (word, count and kind of word a line), in half the time.

    Word → count, beginnings of words that are no words themselves → 0; and the sum of all counts.
    """
    fields = text.split()
    words, counts = fields[0::3], list(map(int, fields[1::3]))
    beginnings: set[str] = set()
    longer = words
    for length in range(1, max(map(len, words), default=0)):
        longer = [word for word in longer if len(word) > length]
        beginnings.update([word[:length] for word in longer])
    return dict.fromkeys(beginnings, 0) | dict(zip(words, counts, strict=True)), sum(counts)


def cut(text: str) -> tuple[str, ...]:
    """The words of ``text``, which joined are the text again."""
    tokenizer = _tokenizer()
    if _ONE_BLOCK.fullmatch(text):
        return tuple(tokenizer._Tokenizer__cut_DAG_NO_HMM(text))
    return tuple(tokenizer.cut(text, HMM=False))


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """`cut`, remembered: the turns of a call are asked for again and again."""
    return cut(text)


def stands(text: str, start: int, end: int) -> bool:
    """True when ``text`` is at least as likely with [start, end) as one word, counted `LISTED` times, as it is without.

    As if the dictionary had been fed with that word, which leaves the dictionary, and what others read by it, as it is.
    """
    if any(_LATIN.fullmatch(text[max(0, place - 1) : place + 1]) for place in (start, end)):
        return False  # a number and a Latin word are never cut
    tokenizer = _tokenizer()
    tokenizer.initialize()
    one_word = log(LISTED) - log(tokenizer.total)
    return _likelihood(text[:start]) + one_word + _likelihood(text[end:]) >= _likelihood(text)


@lru_cache(maxsize=4096)
def _likelihood(text: str) -> float:
    """Of the likeliest way to cut ``text`` into words, as a logarithm."""
    route: dict[int, tuple[float, int]] = {}
    _tokenizer().calc(text, _tokenizer().get_DAG(text), route)
    return route[0][0]


def kinds() -> Iterator[tuple[str, str]]:
    """The words of the dictionary with their kinds (n a noun, v a verb, r a pronoun, m a number, …; one kind each)."""
    with _tokenizer().get_dict_file() as file:
        fields = file.read().decode().split()
    return zip(fields[0::3], fields[2::3], strict=True)


def frequencies() -> dict[str, int]:
    """Word → how often the dictionary's makers counted it; beginnings of words have 0."""
    tokenizer = _tokenizer()
    tokenizer.initialize()
    found: dict[str, int] = tokenizer.FREQ
    return found
