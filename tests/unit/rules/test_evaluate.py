"""Statuses, evidence, proof of absence, points, and what the form says."""

import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from qa_engine.domain import Agent, Call, Exclusion, Speaker, SpeechSpan, Transcript, Turn, Word
from qa_engine.rules import FixedOffences, Offence, evaluate, operator, registry
from qa_engine.rules.operators import base
from qa_engine.rules.written.fields import ConditionFields

GREET = "{operator: phrase, window: {first_turns: 1}, phrases: [您好]}"


def test_a_missing_phrase_says_where_it_was_looked_for_and_what_came_nearest(judge) -> None:
    result = judge("{operator: phrase, phrases: [感谢您的来电]}", ["坐席[0-2]：感谢你的问题"], fault="not c")
    (searched,) = result.searched
    assert (searched.condition, searched.window, searched.turns) == ("c", "通话全程的坐席话轮", (0,))
    assert (searched.start, searched.end) == (0.0, 2.0)
    assert searched.nearest is not None
    assert (searched.nearest.text, searched.nearest.pattern) == ("感谢你的问题", "感谢您的来电")
    assert 50 < searched.nearest.score < 82


def _heard(*turns: Turn, speech: tuple[SpeechSpan, ...] = (), unheard: tuple[SpeechSpan, ...] = ()) -> Transcript:
    return Transcript(Call("c", duration=60.0), turns, speech, unheard=unheard)


SPOKEN = Turn(0, Speaker.AGENT, "单号多少", 5.0, 7.0, confidence=0.9)
ONE_TURN = (SpeechSpan(Speaker.AGENT, 5.0, 7.2),)
PROOF = [
    (_heard(SPOKEN), "fail", ""),
    (_heard(SPOKEN, speech=(SpeechSpan(Speaker.AGENT, 5.0, 7.2),)), "fail", ""),
    (_heard(SPOKEN, speech=(SpeechSpan(Speaker.AGENT, 1.0, 3.0),)), "uncertain", "说话没有识别出文字"),
    (_heard(SPOKEN, speech=(SpeechSpan(Speaker.AGENT, 1.0, 2.0),)), "fail", ""),
    (_heard(SPOKEN, speech=(SpeechSpan(Speaker.CUSTOMER, 1.0, 3.0),)), "fail", ""),
    (_heard(SPOKEN, speech=(SpeechSpan(Speaker.AGENT, 40.0, 45.0),)), "fail", ""),
    (_heard(SPOKEN, speech=ONE_TURN, unheard=(SpeechSpan(Speaker.AGENT, 5.1, 7.0),)), "uncertain", "没有识别出文字"),
    (_heard(SPOKEN, speech=ONE_TURN, unheard=(SpeechSpan(Speaker.AGENT, 5.1, 5.9),)), "fail", ""),
    (_heard(SPOKEN, speech=ONE_TURN, unheard=(SpeechSpan(Speaker.CUSTOMER, 5.1, 7.0),)), "fail", ""),
    (_heard(Turn(0, Speaker.AGENT, "单号多少", 5.0, 7.0, confidence=0.3)), "uncertain", "置信度"),
    (_heard(Turn(0, Speaker.CUSTOMER, "喂", 0.0, 1.0)), "uncertain", "没有坐席的话"),
    (_heard(Turn(0, Speaker.UNKNOWN, "喂", 0.0, 1.0)), "not_applicable", "录音为单声道，坐席与客户未区分"),
    (_heard(), "not_applicable", "没有可以判断的话轮"),
]


@pytest.mark.parametrize(("transcript", "status", "reason"), PROOF)
def test_absence_needs_proof(make_pack, transcript: Transcript, status: str, reason: str) -> None:
    (result,) = evaluate(make_pack(f"c: {GREET}", fault="not c"), transcript)
    assert (result.status, reason in result.reason) == (status, True), result
    assert (result.points == 0.0) is True


def _words(said: str, *, start: float = 5.0, step: float = 0.2) -> Turn:
    """A turn of one word a character; characters in 〈〉 were hardly understood."""
    dim, words = False, []
    for char in said:
        if char in "〈〉":
            dim = char == "〈"
            continue
        at = start + step * len(words)
        words.append(Word(char, round(at, 3), round(at + step, 3), 0.1 if dim else 0.95))
    text = "".join(word.text for word in words)
    return Turn(0, Speaker.AGENT, text, start, words[-1].end, confidence=0.8, words=tuple(words))


