"""Who is behind a name, and what becomes of names that say no role."""

from itertools import pairwise
from pathlib import Path

import pytest

from qa_engine.contract import Reading, iter_transcripts, transcript_from_json, transcript_to_json
from qa_engine.contract.labels import read_label
from qa_engine.contract.names import read_name
from qa_engine.contract.plain_text import parse_txt
from qa_engine.contract.subtitles import parse_srt, parse_vtt
from qa_engine.domain import Speaker, Transcript
from qa_engine.errors import TranscriptError

AGENT, CUSTOMER, UNKNOWN = Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN


def said(read: Transcript) -> list[tuple[Speaker, str | None, str]]:
    return [(turn.speaker, turn.label, turn.text) for turn in read.turns]


@pytest.mark.parametrize(
    ("name", "speaker", "number", "person"),
    [
        ("坐席", AGENT, None, None),
        ("坐席8026", AGENT, "8026", None),
        ("坐席８０２６", AGENT, "8026", None),
        ("坐席-8026", AGENT, "8026", None),
        ("8026坐席", AGENT, "8026", None),
        ("坐席李华", AGENT, None, "李华"),
        ("坐席(李华)", AGENT, None, "李华"),
        ("李华（客服）", AGENT, None, "李华"),
        ("客服小李", AGENT, None, "小李"),
        ("客服小李（工号8026）", AGENT, "8026", "小李"),
        ("坐席 工号：8026", AGENT, "8026", None),
        ("Agent\u3000(8026)", AGENT, "8026", None),
        ("AGENT_01", AGENT, "01", None),
        ("座席員", AGENT, None, None),
        ("客户经理", AGENT, None, None),
        ("坐席[外呼]", AGENT, None, None),
        ("在线客服", AGENT, None, None),
        ("京东客服", AGENT, None, None),
        ("**坐席**", AGENT, None, None),
        ("来电客户", CUSTOMER, None, None),
        ("\u200e【坐席】", AGENT, None, None),
        ("客户-王先生", CUSTOMER, None, "王先生"),
        ("客戶", CUSTOMER, None, None),
        ("顾客/张三", CUSTOMER, None, "张三"),
        ("客户（左声道）", CUSTOMER, None, None),
        ("VIP客户", CUSTOMER, None, None),
        ("客户说", CUSTOMER, None, None),
        ("Customer#2", CUSTOMER, "2", None),
        ("说话人1", UNKNOWN, "1", None),
        ("speaker_0", UNKNOWN, "0", None),
    ],
)
def test_names_with_a_role(name: str, speaker: Speaker, number: str | None, person: str | None) -> None:
    read = read_name(name)
    assert read is not None
    assert (read.speaker, read.number, read.name) == (speaker, number, person)


@pytest.mark.parametrize(
    "name",
    [
        "班长",
        "客服班长",
        "坐席主管(李华)",
        "智能客服",
        "客服机器人",
        "系统",
        "客服电话",
        "客户姓名",
        "客户单号",
        "坐席工号",
        "客户端",
        "用户协议",
        "agentur",
        "坐席转客户",
        "单号",
        "联系客服",
        "我",
    ],
)
def test_names_without_a_role(name: str) -> None:
    """Another party, a heading, both at once: nobody whose words may be judged."""
    assert read_name(name) is None


@pytest.mark.parametrize(
    ("line", "speaker", "text"),
    [
        ("班长：不归我管", UNKNOWN, "不归我管"),
        ("快递员: 到了", UNKNOWN, "到了"),
        ("我：您好", UNKNOWN, "您好"),
        ("坐席\t您好", AGENT, "您好"),
        ("【客服 8026】您好", AGENT, "您好"),
        ("坐席(李华)：你说：不行", AGENT, "你说：不行"),
    ],
)
def test_lines_with_a_label(line: str, speaker: Speaker, text: str) -> None:
    read = read_label(line)
    assert read is not None
    assert (read.speaker, read.text) == (speaker, text)


@pytest.mark.parametrize(
    "line",
    [
        "您的单号是：三三零七",
        "他说：不行",
        "9:15",
        "https://a.cn/b",
        "好，那就这样：明天来",
        "不用了谢谢",
        "情况在于：晚了",
    ],
)
def test_colons_inside_of_what_is_said(line: str) -> None:
    assert read_label(line) is None


def test_lines_of_nobody_we_know_stand_alone() -> None:
    text = (
        "坐席：您好。\n客户：喂。\n【系统】通话已转接至班长\n2026-03-02 09:15:22 王芳：不行\n"
        "---- 转接 ----\n坐席：再见。\n"
    )
    read = parse_txt(text, "c.txt", "c")
    assert said(read) == [
        (AGENT, None, "您好。"),
        (CUSTOMER, None, "喂。"),
        (UNKNOWN, None, "【系统】通话已转接至班长"),
        (UNKNOWN, "王芳", "不行"),
        (UNKNOWN, None, "---- 转接 ----"),
        (AGENT, None, "再见。"),
    ]
    assert read.warnings == ("roles_unknown", "unknown_label")


def test_dated_lines_with_a_known_name_lose_their_stamp() -> None:
    text = "[2026-03-02 09:15:22] 坐席：您好\n2026/3/2 9:15 客户：喂\n2026年3月2日 09:16:00 坐席：请讲\n"
    assert said(parse_txt(text, "c.txt", "c")) == [(AGENT, None, "您好"), (CUSTOMER, None, "喂"), (AGENT, None, "请讲")]


