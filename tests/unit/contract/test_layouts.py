"""Who speaks, in texts that do not write 坐席：… : columns, other marks, names on lines of their own."""

import json
from pathlib import Path
from typing import Any

import pytest

from qa_engine.contract import PLAIN, iter_transcripts
from qa_engine.contract.plain_text import parse_txt
from qa_engine.domain import Speaker, Transcript
from qa_engine.errors import TranscriptError

A, C, U = Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN

SAME = {
    "blank": "坐席 您好，请讲\n客户 我要投诉，马上\n",
    "wide_blank": "客服　您好，请讲\n用户　我要投诉，马上\n",
    "stroke": "客服 | 您好，请讲\n客户 | 我要投诉，马上\n",
    "wide_stroke": "客服｜您好，请讲\n客户｜我要投诉，马上\n",
    "dashes": "坐席——您好，请讲\n客户——我要投诉，马上\n",
    "spaced_dash": "坐席 - 您好，请讲\n客户 - 我要投诉，马上\n",
    "arrow": "坐席>您好，请讲\n客户>我要投诉，马上\n",
    "to_whom": "坐席 -> 客户：您好，请讲\n客户 -> 坐席：我要投诉，马上\n",
    "equals": "坐席=您好，请讲\n客户=我要投诉，马上\n",
    "semicolon": "坐席；您好，请讲\n客户；我要投诉，马上\n",
    "comma": "坐席,您好，请讲\n客户,我要投诉，马上\n",
    "own_lines": "坐席\n您好，请讲\n客户\n我要投诉，\n马上\n",
    "own_lines_with_times": "坐席 00:01\n您好，请讲\n\n客户 00:05\n我要投诉，马上\n",
    "time_behind": "坐席(00:00:01)：您好，请讲\n客户(00:00:05)：我要投诉，马上\n",
    "time_behind_bare": "坐席 00:01-00:03 您好，请讲\n客户 00:05-00:06 我要投诉，马上\n",
    "times_between": "2026年3月2日 上午9:15\n坐席: 您好，请讲\n2026年3月2日 上午9:16\n客户: 我要投诉，马上\n",
    "borders": "———— 2026-03-02 ————\n坐席：您好，请讲\n----\n客户：我要投诉，马上\n====\n",
    "table": "时间\t角色\t内容\n00:01\t坐席\t您好，请讲\n00:05\t客户\t我要投诉，马上\n",
    "table_with_strokes": "| 序号 | 说话人 | 文本 |\n|---|---|---|\n| 1 | 坐席 | 您好，请讲 |\n"
    "| 2 | 客户 | 我要投诉，马上 |\n",
    "table_without_heading": "1 | 坐席 | 您好，请讲\n2 | 客户 | 我要投诉，马上\n",
    "table_with_commas": "角色,内容\n坐席,您好，请讲\n客户,我要投诉，马上\n",
    "time_first_and_a_blank": "00:00:01 坐席 您好，请讲\n00:00:05 客户 我要投诉，马上\n",
    "turns_on_one_line": "坐席：您好，请讲客户：我要投诉，马上\n",
    "turns_on_one_line_parted": "坐席(李华)：您好，请讲 客户：我要投诉，马上\n",
    "two_ways_in_one_file": "坐席：您好，请讲\n客户 我要投诉，马上\n",
}


@pytest.mark.parametrize("name", SAME)
def test_layouts_that_say_the_same(name: str) -> None:
    turns = parse_txt(SAME[name], name, "c").turns
    assert [(turn.speaker, turn.text) for turn in turns] == [(A, "您好，请讲"), (C, "我要投诉，马上")]


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("坐席：您好\n客户说他不满意\n", [(A, "您好客户说他不满意")]),  # a sentence that begins with the word
        ("坐席：好的，\n客户，我跟您说\n", [(A, "好的，客户，我跟您说")]),
        ("坐席：您好\n客户：我等到 09:15 了\n", [(A, "您好"), (C, "我等到 09:15 了")]),
        ("坐席：您好\n00:05\n不归我管\n", [(A, "您好"), (U, "不归我管")]),  # whose words follow a time alone?
        ("坐席：您好\n----\n不归我管\n", [(A, "您好"), (U, "不归我管")]),
        ("说话人1 00:00:01\n您好\n说话人2 00:00:05\n在吗\n", [(U, "您好"), (U, "在吗")]),
        ("A：您好\nB：在吗\nA：在的\n", [(U, "您好"), (U, "在吗"), (U, "在的")]),
        ("坐席：请联系客服：95338\n客户：好\n", [(A, "请联系客服：95338"), (C, "好")]),
        ("女：您好\n男：在吗\n", [(U, "您好"), (U, "在吗")]),
        ("被叫：您好\n主叫：在吗\n", [(U, "您好"), (U, "在吗")]),
        ("坐席 | 您好 | 请讲\n客户 | 我要 | 投诉\n", [(A, "您好 | 请讲"), (C, "我要 | 投诉")]),
    ],
)
def test_what_is_no_label_and_who_is_nobody(text: str, turns: list[tuple[Speaker, str]]) -> None:
    assert [(turn.speaker, turn.text) for turn in parse_txt(text, "t", "c").turns] == turns


