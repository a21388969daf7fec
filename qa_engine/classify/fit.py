"""Fitting linear classifiers with scikit-learn; whoever only reads never loads this.

Features are kept when they occur in at least so many groups, so no template is learnt by heart. Calibration is fitted
on readings of examples whose group the fit did not see: of labels that exclude each other temperature and one bias a
label (Alexandari et al., *Maximum Likelihood with Bias-Corrected Calibration Is Hard-To-Beat at Label Shift
Adaptation*, 2020), else slope and bias a label (Platt, *Probabilistic Outputs for Support Vector Machines*, 1999).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression, SGDClassifier

from qa_engine.classify.features import Seen, see
from qa_engine.classify.linear import Floats, LinearModel, Link, softmax

UNKNOWN = -1  # in the labels of several: nobody says whether it holds
RATIO = 0.7  # power of the log-count ratio
KEPT_STEPS = 127  # weights are kept in so many steps a label, which is what one byte holds


@dataclass(frozen=True, slots=True)
class Recipe:
    """``strength``: C of the logistic regression over labels that exclude each other; ``penalty``: alpha of the
    averaged stochastic gradient that fits each label of several, ``rounds`` over the examples. Features stay that occur
    in ``least_groups``; of those the ``most_features`` with the largest weights are kept.

    ``broad``: of several labels those that sentences of any words may have. They learn from features of one group, too;
    each feature is scaled before by a power of its log-count ratio, so that one which is seen as often with the label
    as without starts from nothing (Wang and Manning, *Baselines and Bigrams*, 2012); and features are kept by how often
    they are met as well.

    ``formed``: features of form are read, too.
    """

    strength: float = 10.0
    penalty: float = 3e-6
    rounds: int = 10
    least_groups: int = 2
    most_features: int = 60_000
    broad: tuple[str, ...] = ()
    formed: bool = False

    def look(self, texts: Sequence[str]) -> Seen:
        """The features that a classifier of this recipe reads."""
        seen = see(texts)
        return seen.formed if self.formed else seen


@dataclass(frozen=True)
class Lessons:
    """Examples: ``labels`` is one column number each (``one``), or examples × labels of 0, 1, UNKNOWN (``several``)."""

    texts: tuple[str, ...]
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]
    weights: Floats


def fit_once(names: Sequence[str], link: Link, lessons: Lessons, seen: Seen, recipe: Recipe) -> LinearModel:
    """A classifier without calibration. ``seen`` are the features of the lessons' texts, in their order."""
    empty, common = _vocabulary(names, link, lessons, seen, recipe)
    x = design(empty, seen)
    if link == "one":
        model = LogisticRegression(C=recipe.strength, max_iter=300, tol=1e-3)
        model.fit(x, lessons.labels, sample_weight=lessons.weights)
        weights = np.zeros((len(empty.codes), len(names)), dtype=np.float32)
        weights[:, model.classes_] = model.coef_.T
        bias = np.full(len(names), -10.0, dtype=np.float32)
        bias[model.classes_] = model.intercept_
        return replace(empty, weights=weights, bias=bias)
    weights, bias = np.zeros((len(empty.codes), len(names)), dtype=np.float32), np.zeros(len(names), dtype=np.float32)
    of_many = x[:, common]
    for at, name in enumerate(names):
        if name in recipe.broad:
            weights[:, at], bias[at] = _one_label(x, lessons, at, recipe, broad=True)
        else:
            weights[common, at], bias[at] = _one_label(of_many, lessons, at, recipe)
    return replace(empty, weights=weights, bias=bias)


def design(model: LinearModel, seen: Seen) -> csr_matrix:
    """x, rows × the model's features: what the weights are fitted to."""
    place, idf = model.columns(seen)
    starts, columns = seen.cells
    known = np.nonzero(place >= 0)[0]
    matrix = csr_matrix((np.ones(len(columns)), columns, starts), shape=(len(seen.rows), len(idf)))
    lengths = np.sqrt(matrix @ (idf**2))
    scaled = diags(1.0 / np.maximum(lengths, 1e-12)) @ matrix[:, known] @ diags(idf[known])
    into = csr_matrix(
        (np.ones(len(known)), (np.arange(len(known)), place[known])), shape=(len(known), len(model.codes))
    )
    return csr_matrix(scaled @ into)


def _one_label(
    x: csr_matrix, lessons: Lessons, at: int, recipe: Recipe, *, broad: bool = False
) -> tuple[Floats, float]:
    known = np.nonzero(lessons.labels[:, at] != UNKNOWN)[0]
    truth = lessons.labels[known, at]
    if len(np.unique(truth)) < 2:
        return np.zeros(x.shape[1]), -10.0
    model = SGDClassifier(
        loss="log_loss", alpha=recipe.penalty, max_iter=recipe.rounds, tol=None, average=True, random_state=0
    )
    mine = x[known]
    scale = _log_count_ratio(mine, truth) ** RATIO if broad else np.ones(x.shape[1])
    model.fit(mine @ diags(scale), truth, sample_weight=lessons.weights[known])
    return model.coef_[0] * scale, float(model.intercept_[0])


