"""Few calls lean on the team: hierarchical estimates of rates (beta-binomial) and of means (normal-normal).

How far to lean is not known but estimated from the team itself, and the intervals have to say so: strengths are
averaged over a grid, weighted by how well each explains what the members show, with a flat prior on the spread between
members (Gelman 2006).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qa_engine.reports.numbers.intervals import Estimate, Sums
from qa_engine.reports.statistics import t_975

Grid: TypeAlias = NDArray[np.float64]

_LEANING = np.linspace(0.03, 0.97, 16)
_FLAT_SPREAD = -1.5 * np.log(_LEANING) - 0.5 * np.log(1 - _LEANING)  # of the density of ``_LEANING``
_ASIDE = np.linspace(-2.5, 2.5, 9)
_WIDER_RATES, _WIDER_MEANS = 1.1, 1.08
"""Of the variance: what grid and moments leave out, as `benchmarks.coverage` shows."""


@dataclass(frozen=True, slots=True)
class RatePrior:
    """What the team says of a member's rate: possible ``rates``, each worth ``strengths`` calls, with their weights."""

    rates: Grid
    strengths: Grid
    weights: Grid

    @property
    def rate(self) -> float:
        return float((self.rates * self.weights).sum())

    def weight(self, n: float) -> float:
        """How much of the figure is the member's own, 0-1."""
        return float((self.weights * n / (n + self.strengths)).sum()) if n > 0 else 0.0

    def value(self, found: float, n: float) -> float:
        """The member's rate between the own one and the team's."""
        return float((self.weights * (self.rates * self.strengths + found) / (self.strengths + n)).sum())

    def of(self, found: float, n: float) -> Estimate:
        """`value` with its 95 % interval, of the beta distribution with the mean and variance of the mixture."""
        from scipy.special import betaincinv  # half a second to load, and judging a call comes by here

        a = self.rates * self.strengths + found
        b = (1 - self.rates) * self.strengths + n - found
        means = a / (a + b)
        mean = float((self.weights * means).sum())
        variance = float((self.weights * (means * (1 - means) / (a + b + 1) + (means - mean) ** 2)).sum())
        size = max(0.5, mean * (1 - mean) / (_WIDER_RATES * variance) - 1)
        low, high = (float(betaincinv(mean * size, (1 - mean) * size, tail)) for tail in (0.025, 0.975))
        return Estimate(round(n), mean, low, high)


def rate_prior(counts: Sequence[tuple[float, float]]) -> RatePrior:
    """The prior of a team from its members' (found, n)."""
    return _rate_prior(tuple(counts))


@lru_cache(maxsize=1024)  # the report of each agent of a team asks for those of its rules
def _rate_prior(counts: tuple[tuple[float, float], ...]) -> RatePrior:
    from scipy.special import betaln

    seen = [(found, n) for found, n in counts if n > 0]
    total = sum(n for _, n in seen)
    if not total:
        return RatePrior(np.array([0.5]), np.array([2.0]), np.array([1.0]))
    pooled = (sum(found for found, _ in seen) + 0.5) / (total + 1)
    strengths = np.maximum(0.5, total / len(seen) * _LEANING / (1 - _LEANING))
    spread = np.sqrt((1 / total + 1 / (len(seen) * (strengths + 1))) / (pooled * (1 - pooled)))
    odds = log(pooled / (1 - pooled)) + spread[:, None] * _ASIDE[None, :]
    rates = 1 / (1 + np.exp(-odds))
    a, b = rates * strengths[:, None], (1 - rates) * strengths[:, None]
    likelihood = (np.log(spread) + _FLAT_SPREAD)[:, None] + np.zeros_like(rates)
    before = betaln(a, b)
    for found, n in seen:
        likelihood = likelihood + betaln(a + found, b + n - found) - before
    weights = np.exp(likelihood - likelihood.max())
    weights /= weights.sum()
    return RatePrior(rates.ravel(), np.repeat(strengths, len(_ASIDE)), weights.ravel())


@dataclass(frozen=True, slots=True)
class MeanPrior:
    """What the team says of a member's mean. ``within`` is the variance of single values; ``means`` (each known with
    ``doubts``) and ``between`` are what is possible of the members' means, with their weights."""

    within: float
    means: Grid
    doubts: Grid
    between: Grid
    weights: Grid
    degrees: int

    @property
    def mean(self) -> float:
        return float((self.means * self.weights).sum())

    def weight(self, n: int) -> float:
        """How much of the figure is the member's own, 0-1."""
        return float((self.weights * self.between / (self.between + self.within / n)).sum()) if n else 0.0

    def of(self, sums: Sums) -> Estimate:
        """The member's mean, leaning on the team's, with its 95 % interval."""
        if sums.mean is None:
            return Estimate(0, None)
        noise = self.within / sums.n
        own = self.between / (self.between + noise) if noise > 0 else np.ones_like(self.between)
        means = own * sums.mean + (1 - own) * self.means
        mean = float((self.weights * means).sum())
        inside = own * noise + (1 - own) ** 2 * self.doubts
        variance = float((self.weights * (inside + (means - mean) ** 2)).sum())
        half = t_975(self.degrees) * sqrt(max(_WIDER_MEANS * variance, 0.0))
        return Estimate(sums.n, mean, mean - half, mean + half)


def mean_prior(members: Sequence[Sums]) -> MeanPrior:
    """The prior of a team from its members' sums."""
    seen = [sums for sums in members if sums.n]
    n = np.array([sums.n for sums in seen], dtype=float)
    means = np.array([sums.mean for sums in seen], dtype=float)
    degrees = int(n.sum()) - len(seen)
    inside = sum((sums.n - 1) * (sums.variance or 0.0) for sums in seen)
    within = inside / degrees if degrees > 0 else 0.0
    if len(seen) < 2 or within == 0:
        one = np.array([1.0])
        middle = np.array([float((means * n).sum() / n.sum()) if len(seen) else 0.0])
        return MeanPrior(within, middle, np.array([within]), np.array([max(within, 1e-9)]), one, max(1, degrees))
    between = within / n.mean() * (1 - _LEANING) / _LEANING
    precision = 1 / (between[:, None] + within / n[None, :])
    middles = (precision * means).sum(1) / precision.sum(1)
    fit = _FLAT_SPREAD + 0.5 * (
        np.log(precision).sum(1) - np.log(precision.sum(1)) - (precision * (means - middles[:, None]) ** 2).sum(1)
    )
    weights = np.exp(fit - fit.max())
    return MeanPrior(within, middles, 1 / precision.sum(1), between, weights / weights.sum(), max(1, degrees))
