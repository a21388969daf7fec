"""Times in the units and zones of other programs, judged as the command judges them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from qa_engine.contract import Reading, outside, transcript_digest
from qa_engine.domain import CallResult, Status
from qa_engine.errors import TranscriptError
from qa_engine.resources import rules_dir
from qa_engine.service import PackJudge, check_inputs, open_app
from qa_engine.settings import Settings
from tests.unit.field.reading import INPUTS, transcript

READING = Reading()


@pytest.fixture(scope="module")
def judge() -> PackJudge:
    return PackJudge(Settings())


def verdicts(result: CallResult) -> dict[str, tuple[Status, float]]:
    return {rule.id: (rule.status, rule.points) for rule in result.rules}


def test_seconds_are_right_and_milliseconds_are_told(judge: PackJudge, tmp_path: Path) -> None:
    right = judge.judge(transcript("c20_seconds_right.json"), "d")
    assert right.total == right.possible
    with open_app(Settings(home=tmp_path), judge=judge) as app:
        (outcome,) = check_inputs(app, [INPUTS / "c22_ms_turns_s_duration.json"], jobs=1)
    assert isinstance(outcome.error, TranscriptError)
    assert "divide by 1000" in str(outcome.error)


@pytest.mark.parametrize("name", ["c28_whisper.json", "c29_funasr.json", "c30_aliyun.json"])
def test_transcripts_of_other_recognisers(name: str) -> None:
    (turn,) = transcript(name).turns
    assert (turn.start, turn.end) == (0.5, 4.2)


def test_working_hours_are_the_centres(judge: PackJudge) -> None:
    lines = (INPUTS / "g10_chat_times_utc.jsonl").read_text(encoding="utf-8").splitlines()
    found = {}
    for line in lines:
        call = outside(json.loads(line), "g10.jsonl", reading=READING)
        found[call.call.call_id] = verdicts(judge.judge(call, "d"))
    assert found["night_utc"] == found["night_local"]
    assert found["day_utc"] == found["day_local"]
    assert found["night_utc"] != found["day_utc"]


def in_utc(value: Any) -> Any:
    """Every time of a call with an offset, as its instant in UTC."""
    if isinstance(value, dict):
        return {name: in_utc(part) for name, part in value.items()}
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and len(value) > 10 else None
    except ValueError:
        return value
    return moment.astimezone(UTC).isoformat() if moment is not None and moment.tzinfo else value


TIMED = ("chat", "late", "deadline", "clean-escalate", "urgent", "important", "feedback")
GOLDEN = [
    path
    for path in sorted((rules_dir() / "golden").glob("*.json"))
    if any(
        word in path.stem for word in ("chat", "late", "deadline", "clean-escalate", "urgent", "important", "feedback")
    )
]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_call_told_in_utc_is_judged_alike(path: Path, judge: PackJudge) -> None:
    call = json.loads(path.read_text(encoding="utf-8"))
    del call["golden"]
    told: list[CallResult] = []
    change: Callable[[Any], Any]
    for change in (lambda value: value, in_utc):
        facts = {name: change(part) for name, part in call.items() if name != "turns"}
        read = outside({**facts, "turns": call["turns"]}, path.name, reading=READING)
        told.append(judge.judge(read, transcript_digest(read)))
    assert verdicts(told[0]) == verdicts(told[1])
    assert (told[0].promises, told[0].complaint) == (told[1].promises, told[1].complaint)
    assert [promise.due.isoformat() for promise in told[0].promises if promise.due] == [
        promise.due.isoformat() for promise in told[1].promises if promise.due
    ]
