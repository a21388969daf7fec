"""How well people agree, and how much the machine misses: shares with their 95 % intervals."""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

_Z = 1.96


@dataclass(frozen=True, slots=True)
class Agreement:
    """Cohen's κ of ``pairs`` judgements: 1 always the same, 0 no better than chance; None where chance explains all.

    ``low`` and ``high``: from the score interval of the share judged alike (Wilson 1927), chance held; the large-sample
    error of Cohen (1960) is nought where a few judgements all agree.
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
    """A mean of ``number`` values with its interval (Student 1908); None where all are one, which tells no spread."""

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
    low, high, kappa = ((share - chance) / (1 - chance) for share in (*_wilson(observed, number), observed))
    return Agreement(number, same, kappa, max(-1.0, min(low, kappa)), min(1.0, max(high, kappa)))


@dataclass(frozen=True, slots=True)
class Looked:
    """A stratum of the unflagged calls: how many there are, how many were looked at blindly, how many had a miss."""

    calls: int
    looked_at: int
    missed: int = 0

    @property
    def spread(self) -> float:
        """Variance of one draw, with half a miss and half a hit added, so that nothing found is no certainty."""
        share = (self.missed + 0.5) / (self.looked_at + 1)
        return share * (1 - share)


def recall_estimate(*, found: float, strata: Sequence[Looked]) -> Estimate | None:
    """Share of the faults of a rule that the machine found.

    ``found``: true faults it found. The faults that it missed are inferred from the strata: each stands for its calls,
    one that nobody looked at is taken to be like the others. The interval is Wilson's for as many draws as would tell
    as much from one stratum. None where nothing was looked at, or there is no fault at all.
    """
    calls, seen = sum(one.calls for one in strata), sum(one.looked_at for one in strata)
    missed = sum(one.missed for one in strata)
    if not seen or not calls or (not found and not missed):
        return None
    looked = [one for one in strata if one.looked_at]
    reached = sum(one.calls for one in looked) or 1
    share = sum(one.calls / reached * one.missed / one.looked_at for one in looked)
    variance = sum((one.calls / reached) ** 2 * one.spread / one.looked_at for one in looked)
    whole = Looked(calls, seen, missed).spread
    low, high = _wilson(share, whole / variance if variance else float(seen))

    def recall(part: float) -> float:
        return found / (found + part * calls) if found + part * calls else 0.0

    return Estimate(recall(share), recall(high), recall(low))


def _wilson(share: float, number: float) -> tuple[float, float]:
    """The 95 % score interval of a share in so many draws (Wilson 1927)."""
    square = _Z * _Z
    middle = (share + square / (2 * number)) / (1 + square / number)
    half = _Z / (1 + square / number) * math.sqrt(share * (1 - share) / number + square / (4 * number * number))
    return max(0.0, middle - half), min(1.0, middle + half)


def next_draws(strata: Sequence[Looked], waiting: Sequence[int], number: int) -> tuple[int, ...]:
    """How many of the next ``number`` draws each stratum gets, so that the whole becomes surest (Neyman 1934).

    ``waiting``: calls of each stratum that can be drawn. Draw by draw the stratum gets it whose part of the variance
    shrinks most.
    """
    given = [0] * len(strata)

    def gain(place: int) -> float:
        one = strata[place]
        had = one.looked_at + given[place]
        return one.calls**2 * one.spread * (1 / (had or 0.5) - 1 / (had + 1))

    for _ in range(number):
        open_ones = [place for place in range(len(strata)) if given[place] < waiting[place]]
        if not open_ones:
            break
        given[max(open_ones, key=gain)] += 1
    return tuple(given)


def mean(values: Sequence[float], *, lowest: float = -math.inf, highest: float = math.inf) -> Mean | None:
    """None without values. The interval ends at ``lowest`` and ``highest``, beyond which no mean of them can lie."""
    number = len(values)
    if not number:
        return None
    middle = sum(values) / number
    if min(values) == max(values):
        return Mean(number, middle, None, None)
    from scipy.special import stdtrit  # half a second to load

    deviation = math.sqrt(sum((value - middle) ** 2 for value in values) / (number - 1))
    half = float(stdtrit(number - 1, 0.975)) * deviation / math.sqrt(number)
    return Mean(number, middle, max(lowest, middle - half), min(highest, middle + half))
