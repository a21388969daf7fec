"""The weight by which calls wait for a person: points times the chance of being wrong, then gravity."""

import pytest

from qa_engine.domain import RuleResult, Severity, Status
from qa_engine.scoring.weight import (
    BROKEN,
    DOUBT,
    DOUBTFUL_VETO,
    SEVERITIES,
    SUSPECTED_VETO,
    UNMEASURED,
    UNRELIABLE,
    chance_wrong,
    review_weight,
)
from tests.unit.scoring.builders import fail, rule, veto

MINOR = SEVERITIES[Severity.MINOR]


@pytest.mark.parametrize(
    ("results", "weight"),
    [
        ([], 0.0),
        ([rule("a"), rule("b", Status.NOT_APPLICABLE)], 0.0),
        ([fail("a", -4)], 4 * UNMEASURED + MINOR),
        ([fail("a", -4), fail("b", -2)], 6 * UNMEASURED + MINOR),
        ([fail("a", -4, same_event="b")], 4 * UNMEASURED),
        ([rule("a", Status.UNCERTAIN, stake=-5.0)], 5 * DOUBT + MINOR),
        ([rule("a", Status.UNCERTAIN, stake=-5.0, quiet=True)], 5 * DOUBT),
        ([rule("a", stake=-5.0)], 0.0),
        ([rule("a", Status.ERROR)], BROKEN),
        ([rule("a", Status.UNCERTAIN, severity=Severity.MAJOR)], SEVERITIES[Severity.MAJOR]),
        ([rule("a", Status.FAIL, severity=Severity.INFO)], SEVERITIES[Severity.INFO]),
        ([veto("v")], 0.0),
        ([veto("v", confirmed=False)], SUSPECTED_VETO),
        ([veto("v", Status.UNCERTAIN)], DOUBTFUL_VETO),
        ([veto("v", Status.PASS), veto("w", Status.NOT_APPLICABLE)], 0.0),
        ([veto("v", confirmed=False), rule("a", Status.ERROR)], SUSPECTED_VETO),
        ([fail("a", -1.234)], round(1.234 * UNMEASURED + MINOR, 2)),
    ],
)
def test_weight(results: list[RuleResult], weight: float) -> None:
    assert review_weight(results, unreliable=False) == weight
    assert review_weight(results, unreliable=True) == round(weight + UNRELIABLE, 2)


def test_a_measured_rule_is_wrong_as_often_as_was_measured() -> None:
    class Measured:
        chance_wrong = 0.1

    measured = fail("a", -10, precision=Measured())
    assert chance_wrong(measured) == 0.1
    assert review_weight([measured], unreliable=False) == 1.0 + MINOR
