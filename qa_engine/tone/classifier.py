"""A linear classifier of turns and why it decided as it did.

Multinomial logistic regression over tf-idf: with x the weights of a text's features scaled to length 1, the log-odds
are ``z = x W + b`` and the probabilities ``softmax(z)``. Calibration (fit.py) is folded into W and b, so contributions
are in calibrated log-odds and add up exactly.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qa_engine.domain import ToneWord
from qa_engine.tone.features import Read

MOST_WORDS = 6
LONGEST_PHRASE = 8  # characters
NEIGHBOUR_SHARE = 0.25
LEAST_WEIGHT = 0.05  # log-odds; less is no reason anybody would want to read
PROBABILITY_DIGITS = 4

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LinearTone:
    """``weights`` is features × labels in log-odds, ``idf`` one weight a feature, ``bias`` one a label.

    ``unseen_idf`` is the weight of features that training never kept: they count in the length of x only, so a text of
    mostly unknown words stays near the classes' base rates.
    """

    labels: tuple[str, ...]
    features: tuple[str, ...]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    unseen_idf: float
    _index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {name: at for at, name in enumerate(self.features)})

    def vector(self, names: Collection[str]) -> tuple[list[int], Floats]:
        """Places of the known ones of a text's feature names, in order, and their share of x."""
        known = sorted(self._index[name] for name in names if name in self._index)
        idf = self.idf[known].astype(np.float64)
        length = float(np.sqrt(idf @ idf + (len(names) - len(known)) * self.unseen_idf**2)) or 1.0
        return known, idf / length

    def log_odds(self, names: Collection[str]) -> Floats:
        """z, one a label, of a text with these features (each named once)."""
        places, shares = self.vector(names)
        found: Floats = shares @ self.weights[places].astype(np.float64) + self.bias
        return found

    def probabilities(self, read: Read) -> tuple[float, ...]:
        """Rounded so that they are the same on every machine, and still add up to 1."""
        return rounded(softmax(self.log_odds(read.names)))

    def contributions(self, read: Read, label: str) -> list[float]:
        """What each word of the text adds to the log-odds of ``label`` against the mean of the other labels.

        A feature's part is shared equally by its occurrences and, within one, by its characters; a word has the sum of
        its characters. All words together are z(label) - mean of the others, without the bias.
        """
        at = self.labels.index(label)
        places, shares = self.vector(read.names)
        rows = self.weights[places].astype(np.float64)
        pushes = shares * (rows[:, at] - (rows.sum(axis=1) - rows[:, at]) / (len(self.labels) - 1))
        push = dict(zip((self.features[place] for place in places), pushes.tolist(), strict=True))
        found = [occurrence for occurrence in read.occurrences if occurrence.name in push]
        times = Counter(occurrence.name for occurrence in found)
        chars = np.zeros(len(read.skeleton.text))
        for name, start, end in found:
            chars[start:end] += push[name] / times[name] / (end - start)
        return [float(chars[start:end].sum()) for start, end in read.words]

    def explain(self, read: Read, label: str) -> tuple[ToneWord, ...]:
        """What pushed most for or against ``label``, strongest first, with its place in the shown text.

        Neighbouring words that push the same way are one entry: 不归我们管 says more than 我们.
        """
        source = read.skeleton.base.source
        spans = [read.skeleton.span_to_source(start, end) for start, end in read.words]
        phrases = _phrases(spans, self.contributions(read, label))
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


def rounded(probabilities: Sequence[float] | Floats) -> tuple[float, ...]:
    """What rounding leaves over goes to the most probable class."""
    rounded = [round(float(p), PROBABILITY_DIGITS) for p in probabilities]
    best = max(range(len(rounded)), key=rounded.__getitem__)
    rounded[best] = round(rounded[best] + 1.0 - sum(rounded), PROBABILITY_DIGITS)
    return tuple(rounded)