@pytest.mark.parametrize(
    "text", ["张三 您好\n李四 我要投诉\n", "客户 我要投诉\n今天 没人来\n明天 再说\n昨天 也没来\n", "您好\n我要投诉\n"]
)
def test_a_text_without_roles_is_refused_with_its_lines(text: str) -> None:
    with pytest.raises(TranscriptError, match="坐席"):
        parse_txt(text, "t.txt", "c")


TWO: Any = [
    {"text": "您好", "start_time": 500, "end_time": 1000},
    {"text": "在吗", "start_time": 1500, "end_time": 2000},
]
WRAPPED = {
    "lists_of_one": {"output": {"results": [{"transcription": {"transcripts": [{"channel_id": 0, "sentences": [
        {"begin_time": 500, "end_time": 1000, "text": "您好", "speaker_id": 0},
        {"begin_time": 1500, "end_time": 2000, "text": "在吗", "speaker_id": 1}]}]}}]}},
    "json_in_a_string": {"status": 0, "data": json.dumps({"result": {"utterances": TWO}})},
    "segments_in_data": {"code": 0, "data": {"segments": [
        {"start": "0.5", "end": "1.0", "text": "您好"}, {"start": "00:01.5", "end": "00:02", "text": "在吗"}]}},
    "baidu": {"tasks_info": [{"task_status": "Success", "task_result": {"result": ["您好在吗"], "detailed_result": [
        {"res": ["您好"], "begin_time": 500, "end_time": 1000},
        {"res": ["在吗"], "begin_time": 1500, "end_time": 2000}]}}]},
    "huawei": {"status": "FINISHED", "segments": [
        {"start_time": 500, "end_time": 1000, "result": {"text": "您好", "analysis_info": {"role": "AGENT"}}},
        {"start_time": 1500, "end_time": 2000, "result": {"text": "在吗", "analysis_info": {"role": "USER"}}}]},
}  # fmt: skip


def read(folder: Path, content: object) -> list[Any]:
    path = folder / "call.json"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return list(iter_transcripts(path, PLAIN))


@pytest.mark.parametrize("name", WRAPPED)
def test_answers_of_services_are_read_within_their_wrapping(tmp_path: Path, name: str) -> None:
    (found,) = read(tmp_path, WRAPPED[name])
    assert isinstance(found, Transcript), str(found)
    assert [(turn.start, turn.end, turn.text) for turn in found.turns] == [(0.5, 1.0, "您好"), (1.5, 2.0, "在吗")]


@pytest.mark.parametrize(
    ("content", "warnings"),
    [
        ({"dialog": [{"role": "agent", "content": "您好"}, {"role": "customer", "content": "在吗"}]}, ()),
        ({"data": {"list": [{"角色": "客服", "内容": "您好"}, {"角色": "客户", "内容": "在吗"}]}}, ()),
        (
            {"messages": [{"from": "坐席8026", "msg": "您好", "time": 5}, {"from": "客户", "msg": "在吗", "time": 9}]},
            ("times_unread",),
        ),
    ],
)
def test_lists_of_who_says_what_are_read_without_times(tmp_path: Path, content: Any, warnings: tuple[str, ...]) -> None:
    (found,) = read(tmp_path, content)
    assert isinstance(found, Transcript), str(found)
    assert [(turn.speaker, turn.start, turn.text) for turn in found.turns] == [(A, None, "您好"), (C, None, "在吗")]
    assert found.warnings == warnings


@pytest.mark.parametrize(
    "content",
    [
        {"tags": [{"name": "VIP", "content": "老客户优惠"}]},  # facts of a call
        {"results": {"utterances": [{"start": 0.1, "end": 1.0, "transcript": "您好", "channel": 0}]}},
        {"recognizedPhrases": [{"offsetInTicks": 1, "nBest": [{"display": "您好"}]}]},
    ],
)
def test_what_is_no_format_that_is_known_is_a_fault(tmp_path: Path, content: Any) -> None:
    (found,) = read(tmp_path, content)
    assert isinstance(found, TranscriptError)
