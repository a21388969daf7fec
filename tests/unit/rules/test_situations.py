"""Applicability before judgement, and how far a measured rule may act alone."""

import pytest

from qa_engine.domain import Precision, RuleResult, Status
from qa_engine.errors import RulesError
from qa_engine.rules import (
    Baseline,
    FixedBaselines,
    Level,
    Profile,
    RulePack,
    SourceFile,
    VoiceMeasure,
    evaluate,
    lint,
    load_pack,
)
from qa_engine.rules.examples import acts_of, transcript_of
from qa_engine.rules.packs.trust import VETO_REVIEWS, trusted
from qa_engine.rules.written.models import Dialogue, Measured

HEAD = "pack: {id: p, title: 测试, sections: {s: 服务}%s}\n"
SITUATIONS = """
situations:
  busy:
    title: 客户不方便通话
    conditions:
      says: {operator: phrase, speaker: customer, phrases: [在开会]}
      means: {operator: act, speaker: customer, acts: busy}
    when: says or means
"""
RULE = """
rules:
- id: r
  title: 复述
  section: s
  points: -5
  message: 没有复述
  not_when: [busy]
  conditions: {said: {operator: phrase, phrases: [对吗]}}
  fault: not said
"""


def pack(*texts: str, header: str = "") -> RulePack:
    files = [SourceFile("head.yaml", HEAD % header), *(SourceFile(f"{n}.yaml", text) for n, text in enumerate(texts))]
    return load_pack("p", files, {})


def judged(made: RulePack, *lines: str) -> RuleResult:
    dialogue = Dialogue(turns=lines)
    return evaluate(made, transcript_of(dialogue), acts=acts_of(dialogue))[0]


@pytest.mark.parametrize(
    ("lines", "status", "quiet"),
    [
        (["客户：我在开会，晚点打。", "坐席：好的。"], "not_applicable", False),
        (["客户：我要改地址。", "坐席：好的。"], "fail", False),
        (["客户[act=busy:0.9]：正忙着呢。", "坐席：好的。"], "uncertain", True),
        (["客户[act=busy:0.9]：正忙着呢。", "坐席：改到北京对吗？"], "pass", False),
    ],
)
def test_a_rule_is_not_asked_where_its_situation_holds(lines: list[str], status: str, quiet: bool) -> None:
    result = judged(pack(SITUATIONS, RULE), *lines)
    assert (result.status, result.quiet) == (status, quiet)
    if status == "not_applicable":
        assert result.reason == "客户不方便通话，本项不适用"
    if status == "uncertain":
        assert (result.points, result.stake) == (0.0, -5.0)


ABROAD = (
    SITUATIONS
    + """
  abroad:
    title: 客户在国外
    conditions:
      says: {operator: phrase, speaker: customer, phrases: [在国外]}
      means: {operator: act, speaker: customer, acts: reject}
    when: says or means
"""
)
TWO = RULE.replace("[busy]", "[busy, abroad]")
BUSY, AWAY = "客户[act=busy:0.9]：正忙着呢。", "客户[act=reject:0.9]：不用了。"


@pytest.mark.parametrize(
    ("lines", "status", "reason"),
    [
        (["客户：我在开会，在国外。"], "not_applicable", "客户不方便通话、客户在国外，本项不适用"),
        (["客户：我在国外。", BUSY], "not_applicable", "客户在国外，本项不适用"),  # one is enough
        ([BUSY, AWAY], "uncertain", "可能客户不方便通话、客户在国外，本项也许不适用"),
        ([AWAY], "uncertain", "可能客户在国外，本项也许不适用"),
        (["客户：好。"], "fail", ""),
    ],
)
def test_all_situations_that_hold_or_may_hold_are_named(lines: list[str], status: str, reason: str) -> None:
    result = judged(pack(ABROAD, TWO), *lines, "坐席：好的。")
    assert (result.status, result.reason) == (status, reason)
    assert (result.points, result.stake, result.quiet) == (
        -5.0 if status == "fail" else 0.0,
        -5.0 if status == "uncertain" else 0.0,
        status == "uncertain",
    )


def test_a_doubt_stays_what_it_is_where_a_situation_may_hold() -> None:
    """It is no fault that the situation could excuse; it goes to a person either way."""
    result = judged(pack(SITUATIONS, RULE), BUSY, "坐席[0-9 excluded=loop]：嗯嗯。", "坐席：好的。")
    assert (result.status, result.quiet, "也许不适用" in result.reason) == ("uncertain", False, False)


