"""Rules and the lines of scorecards: what does not meet is said where the rule stands."""

import re

import pytest

from qa_engine.rules import RulePack, SourceFile, load_pack
from qa_engine.scoring import Scorecard, load_scorecards, placement_faults, placement_findings

HEADER = "pack: {id: p, title: 包, sections: {words: 用语, sales: 电销, service_langage: 打错了, nothing: 没有}}\n"
RULE = """
- id: {id}
  title: 规则
  section: {section}
  item: {item}
  message: 坏了
  fault: c
  conditions: {{c: {{operator: phrase, phrases: [不行]}}}}
  {more}
"""
STANDARD = """
scorecard:
  id: standard
  title: 考评表
  points: 15
  sections:
    - id: words
      title: 用语
      points: 15
      items:
        - {id: opening, title: 开始语, points: 5}
        - {id: spoken, title: 普通话, points: 5, mode: manual, anchors: [{points: 5, means: 好}]}
        - {id: extra, title: 加分, points: 5, mode: add, awards: {good: 5}}
  grades: [{grade: A, at_least_percent: 0}]
"""
SALES = """
scorecard:
  id: telesales
  title: 电销考评表
  applies_to: {scenario: telesales}
  points: 5
  sections: [{id: sales, title: 电销, points: 5, items: [{id: honest, title: 不夸大, points: 5}]}]
  grades: [{grade: A, at_least_percent: 0}]
"""


def pack(**rules: tuple[str, str, str]) -> RulePack:
    written = "".join(RULE.format(id=id, section=s, item=i, more=more) for id, (s, i, more) in rules.items())
    return load_pack("p", [SourceFile("packs/p/a.yaml", f"{HEADER}rules:\n{written}")], {})


def cards(*texts: str) -> tuple[Scorecard, ...]:
    return load_scorecards([SourceFile(f"{n}.yaml", text) for n, text in enumerate(texts)])


ONE = [
    ("words", "opening", "", None),
    ("words", "openning", "", "考评表「standard」的「words」没有细项「openning」，是否想写「opening」？"),
    ("words", '""', "", "没有细项「」"),
    ("service_langage", "opening", "", "考评表「standard」没有考评项「service_langage」；可用：words"),
    ("words", "spoken", "", "的细项「words/spoken」由人工评分"),
    ("words", "extra", "", "awards 里没有这条规则"),
    ("words", "nowhere", "severity: info", None),
    ("words", "nowhere", "severity: veto", None),
]


@pytest.mark.parametrize(("section", "item", "more", "message"), ONE)
def test_a_rule_without_a_line_is_a_fault_at_the_rule(section: str, item: str, more: str, message: str | None) -> None:
    faults = placement_faults(pack(r=(section, item, more)), cards(STANDARD))
    assert bool(faults) is (message is not None)
    for fault in faults:
        assert (fault.where, fault.line, fault.subject) == ("packs/p/a.yaml", 4, "r")
        assert message is not None
        assert message in fault.message


def test_an_award_gives_its_rule_a_line() -> None:
    assert placement_faults(pack(good=("words", "extra", "")), cards(STANDARD)) == ()


MANY = [
    ("sales", "honest", "applies_to: {scenario: telesales}", []),
    ("sales", "honest", "", ["standard"]),  # a complaint is scored on the standard scorecard, which has no such line
    ("words", "opening", "applies_to: {not_scenario: telesales}", []),
    ("words", "opening", "applies_to: {scenario: [complaint, order]}", []),
    ("words", "opening", "", ["telesales"]),
    ("words", "nowhere", "", ["standard", "telesales"]),
    ("nothing", "nowhere", "", ["standard", "telesales"]),
]


@pytest.mark.parametrize(("section", "item", "more", "named"), MANY)
def test_each_call_is_on_the_scorecard_that_is_chosen_for_it(
    section: str, item: str, more: str, named: list[str]
) -> None:
    faults = placement_faults(pack(r=(section, item, more)), cards(STANDARD, SALES))
    assert [re.findall("考评表「(.*?)」", fault.message) for fault in faults] == [[name] for name in named]


OWN = STANDARD.replace("id: standard", "id: own")


@pytest.mark.parametrize(
    ("section", "item", "more", "texts", "named", "faults"),
    [
        ("sales", "honest", "applies_to: {scenario: telesales}", (STANDARD, SALES), "standard", 0),
        ("sales", "honest", "applies_to: {scenario: telesales}", (STANDARD, SALES, OWN), "own", 1),
        ("words", "opening", "", (STANDARD, SALES), "standard", 0),
        ("words", "opening", "", (STANDARD, SALES), "telesales", 1),
        ("words", "opening", "applies_to: {scenario: order}", (SALES, STANDARD), "telesales", 0),
        ("words", "opening", "", (SALES,), None, 1),
    ],
)
def test_a_named_scorecard_is_looked_at_for_the_calls_it_is_meant_for(
    section: str, item: str, more: str, texts: tuple[str, ...], named: str | None, faults: int
) -> None:
    assert len(placement_faults(pack(r=(section, item, more)), cards(*texts), named=named)) == faults


