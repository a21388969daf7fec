"""Who would say this, the agent or the customer: log-odds from the words alone.

A linear model over hashed character n-grams, made by ``models/voices/role_words.py`` from the project's own written
corpora. One witness among two: roles in a mono recording are named by the voices *and* by what they say.
"""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from qa_engine.resources import role_words_file
from qa_engine.text import normalise

BUCKETS = 1 << 15
LENGTHS = (1, 2, 3)

_NOT_READ = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+")


class RoleReader(Protocol):
    """Port: natural logarithm of the odds that an agent, not a customer, says each of these texts."""

    def odds(self, texts: Sequence[str]) -> list[float]: ...


class RoleWords:
    """The bundled model; read when the first text is asked about."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or role_words_file()

    @cached_property
    def _weights(self) -> tuple[np.ndarray, float]:
        with np.load(self._path, allow_pickle=False) as stored:
            return stored["weights"].astype(np.float64), float(stored["bias"])

    def odds(self, texts: Sequence[str]) -> list[float]:
        weights, bias = self._weights
        return [round(float(bias + sum(weights[at] * n for at, n in shares(text).items())), 3) for text in texts]


def shares(text: str) -> dict[int, float]:
    """Bucket → share of the n-grams of a text; the shares' squares add up to 1. Empty for a text without characters."""
    plain = "^" + _NUMBER.sub("0", _NOT_READ.sub("", normalise(text).text)) + "$"
    if len(plain) == 2:
        return {}
    grams = Counter(plain[at : at + n] for n in LENGTHS for at in range(len(plain) - n + 1))
    counts: Counter[int] = Counter()
    for gram, count in grams.items():
        counts[zlib.crc32(gram.encode()) % BUCKETS] += count
    length = float(np.sqrt(sum(count * count for count in counts.values())))
    return {at: count / length for at, count in counts.items()}
