"""The numbers of features: hashes of stretches of characters, mixed with the kind of feature, many at a time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint64]
Places = NDArray[np.int64]
BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2**64
_INVERSE = pow(BASE, -1, 2**64)
_MIXING = tuple(
    (np.uint64(bits), np.uint64(factor)) for bits, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
)


class Hashes:
    """Polynomial hashes of all stretches of one array, by sums that wrap at 2**64."""

    def __init__(self, values: Codes) -> None:
        with np.errstate(over="ignore"):
            powers = np.cumprod(_ones_then(BASE, len(values)))
            self._inverse = np.cumprod(_ones_then(_INVERSE, len(values)))
            self._sums = np.zeros(len(values) + 1, dtype=np.uint64)
            np.cumsum((values + np.uint64(1)) * powers[:-1], out=self._sums[1:])

    def of(self, start: Places, end: Places) -> Codes:
        """Of the stretches [start, end)."""
        return (self._sums[end] - self._sums[start]) * self._inverse[start]

    def of_length(self, length: int) -> Codes:
        """Of the stretches of one length, wherever one begins."""
        found: Codes = self._sums[length:] - self._sums[:-length]
        return found * self._inverse[: len(found)]


def _ones_then(factor: int, count: int) -> Codes:
    """1, then ``count`` times the factor: their running products are its powers."""
    found = np.full(count + 1, factor, dtype=np.uint64)
    found[0] = 1
    return found


def kinded(code: Codes, kind: int | Codes) -> Codes:
    """The hash mixed with the kind of its feature (splitmix64)."""
    with np.errstate(over="ignore"):
        mixed: Codes = code + np.uint64(kind) * np.uint64(BASE)
        for bits, factor in _MIXING:
            mixed ^= mixed >> bits
            mixed *= factor
    return mixed ^ (mixed >> np.uint64(31))


def kinded_each(kinds: Sequence[int], codes: Sequence[Codes]) -> list[Codes]:
    """`kinded` of codes of one kind each, worked out together."""
    counts = [len(code) for code in codes]
    mixed = kinded(np.concatenate(codes), np.repeat(np.array(kinds, dtype=np.uint64), counts))
    return np.split(mixed, np.cumsum(counts)[:-1])
