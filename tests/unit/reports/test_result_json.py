"""The JSON of a result: the keys of the contract in their order, and an exact way back."""

import json
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Evidence, Ladder, RuleResult, Severity, Speaker, Status
from qa_engine.errors import InputError
from qa_engine.reports import result_from_json, result_to_json

CONTRACT = [
    "version", "call_id", "agent_id", "scorecard", "pack", "engine", "transcript", "total", "possible", "grade",
    "veto", "sections", "rules", "metrics", "needs_review", "review_reasons",
]  # fmt: skip
RULE = ["id", "status", "section", "item", "points", "severity", "message", "evidence", "searched"]
EVIDENCE = [
    "condition",
    "operator",
    "turn",
    "speaker",
    "start",
    "end",
    "span",
    "text",
    "ladder",
    "score",
    "explanation",
]


def test_keys_come_in_the_order_of_the_contract_and_further_ones_after(build: ModuleType) -> None:
    obj = result_to_json(build.result())
    assert list(obj)[: len(CONTRACT)] == CONTRACT
    assert list(obj["sections"][0])[:4] == ["id", "title", "score", "possible"]
    for rule in obj["rules"]:
        assert list(rule)[: len(RULE)] == RULE
        for evidence in rule["evidence"]:
            assert list(evidence)[: len(EVIDENCE)] == EVIDENCE


def test_values_are_plain(build: ModuleType) -> None:
    obj = result_to_json(build.result())
    refusal = next(rule for rule in obj["rules"] if rule["id"] == "forbidden.refusal")
    assert (refusal["status"], refusal["severity"], refusal["points"], refusal["searched"]) == (
        "fail",
        "minor",
        -6.0,
        None,
    )
    assert refusal["evidence"][0] | {"start": 0, "end": 0} == {
        "condition": "said", "operator": "phrase", "turn": 6, "speaker": "agent", "start": 0, "end": 0, "span": [2, 4],
        "text": "不行", "ladder": "exact", "score": 100.0, "explanation": "坐席说了服务忌语", "pattern": "不行",
    }  # fmt: skip
    offer = next(rule for rule in obj["rules"] if rule["id"] == "opening.offer")
    assert offer["searched"][0]["nearest"] == {
        "turn": 0,
        "text": "为您服务",
        "pattern": "有什么可以帮您",
        "score": 56.0,
    }


def test_every_rule_is_there_in_pack_order(build: ModuleType) -> None:
    result = build.result()
    assert [rule["id"] for rule in result_to_json(result)["rules"]] == [rule.id for rule in result.rules]


def test_round_trip_through_text_is_exact(build: ModuleType) -> None:
    for result in (build.result(), build.clean_result(), build.result(agent_id=None, notice=None, metrics={})):
        assert result_from_json(json.loads(json.dumps(result_to_json(result), ensure_ascii=False))) == result


numbers = st.floats(0, 10_000, allow_nan=False) | st.none()
evidence = st.builds(
    Evidence,
    condition=st.text(max_size=5),
    operator=st.text(max_size=5),
    turn=st.integers(0, 99) | st.none(),
    speaker=st.sampled_from(Speaker) | st.none(),
    start=numbers,
    end=numbers,
    span=st.tuples(st.integers(0, 9), st.integers(0, 9)) | st.none(),
    text=st.text(max_size=9),
    explanation=st.text(max_size=9),
    pattern=st.text(max_size=9) | st.none(),
    ladder=st.sampled_from(Ladder) | st.none(),
    score=st.floats(0, 100),
)
any_rule = st.builds(
    RuleResult,
    id=st.text(max_size=5),
    title=st.text(max_size=5),
    status=st.sampled_from(Status),
    section=st.text(max_size=5),
    item=st.text(max_size=5),
    points=st.floats(-100, 100),
    severity=st.sampled_from(Severity),
    message=st.text(max_size=9),
    evidence=st.lists(evidence, max_size=3).map(tuple),
    reason=st.text(max_size=9),
    hits=st.integers(0, 9),
    rate=st.sampled_from(["", "响应率"]),
)


@given(st.lists(any_rule, max_size=4).map(tuple))
def test_round_trip_of_any_rules(build: ModuleType, rules: tuple[RuleResult, ...]) -> None:
    result = replace(build.clean_result(), rules=rules)
    assert result_from_json(json.loads(json.dumps(result_to_json(result)))) == result


def test_rules_stored_before_there_were_rates_have_none(build: ModuleType) -> None:
    obj = result_to_json(build.result())
    for rule in obj["rules"]:
        assert rule.pop("rate") is None
    assert result_from_json(obj) == build.result()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda obj: obj.update(version=2), "version 2"),
        (lambda obj: obj.pop("rules"), "'rules'"),
        (lambda obj: obj["rules"][0].update(status="maybe"), "maybe"),
        (lambda obj: obj["rules"][0].update(evidence=[{"text": "不行"}]), "malformed"),
        (lambda obj: obj.update(sections=7), "malformed"),
    ],
)
def test_a_malformed_object_is_named(build: ModuleType, spoil: Callable[[dict[str, Any]], object], says: str) -> None:
    obj = json.loads(json.dumps(result_to_json(build.result())))
    spoil(obj)
    with pytest.raises(InputError, match=says) as caught:
        result_from_json(obj)
    assert "c-0007" in str(caught.value)
