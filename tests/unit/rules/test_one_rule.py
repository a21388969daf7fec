"""One rule alone: asked with the readers and the profile that are given, and what a pack has to read for it."""

import pytest

from qa_engine.errors import NotFoundError
from qa_engine.rules import UNSET, Profile, RulePack, SourceFile, asks_for_acts, asks_for_tone, evaluate_rule, load_pack
from qa_engine.rules.evaluate import looks_at_acts
from qa_engine.rules.examples import acts_of, tones_of, transcript_of
from qa_engine.rules.written.models import Dialogue

PACK = """
pack: {id: p, title: 测试, sections: {s: 服务}}
lists: {company: {title: 公司, phrases: [飞鸿物流, 客服中心]}}
rules:
- {id: named, title: 报公司, section: s, message: 没报, fault: not c,
   conditions: {c: {operator: phrase, lists: [company], part: company}}}
- {id: curt, title: 冷淡, section: s, message: 冷淡, fault: c,
   conditions: {c: {operator: tone, classes: dismissive, above: 0.5}}}
- {id: rude, title: 辱骂, section: s, message: 辱骂, fault: c,
   conditions: {c: {operator: act, acts: insult, deduct_above: 0.9}}}
- {id: refused, title: 推诿, section: s, message: 推诿, fault: c,
   conditions: {c: {operator: phrase, phrases: [没门], witness: {acts: [refuse]}}}}
"""
DEMANDED = Profile.model_validate({"companies": ["飞鸿物流"], "parts": [{"company": "demanded"}]})
LINES = Dialogue(turns=("坐席[tone=dismissive:0.9 act=insult:0.95:有病]：你有病吧", "客户：什么"))


@pytest.fixture(scope="module")
def pack() -> RulePack:
    return load_pack("p", [SourceFile("p.yaml", PACK)], {})


def test_the_profile_that_is_given_counts_and_else_that_of_the_pack(pack: RulePack) -> None:
    call = transcript_of(LINES)
    assert evaluate_rule(pack, "named", call, profile=DEMANDED).status == "fail"
    assert evaluate_rule(pack, "named", call).status == "not_applicable"
    own = load_pack("p", [SourceFile("p.yaml", PACK)], {}, profile=DEMANDED)
    assert evaluate_rule(own, "named", call).status == "fail"
    assert evaluate_rule(own, "named", call, profile=UNSET).status == "not_applicable"


def test_a_part_that_is_only_wished_for_passes_or_does_not_count(pack: RulePack) -> None:
    wished = Profile.model_validate({"companies": ["飞鸿物流"], "parts": [{"company": "wished"}]})
    said = transcript_of(Dialogue(turns=("坐席：您好，飞鸿物流",)))
    assert evaluate_rule(pack, "named", said, profile=wished).status == "pass"
    left_out = evaluate_rule(pack, "named", transcript_of(LINES), profile=wished)
    assert (left_out.status, left_out.reason) == ("not_applicable", "本中心只是希望报公司（部门），没有做到不扣分")


def test_readers_that_are_given_are_asked(pack: RulePack) -> None:
    call = transcript_of(LINES)
    assert evaluate_rule(pack, "curt", call, tones=tones_of(LINES)).status == "uncertain"
    assert evaluate_rule(pack, "rude", call, acts=acts_of(LINES)).status == "fail"
    for rule in ("curt", "rude"):
        assert evaluate_rule(pack, rule, call).status == "not_applicable", "no reader, no answer"


def test_a_rule_that_is_not_there(pack: RulePack) -> None:
    with pytest.raises(NotFoundError):
        evaluate_rule(pack, "nothing", transcript_of(LINES))


def test_what_has_to_be_read_for_a_rule(pack: RulePack) -> None:
    acts = {rule.id: (looks_at_acts(rule), looks_at_acts(rule, as_witness=False)) for rule in pack.rules}
    assert acts == {
        "named": (False, False),
        "curt": (False, False),
        "rude": (True, True),
        "refused": (True, False),
    }
    assert asks_for_acts(pack)
    assert asks_for_tone(pack)
    plain = load_pack("p", [SourceFile("p.yaml", PACK[: PACK.index("- {id: curt")])], {})
    assert not asks_for_acts(plain)
    assert not asks_for_tone(plain)


PARTS = """
pack: {id: p, title: 测试, sections: {s: 服务}}
rules:
- {id: opening, title: 开头, section: s, message: 没报, fault: not c or not d,
   conditions: {c: {operator: phrase, phrases: [飞鸿], part: company},
                d: {operator: phrase, phrases: [工号], part: staff_number}}}
"""


@pytest.mark.parametrize(
    ("company", "number", "line", "status", "reason"),
    [
        ("demanded", "wished", "飞鸿", "pass", "本中心只是希望报工号，没有做到不扣分"),
        ("wished", "wished", "飞鸿", "not_applicable", "本中心只是希望报工号，没有做到不扣分"),
        ("wished", "wished", "飞鸿，工号", "pass", ""),
        ("demanded", "wished", "您好", "fail", ""),
        ("not_asked", "not_asked", "飞鸿，工号", "not_applicable", "本中心的标准不要求报公司（部门）、报工号"),
        ("demanded", "not_asked", "飞鸿", "pass", ""),
    ],
)
def test_a_wish_that_was_not_met_is_told_and_decides_only_where_nothing_is_demanded(
    company: str, number: str, line: str, status: str, reason: str
) -> None:
    parts = {"company": company, "staff_number": number}
    own = Profile.model_validate({"companies": ["飞鸿"], "parts": [parts]})
    made = load_pack("p", [SourceFile("p.yaml", PARTS)], {})
    result = evaluate_rule(made, "opening", transcript_of(Dialogue(turns=(f"坐席：{line}",))), profile=own)
    assert (result.status, result.reason) == (status, reason)
