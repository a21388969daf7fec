"""A linear classifier of turns and why it decided as it did.

Logistic regression over tf-idf: with x the weights of a text's features scaled to length 1, the log-odds are
``z = x W + b``. Labels that exclude each other (tone) have the probabilities ``softmax(z)``, labels of which several
may hold (acts) ``1 / (1 + exp(-z))`` each. Calibration (fit.py) is folded into W and b, so contributions are in
calibrated log-odds and add up exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qa_engine.classify.features import Seen
from qa_engine.classify.hashes import Codes, Places
from qa_engine.classify.parts import without_blanks
from qa_engine.domain import ToneWord
from qa_engine.domain.values import cached_property

MOST_WORDS = 6
LONGEST_PHRASE = 8  # characters
NEIGHBOUR_SHARE = 0.25
LEAST_WEIGHT = 0.05  # log-odds; less is no reason anybody would want to read
PROBABILITY_DIGITS = 4
ROWS_AT_ONCE = 256
FEW_LABELS = 16

Floats = NDArray[np.float64]
Link = Literal["one", "several"]


@dataclass(frozen=True)
class LinearModel:
    """``codes`` are the known features, rising; ``weights`` is features × labels in log-odds, ``idf`` one weight a
    feature, ``bias`` one a label.

    ``link``: whether one of the labels holds or several may. ``unseen_idf`` is the weight of features that training
    never kept: they count in the length of x only, so a text of mostly unknown words stays near the base rates.
    """

    labels: tuple[str, ...]
    link: Link
    codes: Codes
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    unseen_idf: float
    _place: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_place", {label: at for at, label in enumerate(self.labels)})

    def log_odds(self, seen: Seen, rows: Sequence[int] | None = None) -> Floats:
        """z, rows × labels; of some rows, where they are given."""
        found = self.columns(seen)
        number, column = _all_cells(seen) if rows is None else _cells_of(seen, rows)
        count = len(seen.rows) if rows is None else len(rows)
        return self._z(number, found.place[column], found.idf[column], count)

    def log_odds_of(self, codes: Codes) -> Floats:
        """z of one row that has these features, in whatever order."""
        rising = np.sort(codes)
        names = rising[np.append(True, rising[1:] != rising[:-1])[: len(rising)]]
        found = self._look_up(names)
        z: Floats = self._z(np.zeros(len(names), dtype=np.int64), found.place, found.idf, 1)[0]
        return z

    def _z(self, number: Places, place: Places, idf: Floats, count: int) -> Floats:
        """Of ``count`` rows; of each cell ``number`` is its row, rising, ``place`` its feature's (−1: unknown)."""
        # bincount adds up one by one, in the order of the columns: the same sum to the last bit on every machine.
        lengths = np.sqrt(np.bincount(number, idf**2, count))
        known = np.nonzero(place >= 0)[0]
        sums = self._sums(number[known], place[known], idf[known], count)
        z: Floats = sums / np.maximum(lengths, 1e-12)[:, None] + self.bias
        return z

    def _sums(self, number: Places, place: Places, idf: Floats, count: int) -> Floats:
        """Of ``count`` rows the sums of weight times idf, rows × labels; ``number`` is the row of each cell, rising.

        A feature's weights lie side by side and are fetched together, for some rows at a time. Over the slow axis NumPy
        adds up one by one, too. Of few labels and more rows each label is added up over all rows.
        """
        sums = np.empty((count, len(self.labels)))
        starts = np.searchsorted(number, np.arange(count + 1)).tolist()
        by_label = len(self.labels) <= FEW_LABELS and len(self.labels) < count
        for begin in range(0, count, ROWS_AT_ONCE):
            end = min(count, begin + ROWS_AT_ONCE)
            first, last = starts[begin], starts[end]
            weights = self.weights.take(place[first:last], axis=0)
            if by_label:
                own = number[first:last] - begin
                for label, pushes in enumerate(np.ascontiguousarray(weights.T) * idf[first:last]):
                    sums[begin:end, label] = np.bincount(own, pushes, end - begin)
                continue
            pushes = weights * idf[first:last, None]
            for row in range(begin, end):
                np.add.reduce(pushes[starts[row] - first : starts[row + 1] - first], axis=0, out=sums[row])
        return sums

    def probabilities(self, seen: Seen, rows: Sequence[int] | None = None) -> Floats:
        """Rows × labels, rounded so that they are the same on every machine; of labels that exclude each other they
        still add up to 1."""
        z = self.log_odds(seen, rows)
        if self.link == "several":
            return np.round(sigmoid(z), PROBABILITY_DIGITS)
        return rounded_rows(softmax(z))

    def columns(self, seen: Seen) -> "_Columns":
        """The columns of a call as the model knows them; looked up once a call."""
        for model, found in seen.looked_up:
            if model is self:
                return found  # type: ignore[return-value]
        columns = self._look_up(seen.names)
        seen.looked_up.append((self, columns))
        return columns

    def _look_up(self, names: Codes) -> "_Columns":
        place = self._known.places(names)
        return _Columns(place, self._idf[place])

    @cached_property
    def _known(self) -> "Numbers":
        return Numbers(self.codes)

    @cached_property
    def _idf(self) -> Floats:
        """``idf``, and last, where −1 leads, that of features that training never kept."""
        return np.append(self.idf.astype(np.float64), self.unseen_idf)

    def contributions(self, seen: Seen, asked: Sequence[tuple[int, str]]) -> list[list[float]]:
        """Of rows and a label each: what each word of the row adds to the log-odds of the label (against the mean of
        labels that exclude it).

        A feature's part is shared equally by its occurrences and, within one, by its characters; a word has the sum of
        its characters. All words together are z without the bias (against the mean of the others). The rows are worked
        out together, and each as it would be alone, to the last bit.
        """
        if not asked:
            return []
        rows = [row for row, _ in asked]
        found, (number, cell) = self.columns(seen), _cells_of(seen, rows)
        idf, place = found.idf[cell], found.place[cell]
        lengths = np.sqrt(np.bincount(number, idf**2, len(rows)))
        known = (place >= 0).nonzero()[0]
        label = np.array([self._place[label] for _, label in asked])[number[known]]
        pull = self.weights[place[known], label].astype(np.float64)
        if self.link == "one":
            every = self.weights[place[known]].astype(np.float64).sum(axis=1)
            pull = pull - (every - pull) / (len(self.labels) - 1)
        push = np.zeros(len(cell))
        push[known] = pull * idf[known] / np.where(lengths, lengths, 1.0)[number[known]]
        mine = [seen.occurrences(row) for row in rows]
        own, all_mine = np.repeat(np.arange(len(rows)), [len(each) for each in mine]), np.concatenate(mine)
        begin, finish = seen.begin[all_mine], seen.finish[all_mine]
        width = len(seen.names) + 1
        which = (number * width + cell).searchsorted(own * width + seen.column[all_mine])
        each = push[which] / np.bincount(which, minlength=len(cell))[which] / np.maximum(finish - begin, 1)
        longest = 1 + max(seen.rows[row].end - seen.rows[row].start for row in rows)
        edges = np.concatenate([own * longest + begin, own * longest + finish])
        steps = np.bincount(edges, np.concatenate([each, -each]), len(rows) * longest).reshape(len(rows), longest)
        chars = steps.cumsum(axis=1).tolist()
        return [[fsum(own[start:end]) for start, end in seen.words[row]] for row, own in zip(rows, chars, strict=True)]

    def explain(self, seen: Seen, row: int, label: str) -> tuple[ToneWord, ...]:
        """What pushed most for or against ``label``, strongest first, with its place in the shown text."""
        return self.phrases(seen, row, self.contributions(seen, [(row, label)])[0])

    def phrases(self, seen: Seen, row: int, pushes: Sequence[float]) -> tuple[ToneWord, ...]:
        """``explain`` out of the contributions of the row's words.

        Neighbouring words that push the same way are one entry: 不归我们管 says more than 我们.
        """
        source = seen.skeletons[seen.rows[row].text].base.source
        spans = [seen.source_span(row, start, end) for start, end in seen.words[row]]
        phrases = _phrases(spans, pushes, without_blanks(source, spans))
        return tuple(
            ToneWord(source[start:end], (start, end), round(weight, 3))
            for start, end, weight in phrases[:MOST_WORDS]
            if abs(weight) >= LEAST_WEIGHT
        )


