"""Some thousand calls as columns: counting by whole columns instead of call by call."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qa_engine.reports.numbers import Sums
from qa_engine.reports.period.figures import CallFigures

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Batch:
    """The columns of some calls. ``places`` are the members they belong to, known to who counts."""

    def __init__(self, calls: Sequence[CallFigures], places: Sequence[int]) -> None:
        self.calls = calls
        self.places: Ints = np.array(places, dtype=np.int64)
        columns = list(zip(*calls, strict=True))
        self._columns: Mapping[str, Sequence[object]] = dict(zip(CallFigures._fields, columns, strict=True))
        self.possible = self.numbers("possible")
        self.rates = 100.0 * self.numbers("total") / self.possible

    def numbers(self, name: str) -> Floats:
        """A column as numbers; nothing is ``nan``."""
        return np.array(self._columns[name], dtype=np.float64)

    def settled(self, name: str) -> Floats:
        """A flag of the machine; a signed form has its own word about a veto and leaves no doubt."""
        final = self.numbers("final_veto") if name == "veto" else 0.0
        return np.where(np.isnan(self.numbers("final_total")), self.numbers(name), final)

    def column(self, name: str) -> Sequence[object]:
        return self._columns[name]

    @cached_property
    def from_worst(self) -> Ints:
        """The calls from the lowest score up, by id where scores are the same."""
        return np.lexsort((np.array(self._columns["call_id"]), self.rates))

    @cached_property
    def groups(self) -> Mapping[int, Ints]:
        """The rows of each member, as they came."""
        return dict(grouped(self.places))


def grouped(keys: Ints) -> Iterator[tuple[int, Ints]]:
    """Each key with its rows, in their order."""
    if not len(keys):
        return
    order = np.argsort(keys, kind="stable")
    found, starts = np.unique(keys[order], return_index=True)
    yield from zip(found.tolist(), np.split(order, starts[1:]), strict=True)


def sums_by(keys: Sequence[object], values: Floats) -> Iterator[tuple[object, Sums]]:
    """The sums of the values of each key, in the order in which keys first came; ``nan`` values are left out."""
    order = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    places = np.fromiter(map(order.__getitem__, keys), dtype=np.int64, count=len(keys))
    yield from zip(order, placed_sums(places, values, len(order)), strict=True)


def placed_sums(places: Ints, values: Floats, count: int) -> Iterator[Sums]:
    """The sums of the values at each of so many places."""
    known = ~np.isnan(values)
    places, values = places[known], values[known]
    counts = np.bincount(places, minlength=count)
    totals = np.bincount(places, weights=values, minlength=count)
    squares = np.bincount(places, weights=values * values, minlength=count)
    for n, total, square in zip(counts.tolist(), totals.tolist(), squares.tolist(), strict=True):
        yield Sums(n, total, square)


def sums_of(values: Floats) -> Sums:
    """``nan`` values are left out."""
    known = values[~np.isnan(values)]
    return Sums(len(known), float(known.sum()), float(known @ known))


def pairs_of(texts: Sequence[str], between: str) -> tuple[Ints, Ints, Floats, Floats]:
    """``3:-2;17:-3`` of many calls: (row, place within the row, first, second numbers)."""
    kinds = {text: n for n, text in enumerate(dict.fromkeys(texts))}  # many calls are alike: each text is read once
    read = [text.count(between) for text in kinds]
    joined = ";".join(text for text in kinds if text)
    if not joined:
        nothing, none = np.zeros(0, dtype=np.int64), np.zeros(0)
        return nothing, nothing, none, none
    values = np.fromstring(joined.replace(between, ";"), sep=";")
    own = np.fromiter(map(kinds.__getitem__, texts), dtype=np.int64, count=len(texts))
    sizes: Ints = np.array(read, dtype=np.int64)
    counts = sizes[own]
    rows = np.repeat(np.arange(len(texts)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    at = np.repeat((np.cumsum(sizes) - sizes)[own], counts) + within
    return rows, within, values[0::2][at], values[1::2][at]