def test_numbers_of_lines_are_no_part_of_a_name() -> None:
    text = "1. 坐席：您好\n2、客户：喂\n(3) 坐席：请讲\n- 客户：好\n"
    assert [turn.speaker for turn in parse_txt(text, "c.txt", "c").turns] == [AGENT, CUSTOMER, AGENT, CUSTOMER]


def test_a_new_line_behind_a_finished_one_is_told() -> None:
    assert parse_txt("坐席：您好，\n请讲。\n", "c.txt", "c").warnings == ()
    read = parse_txt("客户：好吧。\n您的来电将被录音\n", "c.txt", "c")
    assert (said(read), read.warnings) == ([(CUSTOMER, None, "好吧。您的来电将被录音")], ("speaker_carried",))


def test_a_file_in_which_nobody_is_known_asks_who_they_are() -> None:
    with pytest.raises(TranscriptError, match=r"「李华」.*QA_LABELS") as caught:
        parse_txt("李华：您好\n王先生：喂\n李华：请讲\n", "c.txt", "c")
    assert [fault.line for fault in caught.value.faults] == [1, 2]


def test_a_centre_says_who_its_names_are() -> None:
    reading = Reading({"李华": AGENT, "王先生": CUSTOMER, "备注": None, "坐席": UNKNOWN})
    text = "李华：您好\n王先生：喂\n备注：加急\n坐席：谁？\n"
    assert said(parse_txt(text, "c.txt", "c", reading)) == [
        (AGENT, "李华", "您好"),
        (CUSTOMER, "王先生", "喂备注：加急"),
        (UNKNOWN, "坐席", "谁？"),
    ]
    turns = [{"speaker": "李华", "text": "您好"}, {"speaker": "备注员", "text": "嗯"}]
    read = transcript_from_json({"turns": turns}, "c.json", reading=reading)
    assert said(read) == [(AGENT, "李华", "您好"), (UNKNOWN, "备注员", "嗯")]
    assert read.warnings == ("unknown_label",)
    assert transcript_from_json(transcript_to_json(read), "c.json") == read


def test_numbers_or_names_tell_two_agents_apart() -> None:
    read = parse_txt("坐席8026：您好\n坐席8099：我是8099\n客户：喂\n", "c.txt", "c")
    assert [turn.agent_id for turn in read.turns] == ["8026", "8099", None]
    read = parse_txt("坐席(李华)：您好\n坐席-8026：再见\n坐席：嗯\n", "c.txt", "c")
    assert [turn.agent_id for turn in read.turns] == [None, None, None]
    turns = [{"speaker": "坐席 李华", "text": "您好"}, {"speaker": "坐席 王芳", "text": "喂"}]
    assert [t.agent_id for t in transcript_from_json({"turns": turns}, "c.json").turns] == ["李华", "王芳"]


def test_a_voice_may_go_on_and_several_may_share_a_cue() -> None:
    text = (
        "WEBVTT\n\n00:00.000 --> 00:10.000\n<v 坐席 李华>您好\n请讲</v> <v 客户-王先生>喂</v>\n系统提示音\n\n"
        "00:10.000 --> 00:12.000\n<v 班长>我来\n"
    )
    read = parse_vtt(text, "c.vtt", "c")
    assert said(read) == [
        (AGENT, "坐席 李华", "您好请讲"),
        (CUSTOMER, "客户-王先生", "喂"),
        (UNKNOWN, None, "系统提示音"),
        (UNKNOWN, "班长", "我来"),
    ]
    spans = [(turn.start, turn.end) for turn in read.turns]
    assert spans[0][0] == 0.0
    assert all(first[1] == second[0] for first, second in pairwise(spans))


def cue(number: int, text: str) -> str:
    return f"{number}\n00:00:0{number},000 --> 00:00:0{number},900\n{text}\n\n"


def test_labels_only_where_the_speaker_changes() -> None:
    lines = ["坐席：您好", "请讲", "客户：喂", "我要投诉", "坐席：好"]
    read = parse_srt("".join(cue(n, line) for n, line in enumerate(lines, 1)), "c.srt", "c")
    assert [turn.speaker for turn in read.turns] == [AGENT, AGENT, CUSTOMER, CUSTOMER, AGENT]
    assert read.warnings == ("speaker_carried",)


def test_a_cue_without_a_label_among_labelled_ones_is_nobodys() -> None:
    """The agent's label comes twice in a row, so a missing one is no sign that the speaker stays."""
    lines = ["坐席：您好", "坐席：请讲", "没关系", "客户：喂"]
    read = parse_srt("".join(cue(n, line) for n, line in enumerate(lines, 1)), "c.srt", "c")
    assert [turn.speaker for turn in read.turns] == [AGENT, AGENT, UNKNOWN, CUSTOMER]
    assert read.warnings == ("roles_unknown",)


def test_an_invented_role_in_json_is_a_fault_still(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text('{"turns": [{"speaker": "agnet", "text": "x"}]}', encoding="utf-8")
    (error,) = iter_transcripts(path)
    assert isinstance(error, TranscriptError)
    assert "'agent'" in str(error)


@pytest.mark.parametrize("label", ["<班长>", "《班长》", "「班长」", "[班长]", "（班长）"])
def test_a_strange_name_in_any_brackets_is_a_turn_of_its_own(label: str) -> None:
    read = parse_txt(f"坐席：您好\n客户：喂\n{label} 我来处理\n", "a.txt", "a")
    assert [turn.speaker for turn in read.turns] == [AGENT, CUSTOMER, UNKNOWN]
    assert read.turns[2].text.endswith("我来处理")
