"""Did it help? The change of one against the change of peers to whom nothing was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from qa_engine.reports.numbers.intervals import ENOUGH, Estimate
from qa_engine.reports.numbers.shrinkage import rate_prior
from qa_engine.reports.statistics import t_975

LEAST_PEERS = 3


class Verdict(StrEnum):
    """What can be said of a measure."""

    HELPED = "有效"
    DID_NOTHING = "无效"
    UNKNOWN = "说不清"


@dataclass(frozen=True, slots=True)
class Change:
    """Calls with the fault and calls in all, before and after."""

    found_before: float
    before: float
    found_after: float
    after: float

    @property
    def known(self) -> bool:
        return self.before > 0 and self.after > 0


@dataclass(frozen=True, slots=True)
class Effect:
    """The change of the share of calls with the fault beyond that of the peers; negative is better.

    ``own`` and ``peers`` are the two changes; ``verdict`` is what the interval of the difference allows to say.
    """

    verdict: Verdict
    difference: Estimate
    own: float | None
    peers: float | None
    peer_count: int
    reason: str = ""


def change_against_peers(own: Change, peers: Sequence[Change], *, chosen: bool = True, worth: float = 0.5) -> Effect:
    """Difference in differences of one member against peers.

    ``chosen``: the member was picked because of the rate before, which alone makes it fall afterwards (Galton's
    regression to the mean); the rate before is then shrunk toward the team's. The peers' own changes differ among each
    other, and the effect has to stand out from that (Conley & Taber 2011): their spread enters the interval, with
    Student's t over the peers for this part. 无效 is said only when even the better end of the interval is less than
    the part ``worth`` of what was there to be lost.
    """
    known = [peer for peer in peers if peer.known]
    reason = _why_not(own, known)
    if reason:
        return Effect(Verdict.UNKNOWN, Estimate(int(min(own.before, own.after)), None), None, None, len(known), reason)
    prior = rate_prior([(c.found_before, c.before) for c in (own, *known)])
    before = prior.of(own.found_before, own.before).value if chosen else own.found_before / own.before
    assert before is not None
    own_change = own.found_after / own.after - before
    changes = [c.found_after / c.after - c.found_before / c.before for c in known]
    noise = [_noise(c.found_before, c.before) + _noise(c.found_after, c.after) for c in known]
    between = _between(changes, noise)
    weights = [1 / (one + between) for one in noise]
    peer_change = sum(w * c for w, c in zip(weights, changes, strict=True)) / sum(weights)
    share = prior.weight(own.before) if chosen else 1.0
    own_noise = share * _noise(own.found_before, own.before) + _noise(own.found_after, own.after)
    variance = own_noise + between + 1 / sum(weights)
    # only what the peers tell is known as badly as they are few (Satterthwaite 1946): they show how far their changes
    # are apart with their own noise, which is taken off
    seen = between + len(noise) / sum(1 / one for one in noise)
    degrees = (len(known) - 1) * (variance / seen) ** 2
    half = t_975(max(1, int(degrees))) * sqrt(variance)
    difference = own_change - peer_change
    estimate = Estimate(int(min(own.before, own.after)), difference, difference - half, difference + half)
    return Effect(_verdict(estimate, before, worth), estimate, own_change, peer_change, len(known))


def _why_not(own: Change, peers: Sequence[Change]) -> str:
    if own.before < ENOUGH or own.after < ENOUGH:
        return f"培训前 {own.before:.0f} 通、培训后 {own.after:.0f} 通，不足 {ENOUGH} 通"
    if len(peers) < LEAST_PEERS:
        return f"可对照的同组坐席只有 {len(peers)} 人，不足 {LEAST_PEERS} 人"
    return ""


def _noise(found: float, n: float) -> float:
    share = (found + 0.5) / (n + 1)
    return share * (1 - share) / n


def _between(changes: Sequence[float], noise: Sequence[float]) -> float:
    """The variance of true changes among the peers (DerSimonian & Laird)."""
    weights = [1 / one for one in noise]
    mean = sum(w * c for w, c in zip(weights, changes, strict=True)) / sum(weights)
    q = sum(w * (c - mean) ** 2 for w, c in zip(weights, changes, strict=True))
    scale = sum(weights) - sum(w * w for w in weights) / sum(weights)
    return max(0.0, (q - (len(changes) - 1)) / scale) if scale > 0 else 0.0


def _verdict(difference: Estimate, before: float, worth: float) -> Verdict:
    assert difference.low is not None
    assert difference.high is not None
    if difference.high < 0:
        return Verdict.HELPED
    if difference.low > -worth * before:
        return Verdict.DID_NOTHING
    return Verdict.UNKNOWN