class Numbers:
    """Rising numbers that are strewn evenly, as those of features are: by its first bits one is found in a step or two,
    in half the time of a binary search."""

    def __init__(self, numbers: Codes) -> None:
        bits = len(numbers).bit_length()
        self._shift = np.uint64(64 - bits)
        self._numbers = np.append(numbers, ~np.uint64(0))  # so that every search ends
        self._starts = np.searchsorted(numbers, np.arange(2**bits, dtype=np.uint64) << self._shift).astype(np.int32)

    def places(self, wanted: Codes) -> Places:
        """Of each wanted number its place, −1 where it is none of them."""
        place = self._starts.take(wanted >> self._shift).astype(np.int64)
        behind = (self._numbers.take(place) < wanted).nonzero()[0]
        while len(behind):
            place[behind] += 1
            behind = behind[self._numbers.take(place[behind]) < wanted[behind]]
        place[self._numbers.take(place) != wanted] = -1
        return place


class _Columns(NamedTuple):
    """Of each column of a call its place among the model's features (−1: unknown to it) and its idf."""

    place: Places
    idf: Floats


def _all_cells(seen: Seen) -> tuple[Places, Places]:
    """(row, column) of every feature, the columns of a row rising."""
    starts, columns = seen.cells
    return np.repeat(np.arange(len(seen.rows)), np.diff(starts)), columns