def _log_count_ratio(x: csr_matrix, truth: NDArray[np.int64]) -> Floats:
    """|log(p/q)| a feature: p is its share of all that the rows with the label have, q of the others, each plus one."""
    present = csr_matrix((np.ones_like(x.data), x.indices, x.indptr), shape=x.shape)
    having = present.T @ (truth == 1).astype(float) + 1.0
    lacking = present.T @ (truth == 0).astype(float) + 1.0
    found: Floats = np.abs(np.log(having / having.sum()) - np.log(lacking / lacking.sum()))
    return found


def _vocabulary(
    names: Sequence[str], link: Link, lessons: Lessons, seen: Seen, recipe: Recipe
) -> tuple[LinearModel, NDArray[np.int64]]:
    """(the features with their idf, and no weights yet; which of them enough groups have: without ``broad`` all)."""
    starts, columns = seen.cells
    rows = np.repeat(np.arange(len(seen.rows)), np.diff(starts))
    counts = np.bincount(columns, minlength=len(seen.names))
    width = len(seen.names)
    in_groups = np.unique(lessons.groups[rows] * width + columns) % width
    of_groups = np.bincount(in_groups, minlength=width)
    kept = np.nonzero(of_groups >= (1 if recipe.broad else recipe.least_groups))[0]
    total = len(lessons.texts)
    model = LinearModel(
        labels=tuple(names),
        link=link,
        codes=seen.names[kept],
        idf=(np.log((1 + total) / (1 + counts[kept])) + 1).astype(np.float32),
        weights=np.zeros((len(kept), len(names)), dtype=np.float32),
        bias=np.zeros(len(names), dtype=np.float32),
        unseen_idf=float(np.float32(np.log((1 + total) / 2) + 1)),
    )
    return model, np.nonzero(of_groups[kept] >= recipe.least_groups)[0]


def part(lessons: Lessons, kept: NDArray[np.int64]) -> Lessons:
    """Some of the examples."""
    return Lessons(
        tuple(lessons.texts[at] for at in kept), lessons.labels[kept], lessons.groups[kept], lessons.weights[kept]
    )


def calibrated(model: LinearModel, slope: Floats, bias: Floats) -> LinearModel:
    """The model with slope and bias a label folded into its weights, as ``calibration`` finds them."""
    return replace(
        model,
        weights=(model.weights * slope).astype(np.float32),
        bias=(model.bias * slope + bias).astype(np.float32),
    )


def calibration(
    link: Link, log_odds: Floats, truth: NDArray[np.int64], negatives: Floats | None = None
) -> tuple[Floats, Floats]:
    """(slope, bias) a label: the calibrated log-odds are ``slope · z + bias``, by least negative log-likelihood.

    ``negatives``: how many examples each one without a label stands for, by label of several; where the examples have
    more of it than calls do, more than one.
    """
    if link == "one":
        return _temperature(log_odds, truth)
    slopes, biases = np.ones(log_odds.shape[1]), np.zeros(log_odds.shape[1])
    for at in range(log_odds.shape[1]):
        known = (truth[:, at] != UNKNOWN) & ~np.isnan(log_odds[:, at])
        if len(np.unique(truth[known, at])) == 2:
            weight = 1.0 if negatives is None else float(negatives[at])
            slopes[at], biases[at] = _platt(log_odds[known, at], truth[known, at], weight)
    return slopes, biases


def _platt(z: Floats, truth: NDArray[np.int64], negative_weight: float) -> tuple[float, float]:
    positive, negative = int(truth.sum()), int(len(truth) - truth.sum())
    target = np.where(truth == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))  # Platt's own smoothing
    weight = np.where(truth == 1, 1.0, negative_weight)

    def loss(parameters: Floats) -> float:
        margin = np.exp(parameters[0]) * z + parameters[1]
        return float((weight * (np.logaddexp(0, margin) - target * margin)).mean())

    found = minimize(loss, np.zeros(2), method="L-BFGS-B").x
    return float(np.exp(found[0])), float(found[1])


def _temperature(log_odds: Floats, truth: NDArray[np.int64]) -> tuple[Floats, Floats]:
    rows = np.arange(len(truth))

    def loss(parameters: Floats) -> float:
        p = softmax(np.exp(parameters[0]) * log_odds + parameters[1:])
        return float(-np.log(np.maximum(p[rows, truth], 1e-12)).mean() + 1e-3 * (parameters[1:] ** 2).sum())

    found = minimize(loss, np.zeros(1 + log_odds.shape[1]), method="L-BFGS-B").x
    return np.full(log_odds.shape[1], np.exp(found[0])), found[1:]


def slim(model: LinearModel, recipe: Recipe) -> LinearModel:
    """The features with the largest weights, each weight in one of 255 steps of its label: what is kept on disk.

    The features that go count as unseen from then on, with ``unseen_idf``; what is measured is measured on this.
    """
    strength = np.abs(model.weights).max(axis=1)
    if recipe.broad:
        strength = (
            strength * model.idf * np.exp(-model.idf)
        )  # its value in a text, times the share of texts that have it
    kept = np.sort(np.argsort(-strength, kind="stable")[: recipe.most_features])
    weights = model.weights[kept]
    step = np.maximum(np.abs(weights).max(axis=0), 1e-9) / KEPT_STEPS
    return replace(
        model,
        codes=model.codes[kept],
        idf=model.idf[kept],
        weights=(np.rint(weights / step).astype(np.int8) * step.astype(np.float32)).astype(np.float32),
    )
