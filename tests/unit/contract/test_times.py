"""Times that cannot be seconds of a call are faults with their place; a call's time is on the centre's clocks."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.contract import Reading, iter_transcripts, outside, read_transcripts
from qa_engine.contract.subtitles import parse_vtt
from qa_engine.errors import TranscriptError

TEXT = "您好，请问有什么可以帮您？"  # 11 字


def turn(start: float, end: float, text: str = TEXT) -> dict[str, Any]:
    return {"speaker": "agent", "text": text, "start": start, "end": end}


@pytest.mark.parametrize(
    ("call", "subject", "part"),
    [
        ({"turns": [turn(500, 4200)]}, "turns[0]", "3700 s for 11 characters; .*divide by 1000"),
        ({"turns": [turn(0, 2), turn(5400_000, 5400_001)]}, "turns[1]", "beyond the longest call"),
        ({"turns": [turn(1.7e9, 1.7e9 + 2)]}, "turns[0]", "beyond the longest call"),
        ({"turns": [turn(0, 2)], "duration": 1e300}, "duration", "beyond the longest call"),
        ({"turns": [turn(0, 2)], "duration": 21_000}, "duration", "lasts 21000 s, but its turns end at 2 s"),
        ({"turns": [turn(0, 2), turn(900, 903)], "duration": 21}, "duration", "lasts 21 s, but its turns end at 903 s"),
        ({"turns": [turn(0, 2)], "speech": [{"speaker": "agent", "start": 0, "end": 1e9}]}, "speech[0]", "beyond"),
    ],
)
def test_times_that_cannot_be(call: dict[str, Any], subject: str, part: str) -> None:
    with pytest.raises(TranscriptError, match=part) as caught:
        outside(call, "c.json")
    assert caught.value.faults[0].subject == subject


@pytest.mark.parametrize(
    "call",
    [
        {"turns": [turn(0.5, 4.2)], "duration": 21},
        {"turns": [turn(0, 600)]},  # slow, not impossible
        {"turns": [turn(360000, 360003)]},  # a chat that goes on for days
        {"turns": [turn(0, 2), turn(60, 63)], "duration": 5},  # a little behind the declared end
        {"turns": [turn(0, 2)], "duration": 900},
        {"turns": [turn(0, 59, "嗯")]},
        {"turns": [{"speaker": "agent", "text": TEXT}], "duration": 9},
    ],
)
def test_times_that_may_be(call: dict[str, Any]) -> None:
    outside(call, "c.json")


@given(st.lists(st.integers(0, 600_000), min_size=2, max_size=12, unique=True).map(sorted))
def test_no_call_in_milliseconds_gets_in(marks: list[int]) -> None:
    """Turns as people speak (80–400 ms a 字), a thousand times too long."""
    turns = [turn(at, at + 11 * (80 + at % 320)) for at in marks]
    with pytest.raises(TranscriptError):
        outside({"turns": turns}, "c.json")
    outside({"turns": [turn(t["start"] / 1000, t["end"] / 1000) for t in turns]}, "c.json")


def test_many_faulty_times_are_told_in_a_few_lines() -> None:
    with pytest.raises(TranscriptError) as caught:
        outside({"turns": [turn(0, 1e9)] * 500}, "c.json")
    assert len(caught.value.faults) == 21


def test_an_absurd_hour_in_subtitles_is_told_with_its_line() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n坐席：您好\n\n9999999999:00:00.000 --> 9999999999:00:01.000\n客户：喂\n"
    with pytest.raises(TranscriptError, match="beyond the longest call") as caught:
        parse_vtt(text, "c.vtt", "c")
    assert caught.value.faults[0].line == 6


def test_a_stamp_is_shown_on_the_clocks_of_the_centre(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"turns": [], "started_at": "2026-03-04T14:30:00Z"}), encoding="utf-8")
    (read,) = read_transcripts(path, Reading(zone=timezone(timedelta(hours=9))))
    assert read.call.started_at == datetime.fromisoformat("2026-03-04T14:30:00+00:00")
    assert read.call.started_at is not None
    assert read.call.started_at.isoformat() == "2026-03-04T23:30:00+09:00"


def test_one_faulty_line_stops_no_other(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text("\n".join(json.dumps({"turns": [turn(0, end)]}) for end in (2, 5e6, 3)), encoding="utf-8")
    records = list(iter_transcripts(path))
    assert [isinstance(record, TranscriptError) for record in records] == [False, True, False]
    assert isinstance(records[1], TranscriptError)
    assert records[1].faults[0].line == 2