LONG = "{operator: phrase, phrases: [感谢您的来电]}"
BADLY_HEARD = [
    (GREET, _words("单号多少"), "fail"),
    (GREET, _words("〈领号〉单号多少"), "uncertain"),
    (GREET, _words("〈领〉单号多少"), "fail"),  # 您好 has no room in one short character
    (GREET, _words("〈领〉单号多少", step=0.5), "fail"),  # nor in one that is drawn out
    (GREET, _words("〈领〉单号多少", step=0.7), "uncertain"),  # but in one that takes as long as two
    (GREET, _words("〈领〉单〈号〉多少"), "fail"),  # two of them apart hide nothing
    (LONG, _words("〈领号〉单号多少"), "fail"),
    (LONG, _words("〈敢写你的来点〉再见"), "uncertain"),
    ("{operator: regex, patterns: [您好]}", _words("〈领号〉单号多少"), "uncertain"),
    ("{operator: similar, sentences: [感谢您的来电]}", _words("〈领〉单号多少"), "fail"),
    (GREET, _words("〈领号〉，您好"), "pass"),
]


@pytest.mark.parametrize(("condition", "turn", "status"), BADLY_HEARD)
def test_a_badly_heard_stretch_may_hide_what_fits_into_it(make_pack, condition: str, turn: Turn, status: str) -> None:
    (result,) = evaluate(make_pack(f"c: {condition}", fault="not c"), _heard(turn))
    assert result.status == status, result
    if status == "uncertain":
        assert "没有听清，可能就是要找的话" in result.reason
        assert result.searched[0].window


def test_one_badly_heard_turn_among_good_ones_is_enough_to_doubt(make_pack) -> None:
    pack = make_pack("c: {operator: phrase, phrases: [感谢您的来电]}", fault="not c")
    good = [Turn(i, Speaker.AGENT, "好的我帮您查一下", 5.0 * i, 5.0 * i + 3, confidence=0.95) for i in range(5)]
    bad = Turn(5, Speaker.AGENT, "敢写你的来点再见", 30.0, 32.0, confidence=0.3)
    assert evaluate(pack, _heard(*good))[0].status == "fail"
    (result,) = evaluate(pack, _heard(*good, bad))
    assert (result.status, "00:30 处「敢写你的来点再见」没有听清" in result.reason) == ("uncertain", True)
    (searched,) = result.searched
    assert searched.nearest is not None  # the nearest miss stays in evidence
    short = replace(bad, text="嗯", end=30.3)
    assert evaluate(pack, _heard(*good, short))[0].status == "fail"


def test_a_forbidden_phrase_of_improbable_words_goes_to_a_person(make_pack) -> None:
    pack = make_pack("c: {operator: phrase, phrases: [不行]}", rule="points: -2")
    (sure,) = evaluate(pack, _heard(_words("〈那〉这个不行")))
    assert (sure.status, sure.points) == ("fail", -2.0)
    (unsure,) = evaluate(pack, _heard(_words("这个〈不行〉")))
    assert (unsure.status, unsure.points, "置信度低" in unsure.reason) == ("uncertain", 0.0, True)


def test_an_excluded_turn_before_the_window_ends_breaks_the_proof(make_pack) -> None:
    noise = Turn(0, Speaker.AGENT, "字幕", 0.0, 2.0, excluded=Exclusion.GHOST_TEXT)
    pack = make_pack(f"c: {GREET}", fault="not c")
    (result,) = evaluate(pack, _heard(noise, replace(SPOKEN, index=1)))
    assert (result.status, "识别不可靠" in result.reason) == ("uncertain", True)
    late = replace(noise, index=1, start=30.0, end=32.0)
    assert evaluate(pack, _heard(SPOKEN, late))[0].status == "fail"


def test_a_forbidden_phrase_in_a_badly_heard_turn_goes_to_a_person(judge) -> None:
    result = judge("{operator: phrase, phrases: [不行]}", "坐席[0-2 conf=0.2]：不行", rule="points: -2")
    assert (result.status, result.points) == ("uncertain", 0.0)
    assert "置信度" in result.reason


STATUSES = [
    ("a", "a", "坐席：不行", "fail"),
    ("not a", "a", "坐席：不行", "pass"),
    ("a or b", "ab", "坐席：不行", "fail"),
    ("a and b", "ab", "坐席：不行", "not_applicable"),
    ("a and not b", "ab", "坐席：好", "pass"),
]


