"""Agreement, recall and means, held against numbers worked out by hand."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.scoring.agreement import (
    Agreement,
    Estimate,
    Looked,
    Mean,
    cohen_kappa,
    mean,
    next_draws,
    recall_estimate,
)


def test_kappa_of_the_textbook() -> None:
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    found = cohen_kappa(pairs)
    assert (found.pairs, found.same) == (50, 35)
    assert found.kappa == pytest.approx(0.4)
    assert (found.low, found.high) == (pytest.approx(0.1250, abs=1e-4), pytest.approx(0.6179, abs=1e-4))


def test_a_few_that_agree_prove_little() -> None:
    found = cohen_kappa([("y", "y"), ("n", "n"), ("n", "n")])
    assert found.kappa == 1.0
    assert found.low is not None
    assert found.low < 0.1
    assert found.high == 1.0


def test_kappa_where_there_is_nothing_to_tell() -> None:
    assert cohen_kappa([]).kappa is None
    assert cohen_kappa([("y", "y")] * 9).kappa is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), max_size=30))
def test_kappa_stays_in_its_bounds(pairs: list[tuple[str, str]]) -> None:
    found = cohen_kappa(pairs)
    if found.kappa is not None and found.low is not None and found.high is not None:
        assert -1 <= found.low <= found.kappa <= found.high <= 1


def test_recall_is_inferred_from_the_calls_that_were_drawn() -> None:
    found = recall_estimate(found=90, strata=[Looked(400, 40, 1)])
    assert found is not None
    assert found.value == pytest.approx(0.9)
    assert found.low < 0.9 < found.high <= 1
    assert recall_estimate(found=0, strata=[Looked(400, 40)]) is None
    assert recall_estimate(found=9, strata=[Looked(400, 0)]) is None
    nothing = recall_estimate(found=9, strata=[Looked(400, 40)])
    assert nothing is not None
    assert nothing.value == 1
    assert nothing.low < 1, "nothing found in forty calls is no proof"


def test_each_stratum_stands_for_its_own_calls() -> None:
    """Looked at hardest where most is missed, the plain share of what was missed would say too little was found."""
    found = recall_estimate(found=90, strata=[Looked(900, 30, 0), Looked(100, 30, 3)])
    assert found is not None
    assert found.value == pytest.approx(0.9)
    like = recall_estimate(found=90, strata=[Looked(200, 20, 1), Looked(200, 20, 0)])
    one = recall_estimate(found=90, strata=[Looked(400, 40, 1)])
    assert like is not None
    assert one is not None
    assert (like.low, like.high) == pytest.approx((one.low, one.high), abs=0.05), "nearly what one tells"


def test_the_next_calls_come_from_where_they_tell_most() -> None:
    strata = [Looked(1000, 50, 0), Looked(200, 10, 4), Looked(300, 0)]
    shares = next_draws(strata, [500, 100, 3], 20)
    assert sum(shares) == 20
    assert shares[2] == 3, "where nobody looked, as far as there are calls"
    assert shares[1] > shares[0], "few calls, but much is missed there"
    assert next_draws(strata, [0, 2, 0], 20) == (0, 2, 0)


def test_means() -> None:
    assert mean([]) is None
    one = mean([3.0])
    assert one is not None
    assert one.low is None
    some = mean([1.0, 2.0, 3.0])
    assert some is not None
    assert (some.value, some.low) == (2.0, pytest.approx(2 - 4.3027 / 3**0.5, abs=1e-4))


def test_an_interval_ends_where_no_mean_can_lie() -> None:
    two = mean([0.0, 40.0], lowest=-70.0, highest=30.0)
    assert two is not None
    assert (two.value, two.low, two.high) == (20.0, -70.0, 30.0)


def test_values_that_are_all_one_tell_no_spread() -> None:
    assert mean([2.0, 2.0, 2.0]) == Mean(3, 2.0, None, None)


def test_bounds_worked_out_by_hand() -> None:
    assert cohen_kappa([]) == Agreement(0, 0, None, None, None)
    assert cohen_kappa([("y", "y")] * 9) == Agreement(9, 9, None, None, None)
    assert mean([4.0]) == Mean(1, 4.0, None, None)
    two = mean([2.0, 6.0])
    assert two is not None
    assert (two.number, two.value) == (2, 4.0)
    assert (two.low, two.high) == (pytest.approx(4 - 12.7062 * 2, abs=1e-3), pytest.approx(4 + 12.7062 * 2, abs=1e-3))


def test_who_found_nothing_found_no_share_of_what_was_missed() -> None:
    assert recall_estimate(found=0, strata=[Looked(10, 5, 1)]) == Estimate(0.0, 0.0, 0.0)


def wilson(share: float, number: float) -> tuple[float, float]:
    """The roots of |p - share| = 1.96 sqrt(p (1 - p) / number) (Wilson 1927), found by halving."""

    def edge(inside: float, outside: float) -> float:
        for _ in range(100):
            middle = (inside + outside) / 2
            if abs(middle - share) <= 1.96 * (middle * (1 - middle) / number) ** 0.5:
                inside = middle
            else:
                outside = middle
        return inside

    return edge(share, 0.0), edge(share, 1.0)


@pytest.mark.parametrize(("calls", "seen", "missed"), [(400, 40, 1), (400, 40, 20), (100, 3, 2), (10, 10, 9)])
def test_the_interval_of_one_stratum_is_wilsons(calls: int, seen: int, missed: int) -> None:
    found = recall_estimate(found=90, strata=[Looked(calls, seen, missed)])
    assert found is not None
    low, high = wilson(missed / seen, seen)
    assert (found.low, found.high) == pytest.approx((90 / (90 + high * calls), 90 / (90 + low * calls)))


def test_the_interval_of_several_strata_by_hand() -> None:
    """Shares 1/2 of 100 and 1/4 of 300 calls; one that nobody looked at is like the others."""
    strata = [Looked(100, 10, 5), Looked(300, 20, 5), Looked(600, 0)]
    found = recall_estimate(found=90, strata=strata)
    assert found is not None
    share = 0.25 * 0.5 + 0.75 * 0.25
    assert found.value == pytest.approx(90 / (90 + share * 1000))
    first, second = 0.5 * 0.5, (5.5 / 21) * (15.5 / 21)
    variance = 0.25**2 * first / 10 + 0.75**2 * second / 20
    whole = (10.5 / 31) * (20.5 / 31)
    low, high = wilson(share, whole / variance)
    assert (found.low, found.high) == pytest.approx((90 / (90 + high * 1000), 90 / (90 + low * 1000)))


def test_draw_by_draw_the_variance_shrinks_most() -> None:
    """Against every way to share a few draws out: none leaves less variance."""
    strata = [Looked(100, 4, 1), Looked(250, 9, 2), Looked(60, 1, 0), Looked(90, 2, 1)]
    wide = [9, 9, 9, 9]

    def variance(given: tuple[int, ...]) -> float:
        return sum(one.calls**2 * one.spread / (one.looked_at + more) for one, more in zip(strata, given, strict=True))

    for number in range(1, 8):
        ways = [way for way in itertools.product(range(number + 1), repeat=4) if sum(way) == number]
        assert variance(next_draws(strata, wide, number)) == pytest.approx(min(map(variance, ways)))


def test_one_stratum_more_is_drawn_from_first_where_it_tells_most() -> None:
    assert next_draws([Looked(10, 0), Looked(1000, 3, 1)], [5, 5], 1) == (0, 1), "a thousand calls, three looked at"
    assert next_draws([Looked(100, 0), Looked(100, 3, 1)], [5, 5], 2) == (2, 0), "nobody looked there"


def test_strata_without_calls_tell_nothing() -> None:
    assert recall_estimate(found=9, strata=[Looked(0, 5, 1), Looked(100, 0)]) is not None
