"""Control charts of daily rates and means: which days are out of the ordinary."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import median

from qa_engine.reports.numbers.intervals import Sums

_SIGMAS = 3.0
LEAST_DAYS = 8
_MEDIAN_RANGE = 0.954  # of two normal values, in standard deviations


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """One day: the value, and the limits between which it lies on 997 of 1,000 ordinary days."""

    n: float
    value: float
    center: float
    low: float
    high: float

    @property
    def out(self) -> bool:
        return not self.low <= self.value <= self.high


def control_chart(
    points: Sequence[Sums], *, lowest: float = float("-inf"), highest: float = float("inf")
) -> tuple[ControlPoint, ...]:
    """A chart of means (of 0/1 for rates) whose days have different numbers of calls.

    Laney's chart (2002): the days differ more than their calls explain, so the limits are widened by what the moving
    range of the standardised days shows. Fewer than `LEAST_DAYS` days give no limits: () is returned.
    """
    seen = [point for point in points if point.n]
    n = sum(point.n for point in seen)
    if len(seen) < LEAST_DAYS or n <= len(seen):
        return ()
    center = sum(point.total for point in seen) / n
    whole = sum(seen, Sums())
    within = whole.variance or 0.0
    if within == 0:
        return tuple(ControlPoint(p.n, p.mean or 0.0, center, center, center) for p in seen)
    standard = [((p.mean or 0.0) - center) / sqrt(within / p.n) for p in seen]
    ranges = [abs(b - a) for a, b in pairwise(standard)]
    # the median range is not pulled up by the very days that are looked for
    wider = max(1.0, median(ranges) / _MEDIAN_RANGE)
    made = []
    for point in seen:
        half = _SIGMAS * wider * sqrt(within / point.n)
        made.append(
            ControlPoint(point.n, point.mean or 0.0, center, max(lowest, center - half), min(highest, center + half))
        )
    return tuple(made)