@pytest.mark.parametrize(("fault", "names", "line", "status"), STATUSES)
def test_not_applicable_settles_only_what_nothing_else_settles(
    judge, fault: str, names: str, line: str, status: str
) -> None:
    conditions = {
        "a": "a: {operator: phrase, phrases: [不行]}",
        "b": "b: {operator: metadata, field: csat, equals: 1}",
    }
    assert judge("\n".join(conditions[name] for name in names), line, fault=fault).status == status


def test_only_if_takes_a_rule_out_of_the_sums(judge) -> None:
    conditions = "a: {operator: phrase, speaker: customer, phrases: [投诉]}\nc: {operator: phrase, phrases: [抱歉]}"
    rule = "only_if: a\npoints: -5"
    open_call = judge(conditions, ["客户：查件", "坐席：好"], fault="not c", rule=rule)
    assert (open_call.status, open_call.reason) == ("not_applicable", "前提不成立：未出现「客户说到「投诉」」")
    failed = judge(conditions, ["客户：投诉", "坐席：好"], fault="not c", rule=rule)
    assert (failed.status, failed.points) == ("fail", -5.0)
    assert [hit.condition for hit in failed.evidence] == ["a"]
    assert judge(conditions, ["客户：投诉", "坐席：抱歉"], fault="not c", rule=rule).status == "pass"


def test_a_fault_deducts_only_where_it_is_sure(judge) -> None:
    conditions = (
        "c: {operator: phrase, phrases: [核对一下]}\n"
        "asked: {operator: phrase, speaker: customer, phrases: [不核对吗]}\n"
        "kind: {operator: phrase, phrases: [您放心]}"
    )
    rule = "sure_if: asked and not kind\nduty: meaning\npoints: -5"
    sure = judge(conditions, ["坐席：改好了", "客户：不核对吗"], fault="not c", rule=rule)
    assert (sure.status, sure.points) == ("fail", -5.0)
    assert [hit.condition for hit in sure.evidence] == ["asked"]
    for lines in (["坐席：改好了"], ["坐席：改好了", "客户：不核对吗", "坐席：您放心"]):
        doubt = judge(conditions, lines, fault="not c", rule=rule)
        assert (doubt.status, doubt.points, doubt.stake, doubt.quiet) == ("uncertain", 0.0, -5.0, True)
    assert judge(conditions, ["坐席：核对一下", "客户：不核对吗"], fault="not c", rule=rule).status == "pass"


def test_a_premise_under_not_must_be_proven_and_profits_from_near_hits(judge) -> None:
    conditions = (
        "a: {operator: phrase, speaker: customer, phrases: [不需要了谢谢]}\nc: {operator: phrase, phrases: [确认地址]}"
    )

    def status(customer: str) -> str:
        return str(judge(conditions, [customer, "坐席：好"], fault="not c", rule="only_if: not a\npoints: -5").status)

    assert status("客户：我要改地址") == "fail"
    assert status("客户：不需要了谢谢") == "not_applicable"
    assert status("客户：不需要了些谢") == "not_applicable"  # a homophone of the recogniser's costs nobody
    assert status("客户[0-3 conf=0.2]：部需药料") == "uncertain"  # it may have been said


def test_the_same_words_are_one_offence_whoever_finds_them(judge) -> None:
    conditions = "a: {operator: phrase, phrases: [不行, 不归我管]}\nb: {operator: regex, patterns: ['不行', '没办法']}"
    result = judge(conditions, "坐席：不行，这个没办法", fault="a or b", rule="points: {each: -1, per: hit}")
    assert (result.hits, result.points) == (2, -2.0)
    assert len(result.evidence) == 3  # both say why


POINTS = [
    ("points: -2", "坐席：不行，不行，不行", -2.0, 1),
    ("points: {each: -2, per: hit}", "坐席：不行，不行，不行", -6.0, 3),
    ("points: {each: -2, per: hit, cap: -5}", "坐席：不行，不行，不行", -5.0, 3),
    ("points: {each: -2, per: hit, cap: -5}", "坐席：不行", -2.0, 1),
    ("severity: veto", "坐席：不行", 0.0, 1),
]


@pytest.mark.parametrize(("rule", "line", "points", "hits"), POINTS)
def test_points_once_or_per_hit_with_a_cap(judge, rule: str, line: str, points: float, hits: int) -> None:
    result = judge("{operator: phrase, phrases: [不行]}", line, rule=rule)
    assert (result.points, result.hits) == (points, hits)


