"""``qa-engine check``: results are written one by one, and read like the whole list at once."""

import json

import pytest

from qa_engine.cli.check import CheckFormat, _chunks
from qa_engine.domain import Call, CallResult, Speaker, Transcript, Turn
from qa_engine.reports import result_to_json
from qa_engine.service import FixedJudge


def result(number: int) -> CallResult:
    turn = Turn(0, Speaker.AGENT, '不行\n"{}"')
    return FixedJudge().judge(Transcript(Call(f'c-{number}\n"'), (turn,)), "sha256:0")


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_json_is_one_object_or_a_list(count: int) -> None:
    results = [result(number) for number in range(count)]
    objects = [result_to_json(r) for r in results]
    shown = objects[0] if count == 1 else objects
    expected = json.dumps(shown, ensure_ascii=False, indent=2) + "\n" if objects else ""
    assert "".join(_chunks(results, CheckFormat.JSON)) == expected


def test_jsonl_is_one_line_a_call() -> None:
    results = [result(number) for number in range(3)]
    lines = "".join(_chunks(results, CheckFormat.JSONL)).splitlines()
    assert [json.loads(line) for line in lines] == [json.loads(json.dumps(result_to_json(r))) for r in results]
