"""silence, overlap, speech_rate, loudness, pitch, talk_ratio, turn_count, duration, latency: one table each."""

import pytest

from qa_engine.domain import Call, Speaker, SpeechSpan, Transcript, Turn
from qa_engine.rules import evaluate

ASK, DONE = "客户[0-3]：帮我查一下", "坐席[14-16]：查到了"
WAIT = "坐席[3.5-6]：请您稍等"
SILENCE = [
    ("min_seconds: 8", [ASK, DONE], {}, "fail", 11.0),
    ("min_seconds: 12", [ASK, DONE], {}, "pass", None),
    ("min_seconds: 8", ["客户：查一下", "坐席：好"], {}, "not_applicable", None),
    ("min_seconds: 8", [ASK, WAIT, "坐席[18-20]：查到了"], {}, "fail", 12.0),
    ("min_seconds: 8, excuse: {phrases: [请您稍等]}", [ASK, WAIT, "坐席[18-20]：查到了"], {}, "pass", None),
    (
        "min_seconds: 8, excuse: {phrases: [久等了], before_turns: 0, after_turns: 1}",
        [ASK, "坐席[14-16]：让您久等了"],
        {},
        "pass",
        None,
    ),
    ("min_seconds: 8, before: agent", [ASK, DONE], {}, "pass", None),
    ("min_seconds: 8, before: customer, after: agent", [ASK, DONE], {}, "fail", 11.0),
    ("min_seconds: 8", [ASK, DONE], {"metadata": {"hold": [[4, 13]]}}, "pass", None),
    ("min_seconds: 8, holds: counted", [ASK, DONE], {"metadata": {"hold": [[4, 13]]}}, "fail", 11.0),
    ("min_seconds: 8", [ASK, "客户[5-6 excluded=ghost_text]：字幕组", DONE], {}, "fail", 11.0),
    ("min_seconds: 8", [ASK, "客户[7-9 excluded=low_confidence]：呜呜", DONE], {}, "pass", None),
    ("min_seconds: 8", [ASK], {"duration": 30}, "pass", None),
    ("min_seconds: 8, edges: true", [ASK], {"duration": 30}, "fail", 27.0),
    ("min_seconds: 8, window: {first_seconds: 2}", [ASK, DONE], {}, "pass", None),
    ("min_seconds: 2, min_hits: 2", ["坐席[0-1]：好", "坐席[4-5]：好", "坐席[8-9]：好"], {}, "fail", 3.0),
]


@pytest.mark.parametrize(("fields", "lines", "call", "status", "seconds"), SILENCE)
def test_silence(
    judge, fields: str, lines: list[str], call: dict[str, object], status: str, seconds: float | None
) -> None:
    result = judge(f"{{operator: silence, {fields}}}", lines, call=call)
    assert result.status == status
    if seconds is not None:
        assert result.evidence[0].end - result.evidence[0].start == pytest.approx(seconds)


def test_speech_that_was_heard_but_not_recognised_is_no_silence(make_pack) -> None:
    pack = make_pack("c: {operator: silence, min_seconds: 8}")
    turns = (Turn(0, Speaker.AGENT, "好", 0.0, 1.0), Turn(1, Speaker.AGENT, "查到了", 12.0, 13.0))
    heard = (SpeechSpan(Speaker.CUSTOMER, 5.0, 8.0),)
    assert evaluate(pack, Transcript(Call("c"), turns))[0].status == "fail"
    assert evaluate(pack, Transcript(Call("c"), turns, heard))[0].status == "pass"


