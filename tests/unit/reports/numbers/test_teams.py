"""What leans on the team, who shares a place, which days are out of the ordinary."""

import numpy as np
import pytest
from numpy.random import default_rng

from qa_engine.reports.numbers import Sums, control_chart, mean_prior, rate_prior, shared_places


@pytest.fixture(scope="module")
def rates() -> tuple[float, float]:
    """Percent of intervals that hold the truth, and the squared error as a part of that without leaning."""
    rng = default_rng(11)
    held = count = leaning = own = 0.0
    for members, a, b in ((30, 2, 18), (10, 2, 18), (30, 40, 360), (10, 4, 8)) * 60:
        truth = rng.beta(a, b, members)
        n = rng.integers(2, 60, members)
        found = rng.binomial(n, truth)
        prior = rate_prior(list(zip(found.tolist(), n.tolist(), strict=True)))
        for p, x, m in zip(truth, found, n, strict=True):
            made = prior.of(float(x), float(m))
            assert made.low is not None
            assert made.high is not None
            assert made.value is not None
            held += made.low <= p <= made.high
            count += 1
            leaning += (made.value - p) ** 2
            own += (x / m - p) ** 2
    return 100 * held / count, leaning / own


def test_rates_that_lean_on_the_team_hold_the_truth_and_come_nearer(rates: tuple[float, float]) -> None:
    assert rates[0] == pytest.approx(95, abs=1)
    assert rates[1] < 0.7


def test_means_that_lean_on_the_team_hold_the_truth_and_come_nearer() -> None:
    rng = default_rng(12)
    held = count = leaning = own = 0.0
    for members, apart in ((30, 3), (10, 3), (30, 1), (10, 0)) * 60:
        truth = 90 + apart * rng.standard_normal(members)
        sums = [Sums.of(t + 8 * rng.standard_normal(int(rng.integers(2, 60)))) for t in truth]
        prior = mean_prior(sums)
        for t, one in zip(truth, sums, strict=True):
            made = prior.of(one)
            assert made.low is not None
            assert made.high is not None
            assert made.value is not None
            held += made.low <= t <= made.high
            count += 1
            leaning += (made.value - t) ** 2
            own += ((one.mean or 0.0) - t) ** 2
    assert 100 * held / count == pytest.approx(95, abs=1)
    assert leaning / own < 0.6


def test_two_calls_say_little_and_many_say_nearly_all() -> None:
    prior = rate_prior([(5, 50), (6, 50), (4, 50), (30, 60), (1, 2)])
    team = prior.rate
    few, many = prior.of(1, 2), prior.of(500, 1000)
    assert few.value is not None
    assert many.value is not None
    assert team < few.value < 0.5
    assert many.value == pytest.approx(0.5, abs=0.01)
    assert prior.weight(2) < 0.5 < prior.weight(1000)
    assert prior.weight(0) == 0
    means = mean_prior([Sums.of([88.0, 92, 90, 95]), Sums.of([70.0, 75, 72, 79]), Sums.of([60.0])])
    leaned = means.of(Sums.of([60.0]))
    assert leaned.value is not None
    assert 60 < leaned.value < means.mean
    assert means.of(Sums()).value is None


@pytest.mark.parametrize("members", [[], [Sums.of([90.0])], [Sums.of([90.0, 90.0]), Sums.of([90.0, 90.0])]])
def test_teams_that_tell_nothing(members: list[Sums]) -> None:
    prior = mean_prior(members)
    assert np.isfinite(prior.mean)
    assert rate_prior([(0, 0)]).rate == 0.5


def test_equal_members_share_the_first_place() -> None:
    rng = default_rng(13)
    apart = 0
    for _ in range(200):
        team = {n: Sums.of(90 + 8 * rng.standard_normal(int(rng.integers(5, 60)))) for n in range(20)}
        apart += any(place.place > 1 for place in shared_places(team, enough=5))
    assert apart / 200 <= 0.07


def test_the_better_one_stands_alone_and_few_calls_have_no_place() -> None:
    rng = default_rng(14)
    team = {str(n): Sums.of(85 + 5 * rng.standard_normal(80)) for n in range(6)}
    team["best"] = Sums.of(95 + 5 * rng.standard_normal(80))
    team["new"] = Sums.of([100.0, 100.0])
    first, *others = shared_places(team, enough=5)
    assert (first.key, first.place, first.last) == ("best", 1, 1)
    assert {place.place for place in others} == {2}
    assert "new" not in {place.key for place in others}
    assert shared_places({"new": team["new"]}, enough=5) == ()


def test_ordinary_days_are_in_and_a_bad_day_is_out() -> None:
    rng = default_rng(15)
    false_alarms = found = 0
    for _ in range(150):
        days = [Sums.of((rng.random(int(rng.integers(50, 200))) < 0.1).astype(float)) for _ in range(30)]
        false_alarms += sum(point.out for point in control_chart(days, lowest=0, highest=1))
        days[17] = Sums.of((rng.random(150) < 0.27).astype(float))
        found += control_chart(days)[17].out
    assert false_alarms / (150 * 30) < 0.01
    assert found / 150 > 0.85


def test_few_days_have_no_limits() -> None:
    assert control_chart([Sums.of([1.0, 0.0])] * 7) == ()
    assert all(not point.out for point in control_chart([Sums.of([0.0, 0.0])] * 9))
