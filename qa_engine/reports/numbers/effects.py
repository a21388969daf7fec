"""Did it help? The change of one against the change of peers to whom nothing was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from qa_engine.reports.numbers.intervals import Z_975, Estimate, jeffreys
from qa_engine.reports.numbers.shrinkage import rate_prior
from qa_engine.reports.statistics import t_975

LEAST_PEERS = 3
LEAST_CALLS, LEAST_FOUND = 30, 5
"""Of the one who was trained: calls of each period, calls with the fault in both; fewer tell nothing of a change."""


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


def change_against_peers(
    own: Change, peers: Sequence[Change], *, worth: float = 0.5, rule_changed: bool = False
) -> Effect:
    """Difference in differences of one member against peers.

    The member was picked because of the rate before, which alone makes it fall afterwards (Galton's regression to the
    mean): the rate before is shrunk toward the team's. The peers' own changes differ among each other, and the effect
    has to stand out from that (Conley & Taber 2011): what is seen of it enters the interval, with Student's t over the
    peers for this part (Satterthwaite 1946), and below the chance of their calls as well as above: cut at none, it
    would make the interval too wide wherever peers are alike. Each end is put together from the ends of its parts
    (Zou & Donner 2008), because rates near 0 are skewed.

    ``rule_changed``: another rule finds more or less with everybody, as much more or as many times more; the interval
    then holds both. 无效 is said only when even the better end is less than the part ``worth`` of what was there to be
    lost.
    """
    known = [peer for peer in peers if peer.known]
    reason = _why_not(own, known)
    if reason:
        return Effect(Verdict.UNKNOWN, Estimate(int(min(own.before, own.after)), None), None, None, len(known), reason)
    before = rate_prior([(c.found_before, c.before) for c in (own, *known)]).of(own.found_before, own.before)
    assert before.value is not None
    after = jeffreys(own.found_after, own.after)
    change, seen, common = _of_peers(known)
    moved = [change]
    if rule_changed:
        moved.append(before.value * (_together(known, after=True) / _together(known, after=False) - 1))
    down, up = (_half(noise, seen, common, len(known)) for noise in _noises(before, after))
    own_change = own.found_after / own.after - before.value
    low, high = own_change - max(moved) - down, own_change - min(moved) + up
    difference = Estimate(int(min(own.before, own.after)), own_change - change, low, high)
    return Effect(_verdict(difference, before.value, worth), difference, own_change, change, len(known))


def _why_not(own: Change, peers: Sequence[Change]) -> str:
    if min(own.before, own.after) < LEAST_CALLS:
        return f"培训前 {own.before:.0f} 通、培训后 {own.after:.0f} 通，不足 {LEAST_CALLS} 通"
    if own.found_before + own.found_after < LEAST_FOUND:
        return f"前后共出现 {own.found_before + own.found_after:.0f} 通，不足 {LEAST_FOUND} 通"
    if len(peers) < LEAST_PEERS:
        return f"可对照的同组坐席只有 {len(peers)} 人，不足 {LEAST_PEERS} 人"
    return ""


def _noises(before: Estimate, after: Estimate) -> tuple[float, float]:
    """The variance of the own change toward its lower and toward its upper end."""
    was, lowest, highest = before.bounded
    now, low, high = after.bounded
    down = (now - low) ** 2 + (highest - was) ** 2
    up = (high - now) ** 2 + (was - lowest) ** 2
    return down / Z_975**2, up / Z_975**2


def _together(peers: Sequence[Change], *, after: bool) -> float:
    """The share of all peers' calls with the fault; never 0."""
    counts = [(peer.found_after, peer.after) if after else (peer.found_before, peer.before) for peer in peers]
    return (sum(found for found, _ in counts) + 0.5) / (sum(n for _, n in counts) + 1)


def _of_peers(peers: Sequence[Change]) -> tuple[float, tuple[float, float], float]:
    """What changed with the peers; the variance of their true changes, as moments tell it (DerSimonian & Laird), which
    is below 0 as often as chance has it, with what it would be without any noise taken off; the variance of the mean.
    """
    levels = [_together(peers, after=late) for late in (False, True)]
    changes = [peer.found_after / peer.after - peer.found_before / peer.before for peer in peers]
    noise = [
        _noise(peer.found_before, peer.before, levels[0]) + _noise(peer.found_after, peer.after, levels[1])
        for peer in peers
    ]
    weights = [1 / one for one in noise]
    mean = sum(w * c for w, c in zip(weights, changes, strict=True)) / sum(weights)
    q = sum(w * (c - mean) ** 2 for w, c in zip(weights, changes, strict=True))
    scale = sum(weights) - sum(w * w for w in weights) / sum(weights)
    between = (q - (len(peers) - 1)) / scale
    weights = [1 / (one + max(0.0, between)) for one in noise]
    change = sum(w * c for w, c in zip(weights, changes, strict=True)) / sum(weights)
    return change, (between, q / scale), 1 / sum(weights)


def _half(own: float, seen: tuple[float, float], common: float, peers: int) -> float:
    """Half of the interval: the ``own`` variance, that among the peers, and that of their mean."""
    between, spread = seen
    variance = max(own + between + common, (own + common) / 2)
    degrees = (peers - 1) * (variance / spread) ** 2 if spread else float("inf")
    return t_975(max(1, int(min(degrees, 1e6)))) * sqrt(variance)


def _noise(found: float, n: float, level: float) -> float:
    """The variance of a share, leaning on the ``level`` of all by one call, so that none is without."""
    share = (found + level) / (n + 1)
    return share * (1 - share) / n


def _verdict(difference: Estimate, before: float, worth: float) -> Verdict:
    assert difference.low is not None
    assert difference.high is not None
    if difference.high < 0:
        return Verdict.HELPED
    if difference.low > -worth * before:
        return Verdict.DID_NOTHING
    return Verdict.UNKNOWN