def test_what_one_turn_holds_is_one_offence_where_the_rule_says_so(judge) -> None:
    lines = ["坐席：不行，不行，没办法", "客户：为什么", "坐席：不行"]
    conditions = "a: {operator: phrase, phrases: [不行]}\nb: {operator: phrase, phrases: [没办法]}"
    result = judge(conditions, lines, fault="a or b", rule="points: {each: -2, per: turn, cap: -8}")
    assert (result.hits, result.points) == (2, -4.0)
    assert len(result.evidence) == 4  # all of them are shown


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("我四十八小时内回复", "fail"),
        ("我一百四十八小时内回复", "pass"),
        ("不行一四八小时", "pass"),
        ("工号8026", "fail"),
        ("工号18026", "pass"),
    ],
)
def test_a_number_inside_a_longer_one_is_not_said(judge, line: str, status: str) -> None:
    assert str(judge("{operator: phrase, phrases: [四十八小时, '8026']}", f"坐席：{line}").status) == status


def test_points_of_says_whose_hits_are_counted(judge) -> None:
    conditions = "a: {operator: phrase, phrases: [投诉], speaker: customer}\nc: {operator: phrase, phrases: [不行]}"
    lines = ["客户：投诉，投诉", "坐席：不行"]
    assert judge(conditions, lines, fault="a and c", rule="points: {each: -1, per: hit}").hits == 3
    assert judge(conditions, lines, fault="a and c", rule="points: {each: -1, per: hit, of: [c]}").hits == 1


@pytest.mark.parametrize(
    ("earlier", "points", "note"), [(0, -1.0, ""), (1, -2.0, "第 2 次"), (2, -4.0, "第 3 次"), (9, -4.0, "第 10 次")]
)
def test_repeated_offences_cost_more(make_pack, earlier: int, points: float, note: str) -> None:
    pack = make_pack(
        "c: {operator: phrase, phrases: [不行]}",
        rule="points: {each: -1, cap: -1}\nrepeat: {within_days: 30, steps: {2: -2, 3: -4}}",
    )
    moment = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
    call = Call("c", agent=Agent(id="8026"), started_at=moment)
    stored = FixedOffences(
        {
            ("8026", "r"): [Offence(f"c-{n}", moment - timedelta(days=n)) for n in range(1, earlier + 1)]
            + [Offence("c", moment), Offence("later", moment + timedelta(days=1))]
            + [Offence("long ago", moment - timedelta(days=31))]
        }
    )
    (result,) = evaluate(pack, Transcript(call, (Turn(0, Speaker.AGENT, "不行"),)), offences=stored)
    assert (result.points, note in result.message) == (points, True)
    (alone,) = evaluate(pack, Transcript(call, (Turn(0, Speaker.AGENT, "不行"),)))
    assert alone.points == -1.0


def test_the_message_names_the_first_hit(judge) -> None:
    rule = "message: 说了「{text}」等 {count} 处（{time}）"
    lines = ["坐席[61-62]：不行", "坐席[70-71]：不可以"]
    pack_rule = judge("{operator: phrase, phrases: [不行, 不可以]}", lines, rule="", fault="c")
    assert pack_rule.message == "坏了"
    from qa_engine.rules import SourceFile, load_pack

    text = (
        "pack: {id: base, title: 测试, sections: {s: 用语}}\n"
        "rules: [{id: r, title: 规则, section: s, fault: c, points: {per: hit},"
        f" {rule.replace('message: ', 'message: ' + chr(34)) + chr(34)},"
        " conditions: {c: {operator: phrase, phrases: [不行, 不可以]}}}]"
    )
    pack = load_pack("base", [SourceFile("a.yaml", text)], {})
    turns = (Turn(0, Speaker.AGENT, "不行", 61.0, 62.0), Turn(1, Speaker.AGENT, "不可以", 70.0, 71.0))
    assert evaluate(pack, Transcript(Call("c"), turns))[0].message == "说了「不行」等 2 处（01:01）"
    untimed = (Turn(0, Speaker.AGENT, "不行"),)
    assert evaluate(pack, Transcript(Call("c"), untimed))[0].message == "说了「不行」等 1 处（第 1 个话轮）"


@pytest.fixture
def broken_operator():
    class Fields(ConditionFields):
        operator: str

    @operator("broken", title="坏的", fields=Fields)
    def broken(scope):
        raise ZeroDivisionError("除零")

    yield "broken"
    del base._REGISTRY["broken"]


