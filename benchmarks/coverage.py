"""How often the 95 % intervals of reports hold the simulated truth.

    python -m benchmarks.coverage               # 10,000 rounds a line: the table of docs/统计说明.md
    python -m benchmarks.coverage --rounds 2000

Each line draws a truth, then calls from it, and asks whether the interval holds the truth. The last column is the
chance error of the simulation itself (1.96 standard errors), in points.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import cast

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from qa_engine.reports.kinds.satisfaction import correlation
from qa_engine.reports.numbers import (
    Change,
    Estimate,
    Measured,
    Sums,
    change_against_peers,
    corrected_rate,
    drawn_estimate,
    mean_difference,
    mean_estimate,
    mean_prior,
    rate_difference,
    rate_estimate,
    rate_prior,
    ratio_estimate,
    shared_places,
)
from qa_engine.reports.period import Tally
from qa_engine.reports.period.figures import RuleLine
from qa_engine.reports.period.member import Member, Running
from qa_engine.reports.period.needs import Need, coachings, needs
from qa_engine.scoring.agreement import cohen_kappa

POINTS = np.array([2, 3, 5, 3, 2, 8, 4, 3, 2, 5, 2, 3, 2, 2, 3, 4, 2, 3, 2, 2.0])
FAULTS = np.linspace(0.01, 0.25, len(POINTS))
TRUE_SCORE = 100 - float(POINTS @ FAULTS)
Held = tuple[int, int]  # intervals that hold the truth, of how many


def scores(rng: Generator, n: int) -> Sums:
    """Scores as calls have them: 100 less what some of twenty faults cost, skewed and in steps."""
    return Sums.of(100 - ((rng.random((n, len(POINTS))) < FAULTS) @ POINTS))


def holds(estimate: Estimate, truth: float) -> bool:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low - 1e-12 <= truth <= estimate.high + 1e-12


def rates(n: int) -> Callable[[Generator], Held]:
    def one(rng: Generator) -> Held:
        truth = float(rng.beta(2, 18))
        return holds(rate_estimate(rng.binomial(n, truth), n), truth), 1

    return one


def means(n: int) -> Callable[[Generator], Held]:
    return lambda rng: (holds(mean_estimate(scores(rng, n)), TRUE_SCORE), 1)


def means_beside_a_team(n: int) -> Callable[[Generator], Held]:
    """Thirty agents who break rules more or less often: their scores spread differently."""

    def one(rng: Generator) -> Held:
        faults = np.minimum(0.6, FAULTS * rng.lognormal(0, 0.35, 30)[:, None])
        sums = [Sums.of(100 - ((rng.random((n, len(POINTS))) < own) @ POINTS)) for own in faults]
        within = mean_prior(sums).within
        truth = 100 - faults @ POINTS
        return sum(holds(mean_estimate(s, within=within), t) for s, t in zip(sums, truth, strict=True)), 30

    return one


def ratings(rng: Generator, n: int) -> tuple[Sums, float]:
    """What customers gave, 1 to 5, and their true mean."""
    chances = rng.dirichlet([0.5, 0.5, 1, 3, 4])
    return Sums.of(rng.choice(5, size=n, p=chances) + 1.0), float(chances @ np.arange(1, 6))


def changes_of_ratings(rng: Generator) -> Held:
    (before, was), (after, now) = (ratings(rng, int(n)) for n in rng.integers(10, 200, size=2))
    return holds(mean_difference(before, after), now - was), 1


def mean_ratings(rng: Generator) -> Held:
    given, truth = ratings(rng, int(rng.integers(10, 200)))
    return holds(mean_estimate(given), truth), 1


def rare_changes(rng: Generator) -> Held:
    before, after = rng.beta(1, 30, size=2)
    n, m = rng.integers(5, 400, size=2)
    return holds(rate_difference((rng.binomial(n, before), n), (rng.binomial(m, after), m)), after - before), 1


def hardly_reviewed(rng: Generator) -> Held:
    seen, precision, n = rng.uniform(0.05, 0.3), rng.uniform(0.6, 0.97), int(rng.integers(200, 2000))
    checks, found = int(rng.integers(10, 20)), rng.binomial(n, seen)
    made = corrected_rate(found, n, precision=Measured(rng.binomial(checks, precision), checks))
    return holds(made, seen * precision), 1


def coefficients(rng: Generator) -> Held:
    n, truth = int(rng.integers(10, 300)), float(rng.uniform(-0.3, 0.7))
    x = rng.standard_normal(n)
    y = truth * x + sqrt(1 - truth**2) * rng.standard_normal(n)
    return holds(correlation([float(n), *(float(v) for v in (x.sum(), y.sum(), x @ x, y @ y, x @ y))]), truth), 1


def changes_of_rates(rng: Generator) -> Held:
    before, after = rng.beta(2, 10, size=2)
    n, m = rng.integers(10, 200, size=2)
    made = rate_difference((rng.binomial(n, before), n), (rng.binomial(m, after), m))
    return holds(made, after - before), 1


def changes_of_means(rng: Generator) -> Held:
    n, m = (int(k) for k in rng.integers(8, 120, size=2))
    return holds(mean_difference(scores(rng, n), scores(rng, m)), 0.0), 1


def corrected(rng: Generator) -> Held:
    seen, precision, recall = rng.uniform(0.05, 0.3), rng.uniform(0.75, 0.97), rng.uniform(0.6, 0.95)
    n, checks = int(rng.integers(200, 2000)), int(rng.integers(40, 120))
    found = rng.binomial(n, seen)
    right, heard = rng.binomial(checks, precision), rng.binomial(checks, recall)
    made = corrected_rate(found, n, precision=Measured(right, checks), recall=Measured(heard, checks))
    return holds(made, seen * precision / recall), 1


def rates_of_a_team(members: int, a: float, b: float) -> Callable[[Generator], Held]:
    def one(rng: Generator) -> Held:
        truth, n = rng.beta(a, b, members), rng.integers(2, 60, members)
        found = rng.binomial(n, truth)
        prior = rate_prior(list(zip(found.tolist(), n.tolist(), strict=True)))
        held = sum(holds(prior.of(float(x), float(m)), p) for p, x, m in zip(truth, found, n, strict=True))
        return held, members

    return one


def means_of_a_team(members: int, apart: float) -> Callable[[Generator], Held]:
    def one(rng: Generator) -> Held:
        truth = 90 + apart * rng.standard_normal(members)
        sums = [Sums.of(t + 8 * rng.standard_normal(int(rng.integers(2, 60)))) for t in truth]
        prior = mean_prior(sums)
        return sum(holds(prior.of(s), t) for t, s in zip(truth, sums, strict=True)), members

    return one


@dataclass(frozen=True)
class Center:
    """Where the worst of some ``members`` is trained: what the rates are like (``beta``), how far apart the members'
    own changes lie (``restless``), and how many times more a changed rule finds (``stricter``)."""

    members: tuple[int, int] = (5, 12)
    beta: tuple[float, float] = (4, 16)
    restless: float = 0.02
    stricter: float = 1.0

    def trained(self, rng: Generator, calls: int) -> tuple[Change, list[Change], float]:
        """The trained one, the peers, and the truth. The members have half to twice the ``calls`` a period."""
        size = int(rng.integers(self.members[0], self.members[1] + 1))
        n, m = rng.integers((calls + 1) // 2, 2 * calls, (2, size))
        rates = rng.beta(*self.beta, size)
        before = rng.binomial(n, rates)
        first = np.argsort(-before / n, kind="stable")
        n, before, rates = n[first], before[first], rates[first]
        season = float(rng.uniform(-0.3, 0.5)) * self.beta[0] / sum(self.beta) if self.stricter == 1 else 0.0
        later = np.clip(rates * self.stricter + season + self.restless * rng.standard_normal(size), 0, 1)
        effect = -float(rng.uniform(0, 0.8) * (rng.random() < 0.8) * later[0])
        later[0] += effect
        after = rng.binomial(m, later)
        own, *peers = (Change(*(float(v) for v in one)) for one in zip(before, n, after, m, strict=True))
        return own, peers, effect


CENTERS = {
    "6–13 人": Center((6, 13)),
    "4–5 人": Center((4, 5), restless=0.0),
    "30 人": Center((30, 30)),
    "常见的问题": Center((6, 13), (6, 6), 0.05),
    "少见的问题": Center((8, 13), (1, 30), 0.0),
    "其间改版，多查出一半": Center((6, 13), stricter=1.5),
}


def trainings(center: Center, calls: int) -> Callable[[Generator], Held]:
    def one(rng: Generator) -> Held:
        own, peers, truth = center.trained(rng, calls)
        difference = change_against_peers(own, peers, rule_changed=center.stricter != 1).difference
        return (holds(difference, truth), 1) if difference.value is not None else (0, 0)

    return one


@dataclass(frozen=True)
class Team:
    """What `needs` reads of a tally: ten agents, twenty rules, with the rates behind them."""

    members: Sequence[Member]
    rules: Sequence[RuleLine]
    failed: NDArray[np.float64]
    judged: NDArray[np.float64]
    points_of: Mapping[int, Sums]
    truth: NDArray[np.float64]

    def examples_of(self, member: int, rule: int) -> list[str]:
        return []


def team(rng: Generator) -> Team:
    """Some are better than others at all, some at one thing; calls 20 to 200 each."""
    size, skill = 10, rng.lognormal(0, 0.35, 10)[:, None]
    truth = np.minimum(0.7, FAULTS * skill * rng.lognormal(0, 0.6, (size, len(POINTS))))
    calls = rng.integers(20, 200, size)
    judged = np.tile(calls[:, None], len(POINTS)).astype(float)
    members = [Member(str(n), str(n), "一组", n, score=Running(int(count))) for n, count in enumerate(calls)]
    rules = [RuleLine(str(n), str(n), "", "", "", "", "minor") for n in range(len(POINTS))]
    failed = rng.binomial(calls[:, None], truth).astype(float)
    points = {n: Sums(int(sum(failed[:, n])), float(sum(failed[:, n]) * each)) for n, each in enumerate(POINTS)}
    return Team(members, rules, failed, judged, points, truth)


def regained(rng: Generator) -> Held:
    """Of each need: what the agent's true rate costs above the goal that was set."""
    made = team(rng)
    found = needs(cast(Tally, made))
    return sum(one.least - 1e-9 <= gain(made, one) <= one.most + 1e-9 for one in found), len(found)


