"""Points are counted in whole hundredths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.scoring.points import cents, percent, points, weighted


@pytest.mark.parametrize(
    ("given_points", "hundredths"),
    [(0, 0), (2.5, 250), (-3, -300), (0.1 + 0.2, 30), (0.005, 1), (-0.005, -1), (1 / 3, 33), (1e-9, 0)],
)
def test_cents(given_points: float, hundredths: int) -> None:
    assert cents(given_points) == hundredths


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_points_must_be_finite(bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        cents(bad)


@given(st.integers(-(10**7), 10**7))
def test_hundredths_survive_the_way_through_a_float(hundredths: int) -> None:
    assert cents(points(hundredths)) == hundredths
    assert points(hundredths) == round(points(hundredths), 2)


@given(st.lists(st.integers(0, 10**5), max_size=30))
def test_the_order_of_a_sum_never_matters(parts: list[int]) -> None:
    assert points(sum(parts)) == points(sum(reversed(parts)))


@pytest.mark.parametrize(
    ("hundredths", "weight", "expected"), [(300, 1.5, 450), (333, 0.5, 167), (0, 9.9, 0), (1, 0.1, 0)]
)
def test_weighted(hundredths: int, weight: float, expected: int) -> None:
    assert weighted(hundredths, weight) == expected


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(1, 3, "33.33"), (2, 3, "66.67"), (0, 0, "0"), (8500, 8500, "100.00"), (1, 800, "0.13")],
)
def test_percent(part: int, whole: int, expected: str) -> None:
    assert str(percent(part, whole)) == expected
