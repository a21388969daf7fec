"""Figures of readings, against a table small enough to count."""

import pytest

from qa_engine.tone.measure import measure, point
from qa_engine.tone.training import threshold

LABELS = ("calm", "dissatisfied", "angry")
TRUTH = ["calm", "calm", "dissatisfied", "angry"]
SAID = [(0.9, 0.1, 0.0), (0.4, 0.6, 0.0), (0.2, 0.8, 0.0), (0.0, 0.1, 0.9)]


def test_figures_are_counted_by_class() -> None:
    figures = measure(LABELS, TRUTH, SAID)
    assert figures.accuracy == 0.75
    assert figures.confusion == ((1, 1, 0), (0, 1, 0), (0, 0, 1))
    calm, dissatisfied, angry = figures.classes
    assert (calm.precision, calm.recall, calm.support, calm.found) == (1.0, 0.5, 2, 1)
    assert (dissatisfied.precision, dissatisfied.recall) == (0.5, 1.0)
    assert angry.f1 == 1.0
    assert figures.macro_f1 == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


def test_calibration_error_is_the_gap_by_bins() -> None:
    """In 0.9–1: two at 0.9, both right (gap 0.1); at 0.8 one right (0.2); at 0.6 one wrong (0.6)."""
    figures = measure(LABELS, TRUTH, SAID)
    assert figures.calibration_error == pytest.approx((2 * 0.1 + 0.2 + 0.6) / 4)
    assert [b.count for b in figures.bins] == [0, 0, 0, 0, 0, 0, 1, 0, 1, 2]


def test_a_class_that_nobody_has_is_left_out_of_the_mean() -> None:
    figures = measure(LABELS, ["calm"], [(0.9, 0.1, 0.0)])
    assert (figures.macro_f1, figures.classes[2].f1) == (1.0, 0.0)


def test_a_point_counts_readings_that_say_the_class_surely_enough() -> None:
    found = point(LABELS, TRUTH, SAID, label="dissatisfied", probability=0.7)
    assert found is not None
    assert (found.precision, found.support, found.recall) == (1.0, 1, 1.0)
    assert point(LABELS, TRUTH, SAID, label="dissatisfied", probability=0.9) is None


def readings(right: int, wrong: int, *, sure: float) -> tuple[list[str], list[tuple[float, ...]]]:
    rest = (1 - sure) / 2
    return ["angry"] * right + ["calm"] * wrong, [(rest, rest, sure)] * (right + wrong)


@pytest.mark.parametrize(
    ("unseen", "held_out", "from_probability"),
    [
        (readings(27, 3, sure=0.8), readings(18, 2, sure=0.8), 0.4),
        (readings(27, 3, sure=0.8), readings(17, 2, sure=0.8), None),  # too few
        (readings(27, 3, sure=0.8), readings(17, 3, sure=0.8), None),  # 85 %
        (readings(26, 4, sure=0.8), readings(20, 0, sure=0.8), None),  # luck on one set does not choose
    ],
)
def test_a_threshold_needs_nine_in_ten_on_both_sets(unseen, held_out, from_probability) -> None:
    found = threshold(LABELS, "angry", unseen, held_out)
    assert (found.probability if found else None) == from_probability


def test_a_threshold_is_the_least_that_does() -> None:
    mixed = [a + b for a, b in zip(readings(30, 0, sure=0.9), readings(5, 20, sure=0.6), strict=True)]
    found = threshold(LABELS, "angry", (mixed[0], mixed[1]), (mixed[0], mixed[1]))
    assert found is not None
    assert (found.probability, found.precision, found.support) == (0.65, 1.0, 30)
    assert found.recall == pytest.approx(30 / 35)