def regained_together(rng: Generator) -> Held:
    made = team(rng)
    found = coachings(needs(cast(Tally, made)))
    truth = [sum(gain(made, need) for need in one.needs) for one in found]
    return sum(one.least - 1e-9 <= t <= one.most + 1e-9 for one, t in zip(found, truth, strict=True)), len(found)


def gain(made: Team, need: Need) -> float:
    rule = int(need.rule.id)
    return max(0.0, float(made.truth[int(need.agent_id), rule]) - need.goal) * float(POINTS[rule])


def headings(n: int) -> Callable[[Generator], Held]:
    """Points of a part of the form, some of whose items do not apply to a call."""
    weights, apply, rates = np.array([8.0, 6, 4, 6, 2]), np.array([1, 1, 0.5, 0.9, 0.3]), FAULTS[[4, 8, 12, 2, 16]]
    truth = float((weights * apply * (1 - rates)).sum() / (weights * apply).sum())

    def one(rng: Generator) -> Held:
        there = rng.random((n, 5)) < apply
        y = there @ weights
        x = y - (there & (rng.random((n, 5)) < rates)) @ weights
        sums = [float(n), *(float(v) for v in (x.sum(), y.sum(), x @ x, y @ y, x @ y))]
        return holds(ratio_estimate(sums), truth), 1

    return one


