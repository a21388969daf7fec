"""The demo calls as their scripts have them: the pack must say what a careful inspector said, no more and no less."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from qa_engine.domain import PENDING_GRADE, Status
from qa_engine.resources import example_calls_dir
from tests.unit.packs.helpers import ids, judge, script_transcript

SCRIPTS = sorted((example_calls_dir().parent / "scripts").glob("*.yaml"))


def load(path: Path) -> dict[str, Any]:
    script: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return script


def planted(script: dict[str, Any]) -> set[str]:
    return {entry["rule"] for entry in script["expected"]["fail"]}


def test_there_are_scripts() -> None:
    assert len(SCRIPTS) >= 16


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("punctuated", [True, False], ids=["punctuated", "bare"])
def test_verdicts_are_the_inspectors(path: Path, punctuated: bool) -> None:
    script = load(path)
    result = judge(script_transcript(script, punctuated=punctuated))
    failed = set(ids(result, Status.FAIL))
    evidence = [(r.id, r.message, [e.text for e in r.evidence]) for r in result.failed()]
    quiet = {rule.id for rule in result.rules if rule.quiet}  # a duty by meaning that may have been met all the same
    assert planted(script) - failed - quiet == set(), "planted and not found"
    assert failed - planted(script) - set(script["expected"]["tolerated"]) == set(), evidence
    assert ids(result, Status.ERROR) == []
    doubtful, flags = set(ids(result, Status.UNCERTAIN)), {entry["rule"] for entry in script["expected"]["flag"]}
    assert flags - doubtful == set(), "planted and not flagged"
    assert doubtful - flags - quiet - set(script["expected"]["may_be_uncertain"]) == set(), "flagged"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_evidence_points_at_the_planted_turns(path: Path) -> None:
    script = load(path)
    result = judge(script_transcript(script))
    for entry in (*script["expected"]["fail"], *script["expected"]["flag"]):
        found = next(rule for rule in result.rules if rule.id == entry["rule"])
        turns = {
            evidence.turn for evidence in found.evidence if evidence.turn is not None
        }  # a silence is between turns
        if entry["turns"] and turns:
            assert turns & set(entry["turns"]), found.id
            # A wrong order is shown by all of its steps, a retort with what the customer says of it, all else alone.
            said_of_it = {evidence.turn for evidence in found.evidence if evidence.condition == "rebukes"}
            assert found.id == "followup.order" or turns - said_of_it <= set(entry["turns"]), found.id
        else:
            assert found.searched or found.evidence, f"{found.id} fails without showing anything"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_scores_follow(path: Path) -> None:
    script = load(path)
    result = judge(script_transcript(script))
    if script["expected"]["roles"] != "known":
        assert result.grade == PENDING_GRADE
        assert result.needs_review
    elif not planted(script):
        assert result.total == result.possible
        assert result.grade == "A"
    elif any(rule.startswith("veto.") for rule in planted(script)):
        assert (result.veto, result.veto_suspected) == (False, True)
        assert result.total > 0
    else:
        assert result.total < result.possible
