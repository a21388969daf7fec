"""Words by jieba, without what jieba does on the side: no log lines, no cache file in the temp folder.

Its hidden Markov model, which guesses at words that stand in no dictionary, stays off: what a recogniser misheard is no
new word, and character and sound features read it better.
"""

import warnings
from functools import cache
from importlib.metadata import version
from typing import Any

VERSION: str = version("jieba")


@cache
def _tokenizer() -> Any:
    """Reads the dictionary that travels with jieba, every time the same way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # escape sequences and pkg_resources of a package that is no longer maintained
        import jieba

    class QuietTokenizer(jieba.Tokenizer):  # type: ignore[misc]
        FREQ: dict[str, int]

        def initialize(self, dictionary: str | None = None) -> None:
            with self.lock:
                if not self.FREQ:
                    self.FREQ, self.total = self.gen_pfdict(self.get_dict_file())
                    self.initialized = True

    return QuietTokenizer()


def words(text: str) -> list[str]:
    """The words of ``text``, which joined are the text again. The first call reads the dictionary (about a second)."""
    return list(_tokenizer().cut(text, HMM=False))


def frequencies() -> dict[str, int]:
    """Word → how often the dictionary's makers counted it; beginnings of words have 0."""
    tokenizer = _tokenizer()
    tokenizer.initialize()
    frequencies: dict[str, int] = tokenizer.FREQ
    return frequencies