def _cells_of(seen: Seen, rows: Sequence[int]) -> tuple[Places, Places]:
    """(number of the row among ``rows``, column) of every feature of those rows, the columns of a row rising."""
    starts, columns = seen.cells
    wanted = np.asarray(rows, dtype=np.int64)
    first, counts = starts[wanted], starts[wanted + 1] - starts[wanted]
    number = np.repeat(np.arange(len(wanted)), counts)
    within = np.arange(len(number)) - np.repeat(np.cumsum(counts) - counts, counts)
    return number, columns[first[number] + within]


def _phrases(
    spans: Sequence[tuple[int, int]], weights: Sequence[float], bare: Sequence[tuple[int, int]]
) -> list[tuple[int, int, float]]:
    """(start, end, weight), strongest first. A word takes in neighbours of its sign that are strong beside it and
    touch it: a phrase never reaches over punctuation. ``bare``: the spans as they were without blanks in the text.
    """
    rounded = [round(weight, 3) for weight in weights]
    strength = [-abs(weight) for weight in rounded]
    free = set(range(len(spans)))
    found = []
    for at in sorted(range(len(spans)), key=strength.__getitem__):
        if at not in free:
            continue
        first = last = at
        least = abs(rounded[at]) * NEIGHBOUR_SHARE
        for step in (-1, 1):
            near = at + step
            while near in free and rounded[near] * rounded[at] > 0 and abs(rounded[near]) >= least:
                start, end = bare[min(first, near)][0], bare[max(last, near)][1]
                touching = bare[min(near, near - step)][1] == bare[max(near, near - step)][0]
                if end - start > LONGEST_PHRASE or not touching:
                    break
                first, last = min(first, near), max(last, near)
                near += step
        free -= set(range(first, last + 1))
        found.append((spans[first][0], spans[last][1], sum(weights[first : last + 1])))
    return sorted(found, key=lambda phrase: (-abs(round(phrase[2], 3)), phrase[0]))


def softmax(log_odds: Floats) -> Floats:
    """Probabilities along the last axis."""
    shifted = np.exp(log_odds - log_odds.max(axis=-1, keepdims=True))
    found: Floats = shifted / shifted.sum(axis=-1, keepdims=True)
    return found


def sigmoid(log_odds: Floats) -> Floats:
    """Probabilities one by one."""
    return 1.0 / (1.0 + np.exp(-np.clip(log_odds, -500, 500)))


def rounded(probabilities: Sequence[float]) -> tuple[float, ...]:
    """What rounding leaves over goes to the most probable class."""
    rounded = [round(p, PROBABILITY_DIGITS) for p in probabilities]
    best = rounded.index(max(rounded))
    rounded[best] = round(rounded[best] + 1.0 - sum(rounded), PROBABILITY_DIGITS)
    return tuple(rounded)


def rounded_rows(probabilities: Floats) -> Floats:
    """`rounded` of each row, but for halves of the last digit, which computed probabilities hardly ever are."""
    whole = 10**PROBABILITY_DIGITS
    steps = np.rint(probabilities * whole).astype(np.int64)
    steps[np.arange(len(steps)), steps.argmax(axis=1)] += whole - steps.sum(axis=1)
    found: Floats = steps / whole
    return found