def test_all_faults_come_at_once() -> None:
    faulty = pack(a=("words", "x", ""), b=("words", "y", ""), c=("words", "opening", ""))
    assert [fault.subject for fault in placement_faults(faulty, cards(STANDARD))] == ["a", "b"]


def test_a_line_that_nothing_fills_is_a_warning() -> None:
    scanty = pack(r=("words", "nowhere", ""))
    assert placement_findings(scanty, cards(STANDARD, SALES)) == ()
    assert [f.code for f in placement_findings(scanty, cards(STANDARD, SALES), named="telesales")] == ["unfilled-item"]
    (unfilled, unknown) = placement_findings(pack(r=("words", "opening", "")), cards(STANDARD, SALES))
    assert (unfilled.level, unfilled.code, unfilled.subject) == ("warning", "unfilled-item", "standard")
    assert "细项 words/extra，" in unfilled.message
    assert (unknown.code, "good" in unknown.message) == ("unknown-rule", True)
    filled = pack(r=("words", "opening", ""), good=("words", "extra", ""))
    assert placement_findings(filled, cards(STANDARD)) == ()


FOUR = """
scorecard:
  id: four
  title: 四项
  points: 20
  sections:
    - id: words
      title: 用语
      points: 20
      items: [{id: a, title: 一, points: 5}, {id: b, title: 二, points: 5}, {id: c, title: 三, points: 5},
              {id: d, title: 四, points: 5}]
  veto: {rules: {v.one: {scope: total}, v.two: {scope: total}}}
  grades: [{grade: A, at_least_percent: 0}]
"""
BY_HAND = """
scorecard:
  id: hand
  title: 人工
  points: 5
  sections:
    - id: words
      title: 用语
      points: 5
      items: [{id: a, title: 一, points: 5, mode: manual, anchors: [{points: 5, means: 好}]}]
  veto: {rules: {v.one: {scope: total}}}
  grades: [{grade: A, at_least_percent: 0}]
"""


def test_a_scorecard_of_which_the_pack_fills_half_is_meant() -> None:
    two = pack(x=("words", "a", ""), y=("words", "b", ""))
    unfilled, unknown = placement_findings(two, cards(FOUR))
    assert unfilled.message == "没有规则填写细项 words/c、words/d，它们也不是人工细项，永远不计分"
    assert unknown.message == "weights、awards 或 veto 里的规则 v.one、v.two 不在规则包「p」里"
    assert [(note.level, note.subject) for note in (unfilled, unknown)] == [("warning", "four")] * 2
    third = FOUR.replace(",\n              {id: d, title: 四, points: 5}", "").replace("points: 20", "points: 15")
    assert placement_findings(pack(x=("words", "a", "")), cards(third)) == (), "one of three"


def test_one_item_that_is_filled_is_all_and_none_is_nothing() -> None:
    known = SALES.replace("  grades:", "  veto: {rules: {v.one: {scope: total}}}\n  grades:")
    told = placement_findings(pack(x=("sales", "honest", "applies_to: {scenario: telesales}")), cards(STANDARD, known))
    assert [(note.code, note.subject) for note in told] == [("unknown-rule", "telesales")]
    assert placement_findings(pack(x=("words", "a", "")), cards(BY_HAND)) == ()
    assert len(placement_findings(pack(x=("words", "a", "")), cards(BY_HAND), named="hand")) == 1


def test_faults_stand_in_the_order_of_the_file_and_name_all_scorecards() -> None:
    own = STANDARD.replace("id: standard", "id: own").replace(
        "points: 15\n", "applies_to: {scenario: order}\n  points: 15\n", 1
    )
    both = pack(a=("words", "x", ""), b=("nothing", "y", ""))
    found = placement_faults(both, cards(STANDARD, own))
    assert [(fault.subject, fault.line) for fault in found] == [("a", 4), ("b", 13)]
    assert found[0].message.startswith("这条规则改变不了得分：考评表「own、standard」的「words」没有细项「x」")


@pytest.mark.parametrize(("fact", "own", "other"), [("channel", "chat", "voice"), ("direction", "outbound", "inbound")])
def test_channel_and_direction_choose_scorecards_too(fact: str, own: str, other: str) -> None:
    special = SALES.replace("scenario: telesales", f"{fact}: {own}")
    for asked, named in ((own, ["telesales"]), (other, [])):
        rule = pack(r=("words", "opening", f"applies_to: {{{fact}: {asked}}}"))
        faults = placement_faults(rule, cards(STANDARD, special))
        assert [re.findall("考评表「(.*?)」", fault.message) for fault in faults] == [[name] for name in named]
