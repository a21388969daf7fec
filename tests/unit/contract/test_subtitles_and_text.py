"""SRT, WebVTT and plain text: what people and other programs write, read tolerantly; what we write comes back."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.contract import find_sidecar, iter_transcripts, read_transcripts, to_srt, to_txt, to_vtt
from qa_engine.contract.plain_text import parse_txt
from qa_engine.contract.subtitles import parse_srt, parse_vtt
from qa_engine.domain import Call, Exclusion, Speaker, Transcript, Turn
from qa_engine.errors import TranscriptError, UsageError

AGENT, CUSTOMER, UNKNOWN = Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN


def brief(transcript: Transcript) -> list[tuple]:
    return [(turn.speaker, turn.start, turn.end, turn.text) for turn in transcript.turns]


SRT = """\ufeff1
00:00:00,400 --> 00:00:03,100
坐席：您好，工号8026。

2
00:00:03,5 --> 00:00:04.250
<i>客户: 我要投诉</i>
你们！

4
1:00:00,000 --> 1:00:01,000
没有名字
坐席1：抱歉
"""
VTT = """WEBVTT - call

STYLE
::cue { color: red }

NOTE 坐席：这是注释

intro
00:00.400 --> 00:03.100 align:start
<v Agent>您好 &amp; 欢迎</v>

01:02:03.004 --> 01:02:04.000
<v.loop.loud 客户>好好好

00:05.000 --> 00:06.000
<v Roger Bingham>谁？
客户：<00:05.500>我
"""


def test_srt_as_others_write_it() -> None:
    read = parse_srt(SRT, "c.srt", "c")
    assert brief(read) == [
        (AGENT, 0.4, 3.1, "您好，工号8026。"),
        (CUSTOMER, 3.5, 4.25, "我要投诉你们！"),
        (CUSTOMER, 3600.0, 3600.667, "没有名字"),  # labels stand only where the speaker changes
        (AGENT, 3600.667, 3601.0, "抱歉"),
    ]
    assert read.warnings == ("speaker_carried",)


def test_vtt_as_others_write_it() -> None:
    read = parse_vtt(VTT, "c.vtt", "c")
    assert brief(read) == [
        (AGENT, 0.4, 3.1, "您好 & 欢迎"),
        (UNKNOWN, 5.0, 5.5, "谁？"),
        (CUSTOMER, 5.5, 6.0, "我"),
        (CUSTOMER, 3723.004, 3724.0, "好好好"),
    ]
    assert read.turns[-1].excluded is Exclusion.LOOP


def test_a_forgotten_empty_line_between_cues() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\n坐席：一\n2\n00:00:03,000 --> 00:00:04,000\n客户：二\n"
    assert [turn.text for turn in parse_srt(text, "c.srt", "c").turns] == ["一", "二"]


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("", None, "no turns"),
        ("1\n00:00:01,000 --> 00:00:02,000\n\n", None, "no turns"),
        ("坐席：您好", 1, "without a time line"),
        ("1\n00:00:05,000 --> 00:00:02,000\n坐席：x", 2, "ends before it begins"),
        ("\n\n1\n00:00:61,000 --> 00:02:02,000\n坐席：x", 4, "time line"),
    ],
)
def test_faults_of_subtitles(text: str, line: int | None, part: str) -> None:
    for parse in (parse_srt, parse_vtt):
        with pytest.raises(TranscriptError, match=part) as caught:
            parse(text, "c.srt", "c")
        assert caught.value.faults[0].line == line


def test_all_faults_of_a_subtitle_file_are_told() -> None:
    text = "x\n\n1\n00:00:05,000 --> 00:00:02,000\ny\n\n2\n00:00:05,000 --> 00:00:06,000\nz"
    with pytest.raises(TranscriptError) as caught:
        parse_srt(text, "c.srt", "c")
    assert [fault.line for fault in caught.value.faults] == [1, 4]


PLAIN = """
坐席：您好，
  请讲。
客户: 我要投诉

