"""Agreement, recall and means, held against numbers worked out by hand."""

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
    assert found.low == pytest.approx(0.4 - 1.96 * (0.7 * 0.3 / (50 * 0.25)) ** 0.5)


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
    assert (some.value, some.low) == (2.0, pytest.approx(2 - 1.96 / 3**0.5))


def test_bounds_worked_out_by_hand() -> None:
    assert cohen_kappa([]) == Agreement(0, 0, None, None, None)
    assert cohen_kappa([("y", "y")] * 9) == Agreement(9, 9, None, None, None)
    half = 1.96 * (0.7 * 0.3 / (50 * 0.25)) ** 0.5
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert cohen_kappa(pairs).high == pytest.approx(0.4 + half)
    assert mean([4.0]) == Mean(1, 4.0, None, None)
    two = mean([2.0, 6.0])
    assert two is not None
    assert (two.number, two.value) == (2, 4.0)
    assert (two.low, two.high) == (pytest.approx(4 - 1.96 * 2), pytest.approx(4 + 1.96 * 2))


def test_who_found_nothing_found_no_share_of_what_was_missed() -> None:
    assert recall_estimate(found=0, strata=[Looked(10, 5, 1)]) == Estimate(0.0, 0.0, 0.0)
