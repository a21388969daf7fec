"""Fitting the outcome to rated calls; needs scikit-learn, which takes a second to load."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression

from qa_engine.acts.outcome import SIGNS, OutcomeCard, signs_of
from qa_engine.domain import ActReading, Transcript

STRENGTH = 1.0
PULL = 0.02  # of a rating at either end away from certainty


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


def rated(transcript: Transcript, acts: Mapping[int, ActReading], content: float) -> Rated | None:
    """A rated call; None when the customer hardly speaks."""
    signs = signs_of(transcript, acts)
    return None if signs is None else Rated(signs, content)


def fit_outcome(calls: Sequence[Rated], *, name: str, fitted_to: str) -> OutcomeCard:
    """Logistic regression in which a rating between the ends counts for both in its proportion.

    The probabilities are calibrated by construction: on the calls learnt from, their mean is the mean rating.
    """
    names = list(SIGNS)
    x = np.array([[call.signs[sign] for sign in names] for call in calls])
    content = np.clip([call.content for call in calls], PULL, 1 - PULL)
    model = LogisticRegression(C=STRENGTH, max_iter=1000)
    model.fit(
        np.concatenate([x, x]),
        np.concatenate([np.ones(len(calls)), np.zeros(len(calls))]),
        sample_weight=np.concatenate([content, 1 - content]),
    )
    weights = {sign: round(float(weight), 4) for sign, weight in zip(names, model.coef_[0], strict=True)}
    return OutcomeCard(
        version=1,
        name=name,
        weights=weights,
        bias=round(float(model.intercept_[0]), 4),
        calls=len(calls),
        fitted_to=fitted_to,
    )


def figures(said: Sequence[float], calls: Sequence[Rated]) -> OutcomeFigures:
    """``said``: the outcomes 0 to 100 of ``calls``, in their order."""
    told = [call.content for call in calls]
    rank = float(spearmanr(said, told).statistic) if len(set(told)) > 1 and len(set(said)) > 1 else 0.0
    gap = float(np.mean([abs(score - 100 * content) for score, content in zip(said, told, strict=True)]))
    return OutcomeFigures(len(calls), round(rank, 4), round(gap, 2))
