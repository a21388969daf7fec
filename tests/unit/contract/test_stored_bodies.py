"""What a released version stored, every later one reads: a golden file for each, never changed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from qa_engine.contract import facts_digest, transcript_digest
from qa_engine.contract.stored import (
    brief_from_text,
    call_from_text,
    call_to_text,
    result_from_text,
    result_to_text,
    transcript_from_text,
    transcript_to_text,
)
from qa_engine.domain import Agent, CallResult, Exclusion, PromiseKind, Speaker, Status
from qa_engine.errors import InputError

GOLDEN = Path(__file__).parent / "golden"
CALL = call_from_text((GOLDEN / "facts.json").read_text(encoding="utf-8"))


def golden(name: str) -> str:
    return (GOLDEN / name).read_text(encoding="utf-8").rstrip("\n")


def check_what_was_found(result: CallResult) -> None:
    assert (result.call_id, result.agent_id, result.total, result.grade) == ("c-1", "8026", 0.0, "E")
    assert (result.veto, result.pending, result.needs_review) == (True, False, True)
    assert len(result.rules) == len({rule.id for rule in result.rules}) > 40
    refusal = next(rule for rule in result.rules if rule.id == "forbidden.refusal")
    assert (refusal.status, refusal.points) == (Status.FAIL, -4.0)
    assert (refusal.evidence[0].turn, refusal.evidence[0].span, refusal.evidence[0].text) == (2, (0, 2), "不行")
    offer = next(rule for rule in result.rules if rule.id == "opening.offer")
    assert offer.searched[0].turns
    assert [(promise.kind, promise.hours, promise.said_at) for promise in result.promises] == [
        (PromiseKind.REPLY, 48.0, 16.5)
    ]
    assert result.complaint is not None
    assert (result.complaint.level, result.complaint.first_feedback.allowed) == ("important", "2 个工作日内")
    assert {reading.turn for reading in result.tones} >= {0, 1, 2}
    assert sum(dict(result.tones[0].probabilities).values()) == pytest.approx(1.0, abs=0.01)
    assert result.metrics["silence_seconds"] == 18.0
    assert result.models["tone"] == result.tone_model


def test_a_result_of_before_there_were_versions() -> None:
    result = result_from_text(golden("result-0.json"))
    check_what_was_found(result)
    assert (result.facts, result.edition, result.plugins) == ("", "", "none")
    assert result_from_text(result_to_text(result)) == result


def test_a_result_of_version_1() -> None:
    text = golden("result-1.json")
    result = result_from_text(text)
    check_what_was_found(result)
    assert (result.facts, result.edition, result.plugins) == ("sha256:facts", "sha256:edition", "sha256:plugins")
    assert result_from_text(result_to_text(result)) == result
    obj = json.loads(text)
    assert result_from_text(json.dumps({**obj, "a later key": 1})) == result, "keys are only added within a version"


def test_a_stored_body_is_the_contract_object_with_its_version() -> None:
    obj = json.loads(result_to_text(result_from_text(golden("result-0.json"))))
    assert next(iter(obj.items())) == ("version", 1)
    assert set(json.loads(golden("result-1.json"))) <= set(obj), "keys are never taken away within a version"


def test_the_words_of_a_call_are_stored_where_there_are_any() -> None:
    result = result_from_text(golden("result-1.json"))
    assert "call_words" not in result_to_text(result)
    (rule,) = [rule for rule in result.rules if rule.id == "forbidden.refusal"]
    told = replace(rule, call_words=(replace(rule.evidence[0], operator="left_out", score=57.0),))
    changed = replace(result, rules=tuple(told if each is rule else each for each in result.rules))
    text = result_to_text(changed)
    assert result_from_text(text) == changed
    (stored,) = [each for each in json.loads(text)["rules"] if "call_words" in each]
    assert stored["call_words"][0].keys() == stored["evidence"][0].keys()


def test_a_pending_result_of_before_the_key() -> None:
    obj = json.loads(golden("result-0.json")) | {"grade": "待定"}
    assert result_from_text(json.dumps(obj)).pending


@pytest.mark.parametrize(
    ("text", "told"),
    [('{"version": 99, "call_id": "c-1"}', "version 99"), ("[]", "no JSON object"), ('{"call_id": "c-1"}', "c-1")],
)
def test_what_cannot_be_read_is_told(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        result_from_text(text)


@pytest.mark.parametrize("name", ["transcript-0.json", "transcript-1.json"])
def test_a_transcript_of_every_version(name: str) -> None:
    transcript = transcript_from_text(golden(name), CALL)
    assert transcript.call == CALL
    assert [turn.speaker for turn in transcript.turns[:3]] == [Speaker.AGENT, Speaker.CUSTOMER, Speaker.AGENT]
    assert transcript.turns[5].excluded is Exclusion.GHOST_TEXT
    assert transcript.turns[0].words[0].probability == 0.98
    assert transcript.speech[0].end == 3.1
    assert transcript.recognition is not None
    assert transcript.warnings == ("dual_mono",)
    assert transcript_to_text(transcript) == golden("transcript-1.json")


def test_facts_stand_with_the_call_and_not_in_the_transcript() -> None:
    one = transcript_from_text(golden("transcript-0.json"), CALL)
    other = replace(CALL, agent=Agent("9012", "陈静"), scenario="order", metadata={"hold": [[1.0, 2.0]]})
    again = transcript_from_text(golden("transcript-0.json"), other)
    assert again.call == other
    assert transcript_digest(again) == transcript_digest(one)
    assert facts_digest(other) != facts_digest(CALL)
    assert transcript_to_text(again) == transcript_to_text(one)
    assert call_from_text(call_to_text(other)) == other


def test_facts_have_a_version_and_those_of_before_had_none() -> None:
    text = call_to_text(CALL)
    assert json.loads(text)["version"] == 1
    before = {name: value for name, value in json.loads(text).items() if name != "version"}
    assert call_from_text(json.dumps(before)) == CALL
    with pytest.raises(InputError, match="version 2"):
        call_from_text(json.dumps({**before, "version": 2}))


@pytest.mark.parametrize("version", [0, 1])
def test_a_brief_says_what_the_whole_says_of_the_rules_that_failed(version: int) -> None:
    stored = golden(f"result-{version}.json")
    whole = result_from_text(stored)
    brief = replace(whole, rules=whole.failed(), sections=(), tones=(), acts=(), parts=())
    assert len(brief.rules) > 1
    assert brief_from_text(stored) == brief_from_text(result_to_text(whole)) == brief
    laid_out = json.dumps(json.loads(stored), indent=1)  # written by somebody else
    assert brief_from_text(laid_out) == brief


def test_words_that_look_like_keys_are_words_in_a_brief() -> None:
    whole = result_from_text(golden("result-1.json"))
    hostile = '"}],"metrics":{"id":"x","status":"fail","rules":[{"id":"y","status":"fail",'
    rules = tuple(replace(rule, message=hostile, id=f"{rule.id}\\") for rule in whole.rules)
    whole = replace(whole, rules=rules, notice=hostile, call_id='","sections":[')
    brief = replace(whole, rules=whole.failed(), sections=(), tones=(), acts=())
    assert brief_from_text(result_to_text(whole)) == brief
    both = replace(whole, parts=(whole,))
    assert brief_from_text(result_to_text(both)) == brief


def test_a_brief_of_nothing_that_failed_and_of_no_rules() -> None:
    whole = result_from_text(golden("result-1.json"))
    passed = tuple(rule for rule in whole.rules if rule.status is not Status.FAIL)
    for rules in (passed, ()):
        told = brief_from_text(result_to_text(replace(whole, rules=rules)))
        assert told == replace(whole, rules=(), sections=(), tones=(), acts=())
    with pytest.raises(InputError):
        brief_from_text("[]")
