"""Estimates with 95 % intervals of rates, of means and of differences between two periods or groups."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from qa_engine.reports.statistics import t_975, wilson

Z_975 = 1.959964
ENOUGH = 5
"""Below so many calls a figure is shown and said to be uncertain, and nobody is ranked by it."""

ENOUGH_RATIO = 12
"""Of ratios of sums, whose spread fewer calls do not tell."""

LENT = 50
"""Calls that the spread of the team counts for beside the own ones: then agents of few and of many calls, alike or not,
are covered within a point of 95 % (`benchmarks.coverage`)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure over ``n`` calls and the bounds of its 95 % interval; None where the calls do not tell."""

    n: int
    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def few(self) -> bool:
        return self.n < ENOUGH

    @property
    def bounded(self) -> tuple[float, float, float]:
        """Value and bounds of a figure that has all three."""
        assert self.value is not None
        assert self.low is not None
        assert self.high is not None
        return self.value, self.low, self.high

    @property
    def moved(self) -> bool:
        """For a difference: whether the interval leaves 0 out."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    def moved_among(self, comparisons: int) -> bool:
        """`moved`, as one of many differences that are looked at together (Bonferroni's bound)."""
        if not self.moved or self.value is None or self.low is None or self.high is None:
            return False
        wider = NormalDist().inv_cdf(1 - 0.025 / max(1, comparisons)) / Z_975
        return abs(self.value) > wider * (self.value - self.low if self.value > 0 else self.high - self.value)


