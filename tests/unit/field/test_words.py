"""Sounds and forms of words that mean the same: 的 and 得, 您 and 你, and times within what is allowed."""

import pytest

from qa_engine.contract import read_transcripts
from qa_engine.domain import CallResult, Status
from qa_engine.service import PackJudge
from qa_engine.settings import Settings
from tests.unit.field.reading import INPUTS, transcript


@pytest.fixture(scope="module")
def judge() -> PackJudge:
    return PackJudge(Settings())


def status(result: CallResult, rule_id: str) -> Status:
    return next(rule.status for rule in result.rules if rule.id == rule_id)


def test_every_deadline_within_two_days_is_in_time(judge: PackJudge) -> None:
    calls = list(read_transcripts(INPUTS / "d20a_deadlines_within_48h.jsonl"))
    assert {status(judge.judge(call, "d"), "adapt.reply_time") for call in calls} == {Status.PASS}


@pytest.mark.parametrize("name", ["d30_quote_de_right.json", "d31_quote_de_homophone.json"])
def test_what_somebody_else_said_is_no_veto(judge: PackJudge, name: str) -> None:
    result = judge.judge(transcript(name), "d")
    assert not result.veto
    assert not result.veto_suspected


@pytest.mark.parametrize("name", ["d40_greeting_nin.json", "d41_greeting_ni.json"])
def test_a_greeting_is_no_solution_with_either_pronoun(judge: PackJudge, name: str) -> None:
    result = judge.judge(transcript(name), "d")
    for rule in ("complaint.record", "complaint.deadline_told", "complaint.solution"):
        assert status(result, rule) is Status.FAIL
