"""Control charts for rates: how often a rule finds something, held against its own history.

The chart is Laney's p′ (Laney, "Improved control charts for attributes", Quality Engineering 14(4), 2002): a p-chart
whose limits are widened by how much more the days differ than chance alone would let them. Rare faults have no normal
distribution, so a day is named only when its count is also improbable by itself: by the predictive distribution of a
count after the history (beta-binomial with the prior of Jeffreys), whose tail is summed exactly.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import NormalDist

LEAST_DAYS, LEAST_CALLS = 10, 200
FALSE_ALARMS = 0.01
"""How often a day on which nothing happened may name any rule at all."""
WIDTH = 3.0
"""Limits of the chart, in standard deviations; what names a rule lies at least as far out."""
_MOVING_RANGE = 1.128  # mean distance of two normal values, in standard deviations (d2 for n = 2)
_ENOUGH = 1e-15


@dataclass(frozen=True, slots=True)
class DayHits:
    """Of ``calls`` judged calls of a day, in how many the rule found a fault."""

    day: date
    hits: int
    calls: int

    @property
    def rate(self) -> float:
        return self.hits / self.calls if self.calls else 0.0


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A day on the chart, with the limits for as many calls as it has; shares of 1."""

    hits: DayHits
    low: float
    high: float

    @property
    def outside(self) -> bool:
        return not self.low <= self.hits.rate <= self.high


@dataclass(frozen=True, slots=True)
class ControlChart:
    """``centre`` and ``spread`` are of the days before the last one. ``jump``: 1 up, -1 down, 0 none, of the last.

    ``chance`` is how probable a count as far out would be if nothing had changed.
    """

    points: tuple[ChartPoint, ...]
    centre: float
    spread: float
    jump: int
    chance: float


def control_chart(days: Sequence[DayHits], *, rules: int = 1) -> ControlChart | None:
    """The chart of a rule whose last day is judged by the days before it; None while these are too few.

    ``rules``: how many are looked at on the same day, so that many rules give no more false alarms than one.
    """
    days = [day for day in days if day.calls > 0]
    if not days:
        return None
    *before, last = days
    base = _without_outliers(before)
    if len(base) < LEAST_DAYS or sum(day.calls for day in base) < LEAST_CALLS:
        return None
    whole, hits = sum(day.calls for day in base), sum(day.hits for day in base)
    centre, spread = hits / whole, _spread(base)
    strict = max(WIDTH, NormalDist().inv_cdf(1 - FALSE_ALARMS / max(1, rules) / 2))
    points = tuple(ChartPoint(day, *_limits(centre, spread, day.calls, whole, WIDTH)) for day in days)
    low, high = _limits(centre, spread, last.calls, whole, strict)
    chance = _chance(last, hits, whole)
    outside = not low <= last.rate <= high and chance < FALSE_ALARMS / max(1, rules)
    direction = 1 if last.rate > centre else -1
    return ControlChart(points, centre, spread, direction if outside else 0, chance)


def _without_outliers(days: Sequence[DayHits]) -> Sequence[DayHits]:
    """The days without those that are outside of the limits of all of them: a jump of last month is no history."""
    if len(days) < LEAST_DAYS:
        return days
    whole = sum(day.calls for day in days)
    centre, spread = sum(day.hits for day in days) / whole, _spread(days)
    kept = []
    for day in days:
        low, high = _limits(centre, spread, day.calls, whole, WIDTH)
        if low <= day.rate <= high:
            kept.append(day)
    return kept


def _spread(days: Sequence[DayHits]) -> float:
    """Laney's σz, at least 1: days that differ less than chance lets them do not narrow the limits."""
    whole = sum(day.calls for day in days)
    centre = sum(day.hits for day in days) / whole if whole else 0.0
    if not 0 < centre < 1 or len(days) < 2:
        return 1.0
    z = [(day.rate - centre) / math.sqrt(centre * (1 - centre) / day.calls) for day in days]
    moving = [abs(later - earlier) for earlier, later in pairwise(z)]
    return max(1.0, sum(moving) / len(moving) / _MOVING_RANGE)


def _limits(centre: float, spread: float, calls: int, whole: int, width: float) -> tuple[float, float]:
    """Limits of the rate of a day with ``calls``; how little is known of the centre itself widens them."""
    sigma = math.sqrt(max(centre * (1 - centre), 0.0) * (1 / calls + 1 / whole)) * spread
    return max(0.0, centre - width * sigma), min(1.0, centre + width * sigma)


def _chance(last: DayHits, hits: int, whole: int) -> float:
    """Twice the tail of the predictive distribution at the count of the last day, at most 1."""
    a, b, n = hits + 0.5, whole - hits + 0.5, last.calls
    step = 1 if last.hits * whole >= hits * n else -1
    total, k = 0.0, last.hits
    while 0 <= k <= n:
        term = math.exp(_log_beta_binomial(k, n, a, b))
        total += term
        if term < _ENOUGH and k != last.hits:
            break
        k += step
    return min(1.0, 2 * total)


def _log_beta_binomial(k: int, n: int, a: float, b: float) -> float:
    choose = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return choose + _log_beta(k + a, n - k + b) - _log_beta(a, b)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