LONG = "客户[0-6]：我上周五寄的快递到现在还没有收到"
OVERLAP = [
    ("", [LONG, "坐席[4-8]：您先听我说完好吗"], "fail"),
    ("", [LONG, "坐席[5.8-8]：您先听我说完好吗"], "pass"),
    ("min_seconds: 0.1", [LONG, "坐席[5.8-8]：您先听我说完好吗"], "fail"),
    ("", [LONG, "坐席[4-5]：嗯嗯好的对"], "pass"),
    ("", [LONG, "坐席[4-5]：好的我查"], "pass"),
    ("", ["坐席[0-6]：您的快递今天下午送到", "客户[4-8]：我不要了给我退款"], "pass"),
    ("by: customer", ["坐席[0-6]：您的快递今天下午送到", "客户[4-8]：我不要了给我退款"], "fail"),
    ("", ["客户[0-2]：嗯嗯", "坐席[1-5]：您的快递今天下午送到"], "pass"),
    ("per_minute: 1", [LONG, "坐席[4-8]：您先听我说完好吗"], "fail"),
    ("per_minute: 1", [LONG, "坐席[4-8]：您先听我说完好吗", "客户[100-120]：算了"], "pass"),
    ("backchannels: [您先听我说]", [LONG, "坐席[4-8]：您先听我说"], "pass"),
    ("", ["客户：我上周五", "坐席：您先听我说完"], "not_applicable"),
]


@pytest.mark.parametrize(("fields", "lines", "status"), OVERLAP)
def test_overlap(judge, fields: str, lines: list[str], status: str) -> None:
    assert judge(f"{{operator: overlap, {fields}}}", lines).status == status


FAST = "坐席[0-2]：您好这里是顺达速运客服中心"
SLOW = "坐席[10-16]：您好这里是顺达速运客服中心"
RATE = [
    ("above: 300", [FAST], "fail"),
    ("above: 300", [SLOW], "pass"),
    ("below: 200", [SLOW], "fail"),
    ("above: 300, scope: call", [FAST, SLOW], "pass"),
    ("above: 190, scope: call", [FAST, SLOW], "fail"),
    ("above_median: 1.4", [FAST, SLOW, "坐席[20-26]：您好这里是顺达速运客服中心"], "fail"),
    ("above_median: 1.4", [FAST, SLOW], "not_applicable"),
    ("above_median: 1.4, above: 300", [FAST, SLOW], "fail"),
    ("jump_times: 2", [SLOW, "坐席[20-22]：您好这里是顺达速运客服中心"], "fail"),
    ("jump_times: 2", [FAST, SLOW], "pass"),
    ("slope: 30", ["坐席[0-6 cpm=200 cpm_slope=40]：您好这里是顺达速运客服中心"], "fail"),
    ("slope: 50", ["坐席[0-6 cpm=200 cpm_slope=40]：您好这里是顺达速运客服中心"], "pass"),
    ("above: 300", ["坐席[0-0.5]：好的"], "not_applicable"),
    ("above: 300", ["坐席：没有时间的文本也很长"], "not_applicable"),
    ("above: 300", ["坐席[0-2 cpm=200]：您好这里是顺达速运客服中心"], "pass"),
    ("above: 300, min_hits: 2", [FAST, SLOW], "pass"),
]


@pytest.mark.parametrize(("fields", "lines", "status"), RATE)
def test_speech_rate(judge, fields: str, lines: list[str], status: str) -> None:
    assert judge(f"{{operator: speech_rate, {fields}}}", lines).status == status


def _measured(*values: float, name: str) -> list[str]:
    return [f"坐席[{i * 3}-{i * 3 + 2} {name}={value}]：您好请说" for i, value in enumerate(values)]


LOUDNESS = [
    ("rise_db: 6", (-25, -25, -25, -18), "fail"),
    ("rise_db: 8", (-25, -25, -25, -18), "pass"),
    ("jump_db: 5", (-25, -24, -18, -17), "fail"),
    ("jump_db: 7", (-25, -24, -18, -17), "pass"),
    ("span_db: 8", (-25, -24, -18, -17), "fail"),
    ("above_db: -17.5", (-25, -24, -18, -17), "fail"),
    ("rise_db: 6", (-25, -18), "not_applicable"),
    ("rise_db: 6, min_turns: 2", (-25, -10), "fail"),
]


@pytest.mark.parametrize(("fields", "values", "status"), LOUDNESS)
def test_loudness(judge, fields: str, values: tuple[float, ...], status: str) -> None:
    assert judge(f"{{operator: loudness, {fields}}}", _measured(*values, name="db")).status == status


