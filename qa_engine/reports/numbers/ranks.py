"""Places that are shared by those who cannot be told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Generic, TypeVar

from qa_engine.reports.numbers.intervals import Sums

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Place(Generic[K]):
    """``place`` is 1 more than the number of members who are surely better; ``last`` the place if all who are not
    surely worse were better."""

    key: K
    place: int
    last: int
    mean: float


def shared_places(members: Mapping[K, Sums], *, enough: int) -> Sequence[Place[K]]:
    """The members with at least ``enough`` values, the best first.

    Two are told apart when their means differ by more than the Bonferroni bound over all pairs, with the spread pooled
    over the members: with a chance of 95 % no two equal ones are told apart.
    """
    known = {key: sums for key, sums in members.items() if sums.n >= enough and sums.n > 1}
    if not known:
        return ()
    pairs = max(1, len(known) * (len(known) - 1) // 2)
    bound = NormalDist().inv_cdf(1 - 0.025 / pairs)
    degrees = sum(sums.n - 1 for sums in known.values())
    within = sum((sums.n - 1) * (sums.variance or 0.0) for sums in known.values()) / degrees
    bound *= 1 + (bound * bound + 1) / (4 * degrees)  # Student's t for z, first term

    def surely_better(one: Sums, other: Sums) -> bool:
        return (one.mean or 0.0) - (other.mean or 0.0) > bound * sqrt(within * (1 / one.n + 1 / other.n))

    places = [
        Place(
            key,
            1 + sum(surely_better(other, sums) for other in known.values()),
            len(known) - sum(surely_better(sums, other) for other in known.values()),
            sums.mean or 0.0,
        )
        for key, sums in known.items()
    ]
    return tuple(sorted(places, key=lambda place: (place.place, -place.mean, str(place.key))))
