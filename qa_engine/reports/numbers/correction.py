"""A rule finds some things that are none, and overlooks some: its rate, corrected by what reviews measured."""

from dataclasses import dataclass
from math import exp, sqrt

from qa_engine.reports.numbers.intervals import Estimate

_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Measured:
    """``right`` of ``of`` checks."""

    right: float
    of: float

    @property
    def share(self) -> float:
        """With half a check added to either side, so that few checks prove little."""
        return (self.right + 0.5) / (self.of + 1)

    @property
    def log_moments(self) -> tuple[float, float]:
        """Mean and variance of the logarithm of the share, with the prior of Jeffreys."""
        from scipy.special import polygamma, psi  # half a second to load, and judging a call comes by here

        a, whole = self.right + 0.5, self.of + 1
        return float(psi(a) - psi(whole)), float(polygamma(1, a) - polygamma(1, whole))


def corrected_rate(
    found: float, n: float, *, precision: Measured | None = None, recall: Measured | None = None
) -> Estimate:
    """The rate of a fault in ``n`` calls of which the rule found it in ``found``: ``rate · precision / recall``.

    That is Rogan & Gladen's correction (1978), written with the precision that reviews of hits measure instead of the
    specificity. The interval is that of the logarithm, whose mean and variance add up; 0-1.
    """
    if n <= 0:
        return Estimate(0, None)
    shown = found / n
    middle, variance = Measured(found, n).log_moments
    for measured, sign in ((precision, 1), (recall, -1)):
        if measured is not None:
            mean, spread = measured.log_moments
            shown *= measured.share**sign
            middle, variance = middle + sign * mean, variance + spread
    half = _Z * sqrt(variance)
    low = 0.0 if found == 0 else exp(middle - half)
    return Estimate(round(n), min(1.0, shown), min(1.0, low), min(1.0, exp(middle + half)))
