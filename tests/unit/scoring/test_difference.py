"""What another inspection changed: a table of rules before and after."""

from dataclasses import replace

import pytest

from qa_engine.domain import CallResult, RuleResult, Severity, Status
from qa_engine.scoring import difference
from qa_engine.scoring.difference import RuleChange


def result(*rules: tuple[str, Status, float], **facts: object) -> CallResult:
    made = tuple(RuleResult(id, id, status, "s", "i", points, Severity.MINOR, "") for id, status, points in rules)
    whole = CallResult("c", None, "s", "p", "0", "t", 100.0 + sum(r.points for r in made), 100.0, "A", False, (), made)
    return replace(whole, **facts)  # type: ignore[arg-type]


P, F, N, U = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE, Status.UNCERTAIN


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ([("a", P, 0.0)], [("a", P, 0.0)], []),
        ([("a", P, 0.0)], [("a", F, -3.0)], [("a", P, F)]),
        ([("a", F, -1.0)], [("a", F, -3.0)], [("a", F, F)]),
        ([("a", U, 0.0)], [("a", P, 0.0)], [("a", U, P)]),
        ([("a", P, 0.0)], [("a", N, 0.0)], []),
        ([], [("a", P, 0.0)], []),
        ([], [("a", F, -1.0)], [("a", None, F)]),
        ([("a", F, -1.0)], [], [("a", F, None)]),
        ([("b", F, -1.0), ("a", P, 0.0)], [("a", F, -1.0), ("b", P, 0.0)], [("a", P, F), ("b", F, P)]),
    ],
)
def test_rules_that_come_out_otherwise(before: list, after: list, told: list) -> None:
    found = difference(result(*before), result(*after))
    assert [(change.id, change.before, change.after) for change in found.rules] == told
    assert found.changed is bool(told)


@pytest.mark.parametrize("facts", [{"grade": "B"}, {"veto": True}, {"pending": True}, {"total": 3.0}])
def test_a_verdict_that_changes_without_a_rule(facts: dict[str, object]) -> None:
    assert difference(result(), result(**facts)).changed
    assert not difference(result(**facts), result(**facts)).changed


def test_a_change_says_what_it_was_and_what_it_is() -> None:
    before, after = result(("a", F, -1.0), ("gone", F, -2.0)), result(("new", F, -4.0), ("a", U, 0.0))
    assert difference(before, after).rules == (
        RuleChange("new", "new", None, F, 0.0, -4.0),
        RuleChange("a", "a", F, U, -1.0, 0.0),
        RuleChange("gone", "gone", F, None, -2.0, 0.0),
    )