def test_an_operator_that_breaks_is_an_error_and_the_others_are_still_judged(broken_operator, make_pack) -> None:
    conditions = "c: {operator: broken}\nd: {operator: phrase, phrases: [不行]}"
    pack = make_pack(conditions, fault="c and d")
    call = Transcript(Call("c"), (Turn(0, Speaker.AGENT, "不行"),))
    (result,) = evaluate(pack, call)
    assert (result.status, result.points) == ("error", 0.0)
    assert result.reason == "条件 c（算子 broken）出错：ZeroDivisionError: 除零"
    assert evaluate(make_pack(conditions, fault="c or d"), call)[0].status == "fail"
    quiet = Transcript(Call("c"), (Turn(0, Speaker.AGENT, "好"),))
    assert evaluate(make_pack(conditions, fault="c and d"), quiet)[0].status == "pass"


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        operator("phrase", title="又一个", fields=ConditionFields)(lambda scope: None)
    assert registry()["phrase"].title == "关键词"


def test_every_rule_has_a_result_in_the_order_of_the_pack_and_twice_is_the_same(make_pack, make_transcript) -> None:
    from qa_engine.rules import SourceFile, load_pack

    rules = "".join(
        f"- {{id: r{i}, title: 规则, section: s, message: 坏, fault: c,"
        " conditions: {c: {operator: phrase, phrases: [不行]}}}\n"
        for i in range(5)
    )
    text = f"pack: {{id: base, title: 测试, sections: {{s: 用语}}}}\nrules:\n{rules}"
    pack = load_pack("base", [SourceFile("a.yaml", text)], {})
    call = make_transcript(["坐席：不行", "客户：好"])
    first = evaluate(pack, call)
    assert [result.id for result in first] == ["r0", "r1", "r2", "r3", "r4"]
    assert evaluate(load_pack("base", [SourceFile("a.yaml", text)], {}), call) == first


def test_a_regex_that_takes_too_long_is_an_error_not_a_hang(judge) -> None:
    # The check at load sees repetition within repetition; what it cannot see is stopped by the clock.
    started = time.monotonic()
    result = judge("{operator: regex, patterns: ['(a+)\\1+b']}", f"坐席：{'a' * 6000}")
    assert time.monotonic() - started < 5
    assert (result.status, "没有算完" in result.reason) == ("error", True)


POLITE = ["坐席：您好。", "坐席：请您稍等。", "坐席：您慢走。"]
YOU = "{operator: phrase, speaker: agent, phrases: [您]}"
FIRST_ENOUGH = [
    # what must be said ends the search: the rule is kept, more of the same changes nothing
    (f"c: {YOU}", "not c", ["您"]),
    ("c: {operator: phrase, speaker: agent, phrases: [您], min_hits: 2}", "not c", ["您", "您"]),
    ("c: {operator: phrase, speaker: agent, phrases: [您], need: none}", "c", ["您"]),
    ("c: {operator: regex, speaker: agent, patterns: [慢走, 您]}", "not c", ["您"]),
    ("c: {operator: regex, speaker: agent, patterns: [您], min_hits: 2}", "not c", ["您", "您"]),
    # a place for another condition, or a step, is wanted wherever it is
    (f"c: {YOU}\nd: {{operator: phrase, phrases: [慢走], anchor: {{to: c, hit: last}}}}", "not d", ["您", "您", "您"]),
    # all of several phrases: each of them is looked for
    ("c: {operator: phrase, speaker: agent, phrases: [您, 慢走], need: all}", "not c", ["您", "您", "您", "慢走"]),
]


@pytest.mark.parametrize(("conditions", "fault", "shown"), FIRST_ENOUGH)
def test_of_what_must_be_said_the_first_is_enough(judge, conditions: str, fault: str, shown: list) -> None:
    result = judge(conditions, POLITE, fault=fault)
    assert result.status == "pass"
    assert [each.text for each in result.evidence if each.condition == "c"] == shown


def test_every_offence_is_shown_and_counted(judge) -> None:
    result = judge(YOU, POLITE, rule="points: {each: -1, per: hit, cap: -5}")
    assert (result.status, result.hits, result.points, len(result.evidence)) == ("fail", 3, -3.0, 3)


def test_every_offence_is_counted_whatever_its_intent(judge) -> None:
    """``intent: mandated`` lets near hits count; where they are the fault, each of them still is one."""
    condition = "{operator: phrase, speaker: agent, phrases: [您], intent: mandated}"
    result = judge(condition, POLITE, rule="points: {each: -1, per: hit, cap: -5}")
    assert (result.status, result.hits, result.points) == ("fail", 3, -3.0)