def test_a_situation_is_asked_with_the_profile_and_what_is_usual_for_the_agent() -> None:
    text = """
lists: {name: {title: 公司, phrases: [飞鸿]}}
situations:
  told:
    title: 已报公司且语速平常
    conditions:
      company: {operator: phrase, lists: [name], part: company}
      fast: {operator: speech_rate, above_median: 1.4, base: agent}
    when: company and not fast
"""
    demanding = Profile.model_validate({"companies": ["飞鸿"], "parts": [{"company": "demanded"}]})
    files = [SourceFile("head.yaml", HEAD % ""), SourceFile("a.yaml", text + RULE.replace("busy", "told"))]
    made = load_pack("p", files, {}, profile=demanding)
    line = "坐席[0-4 cpm=230]：这里是飞鸿客服中心"
    call = {"agent": {"id": "8026"}, "started_at": "2026-03-02T10:00:00+08:00"}
    transcript = transcript_of(Dialogue(turns=(line,), call=call))
    usual = FixedBaselines({("8026", VoiceMeasure.SPEECH_RATE): Baseline(231, 120, 12)})
    assert evaluate(made, transcript, baselines=usual)[0].status == "not_applicable"
    assert evaluate(made, transcript)[0].status == "fail"  # nobody knows what is usual


@pytest.mark.parametrize(("duty", "quiet"), [("meaning", True), ("wording", False)])
def test_a_fault_of_a_duty_by_meaning_that_may_not_stand_alone_is_quiet(duty: str, quiet: bool) -> None:
    text = PLAIN.replace("  points:", f"  duty: {duty}\n  points:")
    result = judged(pack(MEASURED % (9, 9, 30, 41), text), "坐席：好的。")
    assert (result.status, result.quiet, result.stake) == ("uncertain", quiet, -5.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (RULE, "没有情形「busy」"),
        (SITUATIONS.replace("when: says or means", "when: says or nobody") + RULE, "条件「nobody」没有定义"),
        (SITUATIONS.replace("title:", "titel:") + RULE, "titel"),
        ("measured: {r: {golden: [3, 2]}}\n" + RULE.replace("  not_when: [busy]\n", ""), "不能多于"),
        ("measured: {r: {checks: [1, 2]}}\n" + RULE.replace("  not_when: [busy]\n", ""), "checks"),
    ],
)
def test_faults_of_situations_and_measures_are_located(text: str, message: str) -> None:
    with pytest.raises(RulesError, match=message):
        pack(text)


MEASURED = "measured: {r: {golden: [%d, %d], kept: [%d, %d]}}\n"
PLAIN = RULE.replace("  not_when: [busy]\n", "")


@pytest.mark.parametrize(
    ("counts", "status"), [((9, 9, 36, 41), "fail"), ((9, 9, 30, 41), "uncertain"), ((0, 0, 0, 0), "fail")]
)
def test_a_rule_that_was_not_right_often_enough_never_deducts_alone(counts: tuple[int, ...], status: str) -> None:
    result = judged(pack(MEASURED % counts, PLAIN), "坐席：好的。")
    assert result.status == status
    if status == "uncertain":
        assert "50 次命中只有 39 次属实" in result.reason
    if counts[1]:
        assert result.precision is not None
        assert result.precision.low < result.precision.value < result.precision.high
    else:
        assert result.precision is None


def test_measures_change_the_digest_and_strangers_are_told() -> None:
    made = pack("measured: {other: {kept: [1, 1]}}\n", PLAIN)
    assert made.digest != pack(PLAIN).digest
    assert [f.code for f in lint(made) if f.level is Level.WARNING and f.subject == "other"] == ["measured-stranger"]


VETO = PLAIN.replace("  points: -5\n", "  severity: veto\n").replace("fault: not said", "fault: said")


@pytest.mark.parametrize(
    ("reviews", "alone", "line", "confirmed"),
    [
        ((200, 200), "measured", "坐席：对吗？", True),
        ((198, 200), "measured", "坐席：对吗？", True),
        ((197, 200), "measured", "坐席：对吗？", False),
        ((199, 199), "measured", "坐席：对吗？", False),
        ((200, 200), "never", "坐席：对吗？", False),
    ],
)
def test_the_machine_alone_vetoes_only_what_people_found_right(
    reviews: tuple[int, int], alone: str, line: str, confirmed: bool
) -> None:
    text = f"measured: {{r: {{reviews: [{reviews[0]}, {reviews[1]}]}}}}\n"
    result = judged(pack(text, VETO, header=f", veto_alone: {alone}"), line)
    assert (result.status, result.confirmed) == (Status.FAIL, confirmed)
    assert VETO_REVIEWS == 200


@pytest.mark.parametrize(("right", "of"), [(0, 1), (1, 1), (9, 10), (200, 200)])
def test_the_interval_holds_the_share(right: int, of: int) -> None:
    found = Precision.measured(right, of)
    assert 0 <= found.low <= found.value <= found.high + 1e-9 <= 1 + 1e-9
    assert 0 < found.chance_wrong < 1


def test_what_was_never_measured_is_left_alone() -> None:
    result = judged(pack(PLAIN), "坐席：好的。")
    assert trusted(result, None, "never") == result == trusted(result, Measured(), "never")
