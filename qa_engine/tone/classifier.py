"""A linear classifier of turns and why it decided as it did.

Multinomial logistic regression over tf-idf: with x the weights of a text's features scaled to length 1, the log-odds
are ``z = x W + b`` and the probabilities ``softmax(z)``. Calibration (fit.py) is folded into W and b, so contributions
are in calibrated log-odds and add up exactly.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qa_engine.domain import ToneWord
from qa_engine.tone.features import Read

MOST_WORDS = 6
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

    def vector(self, names: Collection[str]) -> dict[str, float]:
        """The known ones of a text's feature names with their share of x, in a fixed order."""
        known = sorted(self._index[name] for name in names if name in self._index)
        idf = self.idf[known].astype(np.float64)
        length = float(np.sqrt(idf @ idf + (len(names) - len(known)) * self.unseen_idf**2)) or 1.0
        return {self.features[at]: weight / length for at, weight in zip(known, idf.tolist(), strict=True)}

    def log_odds(self, names: Collection[str]) -> Floats:
        """z, one a label, of a text with these features (each named once)."""
        vector = self.vector(names)
        rows = self.weights[[self._index[name] for name in vector]].astype(np.float64)
        found: Floats = np.array(list(vector.values())) @ rows + self.bias
        return found

    def probabilities(self, read: Read) -> tuple[float, ...]:
        """Rounded so that they are the same on every machine, and still add up to 1."""
        return _rounded(softmax(self.log_odds(read.names)))

    def contributions(self, read: Read, label: str) -> list[float]:
        """What each word of the text adds to the log-odds of ``label`` against the mean of the other labels.

        A feature's part is shared equally by its occurrences and, within one, by its characters; a word has the sum of
        its characters. All words together are z(label) - mean of the others, without the bias.
        """
        at = self.labels.index(label)
        vector = self.vector(read.names)
        places: dict[str, list[tuple[int, int]]] = {name: [] for name in vector}
        for name, start, end in read.occurrences:
            if name in places:
                places[name].append((start, end))
        chars = np.zeros(len(read.skeleton.text))
        for name, weight in vector.items():
            row = self.weights[self._index[name]].astype(np.float64)
            others = (row.sum() - row[at]) / (len(self.labels) - 1)
            share = weight * (row[at] - others) / len(places[name])
            for start, end in places[name]:
                chars[start:end] += share / (end - start)
        return [float(chars[start:end].sum()) for start, end in read.words]

    def explain(self, read: Read, label: str) -> tuple[ToneWord, ...]:
        """The words that pushed most for or against ``label``, strongest first, with their place in the shown text."""
        weighted = zip(read.words, self.contributions(read, label), strict=True)
        strongest = sorted(weighted, key=lambda pair: (-abs(round(pair[1], 3)), pair[0]))[:MOST_WORDS]
        source = read.skeleton.base.source
        found = []
        for (start, end), weight in strongest:
            if abs(weight) >= LEAST_WEIGHT:
                span = read.skeleton.span_to_source(start, end)
                found.append(ToneWord(source[span[0] : span[1]], span, round(weight, 3)))
        return tuple(found)


def softmax(log_odds: Floats) -> Floats:
    """Probabilities along the last axis."""
    shifted = np.exp(log_odds - log_odds.max(axis=-1, keepdims=True))
    found: Floats = shifted / shifted.sum(axis=-1, keepdims=True)
    return found


def _rounded(probabilities: Sequence[float] | Floats) -> tuple[float, ...]:
    """What rounding leaves over goes to the most probable class."""
    rounded = [round(float(p), PROBABILITY_DIGITS) for p in probabilities]
    best = max(range(len(rounded)), key=rounded.__getitem__)
    rounded[best] = round(rounded[best] + 1.0 - sum(rounded), PROBABILITY_DIGITS)
    return tuple(rounded)