SLOPES = [
    ("loudness, slope_db: 3", "db=-25 db_slope=3.2", "fail"),
    ("loudness, slope_db: 3", "db=-25 db_slope=2.8", "pass"),
    ("loudness, slope_db: 3", "db=-25", "pass"),
    ("pitch, slope_semitones: 2", "hz=200 hz_slope=2.5", "fail"),
    ("pitch, slope_semitones: 2", "hz=200 hz_slope=-2.5", "pass"),
]


@pytest.mark.parametrize(("fields", "facts", "status"), SLOPES)
def test_slopes(judge, fields: str, facts: str, status: str) -> None:
    lines = [f"坐席[{i * 5}-{i * 5 + 4} {facts}]：您好请说" for i in range(4)]
    assert judge(f"{{operator: {fields}}}", lines).status == status


HESITATION = [
    ("per_turn: 2", ["坐席[0-6 pause=0.6+0.7]：这个费用应该是十二元"], "fail"),
    ("per_turn: 2", ["坐席[0-6 pause=0.6+0.4]：这个费用应该是十二元"], "pass"),
    ("per_turn: 2, pause_seconds: 0.4", ["坐席[0-6 pause=0.6+0.4]：这个费用应该是十二元"], "fail"),
    ("per_turn: 2", ["坐席[0-6 pause=0.6]：这个费用呃应该是十二元"], "fail"),
    ("per_turn: 2", ["坐席[0-6 pause=0.6]：嗯嗯，这个费用应该是十二元"], "pass"),
    ("per_turn: 1", ["坐席[0-6 pause=0.6]：好的"], "not_applicable"),
    ("per_turn: 1", ["坐席[0-6]：这个费用应该是十二元"], "not_applicable"),
    ("per_turn: 1", ["坐席[0-6 pause=0.3]：这个费用应该是多少呢", "坐席[7.2-9 pause=0.3]：应该是十二元一公斤"], "fail"),
    ("per_turn: 1", ["坐席[0-6 pause=0.3]：这个费用应该是多少呢", "客户[7.2-9]：应该是十二元一公斤"], "pass"),
    ("pause_share: 0.3", ["坐席[0-5 pause=0.8+0.8]：这个费用应该是十二元"], "fail"),
    ("pause_share: 0.4", ["坐席[0-5 pause=0.8+0.8]：这个费用应该是十二元"], "pass"),
    ("per_minute: 10", ["坐席[0-6 pause=0.6+0.7]：这个费用应该是十二元"], "fail"),
    ("per_minute: 30", ["坐席[0-6 pause=0.6+0.7]：这个费用应该是十二元"], "pass"),
]


@pytest.mark.parametrize(("fields", "lines", "status"), HESITATION)
def test_hesitation(judge, fields: str, lines: list[str], status: str) -> None:
    assert judge(f"{{operator: hesitation, {fields}}}", lines).status == status


def test_hesitation_is_told_in_one_sentence(judge) -> None:
    (hit,) = judge("{operator: hesitation, per_turn: 2}", "坐席[0-6 pause=0.6+0.8]：这个费用呃应该是十二元").evidence
    assert hit.explanation == "该句停顿 2 次（最长 0.8 秒）、「呃、嗯」之类 1 次，共 3 次（限 2 次）"


PITCH = [
    ("rise_semitones: 4", (200, 200, 200, 260), "fail"),
    ("rise_semitones: 5", (200, 200, 200, 260), "pass"),
    ("jump_semitones: 4", (200, 200, 260, 260), "fail"),
    ("span_semitones: 12", (150, 200, 250, 310), "fail"),
    ("above_hz: 255", (200, 200, 200, 260), "fail"),
    ("rise_semitones: 4", (200, 260), "not_applicable"),
]


@pytest.mark.parametrize(("fields", "values", "status"), PITCH)
def test_pitch(judge, fields: str, values: tuple[float, ...], status: str) -> None:
    assert judge(f"{{operator: pitch, {fields}}}", _measured(*values, name="hz")).status == status


@pytest.mark.parametrize("operator", ["loudness: rise_db", "pitch: rise_semitones"])
def test_a_voice_that_was_not_measured_is_not_judged(judge, operator: str) -> None:
    name, _, field = operator.partition(": ")
    result = judge(f"{{operator: {name}, {field}: 3}}", ["坐席[0-2]：您好", "客户[2-3]：嗯"])
    assert (result.status, "没有单独声道" in result.reason) == ("not_applicable", True)


