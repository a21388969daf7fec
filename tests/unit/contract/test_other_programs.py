"""Transcripts and chats that other programs write, known by their fields; what is not known is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from qa_engine.contract import PLAIN, Reading, is_transcript, iter_transcripts, read_transcripts
from qa_engine.domain import Channel, Speaker, Transcript
from qa_engine.errors import TranscriptError

A, C, U = Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN
LEFT = Reading(agent_channel=0)
NAMED = Reading({"说话人1": A, "说话人2": C, "SPEAKER_00": A, "SPEAKER_01": C})


def read(folder: Path, content: object, reading: Reading = PLAIN, suffix: str = ".json") -> list[Any]:
    path = folder / f"call{suffix}"
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return list(iter_transcripts(path, reading))


def lattice(begin: int, end: int, role: str, *words: str) -> dict[str, Any]:
    told = {"bg": str(begin), "ed": str(end), "rl": role, "rt": [{"ws": [{"cw": [{"w": w}]} for w in words]}]}
    return {"json_1best": json.dumps({"st": told}, ensure_ascii=False)}


@pytest.mark.parametrize(
    "content",
    [
        {"segments": [{"start": 0.0, "end": 1.0, "text": True}]},
        {"segments": [{"start": 0.0, "end": 10**400, "text": "您好"}]},
        {"segments": [{"start": 0.0, "end": 1.0, "text": "您好", "avg_logprob": 1e308}]},
        {"text": "您好", "timestamp": [[]]},
        {"Result": {"Sentences": [{"Text": "您好", "BeginTime": 0, "EndTime": 9, "ChannelId": {}}]}},
        {"lattice": [{"json_1best": "[" * 100_000}]},
    ],
)
def test_a_field_of_another_kind_is_a_fault_of_the_file(tmp_path: Path, content: object) -> None:
    (found,) = read(tmp_path, content)
    assert isinstance(found, TranscriptError)
    assert "call.json: looks like a transcript by" in str(found)


def test_a_channel_may_be_written_in_digits(tmp_path: Path) -> None:
    said = [{"Text": "您好", "BeginTime": 0, "EndTime": 9, "ChannelId": "0"}]
    said += [{"Text": "喂", "BeginTime": 10, "EndTime": 19, "ChannelId": "1"}]
    (found,) = read(tmp_path, {"Result": {"Sentences": said}}, LEFT)
    assert [turn.speaker for turn in found.turns] == [A, C]


WORDS = [{"word": "您", "start": 0.5, "end": 0.7, "probability": 0.9}, {"word": "好", "start": 0.7, "end": 1.0}]
FOREIGN = {
    "openai-whisper": ({"text": "您好喂", "language": "zh", "segments": [
        {"id": 0, "start": 0.5, "end": 1.0, "text": "您好", "avg_logprob": -0.1, "words": WORDS},
        {"id": 1, "start": 1.5, "end": 2.0, "text": "喂", "avg_logprob": -0.2}]}, PLAIN, [U, U]),
    "whisperx": ({"segments": [
        {"start": 0.5, "end": 1.0, "text": " 您好", "speaker": "SPEAKER_00", "words": [{"word": "您"}]},
        {"start": 1.5, "end": 2.0, "text": " 喂", "speaker": "SPEAKER_01"}]}, NAMED, [A, C]),
    "whisper.cpp": ({"systeminfo": "AVX", "transcription": [
        {"timestamps": {"from": "00:00:00,500", "to": "00:00:01,000"}, "offsets": {"from": 500, "to": 1000},
         "text": "您好"},
        {"timestamps": {}, "offsets": {"from": 1500, "to": 2000}, "text": "喂"}]}, PLAIN, [U, U]),
    "funasr": ([{"key": "call", "text": "您好喂", "sentence_info": [
        {"text": "您好", "start": 500, "end": 1000, "spk": 1, "timestamp": [[500, 700], [700, 1000]]},
        {"text": "喂", "start": 1500, "end": 2000, "spk": 2}]}], NAMED, [A, C]),
    "alibaba": ({"TaskId": "x", "StatusText": "SUCCESS", "Result": {"Sentences": [
        {"EndTime": 2000, "BeginTime": 1500, "ChannelId": 1, "Text": "喂", "SpeechRate": 200},
        {"EndTime": 1000, "BeginTime": 500, "ChannelId": 0, "Text": "您好", "SpeechRate": 200}]}}, LEFT, [A, C]),
    "dashscope": ({"file_url": "x", "transcripts": [
        {"channel_id": 0, "sentences": [{"begin_time": 500, "end_time": 1000, "text": "您好", "words": []}]},
        {"channel_id": 1, "sentences": [{"begin_time": 1500, "end_time": 2000, "text": "喂"}]}]}, LEFT, [A, C]),
    "tingwu": ({"TaskId": "x", "Transcription": {"Paragraphs": [
        {"SpeakerId": "1", "Words": [{"Start": 500, "End": 700, "Text": "您"},
                                     {"Start": 700, "End": 1000, "Text": "好"}]},
        {"SpeakerId": "2", "Words": [{"Start": 1500, "End": 2000, "Text": "喂"}]}]}}, NAMED, [A, C]),
    "tencent": ({"Response": {"RequestId": "x", "Data": {"TaskId": 1, "Result": "…", "ResultDetail": [
        {"FinalSentence": "您好", "StartMs": 500, "EndMs": 1000, "SpeakerId": 1, "SpeechSpeed": 4.1},
        {"FinalSentence": "喂", "StartMs": 1500, "EndMs": 2000, "SpeakerId": 2}]}}}, NAMED, [A, C]),
    "iflytek-sentences": ([{"bg": "500", "ed": "1000", "onebest": "您好", "speaker": "1"},
                           {"bg": "1500", "ed": "2000", "onebest": "喂", "speaker": "2"}], NAMED, [A, C]),
    "iflytek-lattice": ({"code": "000000", "content": {"orderResult": json.dumps({"lattice": [
        lattice(500, 1000, "1", "您", "好"), lattice(1500, 2000, "2", "喂")]})}}, NAMED, [A, C]),
    "whisper-segments-alone": ([{"start": 0.5, "end": 1.0, "text": "您好", "speaker": "SPEAKER_00"},
                                {"start": 1.5, "end": 2.0, "text": "喂", "speaker": "SPEAKER_01"}], NAMED, [A, C]),
    "whisper-clocks": ({"segments": [{"start": "00:00:00,500", "end": "0:01.0", "text": "您好"},
                                     {"start": "00:00:01.500", "end": "00:02", "text": "喂"}]}, PLAIN, [U, U]),
    "funasr-server": ({"mode": "offline", "text": "您好喂", "stamp_sents": [
        {"text_seg": "您 好", "punc": "", "start": 500, "end": 1000, "ts_list": [[500, 700], [700, 1000]]},
        {"text_seg": "喂", "start": 1500, "end": 2000}]}, PLAIN, [U, U]),
    "alibaba-in-a-string": ({"Result": json.dumps({"Sentences": [
        {"EndTime": 1000, "BeginTime": 500, "ChannelId": 0, "Text": "您好"},
        {"EndTime": 2000, "BeginTime": 1500, "ChannelId": 1, "Text": "喂"}]})}, LEFT, [A, C]),
    "tencent-lines": ({"Response": {"Data": {"ResultDetail": None, "Result":
        "[0:0.500,0:1.000,1]  您好\n[0:1.500,0:2.000,2]  喂\n"}}}, NAMED, [A, C]),
    "tencent-flash": ({"code": 0, "flash_result": [{"channel_id": 0, "text": "您好喂", "sentence_list": [
        {"text": "您好", "start_time": 500, "end_time": 1000, "speaker_id": 1},
        {"text": "喂", "start_time": 1500, "end_time": 2000, "speaker_id": 2}]}]}, NAMED, [A, C]),
    "volcengine": ({"code": 1000, "utterances": [
        {"text": "您好", "start_time": 500, "end_time": 1000, "additions": {"speaker": "1"}},
        {"text": "喂", "start_time": 1500, "end_time": 2000, "additions": {"speaker": "2"}}]}, NAMED, [A, C]),
}  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN)
def test_transcripts_of_other_recognisers(tmp_path: Path, name: str) -> None:
    content, reading, speakers = FOREIGN[name]
    (found,) = read(tmp_path, content, reading)
    assert isinstance(found, Transcript)
    assert [(t.speaker, t.start, t.end, t.text) for t in found.turns] == [
        (speakers[0], 0.5, 1.0, "您好"),
        (speakers[1], 1.5, 2.0, "喂"),
    ]
    assert found.call.call_id == "call"


@pytest.mark.parametrize("name", FOREIGN)
def test_nobody_is_given_a_role_by_his_number(tmp_path: Path, name: str) -> None:
    (found,) = read(tmp_path, FOREIGN[name][0])
    assert {turn.speaker for turn in found.turns} == {U}
    assert "roles_unknown" in found.warnings


def test_how_sure_whisper_was_is_kept(tmp_path: Path) -> None:
    (found,) = read(tmp_path, FOREIGN["openai-whisper"][0])
    assert found.turns[0].confidence == pytest.approx(0.905, abs=0.001)
    assert [(w.text, w.probability) for w in found.turns[0].words] == [("您", 0.9), ("好", None)]


def test_a_format_that_is_not_known_is_told_by_its_fields(tmp_path: Path) -> None:
    (error,) = read(tmp_path, {"result": {"pieces": [{"text": "您好", "start_time": 500, "end_time": 1000}]}})
    assert isinstance(error, TranscriptError)
    assert "result.pieces holds text, start_time, end_time" in str(error)
    assert "FunASR" in str(error)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ({"results": {"transcripts": [{"transcript": "您好"}]}}, "results.transcripts holds transcript"),
        ({"phrases": [{"channel": 0, "nBest": [{"display": "您好"}]}]}, "phrases.nBest holds display"),
        ({"text": "您好", "language": "zh"}, "text is one text"),
        ({"result": ["您好"], "err_no": 0}, "result is one text"),
    ],
)
def test_words_without_speakers_and_times_are_told_as_such(tmp_path: Path, content: object, part: str) -> None:
    (error,) = read(tmp_path, content)
    assert isinstance(error, TranscriptError)
    assert part in str(error)


def test_facts_of_a_call_are_no_transcript() -> None:
    assert not is_transcript({"call_id": "x", "result": "resolved", "text": "回访"})
    assert is_transcript(FOREIGN["whisperx"][0])


def test_the_findings_of_sensevoice_are_no_words(tmp_path: Path) -> None:
    text = "<|zh|><|NEUTRAL|><|Speech|><|withitn|>您好，请讲。<|zh|><|ANGRY|><|Speech|><|withitn|>投诉！"
    (found,) = read(tmp_path, [{"key": "call", "text": text}])
    assert [(turn.text, turn.start) for turn in found.turns] == [("您好，请讲。", None), ("投诉！", None)]


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ({"segments": [{"text": "您好", "end": 2}]}, "by Whisper, .*'start' is missing"),
        ({"Result": {"Sentences": [{"Text": "您好", "BeginTime": "bald", "EndTime": 2}]}}, "by Alibaba Cloud"),
        ({"segments": []}, "by Whisper without a sentence"),
        ({"segments": [{"text": "您好", "start": 500, "end": 4200}]}, "divide by 1000"),
    ],
)
def test_what_is_wrong_in_a_known_format_is_told(tmp_path: Path, content: object, part: str) -> None:
    (error,) = read(tmp_path, content)
    assert isinstance(error, TranscriptError)
    with pytest.raises(TranscriptError, match=part):
        raise error


WECHAT = """李华 2026-03-02 09:15:22
您好，请问有什么可以帮您？

