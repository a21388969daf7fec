"""Measures of synthetic calls against what the program set, over every kind of line."""

import numpy as np
import pytest

from benchmarks.prosody_truth import LINES, MEASURES, Errors, measure_line

CALLS = 2
BOUNDS = {
    "rate_percent": 5.0,
    "loudness_step_db": 1.0,
    "pitch_step_semitones": 0.5,
    "overlap_edge_seconds": 0.15,
}
"""What 19 of 20 values must stay under."""


@pytest.fixture(scope="module")
def errors() -> dict[str, Errors]:
    return {line.title: measure_line(line, CALLS) for line in LINES}


@pytest.mark.parametrize("line", [line.title for line in LINES])
@pytest.mark.parametrize("measure", BOUNDS)
def test_errors_stay_in_bounds(errors: dict[str, Errors], measure: str, line: str) -> None:
    values = np.array(getattr(errors[line], measure))
    assert len(values) >= 20
    assert np.percentile(values, 95) <= BOUNDS[measure], sorted(values)[-4:]


@pytest.mark.parametrize("line", [line.title for line in LINES])
def test_turns_are_found_whole(errors: dict[str, Errors], line: str) -> None:
    assert errors[line].lost <= 0.05 * errors[line].turns


@pytest.mark.parametrize(("measure", "bound"), [("loudness_slope_db", 1.5), ("pitch_slope_semitones", 1.0)])
def test_slopes_are_rough(errors: dict[str, Errors], measure: str, bound: float) -> None:
    """A sentence has its own ups and downs: a slope is only worth a limit above these."""
    values = np.array([value for found in errors.values() for value in getattr(found, measure)])
    assert np.percentile(values, 95) <= bound


def test_every_measure_is_told(errors: dict[str, Errors]) -> None:
    assert all(getattr(found, name) for found in errors.values() for name in MEASURES)
