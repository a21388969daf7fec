"""What is found by an act alone, or in an everyday pattern, gives way to a listed fault about the same turn."""

from dataclasses import replace

import pytest

from qa_engine.domain import Evidence, RuleResult, Severity, Status
from qa_engine.rules import SourceFile, evaluate, load_pack
from qa_engine.rules.evaluate import BY_PATTERN, _settled
from qa_engine.rules.examples import acts_of
from qa_engine.rules.written.models import Dialogue
from tests.unit.rules.conftest import HEADER, transcript

RULES = """
rules:
- id: listed
  title: 推卸
  section: s
  message: 推卸
  about: saying_no
  points: -5
  fault: c
  conditions:
    c: {operator: phrase, phrases: [不归我管], witness: [shift_blame]}
- id: built
  title: 顶撞
  section: s
  message: 顶撞
  about: [saying_no, facing_anger]
  points: {each: -4, per: hit}
  fault: c
  conditions:
    c: {operator: regex, patterns: [你], witness: {acts: [offence], above: 0.7, alone: null, common: true}}
- id: meant
  title: 不当
  section: s
  message: 不当
  about: saying_no
  points: -2
  fault: c
  conditions:
    c: {operator: phrase, phrases: [滚], witness: {acts: [offence], alone: 0.8}}
- id: elsewhere
  title: 无关
  section: s
  message: 无关
  about: waiting
  points: -2
  fault: c
  conditions:
    c: {operator: phrase, phrases: [滚], witness: {acts: [offence], alone: 0.8}}
"""
BAD = "坐席[act=shift_blame:0.9+offence:0.9]：不归我管，你找别人。"
WORSE = "坐席[act=offence:0.9]：你烦不烦。"


def judged(*lines: str, rules: str = RULES) -> dict[str, RuleResult]:
    pack = load_pack("base", [SourceFile("head.yaml", HEADER), SourceFile("rules.yaml", rules)], {})
    results = evaluate(pack, transcript(lines), acts=acts_of(Dialogue(turns=lines)))
    return {result.id: result for result in results}


def test_the_listed_fault_names_the_event_and_the_others_cost_nothing() -> None:
    found = judged(BAD)
    assert {name: result.status for name, result in found.items()} == {
        "listed": "fail",
        "built": "not_applicable",
        "meant": "not_applicable",
        "elsewhere": "uncertain",  # about something else
    }
    assert found["built"].reason == "与「推卸」是同一事件"
    assert (found["built"].points, found["built"].hits, found["built"].evidence) == (0.0, 0, ())


def test_a_rule_of_the_pack_that_is_a_duty_covers_nothing() -> None:
    duty = RULES.replace("about: saying_no\n  points: -5", "about: saying_no\n  duty: wording\n  points: -5")
    found = judged(BAD, rules=duty)
    assert (found["listed"].status, found["built"].status, found["meant"].status) == ("fail", "fail", "uncertain")


def test_a_turn_of_its_own_stays_a_fault() -> None:
    found = judged(BAD, WORSE)
    assert (found["built"].status, found["built"].points) == ("fail", -8.0)
    assert judged(WORSE)["built"].status == "fail"


def result(
    name: str, status: Status, *turns: int | None, about: tuple[str, ...] = ("no",), **more: object
) -> RuleResult:
    evidence = tuple(Evidence("c", "act", turn, None, None, None, None, "词", "坐席说") for turn in turns)
    made = RuleResult(name, f"题{name}", status, "s", "i", -2.0, Severity.MINOR, "坏了", evidence, about=about)
    return replace(made, each=-2.0, hits=1, stake=-1.0, **more)  # type: ignore[arg-type]


LISTED = result("listed", Status.FAIL, 3, witnesses=("phrase",))
OTHER = result("other", Status.FAIL, 5, 7, about=("no", "anger"), witnesses=("phrase", "act"))
ACT = ("act",)


@pytest.mark.parametrize(
    "weak",
    [
        result("w", Status.UNCERTAIN, 3, witnesses=ACT),
        result("w", Status.UNCERTAIN, 3, 7, witnesses=BY_PATTERN),
        result("w", Status.FAIL, 5, witnesses=BY_PATTERN),
        result("w", Status.FAIL, 3, about=("x", "no"), witnesses=BY_PATTERN),
    ],
)
def test_what_a_listed_fault_covers_says_nothing_more(weak: RuleResult) -> None:
    for order in ((LISTED, OTHER, weak), (weak, LISTED, OTHER)):
        settled = {one.id: one for one in _settled(order)}
        assert settled["listed"] is LISTED
        assert settled["other"] is OTHER
        assert settled["w"] == replace(
            weak, status=Status.NOT_APPLICABLE, evidence=(), message="", points=0.0, each=0.0, hits=0, stake=0.0,
            witnesses=(), reason="与「题listed、题other」是同一事件",
        )  # fmt: skip


def test_a_duty_left_out_covers_no_words() -> None:
    """The turns of its evidence are those where it was missed: what was said there is another matter."""
    said = result("w", Status.FAIL, 3, witnesses=BY_PATTERN)
    assert _settled((LISTED, said), {"listed"}) == (LISTED, said)


@pytest.mark.parametrize(
    "stays",
    [
        result("w", Status.FAIL, 3, witnesses=ACT),  # sure by itself
        result("w", Status.FAIL, 3, witnesses=("phrase",)),
        result("w", Status.UNCERTAIN, 3, witnesses=("phrase",)),
        result("w", Status.PASS, 3, witnesses=ACT),
        result("w", Status.UNCERTAIN, 3, 4, witnesses=ACT),  # one turn that nobody else found
        result("w", Status.UNCERTAIN, witnesses=ACT),  # nowhere
        result("w", Status.UNCERTAIN, 3, about=(), witnesses=ACT),
        result("w", Status.UNCERTAIN, 3, about=("x",), witnesses=ACT),
        result("w", Status.UNCERTAIN, 3, about=("anger",), witnesses=ACT),  # of that matter only in turns 5 and 7
    ],
)
def test_everything_else_stays(stays: RuleResult) -> None:
    assert _settled((LISTED, OTHER, stays)) == (LISTED, OTHER, stays)


def test_only_a_listed_fault_covers() -> None:
    weak = result("w", Status.UNCERTAIN, 3, witnesses=ACT)
    for fault in (
        replace(LISTED, status=Status.UNCERTAIN),
        replace(LISTED, about=()),
        replace(LISTED, witnesses=BY_PATTERN),
    ):
        assert _settled((fault, weak)) == (fault, weak)