TALK = ["坐席[0-8]：您好这里是顺达速运", "客户[8-10]：你好"]
RANGES = [
    ("{operator: talk_ratio, above: 0.7}", TALK, "fail"),
    ("{operator: talk_ratio, above: 0.8}", TALK, "pass"),
    ("{operator: talk_ratio, below: 0.3, speaker: customer}", TALK, "fail"),
    ("{operator: talk_ratio, above: 0.7, by: chars}", ["坐席：您好这里是顺达速运", "客户：你好"], "fail"),
    ("{operator: talk_ratio, above: 0.7}", ["坐席：您好", "客户：你好"], "not_applicable"),
    ("{operator: talk_ratio, above: 0.7}", ["未知[0-1]：您好"], "not_applicable"),
    ("{operator: turn_count, below: 2}", TALK, "fail"),
    ("{operator: turn_count, below: 1}", TALK, "pass"),
    ("{operator: turn_count, above: 1, speaker: any}", TALK, "fail"),
    ("{operator: turn_count, above: 1, speaker: any, min_chars: 3}", TALK, "pass"),
    ("{operator: duration, below: 20}", TALK, "fail"),
    ("{operator: duration, above: 20}", TALK, "pass"),
    ("{operator: duration, above: 20}", ["坐席：您好"], "not_applicable"),
]


QUIET = ["坐席[0-10]：您好", "客户[12-20]：你好", "坐席[50-60]：查到了"]
SHARES = [
    ("above: 0.3", QUIET, {"duration": 60}, "fail", 0.5),  # the two seconds do not count
    ("above: 0.5", QUIET, {"duration": 60}, "pass", None),
    ("above: 0.5, min_seconds: 1", QUIET, {"duration": 60}, "fail", 0.533),
    ("above: 0.3", QUIET, {"duration": 60, "metadata": {"hold": [[20, 50]]}}, "pass", None),
    ("above: 0.3, holds: counted", QUIET, {"duration": 60, "metadata": {"hold": [[20, 50]]}}, "fail", 0.5),
    ("below: 0.6", QUIET, {"duration": 60}, "fail", 0.5),
    ("above: 0.3", QUIET, {"duration": 120}, "fail", 0.75),  # to the end of the call
    ("above: 0.3", ["坐席：您好"], {"duration": 60}, "not_applicable", None),
    ("above: 0.3", ["坐席[0-0]：您好"], {}, "not_applicable", None),
]


@pytest.mark.parametrize(("fields", "lines", "call", "status", "share"), SHARES)
def test_silence_share(judge, fields: str, lines: list[str], call: dict, status: str, share: float | None) -> None:
    result = judge(f"{{operator: silence_share, {fields}}}", lines, call=call)
    assert result.status == status
    assert share is None or f"静默占比 {share:g}" in result.evidence[0].explanation


@pytest.mark.parametrize(("condition", "lines", "status"), RANGES)
def test_ranges_of_the_whole_call(judge, condition: str, lines: list[str], status: str) -> None:
    assert judge(condition, lines).status == status


CHAT = ["客户[0-1]：在吗", "客户[20-21]：有人吗", "坐席[40-41]：您好", "客户[50-51]：退货", "坐席[55-56]：好的"]
LATENCY = [
    ("above_seconds: 30", CHAT, "chat", "fail", 1),
    ("above_seconds: 30", CHAT, "voice", "pass", 0),
    ("above_seconds: 3", CHAT, "voice", "fail", 2),
    ("above_seconds: 3, scope: first", CHAT, "voice", "fail", 1),
    ("above_seconds: 30", ["坐席[0-1]：您好"], "chat", "not_applicable", 0),
]


@pytest.mark.parametrize(("fields", "lines", "channel", "status", "hits"), LATENCY)
def test_latency(judge, fields: str, lines: list[str], channel: str, status: str, hits: int) -> None:
    result = judge(f"{{operator: latency, {fields}}}", lines, call={"channel": channel})
    assert (result.status, len(result.evidence)) == (status, hits)
