"""A scenario that nobody told: duties stay asked, what they find because of a guess is a quiet doubt."""

from qa_engine.domain import RuleResult, ScenarioGuess
from qa_engine.rules import SourceFile, evaluate, load_pack
from tests.unit.rules.conftest import HEADER, transcript

RULES = """
rules:
- id: complaint_only
  title: 投诉
  section: s
  message: 没有致歉
  points: -4
  applies_to: {scenario: complaint}
  fault: not sorry
  conditions:
    sorry: {operator: phrase, phrases: [抱歉]}
- id: everywhere
  title: 问候
  section: s
  message: 没有问候
  points: -3
  fault: not hello
  conditions:
    hello: {operator: phrase, phrases: [您好]}
- id: sales_only
  title: 电销
  section: s
  message: 没有介绍
  points: -3
  applies_to: {scenario: telesales}
  fault: not offer
  conditions:
    offer: {operator: phrase, phrases: [优惠]}
- id: not_of_sales
  title: 其他需求
  section: s
  message: 没有问
  points: -2
  not_when: [selling]
  fault: not more
  conditions:
    more: {operator: phrase, phrases: [还有别的]}
- id: long_only
  title: 长通话
  section: s
  message: 没有小结
  points: -1
  applies_to: {min_seconds: 30}
  fault: not sum
  conditions:
    sum: {operator: phrase, phrases: [总结一下]}
- id: maybe
  title: 也许
  section: s
  message: 也许
  applies_to: {scenario: complaint}
  fault: rude
  conditions:
    rude: {operator: phrase, phrases: [这个不归我管], steps: [exact, fuzzy], fuzzy_threshold: 70}
- id: not_of_friends
  title: 熟人
  section: s
  message: 没有核对
  points: -2
  not_when: [friend]
  fault: not checked
  conditions:
    checked: {operator: phrase, phrases: [核对]}
situations:
  friend:
    title: 老客户
    conditions:
      level: {operator: metadata, field: level, equals: 1}
      greeted: {operator: phrase, phrases: [老朋友]}
    when: level or greeted
  selling:
    title: 电话营销
    conditions:
      scenario: {operator: metadata, field: scenario, equals: telesales}
    when: scenario
"""
GUESS = ScenarioGuess("complaint", 0.81)


def judged(
    line: str, guess: ScenarioGuess | None, scenario: str | None = None, level: int = 0
) -> dict[str, RuleResult]:
    pack = load_pack("base", [SourceFile("head.yaml", HEADER), SourceFile("rules.yaml", RULES)], {})
    call = {"duration": 60, "metadata": {"level": level}} | ({} if scenario is None else {"scenario": scenario})
    return {result.id: result for result in evaluate(pack, transcript(line, call), guess=guess)}


def test_a_fault_that_hangs_on_the_guess_is_a_quiet_doubt_that_says_so() -> None:
    found = judged("坐席：什么事。", GUESS)
    doubt = found["complaint_only"]
    assert (doubt.status, doubt.quiet, doubt.points, doubt.stake) == ("uncertain", True, 0.0, -4.0)
    assert doubt.reason == "业务场景由模型推断为投诉（把握 81%），请先确认场景"
    assert (found["everywhere"].status, found["everywhere"].points) == ("fail", -3.0)  # asked of every call
    assert found["sales_only"].reason == "业务场景为投诉，本规则只适用于电销"


def test_a_duty_that_is_met_passes() -> None:
    assert judged("坐席：您好，很抱歉。", GUESS)["complaint_only"].status == "pass"


def test_what_the_facts_tell_wins() -> None:
    found = judged("坐席：什么事。", GUESS, "telesales")
    assert found["complaint_only"].status == "not_applicable"
    assert found["sales_only"].status == "fail"


def test_without_a_guess_the_rule_is_not_asked() -> None:
    assert judged("坐席：什么事。", None)["complaint_only"].status == "not_applicable"


def test_an_unsure_guess_is_told_as_unknown_and_a_sure_one_alone_excuses_from_what_all_calls_are_asked_for() -> None:
    open_, unsure, sure = (ScenarioGuess("telesales", p) for p in (0.42, 0.81, 0.93))
    assert (
        judged("坐席：什么事。", open_)["sales_only"].reason == "业务场景未能判定，最像电销（把握 42%），请先确认场景"
    )
    assert judged("坐席：什么事。", None)["not_of_sales"].status == "fail"
    for guess in (open_, unsure):
        doubt = judged("坐席：什么事。", guess)["not_of_sales"]
        assert (doubt.status, doubt.quiet) == ("uncertain", True)
    assert judged("坐席：什么事。", sure)["not_of_sales"].status == "not_applicable"


def test_no_guess_is_told_as_certain() -> None:
    doubt = judged("坐席：什么事。", ScenarioGuess("complaint", 1.0))["complaint_only"]
    assert doubt.reason == "业务场景由模型推断为投诉（把握 99%），请先确认场景"


def test_what_does_not_hang_on_the_guess_stands() -> None:
    """A rule that asks for the length of the call, and a situation that another fact of the call makes."""
    found = judged("坐席：什么事。", GUESS)
    assert (found["long_only"].status, found["long_only"].points) == ("fail", -1.0)
    assert found["not_of_friends"].status == "fail"
    for friend in (judged("坐席：什么事。", GUESS, level=1), judged("坐席：老朋友。", GUESS)):
        assert (friend["not_of_friends"].status, friend["not_of_friends"].reason) == (
            "not_applicable",
            "老客户，本项不适用",
        )


def test_a_doubt_of_a_rule_that_hangs_on_the_guess_becomes_quiet() -> None:
    loud = judged("坐席：这个不归咱管。", None, "complaint")["maybe"]
    quiet = judged("坐席：这个不归咱管。", GUESS)["maybe"]
    assert (loud.status, loud.quiet) == ("uncertain", False)
    assert (quiet.status, quiet.quiet, quiet.reason) == ("uncertain", True, loud.reason)
