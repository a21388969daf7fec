"""What is found by an act alone, or in an everyday pattern, gives way to a listed fault about the same turn."""

from qa_engine.domain import RuleResult
from qa_engine.rules import SourceFile, evaluate, load_pack
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


def judged(*lines: str) -> dict[str, RuleResult]:
    pack = load_pack("base", [SourceFile("head.yaml", HEADER), SourceFile("rules.yaml", RULES)], {})
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


def test_a_turn_of_its_own_stays_a_fault() -> None:
    found = judged(BAD, WORSE)
    assert (found["built"].status, found["built"].points) == ("fail", -8.0)
    assert judged(WORSE)["built"].status == "fail"
