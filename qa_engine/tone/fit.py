"""Fitting a classifier to labelled utterances.

Features are kept when they occur in at least two groups, so no template is learnt by heart. Calibration is fitted on
readings of utterances whose group the fit did not see: temperature and one bias a label, by maximum likelihood
(Alexandari et al., *Maximum Likelihood with Bias-Corrected Calibration Is Hard-To-Beat at Label Shift Adaptation*,
2020).
"""

import random
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from qa_engine.tone.classifier import Floats, LinearTone, softmax
from qa_engine.tone.corpus import LABELS, Utterance
from qa_engine.tone.features import read
from qa_engine.tone.noise import misheard

FOLDS = 5
Advance = Callable[[str, float, float], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """``strength``: C of the logistic regression. ``noisy_copies`` of each utterance are misheard at ``noise_rate``."""

    strength: float = 10.0
    least_groups: int = 2
    noisy_copies: int = 1
    noise_rate: float = 0.15


@dataclass(frozen=True, slots=True)
class Fitted:
    """``unseen`` are calibrated probabilities of each utterance, read by folds that did not know its group."""

    classifier: LinearTone
    unseen: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class _Example:
    names: tuple[str, ...]  # of its features, in order
    label: int
    group: str
    weight: float


def fit(
    utterances: Sequence[Utterance],
    *,
    recipe: Recipe,
    extra: Sequence[tuple[Utterance, float]] = (),
    advance: Advance,
) -> Fitted:
    """Fit one classifier to one speaker's utterances; ``extra`` ones with a weight help to fit, never to calibrate."""
    (speaker,) = {utterance.speaker for utterance in utterances}
    labels = LABELS[speaker]
    own = [[_example(u, u.text, labels, 1.0), *_noisy(u, labels, recipe)] for u in utterances]
    helping = [_example(u, u.text, labels, weight) for u, weight in extra]
    folds = list(GroupKFold(FOLDS).split(own, groups=[u.group for u in utterances]))
    unseen: Floats = np.zeros((len(own), len(labels)))
    for number, (train, test) in enumerate(folds):
        advance(f"{speaker.value}: fold {number + 1}", number, FOLDS + 1)
        part = _fit_once([e for at in train for e in own[at]] + helping, labels, recipe)
        for at in test:
            unseen[at] = part.log_odds(own[at][0].names)
    advance(f"{speaker.value}: all", FOLDS, FOLDS + 1)
    whole = _fit_once([e for examples in own for e in examples] + helping, labels, recipe)
    scale, bias = _calibration(unseen, np.array([examples[0].label for examples in own]))
    classifier = replace(
        whole,
        weights=(whole.weights * scale).astype(np.float32),
        bias=(whole.bias * scale + bias).astype(np.float32),
    )
    advance(f"{speaker.value}: all", FOLDS + 1, FOLDS + 1)
    return Fitted(classifier, tuple(tuple(row) for row in softmax(unseen * scale + bias).tolist()))


def fit_once(utterances: Sequence[Utterance], *, recipe: Recipe) -> LinearTone:
    """A classifier without calibration and without readings by folds, in a sixth of the time: for comparisons."""
    (speaker,) = {utterance.speaker for utterance in utterances}
    labels = LABELS[speaker]
    examples = [e for u in utterances for e in (_example(u, u.text, labels, 1.0), *_noisy(u, labels, recipe))]
    return _fit_once(examples, labels, recipe)


def _example(utterance: Utterance, text: str, labels: Sequence[str], weight: float) -> _Example:
    names = tuple(map(sys.intern, sorted(read(text).names)))  # most names occur in many examples
    return _Example(names, labels.index(utterance.label), utterance.group, weight)


def _noisy(utterance: Utterance, labels: Sequence[str], recipe: Recipe) -> list[_Example]:
    """Misheard copies; the noise depends on the text alone, so adding data never changes the noise of other data."""
    rng = random.Random(zlib.crc32(utterance.text.encode()))  # noqa: S311
    copies = (misheard(utterance.text, rng, rate=recipe.noise_rate) for _ in range(recipe.noisy_copies))
    return [_example(utterance, text, labels, 1.0) for text in copies if text]


def _fit_once(examples: Sequence[_Example], labels: Sequence[str], recipe: Recipe) -> LinearTone:
    groups: defaultdict[str, set[str]] = defaultdict(set)
    counts: Counter[str] = Counter()
    for example in examples:
        counts.update(example.names)
        for name in example.names:
            groups[name].add(example.group)
    kept = sorted(name for name, seen in groups.items() if len(seen) >= recipe.least_groups)
    idf = np.array([np.log((1 + len(examples)) / (1 + counts[name])) + 1 for name in kept], dtype=np.float32)
    unseen_idf = float(np.log((1 + len(examples)) / 2) + 1)
    empty = LinearTone(
        labels=tuple(labels),
        features=tuple(kept),
        idf=idf,
        weights=np.zeros((len(kept), len(labels)), dtype=np.float32),
        bias=np.zeros(len(labels), dtype=np.float32),
        unseen_idf=unseen_idf,
    )
    matrix = _matrix(empty, [example.names for example in examples])
    model = LogisticRegression(C=recipe.strength, max_iter=300, tol=1e-3)
    model.fit(matrix, [example.label for example in examples], sample_weight=[example.weight for example in examples])
    weights = np.zeros((len(kept), len(labels)), dtype=np.float32)
    weights[:, model.classes_] = model.coef_.T
    bias = np.full(len(labels), -10.0, dtype=np.float32)
    bias[model.classes_] = model.intercept_
    return replace(empty, weights=weights, bias=bias)


def _matrix(classifier: LinearTone, texts: Iterable[Sequence[str]]) -> csr_matrix:
    """Utterances × features, each row of length 1 or less."""
    starts: list[int] = [0]
    columns: list[int] = []
    values: list[Floats] = []
    for names in texts:
        places, shares = classifier.vector(names)
        columns += places
        values.append(shares)
        starts.append(len(columns))
    return csr_matrix((np.concatenate(values), columns, starts), shape=(len(values), len(classifier.features)))


def _calibration(log_odds: Floats, truth: np.ndarray) -> tuple[float, Floats]:
    """(scale, bias): the calibrated log-odds are ``scale · z + bias``, by least negative log-likelihood."""
    rows = np.arange(len(truth))

    def loss(parameters: Floats) -> float:
        p = softmax(np.exp(parameters[0]) * log_odds + parameters[1:])
        return float(-np.log(np.maximum(p[rows, truth], 1e-12)).mean() + 1e-3 * (parameters[1:] ** 2).sum())

    found = minimize(loss, np.zeros(1 + log_odds.shape[1]), method="L-BFGS-B").x
    return float(np.exp(found[0])), found[1:]
