"""Fitting the outcome to rated calls; needs scipy, which takes a second to load."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.stats import spearmanr

from qa_engine.acts.outcome import FOR_CONTENT, LABEL, SIGNS, OutcomeCard, signs_of
from qa_engine.acts.wording import rows_of, said_in
from qa_engine.classify import LinearModel
from qa_engine.classify.fit import UNKNOWN, Lessons, Recipe, design, fit_once, slim
from qa_engine.classify.linear import Floats, sigmoid
from qa_engine.domain import ActReading, ToneReading, Transcript, Turn

STRENGTH = 40.0  # of the pull towards the weights begun with: the larger, the more calls it takes to leave them
WORDS_STRENGTH = 0.3  # of the pull of the words' weights towards nothing
RECIPE = Recipe(least_groups=2, most_features=12_000)
ALIKE = 1.0  # log-odds: without a model to begin with, every sign weighs the same
LEAST_SPREAD = 0.05  # of a sign: one that hardly differs between the calls must not be made much of
PULL = 0.04  # of a rating at either end away from certainty


@dataclass(frozen=True, slots=True)
class Rated:
    """The signs of a call and how content its customer said to be, 0 to 1."""

    signs: Mapping[str, float]
    content: float


@dataclass(frozen=True, slots=True)
class OutcomeFigures:
    """On calls that were not learnt from: rank correlation with the rating, and the mean gap between both, 0 to 100."""

    calls: int
    spearman: float
    mean_gap: float


def rated(
    transcript: Transcript,
    acts: Mapping[int, ActReading],
    tones: Mapping[int, ToneReading],
    content: float,
    words: LinearModel | None = None,
) -> Rated | None:
    """A rated call; None when the customer hardly speaks."""
    signs = signs_of(transcript, acts, tones, words)
    return None if signs is None else Rated(signs, content)


def fit_outcome(calls: Sequence[Rated], *, name: str, fitted_to: str, start: OutcomeCard | None = None) -> OutcomeCard:
    """Logistic regression whose weights keep the sign that makes sense (``FOR_CONTENT``) and are pulled towards those
    of ``start``, or towards all alike: few ratings change a model that is there only a little.

    A rating between the ends counts for both in its proportion. The probabilities are calibrated by construction: on
    the calls learnt from, their mean is the mean rating.
    """
    names = [sign for sign in SIGNS if all(sign in call.signs for call in calls)]
    x = np.array([[call.signs[sign] for sign in names] for call in calls])
    content = np.clip([call.content for call in calls], PULL, 1 - PULL)
    centre, spread = x.mean(axis=0), np.maximum(x.std(axis=0), LEAST_SPREAD)
    alike = {sign: ALIKE if sign in FOR_CONTENT else -ALIKE for sign in names}
    begun = np.array([(alike if start is None else start.weights).get(sign, alike[sign]) for sign in names]) * spread
    way = [(0.0, None) if sign in FOR_CONTENT else (None, 0.0) for sign in names]
    told = (x - centre) / spread, content, begun, STRENGTH
    free = [*way, (None, None)]
    found = minimize(_loss, np.append(begun, 0.0), args=told, jac=True, method="L-BFGS-B", bounds=free)
    weights = found.x[:-1] / spread
    return OutcomeCard(
        version=1,
        name=name,
        weights={sign: round(float(weight), 4) for sign, weight in zip(names, weights, strict=True)},
        bias=round(float(found.x[-1] - weights @ centre), 4),
        calls=len(calls),
        fitted_to=fitted_to,
    )


def fit_words(calls: Sequence[Sequence[Turn]], content: Sequence[float], themes: Sequence[str]) -> LinearModel:
    """A linear classifier of the words of rated calls, of words of two themes at least."""
    seen = rows_of([said_in(turns, late=True) for turns in calls])
    groups = np.unique(np.array(themes), return_inverse=True)[1]
    nobody = np.full((len(calls), 1), UNKNOWN)
    lessons = Lessons(("",) * len(calls), nobody, groups, np.ones(len(calls)))
    model = fit_once(LABEL, "several", lessons, seen, RECIPE)  # features and their idf; no label is told
    x = design(model, seen)
    told, nothing = np.clip(np.array(content, dtype=float), PULL, 1 - PULL), np.zeros(x.shape[1])
    found = minimize(
        _loss, np.append(nothing, 0.0), args=(x, told, nothing, WORDS_STRENGTH), jac=True, method="L-BFGS-B"
    )
    weights = found.x[:-1].astype(np.float32)[:, None]
    return slim(replace(model, weights=weights, bias=found.x[-1:].astype(np.float32)), RECIPE)


def _loss(values: Floats, x: Any, content: Floats, begun: Floats, strength: float) -> tuple[float, Any]:
    """Cross entropy and pull, with the gradient."""
    weights, log_odds = values[:-1], x @ values[:-1] + values[-1]
    gap, away = sigmoid(log_odds) - content, weights - begun
    entropy = np.logaddexp(0.0, log_odds) - content * log_odds
    gradient = np.append(x.T @ gap + strength * away, gap.sum())
    return float(entropy.sum() + strength / 2 * (away @ away)), gradient


def figures(said: Sequence[float], calls: Sequence[Rated]) -> OutcomeFigures:
    """``said``: the outcomes 0 to 100 of ``calls``, in their order."""
    told = [call.content for call in calls]
    rank = float(spearmanr(said, told).statistic) if len(set(told)) > 1 and len(set(said)) > 1 else 0.0
    gap = float(np.mean([abs(score - 100 * content) for score, content in zip(said, told, strict=True)]))
    return OutcomeFigures(len(calls), round(rank, 4), round(gap, 2))