王先生 2026-03-02 09:16:00
我的快递到哪了
三天了

李华 2026-03-02 09:17:05
我帮您查
"""
QQ = "2026/3/2 上午 9:15:22 李华(10001)\n您好\n2026/3/2 下午 1:16:00 王先生\n喂\n"
ONE_LINE = """[2026-03-02 09:15:22] 客服李华: 您好，请问有什么可以帮您？
[2026-03-02 09:16:00] 王先生: 我的快递到哪了：三天了
[2026-03-02 09:17:05] 客服李华: 我帮您查
"""
NO_YEAR = """客服李华 12-31 23:59:22
您好，请问有什么可以帮您？
王先生 01-01 00:00:00
我的快递到哪了：三天了
客服李华 01-01 00:01:05
我帮您查
"""
SHOP = """tb_1234 (2026-03-02 09:15:22): 在吗
顺达旗舰店:小美 (2026-03-02 09:15:40): 亲，在的
tb_1234 (2026-03-02 09:16:10): 什么时候发货
顺达旗舰店:小美 (2026-03-02 09:16:30):
今天发货
"""


def test_a_chat_of_wechat_with_names_that_the_settings_know(tmp_path: Path) -> None:
    (found,) = read(tmp_path, WECHAT, Reading({"李华": A, "王先生": C}), ".txt")
    assert [(t.speaker, t.start, t.text) for t in found.turns] == [
        (A, 0.0, "您好，请问有什么可以帮您？"),
        (C, 38.0, "我的快递到哪了三天了"),
        (A, 103.0, "我帮您查"),
    ]
    assert found.call.channel is Channel.CHAT
    assert found.call.started_at.isoformat() == "2026-03-02T09:15:22+08:00"


@pytest.mark.parametrize("text", [WECHAT, QQ])
def test_a_chat_in_which_nobody_says_a_role_names_the_format(tmp_path: Path, text: str) -> None:
    (error,) = read(tmp_path, text, suffix=".txt")
    assert isinstance(error, TranscriptError)
    assert "WeChat" in str(error)
    assert "李华" in str(error)
    assert "QA_LABELS" in str(error)


def test_halves_of_the_day(tmp_path: Path) -> None:
    (found,) = read(tmp_path, QQ, Reading({"李华(10001)": A, "王先生": C}), ".txt")
    assert [turn.start for turn in found.turns] == [0.0, 4 * 3600 + 38.0]


def test_a_chat_of_a_shop_knows_its_accounts(tmp_path: Path) -> None:
    (found,) = read(tmp_path, SHOP, suffix=".txt")
    assert [(t.speaker, t.start, t.text) for t in found.turns] == [
        (C, 0.0, "在吗"),
        (A, 18.0, "亲，在的"),
        (C, 48.0, "什么时候发货"),
        (A, 68.0, "今天发货"),
    ]


def test_one_name_with_a_time_makes_no_chat(tmp_path: Path) -> None:
    (tmp_path / "call.txt").write_text("坐席：您好\n客户：我 2026-03-02 09:15 打过\n", encoding="utf-8")
    (found,) = read_transcripts(tmp_path / "call.txt")
    assert [turn.speaker for turn in found.turns] == [A, C]


@pytest.mark.parametrize(("text", "seconds", "dated"), [(ONE_LINE, [0, 38, 103], True), (NO_YEAR, [0, 38, 103], False)])
def test_chats_on_one_line_and_without_a_year(tmp_path: Path, text: str, seconds: list[float], dated: bool) -> None:
    (found,) = read(tmp_path, text, suffix=".txt")
    assert isinstance(found, Transcript)
    assert [(turn.label, turn.start, turn.text) for turn in found.turns] == [
        ("客服李华", seconds[0], "您好，请问有什么可以帮您？"),
        ("王先生", seconds[1], "我的快递到哪了：三天了"),
        ("客服李华", seconds[2], "我帮您查"),
    ]
    assert [turn.speaker for turn in found.turns] == [A, U, A]
    assert (found.call.started_at is not None) is dated
