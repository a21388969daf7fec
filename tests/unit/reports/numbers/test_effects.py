"""Training that helped is found; chance, a change of the rules and a bad month that passes are not taken for it."""

from collections import Counter
from math import sqrt

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from benchmarks.coverage import CENTERS, Center
from qa_engine.reports.numbers import Change, Effect, Verdict, change_against_peers

MEMBERS = 10


def one(rng: Generator, *, helps: float, calls: int, all_move: float, restless: float = 0.0) -> tuple[Effect, float]:
    """The worst of ten was trained; ``all_move`` is what a changed rule does to everybody."""
    rates = rng.beta(4, 16, MEMBERS)
    before = rng.binomial(calls, rates)
    worst = int(np.argmax(before))
    later = np.clip(rates + all_move + restless * rng.standard_normal(MEMBERS), 0.001, 0.999)
    later[worst] = max(0.001, later[worst] - helps * rates[worst])
    after = rng.binomial(calls, later)
    changes = [Change(float(x), calls, float(y), calls) for x, y in zip(before, after, strict=True)]
    peers = [change for n, change in enumerate(changes) if n != worst]
    return change_against_peers(changes[worst], peers), -helps * float(rates[worst])


def verdicts(rounds: int = 300, **how: float) -> Counter[Verdict]:
    rng = default_rng(21)
    return Counter(one(rng, **how)[0].verdict for _ in range(rounds))  # type: ignore[arg-type]


@pytest.mark.parametrize("all_move", [0.0, 0.15])
@pytest.mark.parametrize("restless", [0.0, 0.04])
def test_training_without_effect_is_hardly_ever_said_to_help(all_move: float, restless: float) -> None:
    """The worst one gets better by itself afterwards; a rule that moves everybody moves nobody here."""
    counted = verdicts(helps=0.0, calls=60, all_move=all_move, restless=restless)
    assert counted[Verdict.HELPED] / 300 <= 0.04


def test_training_that_helps_is_found() -> None:
    assert verdicts(helps=0.7, calls=200, all_move=0.1)[Verdict.HELPED] / 300 > 0.9
    assert verdicts(helps=0.7, calls=200, all_move=0.1)[Verdict.DID_NOTHING] == 0


def test_with_many_calls_training_without_effect_is_said_to_do_nothing() -> None:
    assert verdicts(helps=0.0, calls=600, all_move=0.1)[Verdict.DID_NOTHING] / 300 > 0.9


@pytest.mark.parametrize("calls", [30, 60, 120, 500])
@pytest.mark.parametrize("center", CENTERS.values(), ids=CENTERS)
def test_the_interval_holds_the_effect_as_often_as_it_claims(center: Center, calls: int) -> None:
    """Within a point of 95 %, as far as so many rounds tell; two points where the rule itself became another, or where
    so few calls make steps of the counts."""
    rng = default_rng([22, calls])
    held = count = 0
    while count < 900:
        own, peers, truth = center.trained(rng, calls)
        difference = change_against_peers(own, peers, rule_changed=center.stricter != 1).difference
        if difference.value is not None:
            value, low, high = difference.bounded
            assert low <= value <= high
            held, count = held + (low <= truth <= high), count + 1
    chance = 2.58 * sqrt(0.95 * 0.05 / count)
    assert abs(held / count - 0.95) <= (0.01 if center.stricter == 1 and calls > 30 else 0.02) + chance


def test_a_rule_that_became_another_is_not_taken_for_a_training_in_vain() -> None:
    """It finds three times as much with everybody; of what that is with the worst one, training took nearly half."""
    own, peers = Change(72, 300, 120, 300), [Change(n, 300, 3 * n, 300) for n in (20, 22, 24, 26, 28)]
    assert change_against_peers(own, peers).verdict is Verdict.DID_NOTHING
    assert change_against_peers(own, peers, rule_changed=True).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("own", "peers", "reason"),
    [
        (Change(2, 3, 0, 40), [Change(5, 50, 5, 50)] * 5, "培训前 3 通"),
        (Change(1, 30, 2, 40), [Change(5, 50, 5, 50)] * 5, "前后共出现 3 通"),
        (Change(9, 30, 2, 40), [Change(5, 50, 5, 50)] * 2, "只有 2 人"),
        (Change(9, 30, 2, 40), [Change(5, 50, 0, 0)] * 5, "只有 0 人"),
    ],
)
def test_what_cannot_be_said_is_not_said(own: Change, peers: list[Change], reason: str) -> None:
    effect = change_against_peers(own, peers)
    assert effect.verdict is Verdict.UNKNOWN
    assert reason in effect.reason
    assert effect.difference.value is None