def drawn(each: int) -> Callable[[Generator], Held]:
    """Some calls of each of thirty agents, who have more or fewer calls and are better or worse, for all of theirs."""

    def one(rng: Generator) -> Held:
        faults = np.minimum(0.6, FAULTS * rng.lognormal(0, 0.35, 30)[:, None])
        listed = [
            100 - (rng.random((calls, len(POINTS))) < own) @ POINTS
            for calls, own in zip(rng.integers(each, 200, 30), faults, strict=True)
        ]
        made = drawn_estimate([(len(all), Sums.of(all[:each])) for all in listed])
        return holds(made, float(np.concatenate(listed).mean())), 1

    return one


def places(rng: Generator) -> Held:
    """Whether every one of twenty has the true place between the two that are said."""
    truth = 90 + 2.0 * rng.standard_normal(20)
    members = {n: Sums.of(t + 8 * rng.standard_normal(int(rng.integers(20, 150)))) for n, t in enumerate(truth)}
    found = shared_places(members, enough=5)
    return all(p.place <= 1 + int((truth > truth[p.key]).sum()) <= p.last for p in found), 1


def kappas(n: int) -> Callable[[Generator], Held]:
    """Two judges who see the same truth rightly more or less often."""

    def one(rng: Generator) -> Held:
        share, right = float(rng.uniform(0.1, 0.5)), rng.uniform(0.7, 0.98, 2)
        truth = rng.random(n) < share
        first, second = (np.where(rng.random(n) < own, truth, ~truth) for own in right)
        yes = [share * own + (1 - share) * (1 - own) for own in right]
        alike = float(right.prod() + (1 - right).prod())
        chance = float(np.prod(yes) + (1 - yes[0]) * (1 - yes[1]))
        made = cohen_kappa(list(zip(first.tolist(), second.tolist(), strict=True)))
        if made.low is None or made.high is None:
            return 0, 0
        return made.low <= (alike - chance) / (1 - chance) <= made.high, 1

    return one