[00:12] 客服8026：请您稍等
00:00:15 - 00:00:18 用户：好
【坐席】：OK
thank you
Agent: bye
"""


def test_plain_text_as_others_write_it() -> None:
    read = parse_txt(PLAIN, "c.txt", "c")
    assert brief(read) == [
        (AGENT, None, None, "您好，请讲。"),
        (CUSTOMER, None, None, "我要投诉"),
        (AGENT, None, None, "请您稍等"),
        (CUSTOMER, None, None, "好"),
        (AGENT, None, None, "OK thank you"),
        (AGENT, None, None, "bye"),
    ]
    assert not read.timed


@pytest.mark.parametrize(
    ("text", "lines"), [("", [None]), ("坐席：\n", [None]), ("您好\n再见\n坐席：x\n", [1, 2]), ("我说：你好", [1])]
)
def test_faults_of_plain_text(text: str, lines: list[int | None]) -> None:
    with pytest.raises(TranscriptError, match="坐席：") as caught:
        parse_txt(text, "c.txt", "c")
    assert [fault.line for fault in caught.value.faults] == lines


letters = st.text(
    st.characters(categories=["Lu", "Ll", "Lo", "Nd", "Po", "Ps", "Sm"], exclude_characters="<>{}\\[【(（"), min_size=1
).map(lambda text: f"话{text}")


@st.composite
def simple_transcript(draw: st.DrawFn) -> Transcript:
    turns, time = [], 0
    for index, (speaker, gap, length, text, excluded) in enumerate(
        draw(
            st.lists(
                st.tuples(
                    st.sampled_from(Speaker),
                    st.integers(0, 4_000_000),
                    st.integers(0, 60_000),
                    letters,
                    st.none() | st.sampled_from(Exclusion),
                ),
                min_size=1,
                max_size=6,
            )
        )
    ):
        time += gap
        turns.append(Turn(index, speaker, text, time / 1000, (time + length) / 1000, excluded=excluded))
    unknown = any(turn.speaker is UNKNOWN for turn in turns)
    return Transcript(Call("c"), tuple(turns), warnings=("roles_unknown",) if unknown else ())


@given(simple_transcript())
def test_what_we_write_comes_back(original: Transcript) -> None:
    assert parse_srt(to_srt(original), "c.srt", "c") == original
    assert parse_vtt(to_vtt(original), "c.vtt", "c") == original
    read = parse_txt(to_txt(original), "c.txt", "c")
    assert [(t.speaker, t.text, t.excluded) for t in read.turns] == [
        (t.speaker, t.text, t.excluded) for t in original.turns
    ]


def test_markup_and_line_breaks_in_a_text_survive_vtt() -> None:
    original = Transcript(Call("c"), (Turn(0, AGENT, "1<2 & <v 客户>\n\n--> 3", 0.0, 1.0),))
    assert parse_vtt(to_vtt(original), "c.vtt", "c").turns[0].text == "1<2 & <v 客户> --> 3"


def test_what_is_written() -> None:
    turns = (
        Turn(0, AGENT, "您好", 0.4, 3.1),
        Turn(1, CUSTOMER, "谢谢观看", 3661.0005, 3662.0, excluded=Exclusion.GHOST_TEXT),
    )
    transcript = Transcript(Call("c"), turns)
    assert to_srt(transcript) == (
        "1\n00:00:00,400 --> 00:00:03,100\n坐席：您好\n\n2\n01:01:01,000 --> 01:01:02,000\n客户[ghost_text]：谢谢观看\n"
    )
    assert to_vtt(transcript) == (
        "WEBVTT\n\n00:00:00.400 --> 00:00:03.100\n<v 坐席>您好\n\n"
        "01:01:01.000 --> 01:01:02.000\n<v.ghost_text 客户>谢谢观看\n"
    )
    assert to_txt(transcript) == "坐席：您好\n客户[ghost_text]：谢谢观看\n"


def test_subtitles_need_times() -> None:
    transcript = Transcript(Call("c-9"), (Turn(0, AGENT, "您好"),))
    for write in (to_srt, to_vtt):
        with pytest.raises(UsageError, match=r"c-9.*use txt"):
            write(transcript)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("suffix", [".txt", ".srt", ".vtt"])
def test_encodings(tmp_path: Path, encoding: str, suffix: str) -> None:
    text = "坐席：您好，请讲\r\n" if suffix == ".txt" else "00:00:01,000 --> 00:00:02,000\r\n坐席：您好，请讲\r\n"
    path = tmp_path / f"call{suffix}"
    path.write_bytes(text.encode(encoding))
    (read,) = read_transcripts(path)
    assert [turn.text for turn in read.turns] == ["您好，请讲"]
    assert read.call.call_id == "call"


@pytest.mark.parametrize(
    "content", ["坐席：您好\n".encode() + b"\xff\xff\n", "坐席：您好\n客户：".encode() + b"\x00\x81"]
)
def test_no_text_at_all(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "call.txt"
    path.write_bytes(content)
    (error,) = iter_transcripts(path)
    assert isinstance(error, TranscriptError)
    assert "UTF-8" in str(error)
    assert error.faults[0].line == 2


@pytest.mark.parametrize(
    ("name", "part"), [("a.rtf", ".jsonl"), ("gone.txt", "no such file"), ("gone.json", "no such")]
)
def test_files_that_are_not_there_or_not_transcripts(tmp_path: Path, name: str, part: str) -> None:
    (error,) = iter_transcripts(tmp_path / name)
    assert isinstance(error, TranscriptError)
    assert part in str(error)


def test_sidecar(tmp_path: Path) -> None:
    recording = tmp_path / "call.wav"
    recording.touch()
    assert find_sidecar(recording) is None
    (tmp_path / "call.txt").touch()
    assert find_sidecar(recording) == tmp_path / "call.txt"
    (tmp_path / "call.json").touch()
    assert find_sidecar(recording) == tmp_path / "call.json"
