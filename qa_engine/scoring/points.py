"""Exact arithmetic on points: everything is counted in whole hundredths, so no total depends on the order of its sums.

The places where rounding can happen at all are :func:`cents` (a number that came from outside, or a weighted
one) and :func:`percent`; both round half away from zero.
"""

from decimal import ROUND_HALF_UP, Decimal

HUNDREDTH = Decimal("0.01")


def cents(points: float) -> int:
    """Points as whole hundredths: 2.5 → 250, -0.005 → -1. NaN and infinities are a ValueError."""
    exact = Decimal(repr(float(points)))
    if not exact.is_finite():
        raise ValueError(f"points must be a finite number, not {points!r}")
    return int((exact / HUNDREDTH).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def points(hundredths: int) -> float:
    """The shown number: 250 → 2.5; the float nearest to it, so it prints with at most two decimals."""
    return hundredths / 100


def weighted(hundredths: int, weight: float) -> int:
    """``hundredths`` × ``weight``, rounded to a whole hundredth."""
    return int((hundredths * Decimal(repr(float(weight)))).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def percent(part: int, whole: int) -> Decimal:
    """``part`` of ``whole`` in percent, to 0.01; 0 when there is no whole."""
    if whole == 0:
        return Decimal(0)
    return (Decimal(part) * 100 / Decimal(whole)).quantize(HUNDREDTH, rounding=ROUND_HALF_UP)
