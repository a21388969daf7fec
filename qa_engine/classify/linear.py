"""A linear classifier of turns and why it decided as it did.

Logistic regression over tf-idf: with x the weights of a text's features scaled to length 1, the log-odds are
``z = x W + b``. Labels that exclude each other (tone) have the probabilities ``softmax(z)``, labels of which several
may hold (acts) ``1 / (1 + exp(-z))`` each. Calibration (fit.py) is folded into W and b, so contributions are in
calibrated log-odds and add up exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

from qa_engine.classify.features import Codes, Places, Seen
from qa_engine.domain import ToneWord

MOST_WORDS = 6
LONGEST_PHRASE = 8  # characters
NEIGHBOUR_SHARE = 0.25
LEAST_WEIGHT = 0.05  # log-odds; less is no reason anybody would want to read
PROBABILITY_DIGITS = 4

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
        known, places, idf = self._known(seen)
        matrix = seen.matrix if rows is None else seen.matrix[rows]
        lengths = np.sqrt(matrix @ (idf**2))
        weighted = np.zeros((len(idf), len(self.labels)))
        weighted[known] = self.weights[places] * idf[known, None]
        found: Floats = (matrix @ weighted) / np.maximum(lengths, 1e-12)[:, None] + self.bias
        return found

    def probabilities(self, seen: Seen, rows: Sequence[int] | None = None) -> Floats:
        """Rows × labels, rounded so that they are the same on every machine; of labels that exclude each other they
        still add up to 1."""
        z = self.log_odds(seen, rows)
        if self.link == "several":
            return np.round(sigmoid(z), PROBABILITY_DIGITS)
        return np.array([rounded(row) for row in softmax(z)]).reshape(z.shape)

    def _known(self, seen: Seen) -> tuple[Places, Places, Floats]:
        """Columns of the known features, their places in the model, and the idf of every column; found once a call."""
        for model, found in seen.looked_up:
            if model is self:
                return found  # type: ignore[return-value]
        found = self._look_up(seen)
        seen.looked_up.append((self, found))
        return found

    def _look_up(self, seen: Seen) -> tuple[Places, Places, Floats]:
        places = np.searchsorted(self.codes, seen.names)
        places[places == len(self.codes)] = 0
        known = np.nonzero(self.codes[places] == seen.names)[0] if len(self.codes) else np.zeros(0, dtype=np.int64)
        idf = np.full(max(1, len(seen.names)), self.unseen_idf)
        idf[known] = self.idf[places[known]]
        return known, places[known], idf

    def design(self, seen: Seen) -> csr_matrix:
        """x, rows × the model's features: what the weights are fitted to."""
        known, places, idf = self._known(seen)
        lengths = np.sqrt(seen.matrix @ (idf**2))
        scaled = diags(1.0 / np.maximum(lengths, 1e-12)) @ seen.matrix[:, known] @ diags(idf[known])
        into = csr_matrix(
            (np.ones(len(places)), (np.arange(len(places)), places)), shape=(len(places), len(self.codes))
        )
        return csr_matrix(scaled @ into)

    def contributions(self, seen: Seen, row: int, label: str) -> list[float]:
        """What each word of a row adds to the log-odds of ``label`` (against the mean of labels that exclude it).

        A feature's part is shared equally by its occurrences and, within one, by its characters; a word has the sum of
        its characters. All words together are z without the bias (against the mean of the others).
        """
        known, places, idf = self._known(seen)
        weights = self.weights[places].astype(np.float64)
        at = self._place[label]
        pull = weights[:, at]
        if self.link == "one":
            pull = pull - (weights.sum(axis=1) - pull) / (len(self.labels) - 1)
        length = float(np.sqrt(seen.matrix[row] @ (idf**2))[0]) or 1.0
        push = np.zeros(len(idf))
        push[known] = pull * idf[known] / length
        mine = np.nonzero(seen.row == row)[0]
        column, begin, finish = seen.column[mine], seen.begin[mine], seen.finish[mine]
        times = np.bincount(column, minlength=len(idf))[column]
        each = push[column] / times / np.maximum(finish - begin, 1)
        size = seen.rows[row].end - seen.rows[row].start
        steps = np.zeros(size + 1)
        np.add.at(steps, begin, each)
        np.add.at(steps, finish, -each)
        chars = np.cumsum(steps)[:size]
        return [float(chars[start:end].sum()) for start, end in seen.words[row]]

    def explain(self, seen: Seen, row: int, label: str) -> tuple[ToneWord, ...]:
        """What pushed most for or against ``label``, strongest first, with its place in the shown text.

        Neighbouring words that push the same way are one entry: 不归我们管 says more than 我们.
        """
        source = seen.skeletons[seen.rows[row].text].base.source
        spans = [seen.source_span(row, start, end) for start, end in seen.words[row]]
        phrases = _phrases(spans, self.contributions(seen, row, label))
        return tuple(
            ToneWord(source[start:end], (start, end), round(weight, 3))
            for start, end, weight in phrases[:MOST_WORDS]
            if abs(weight) >= LEAST_WEIGHT
        )


def _phrases(spans: Sequence[tuple[int, int]], weights: Sequence[float]) -> list[tuple[int, int, float]]:
    """(start, end, weight), strongest first. A word takes in neighbours of its sign that are strong beside it and
    touch it: a phrase never reaches over punctuation.
    """
    rounded = [round(weight, 3) for weight in weights]
    free = set(range(len(spans)))
    found = []
    for at in sorted(free, key=lambda word: (-abs(rounded[word]), word)):
        if at not in free:
            continue
        first = last = at
        least = abs(rounded[at]) * NEIGHBOUR_SHARE
        for step in (-1, 1):
            near = at + step
            while near in free and rounded[near] * rounded[at] > 0 and abs(rounded[near]) >= least:
                start, end = spans[min(first, near)][0], spans[max(last, near)][1]
                touching = spans[min(near, near - step)][1] == spans[max(near, near - step)][0]
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


def rounded(probabilities: Sequence[float] | Floats) -> tuple[float, ...]:
    """What rounding leaves over goes to the most probable class."""
    rounded = [round(float(p), PROBABILITY_DIGITS) for p in probabilities]
    best = max(range(len(rounded)), key=rounded.__getitem__)
    rounded[best] = round(rounded[best] + 1.0 - sum(rounded), PROBABILITY_DIGITS)
    return tuple(rounded)
