"""The same inputs give byte-equal results, in another process, on another day."""

import json
from pathlib import Path

import pytest

from tests.acceptance.running import Run, run_command

RESULT_KEYS = [
    "version", "call_id", "agent_id", "scorecard", "pack", "engine", "transcript", "total", "possible", "grade", "veto",
    "sections", "rules", "metrics", "needs_review", "review_reasons",
]  # fmt: skip
RULE_KEYS = ["id", "status", "section", "item", "points", "severity", "message", "evidence", "searched"]
EVIDENCE_KEYS = [
    "condition", "operator", "turn", "speaker", "start", "end", "span", "text", "ladder", "score", "explanation",
]  # fmt: skip

TRANSCRIPT = {
    "version": 1,
    "call_id": "c-1",
    "channel": "voice",
    "direction": "inbound",
    "scenario": "complaint",
    "started_at": "2026-03-02T09:15:00+08:00",
    "duration": 30.0,
    "agent": {"id": "8026", "name": "李华", "team": "一组"},
    "turns": [
        {"speaker": "agent", "start": 0.4, "end": 3.1, "text": "您好，工号8026为您服务。", "confidence": 0.93},
        {"speaker": "customer", "start": 3.5, "end": 6.0, "text": "我要投诉。"},
        {"speaker": "agent", "start": 6.5, "end": 9.0, "text": "不行，这个不归我管。"},
    ],
}


def check_contract(result: dict[str, object]) -> None:
    assert list(result)[: len(RESULT_KEYS)] == RESULT_KEYS
    rules = result["rules"]
    assert isinstance(rules, list)
    for rule in rules:
        assert list(rule)[: len(RULE_KEYS)] == RULE_KEYS
        for evidence in rule["evidence"]:
            assert list(evidence)[: len(EVIDENCE_KEYS)] == EVIDENCE_KEYS


def test_a_transcript_file_twice(qa: Run, tmp_path: Path) -> None:
    file = tmp_path / "call.json"
    file.write_text(json.dumps(TRANSCRIPT, ensure_ascii=False), encoding="utf-8")
    first, second = qa("check", file), qa("check", file)
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    result = json.loads(first.stdout)
    check_contract(result)
    refusal = next(rule for rule in result["rules"] if rule["id"] == "forbidden.refusal")
    assert refusal["status"] == "fail"
    assert {evidence["text"] for evidence in refusal["evidence"]} >= {"不行"}


RECORDING = "demo-05.wav"  # the shortest with two channels
CHANNEL = "left"


@pytest.fixture(scope="module")
def checked(example_calls: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What ``check`` says of a recording."""
    home = tmp_path_factory.mktemp("checked") / "var"
    done = run_command("check", example_calls / RECORDING, home=home, QA_AGENT_CHANNEL=CHANNEL)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_recording_twice(qa: Run, example_calls: Path, checked: str) -> None:
    assert qa("check", example_calls / RECORDING, QA_AGENT_CHANNEL=CHANNEL).stdout == checked
    check_contract(json.loads(checked))


@pytest.mark.slow
def test_a_transcribed_recording_checks_like_the_recording_itself(
    qa: Run, example_calls: Path, tmp_path: Path, checked: str
) -> None:
    file = tmp_path / "call.json"
    transcribed = qa("transcribe", example_calls / RECORDING, "--agent-channel", CHANNEL)
    file.write_text(transcribed.stdout, encoding="utf-8")
    assert json.loads(qa("check", file).stdout) == json.loads(checked)