@dataclass(frozen=True, slots=True)
class Sums:
    """Number, sum and sum of squares: all that a mean and its spread need of any number of values."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    @classmethod
    def of(cls, values: Iterable[float]) -> "Sums":
        listed = list(values)
        return cls(len(listed), sum(listed), sum(value * value for value in listed))

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.n + other.n, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self) -> float | None:
        return self.total / self.n if self.n else None

    @property
    def variance(self) -> float | None:
        """Of single values, with n - 1; None below two values."""
        if self.n < 2:
            return None
        return max(0.0, (self.squares - self.total * self.total / self.n) / (self.n - 1))


def mean_estimate(
    sums: Sums, *, within: float | None = None, lowest: float = float("-inf"), highest: float = float("inf")
) -> Estimate:
    """A mean with the t interval ``mean ± t · s / √n``.

    ``within``: the variance of single values within the members of the team. It counts as `LENT` calls beside the own
    ones (Smyth's moderated t, 2004), so that few own calls do not make the interval and many own ones do; then also
    below `ENOUGH` calls there is an interval.
    """
    if sums.mean is None:
        return Estimate(0, None)
    variance, degrees = sums.variance, sums.n - 1
    if within is not None:
        variance = (LENT * within + degrees * (variance or 0.0)) / (LENT + degrees)
        degrees += LENT
    elif variance is None or sums.n < ENOUGH:
        return Estimate(sums.n, sums.mean)
    half = t_975(degrees) * sqrt(variance / sums.n)
    return Estimate(sums.n, sums.mean, max(lowest, sums.mean - half), min(highest, sums.mean + half))


def drawn_estimate(
    strata: Sequence[tuple[int, Sums]], *, lowest: float = float("-inf"), highest: float = float("inf")
) -> Estimate:
    """The mean of all calls by some of each stratum: (calls, what was drawn of them).

    Each stratum counts with its calls, however many of them were drawn (Cochran 1977, 5.3); the spread within strata is
    pooled, since few are drawn of each, and what was looked at whole is known. Strata of which none was drawn are taken
    to be like the others.
    """
    reached = [(calls, drawn) for calls, drawn in strata if drawn.n and calls]
    every, n = sum(calls for calls, _ in reached), sum(drawn.n for _, drawn in reached)
    if not every:
        return Estimate(0, None)
    mean = sum(calls / every * (drawn.total / drawn.n) for calls, drawn in reached)
    degrees = n - len(reached)
    if degrees < ENOUGH - 1:
        return Estimate(n, mean)
    within = sum((drawn.n - 1) * (drawn.variance or 0.0) for _, drawn in reached) / degrees
    parts = ((calls / every) ** 2 * max(0.0, 1 - drawn.n / calls) / drawn.n for calls, drawn in reached)
    half = t_975(degrees) * sqrt(within * sum(parts))
    return Estimate(n, mean, max(lowest, mean - half), min(highest, mean + half))


def rate_estimate(found: float, n: float) -> Estimate:
    """A share (0-1) of ``n`` calls with the interval of Wilson (1927)."""
    if n <= 0:
        return Estimate(0, None)
    low, high = wilson(found, n)  # type: ignore[arg-type]  # the formula holds for corrected counts as well
    return Estimate(round(n), found / n, low / 100, high / 100)


def ratio_estimate(sums: Sequence[float]) -> Estimate:
    """Points reached of points possible (0-1), of sums over calls (n, x, y, xx, yy, xy).

    The variance is that of a ratio of sums (Cochran 1977, 6.3); the interval is Wilson's for as many yes-and-no calls
    as have that variance (Korn & Graubard 1998), because shares near 1 are skewed. Fewer than `ENOUGH_RATIO` calls, and
    calls that all reach the same share, say nothing of the spread: no interval then.
    """
    n, x, y, xx, yy, xy = sums
    if y <= 0:
        return Estimate(0, None)
    ratio = x / y
    spread = max(0.0, xx - 2 * ratio * xy + ratio * ratio * yy)
    if n < ENOUGH_RATIO or spread <= 1e-9 * yy or not 0 < ratio < 1:
        return Estimate(round(n), ratio)
    error = t_975(round(n) - 1) / Z_975 * sqrt(n * spread / (n - 1)) / y
    as_many = ratio * (1 - ratio) / error**2
    low, high = wilson(ratio * as_many, as_many)  # type: ignore[arg-type]  # the formula holds for such counts as well
    return Estimate(round(n), ratio, low / 100, high / 100)


def jeffreys(found: float, n: float) -> Estimate:
    """A share of ``n`` > 0 calls with the interval of Jeffreys' prior (Brown, Cai & DasGupta 2001): of two that are put
    together, narrower than Wilson's near 0."""
    from scipy.special import betaincinv  # half a second to load, and judging a call comes by here

    low, high = (float(betaincinv(found + 0.5, n - found + 0.5, tail)) for tail in (0.025, 0.975))
    return Estimate(round(n), found / n, low if found else 0.0, high if found < n else 1.0)


def rate_difference(before: tuple[float, float], after: tuple[float, float]) -> Estimate:
    """Share after less share before, of counts (found, n); each end is put together from those of the two shares, as
    Newcombe (1998, method 10) and Zou & Donner (2008) do, with Jeffreys' for Wilson's."""
    if before[1] <= 0 or after[1] <= 0:
        return Estimate(0, None)
    first, second = jeffreys(*before), jeffreys(*after)
    (was, lowest, highest), (now, low, high) = first.bounded, second.bounded
    change, down = now - was, sqrt((now - low) ** 2 + (highest - was) ** 2)
    up = sqrt((high - now) ** 2 + (was - lowest) ** 2)
    return Estimate(min(first.n, second.n), change, change - down, change + up)


def mean_difference(before: Sums, after: Sums) -> Estimate:
    """Mean after less mean before, with Welch's interval (1947)."""
    if before.mean is None or after.mean is None:
        return Estimate(0, None)
    n, change = min(before.n, after.n), after.mean - before.mean
    if n < ENOUGH or before.variance is None or after.variance is None:
        return Estimate(n, change)
    a, b = before.variance / before.n, after.variance / after.n
    if a + b == 0:
        return Estimate(n, change, change, change)
    degrees = (a + b) ** 2 / (a * a / (before.n - 1) + b * b / (after.n - 1))
    half = t_975(max(1, int(degrees))) * sqrt(a + b)
    return Estimate(n, change, change - half, change + half)
