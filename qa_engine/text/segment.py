"""Words by jieba, without what jieba does on the side: no log lines, no cache file in the temp folder.

Its hidden Markov model, which guesses at words that stand in no dictionary, stays off: what a recogniser misheard is no
new word. jieba is imported and its dictionary read (about a second) by the first text that is cut.
"""

import warnings
from functools import cache, lru_cache
from importlib.metadata import version
from typing import Any

VERSION: str = version("jieba")


@cache
def _tokenizer() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # escape sequences and pkg_resources of a package that is no longer maintained
        import jieba

    class QuietTokenizer(jieba.Tokenizer):  # type: ignore[misc]
        """Reads the dictionary that travels with jieba, every time the same way."""

        FREQ: dict[str, int]

        def initialize(self, dictionary: str | None = None) -> None:
            with self.lock:
                if not self.FREQ:
                    self.FREQ, self.total = self.gen_pfdict(self.get_dict_file())
                    self.initialized = True

    return QuietTokenizer()


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """The words of ``text``, which joined are the text again."""
    return tuple(_tokenizer().cut(text, HMM=False))


def frequencies() -> dict[str, int]:
    """Word → how often the dictionary's makers counted it; beginnings of words have 0."""
    tokenizer = _tokenizer()
    tokenizer.initialize()
    found: dict[str, int] = tokenizer.FREQ
    return found