LINES: tuple[tuple[str, Callable[[Generator], Held], int], ...] = (
    *((f"出现率，{n} 通", rates(n), 1) for n in (5, 20, 100, 400)),
    *((f"平均得分率，{n} 通（分数偏斜）", means(n), 1) for n in (5, 12, 40, 200)),
    ("坐席平均得分率，3 通，兼取全组离散程度", means_beside_a_team(3), 30),
    ("两期出现率之差，10–200 通", changes_of_rates, 1),
    ("两期平均分之差，8–120 通", changes_of_means, 1),
    ("按复核更正的出现率，40–120 条复核", corrected, 1),
    *(
        (f"靠拢的出现率，{m} 人，贝塔 ({a}, {b})", rates_of_a_team(m, a, b), m)
        for m, a, b in ((30, 2, 18), (10, 2, 18), (30, 40, 360), (10, 4, 8))
    ),
    *((f"靠拢的平均分，{m} 人，人与人差 {s} 分", means_of_a_team(m, s), m) for m, s in ((30, 3), (10, 3), (30, 1))),
    ("客户评分平均（1–5），10–200 通", mean_ratings, 1),
    ("客户评分之差（1–5），10–200 通", changes_of_ratings, 1),
    ("两期出现率之差，少见的问题，5–400 通", rare_changes, 1),
    ("按复核更正的出现率，只有 10–20 条复核", hardly_reviewed, 1),
    ("得分与满意的相关系数，10–300 通", coefficients, 1),
    *((f"坐席平均得分率，{n} 通，兼取全组离散程度", means_beside_a_team(n), 30) for n in (12, 130)),
    ("约升几分，一项，10 人，各 20–200 通", regained, 50),
    ("约升几分，同一个人的几项相加", regained_together, 12),
    *((f"考评项得分率，{n} 通", headings(n), 1) for n in (40, 400)),
    *((f"随机抽取推算的平均，每人 {each} 通", drawn(each), 1) for each in (2, 5)),
    ("名次的范围，20 人全都在内", places, 1),
    *((f"两名质检员的一致程度（κ），{n} 条", kappas(n), 1) for n in (20, 60, 300)),
    *(
        (f"培训效果（双重差分），{name}，每期约 {n} 通", trainings(center, n), 1)
        for name, center in CENTERS.items()
        for n in (30, 60, 120, 500, 3000)
    ),
)


def table(rounds: int) -> Iterator[tuple[str, float, float]]:
    """(what, percent held, 1.96 standard errors in points); of teams so many that as many intervals are asked."""
    for n, (title, one, size) in enumerate(LINES):
        rng = default_rng([20260301, n])
        held = count = 0
        for _ in range(max(200, rounds // size)):
            right, of = one(rng)
            held, count = held + right, count + of
        share = held / count
        yield title, 100 * share, 196 * sqrt(share * (1 - share) / count)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10_000, help="intervals a line")
    rounds = parser.parse_args().rounds
    begin = time.process_time()
    print(f"{rounds} intervals a line, seed 20260301\n\n| 区间 | 包住真实水平 | 模拟误差 |\n|---|---|---|")
    for title, share, error in table(rounds):
        print(f"| {title} | {share:.1f}% | ±{error:.1f} |", flush=True)
    print(f"\n{time.process_time() - begin:.0f} s CPU")


if __name__ == "__main__":
    main()
