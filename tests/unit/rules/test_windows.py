"""Where a condition looks: windows and anchors, each on a call whose every turn says 「好」 (or 「不」)."""

import pytest

CALL = [
    "坐席[0-2]：好一",
    "客户[2-4]：好二",
    "坐席[5-7]：好三",
    "客户[8-10]：好四",
    "坐席[90-92]：好五，好六",
    "坐席[96-98]：好七",
]
WINDOWS = [
    ("", "一三五六七"),
    ("first_turns: 1", "一"),
    ("first_turns: 9", "一三五六七"),
    ("last_turns: 1", "七"),
    ("skip_turns: 1", "三五六七"),
    ("skip_turns: 1, first_turns: 2", "三"),
    ("first_turns: 2, last_turns: 3", "三"),
    ("first_seconds: 5", "一"),
    ("first_seconds: 6", "一三"),
    ("last_seconds: 10", "五六七"),
    ("from_seconds: 5, to_seconds: 91", "三五"),
    ("to_percent: 10", "一三"),
    ("from_percent: 90", "五六七"),
]


@pytest.mark.parametrize(("window", "said"), WINDOWS)
def test_window(judge, window: str, said: str) -> None:
    result = judge(f"{{operator: regex, patterns: ['好(.)'], window: {{{window}}}}}", CALL, call={"duration": 100})
    assert "".join(hit.text[1] for hit in result.evidence) == said


def test_turns_are_those_of_the_speaker(judge) -> None:
    found = judge("{operator: regex, patterns: ['好.'], speaker: customer, window: {last_turns: 1}}", CALL)
    assert [hit.text for hit in found.evidence] == ["好四"]
    found = judge("{operator: regex, patterns: ['好.'], speaker: any, window: {first_turns: 2}}", CALL)
    assert [hit.text for hit in found.evidence] == ["好一", "好二"]


def test_a_window_in_seconds_needs_times(judge) -> None:
    result = judge("{operator: regex, patterns: ['好.'], window: {first_seconds: 5}}", "坐席：好一")
    assert (result.status, "没有时间" in result.reason) == ("not_applicable", True)


def test_words_with_times_place_a_hit_within_a_long_turn(make_pack) -> None:
    from qa_engine.domain import Call, Speaker, Transcript, Turn, Word
    from qa_engine.rules import evaluate

    words = (Word("我", 0.0, 1.0), Word("不", 20.0, 20.5), Word("行", 20.5, 21.0))
    turn = Turn(0, Speaker.AGENT, "我，不行", 0.0, 21.0, words=words)
    pack = make_pack("c: {operator: phrase, phrases: [不行], window: {first_seconds: 15}}")
    assert evaluate(pack, Transcript(Call("c"), (turn,)))[0].status == "pass"
    pack = make_pack("c: {operator: phrase, phrases: [不行]}")
    (hit,) = evaluate(pack, Transcript(Call("c"), (turn,)))[0].evidence
    assert (hit.start, hit.end) == (20.0, 21.0)


ANCHOR_CALL = [
    "坐席[0-2]：好一",
    "客户[3-4]：投诉",
    "坐席[5-7]：好二",
    "坐席[8-9]：好三",
    "客户[10-14]：好四投诉好五",
    "坐席[20-22]：好六",
]
ANCHORS = [
    ("where: after", "二三六"),
    ("where: after, hit: last", "六"),
    ("where: after, hit: 2", "六"),
    ("where: after, turns: 1", "二六"),
    ("where: after, hit: first, turns: 2", "二三"),
    ("where: after, seconds: 5", "二三"),
    ("where: before", "一二三"),
    ("where: before, hit: first", "一"),
    ("where: before, turns: 1, hit: last", "三"),
    ("where: around, turns: 1, hit: first", "一二"),
    ("where: after, turns: 0, hit: first", ""),
]


@pytest.mark.parametrize(("anchor", "said"), ANCHORS)
def test_anchor(judge, anchor: str, said: str) -> None:
    conditions = (
        "a: {operator: phrase, speaker: customer, phrases: [投诉]}\n"
        f"c: {{operator: regex, patterns: ['好(.)'], anchor: {{to: a, {anchor}}}}}"
    )
    result = judge(conditions, ANCHOR_CALL)
    assert "".join(hit.text[1] for hit in result.evidence if hit.condition == "c") == said


@pytest.mark.parametrize(
    ("where", "said"), [("after", "五"), ("before", "四"), ("same_turn", "四五"), ("around, turns: 0", "四五")]
)
def test_the_rest_of_the_anchors_own_turn_counts(judge, where: str, said: str) -> None:
    conditions = (
        "a: {operator: phrase, speaker: customer, phrases: [投诉]}\n"
        f"c: {{operator: regex, speaker: customer, patterns: ['好(.)'], anchor: {{to: a, hit: last, where: {where}}}}}"
    )
    result = judge(conditions, ANCHOR_CALL)
    assert "".join(hit.text[1] for hit in result.evidence if hit.condition == "c") == said


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["客户：投诉", "坐席：抱歉", "客户：投诉", "坐席：抱歉"], "pass"),
        (["客户：投诉", "坐席：抱歉", "客户：投诉", "坐席：好的"], "fail"),
        (["客户：查件", "坐席：好的"], "not_applicable"),
    ],
)
def test_each_hit_of_the_anchor_wants_one(judge, lines: list[str], status: str) -> None:
    conditions = (
        "a: {operator: phrase, speaker: customer, phrases: [投诉]}\n"
        "c: {operator: phrase, phrases: [抱歉], anchor: {to: a, hit: each, turns: 1}}"
    )
    result = judge(conditions, lines, fault="not c")
    assert result.status == status
    if status == "fail":
        assert [searched.turns for searched in result.searched] == [(3,)]


def test_what_hangs_on_an_unsure_hit_is_unsure_itself(judge) -> None:
    conditions = (
        "a: {operator: phrase, speaker: customer, phrases: [我要投诉你们]}\n"
        "c: {operator: phrase, phrases: [抱歉], anchor: {to: a}}"
    )
    lines = ["客户[conf=0.9]：我要投素你们", "坐席：好的"]
    assert judge(conditions, lines, fault="not c").status == "uncertain"


def test_a_silence_can_be_an_anchor(judge) -> None:
    conditions = (
        "a: {operator: silence, min_seconds: 8}\n"
        "c: {operator: phrase, phrases: [久等], anchor: {to: a, where: after, turns: 1}}"
    )
    assert judge(conditions, ["坐席[0-2]：我查", "坐席[14-16]：让您久等了"], fault="a and not c").status == "pass"
    assert judge(conditions, ["坐席[0-2]：久等", "坐席[14-16]：查到了"], fault="a and not c").status == "fail"
