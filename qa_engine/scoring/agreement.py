"""How well people agree, and how much the machine misses: shares with their 95 % intervals."""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from qa_engine.domain import Precision

_Z = 1.96


@dataclass(frozen=True, slots=True)
class Agreement:
    """Cohen's κ of ``pairs`` judgements: 1 always the same, 0 no better than chance; None where chance explains all.

    ``low`` and ``high``: by the large-sample standard error (Cohen 1960), cut at -1 and 1.
    """

    pairs: int
    same: int
    kappa: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share with its interval, 0–1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of ``number`` values with its interval (normal); None with fewer than two."""

    number: int
    value: float
    low: float | None
    high: float | None


def cohen_kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> Agreement:
    """Agreement of two judges about the same things."""
    number = len(pairs)
    same = sum(one == other for one, other in pairs)
    if not number:
        return Agreement(0, 0, None, None, None)
    firsts, seconds = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    observed = same / number
    chance = sum(firsts[kind] * seconds[kind] for kind in firsts) / number**2
    if chance >= 1.0:
        return Agreement(number, same, None, None, None)
    kappa = (observed - chance) / (1 - chance)
    spread = _Z * math.sqrt(observed * (1 - observed) / (number * (1 - chance) ** 2))
    return Agreement(number, same, kappa, max(-1.0, kappa - spread), min(1.0, kappa + spread))


def recall_estimate(*, found: float, missed: int, looked_at: int, unflagged: int) -> Estimate | None:
    """Share of the faults of a rule that the machine found.

    ``found``: true faults it found; ``missed``: faults people found in ``looked_at`` calls drawn blindly from the
    ``unflagged`` ones, from which the whole is inferred. None where nothing was looked at, or there is no fault at all.
    """
    if not looked_at or (not found and not missed):
        return None
    share = Precision.measured(missed, looked_at)

    def recall(part: float) -> float:
        return found / (found + part * unflagged) if found + part * unflagged else 0.0

    return Estimate(recall(share.value), recall(share.high), recall(share.low))


def mean(values: Sequence[float]) -> Mean | None:
    """None without values."""
    number = len(values)
    if not number:
        return None
    middle = sum(values) / number
    if number < 2:
        return Mean(number, middle, None, None)
    deviation = math.sqrt(sum((value - middle) ** 2 for value in values) / (number - 1))
    half = _Z * deviation / math.sqrt(number)
    return Mean(number, middle, middle - half, middle + half)
