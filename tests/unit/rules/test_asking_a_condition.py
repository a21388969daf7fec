"""How a condition is asked: what its operator gets to see, where it is not asked at all, and beside which hits."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from qa_engine.domain import Call, Evidence, RuleResult, Searched, Speaker, Transcript
from qa_engine.rules import FixedBaselines, RulePack, SourceFile, evaluate, load_pack
from qa_engine.rules.looking.outcome import Hit, Outcome
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.operators import base
from qa_engine.rules.operators.base import operator
from qa_engine.rules.ports.acts import AgreeingActs
from qa_engine.rules.written.fields import Spoken
from qa_engine.rules.written.truth import Truth
from tests.unit.rules.conftest import HEADER, transcript

T, F, U, N, E = Truth.TRUE, Truth.FALSE, Truth.UNCERTAIN, Truth.NOT_APPLICABLE, Truth.ERROR


class Seen(Spoken):
    """``alone``: a hit is there whoever said it; ``strict``: every role must be known."""

    takes_witness = True
    operator: str
    alone: bool = True
    strict: bool = False

    @property
    def words_alone(self) -> bool:
        return self.alone

    @property
    def needs_all_roles(self) -> bool:
        return self.strict


@dataclass
class Spy:
    """What the operator was asked for, in order; ``says`` is what it answers, by condition (a list: in turn)."""

    says: dict[str, Outcome | list[Outcome]] = field(default_factory=dict)
    scopes: list[Scope] = field(default_factory=list)

    def run(self, scope: Scope) -> Outcome:
        self.scopes.append(scope)
        said = self.says[scope.name]
        return said.pop(0) if isinstance(said, list) else said

    def of(self, name: str) -> list[Scope]:
        return [scope for scope in self.scopes if scope.name == name]


@pytest.fixture
def spy() -> Iterator[Spy]:
    made = Spy()
    for name, timed in (("spied", False), ("spied_timed", True)):
        operator(name, title="看", fields=Seen, timed=timed, prepare=lambda fields, bench: ("ready", bench.loose))(
            made.run
        )
    yield made
    for name in ("spied", "spied_timed"):
        del base._REGISTRY[name]


def pack_of(conditions: str, fault: str = "c", rule: str = "") -> RulePack:
    written = "".join(f"    {line}\n" for line in conditions.splitlines())
    more = "".join(f"  {line}\n" for line in rule.splitlines())
    text = (
        f"rules:\n- id: r\n  title: 规则\n  section: s\n  message: '{{text}} {{count}}'\n  fault: {fault}\n"
        f"{more}  conditions:\n{written}"
    )
    return load_pack("base", [SourceFile("head.yaml", HEADER), SourceFile("rules.yaml", text)], {})


Ask = Callable[..., RuleResult]


def judged(conditions: str, lines: list[str], fault: str = "c", rule: str = "", **more: Any) -> RuleResult:
    return evaluate(pack_of(conditions, fault, rule), transcript(lines), acts=AgreeingActs(), **more)[0]


LINES = ["坐席[0-2]：一二三四五", "客户[2-4]：一二三四五", "坐席[4-6]：一二三四五", "坐席[6-8]：一二三四五"]


def hit(turn: int, at: int = 0, length: int = 2, *, certain: bool = True, **more: Any) -> Hit:
    text = f"{turn}.{at}"
    span = (at, at + length)
    return Hit((turn, at), (turn, at + length), Speaker.AGENT, text, "因为", turn, span, certain=certain, **more)


def test_an_operator_sees_the_call_its_own_fields_and_how_its_finds_are_used(spy: Spy) -> None:
    spy.says = {"c": Outcome(T, (hit(0),)), "d": Outcome(F)}
    baselines = FixedBaselines({})
    conditions = "c: {operator: spied}\nd: {operator: spied, speaker: customer, window: {first_turns: 1}, unless: [x]}"
    top = "exclusions: {x: {title: 例外, any: [{near: turn, phrases: [三]}]}}"
    pack = load_pack(
        "base",
        [
            SourceFile("head.yaml", HEADER + top),
            SourceFile(
                "rules.yaml",
                "rules:\n- {id: r, title: 规则, section: s, message: 坏, fault: c and not d, conditions: {"
                + ", ".join(conditions.splitlines())
                + "}}",
            ),
        ],
        {},
    )
    call = transcript(LINES)
    (result,) = evaluate(pack, call, baselines=baselines)
    assert result.status == "fail"
    (c,), (d,) = spy.of("c"), spy.of("d")
    ready = pack.rules[0].conditions
    for scope in (c, d):
        condition = ready[scope.name]
        assert scope.call.transcript is call
        assert scope.fields is condition.fields
        assert scope.prepared is condition.prepared
        assert scope.excuses is condition.excuses
        assert (scope.header, scope.baselines, scope.nobodys) == (pack.header, baselines, False)
        assert scope.outcome_of("c") is spy.says["c"]
    assert (c.proof, c.loose, c.first_enough, c.prepared) == (False, False, False, ("ready", False))
    assert (d.proof, d.loose, d.first_enough, d.prepared) == (True, True, True, ("ready", True))
    assert (c.region.label, c.region.turns) == ("通话全程的坐席话轮", (0, 2, 3))
    assert (d.region.label, d.region.turns) == ("客户前 1 个话轮", (1,))
    assert (len(c.excuses), len(d.excuses)) == (0, 1)


MONO = "录音为单声道，坐席与客户未区分"
SOME_UNKNOWN = "有的话轮不知是谁说的，无法判断"
UNTIMED = "文本没有时间，无法判断与时间有关的条件"
NOBODY = ["未知：一二三四五"]
MIXED = ["坐席：一二三四五", "未知：一二三四五"]
NOT_ASKED = [
    ("{operator: spied}", NOBODY, MONO),
    ("{operator: spied, strict: true}", NOBODY, MONO),
    ("{operator: spied, strict: true}", MIXED, SOME_UNKNOWN),
    ("{operator: spied, speaker: any, strict: true}", MIXED, SOME_UNKNOWN),
    ("{operator: spied, speaker: any}", NOBODY, ""),
    ("{operator: spied, window: {last_turns: 1}}", MIXED, ""),
    ("{operator: spied, window: {first_seconds: 9}}", ["坐席：一二三四五"], UNTIMED),
    ("{operator: spied, window: {first_seconds: 9}}", LINES, ""),
    ("{operator: spied, window: {first_turns: 1}}", ["坐席：一二三四五"], ""),
    ("{operator: spied_timed}", ["坐席：一二三四五"], UNTIMED),
    ("{operator: spied_timed}", LINES, ""),
    ("{operator: spied}", ["坐席[0-1 excluded=loop]：一二三四五"], "没有可以判断的话轮"),
]


@pytest.mark.parametrize(("condition", "lines", "reason"), NOT_ASKED)
def test_where_nothing_can_be_said_nobody_is_asked(spy: Spy, condition: str, lines: list[str], reason: str) -> None:
    spy.says = {"c": Outcome(T)}
    result = judged(f"c: {condition}", lines)
    assert (result.status, result.reason) == ("not_applicable" if reason else "fail", reason)
    assert bool(spy.scopes) is not bool(reason)


def test_a_fact_of_the_call_is_asked_where_no_turn_is_there() -> None:
    pack = pack_of("c: {operator: metadata, field: csat, equals: 1}")
    empty = Transcript(Call("c", metadata={"csat": 1}), ())
    assert evaluate(pack, empty)[0].status == "fail"


def test_an_operator_that_breaks_says_which_condition_it_was(spy: Spy) -> None:
    result = judged("c: {operator: spied}", LINES)  # the spy was told nothing
    assert (result.status, result.reason) == ("error", "条件 c（算子 spied）出错：KeyError: 'c'")


NOBODYS = "这句话不知是坐席还是客户说的，须人工判断"
PERHAPS = ["坐席[0-2]：一二三四五", "未知[2-4]：一二三四五", "客户[4-6]：一二三四五"]
ELSEWHERE = Searched("c", "别处", (1,))


def test_what_a_role_did_not_say_may_be_what_nobody_is_known_to_have_said(spy: Spy) -> None:
    of_nobody = Outcome(T, (hit(1, 1, start=3.0, score=90.0),), (ELSEWHERE,), "不用", "不用")
    spy.says = {"c": [Outcome(F, (hit(0),), note="旁注"), of_nobody]}
    result = judged("c: {operator: spied}", PERHAPS, rule="points: -2")
    first, second = spy.scopes
    assert (first.nobodys, second.nobodys, second.speaker) == (False, True, Speaker.UNKNOWN)
    assert (second.region.turns, second.region.label) == ((1,), "不知是谁说的话轮")
    assert (second.call, second.fields, second.proof) == (first.call, first.fields, first.proof)
    assert (result.status, result.reason, result.stake, result.message) == ("uncertain", NOBODYS, -2.0, "1.1 1")
    assert result.searched == (ELSEWHERE,)
    assert result.evidence == (Evidence("c", "spied", 1, Speaker.AGENT, 3.0, None, (1, 3), "1.1", "因为", score=90.0),)
    spy.says = {"c": [Outcome(F, note="旁注"), of_nobody]}
    kept = judged("c: {operator: spied}\nd: {operator: metadata, field: csat, equals: 1}", PERHAPS, "c and d and not d")
    assert (kept.status, kept.reason) == ("uncertain", NOBODYS)


OF_NOBODY = Outcome(T, (hit(1),))
WITNESS = "witness: {acts: [offence], alone: null%s}"
NOBODYS_TABLE = [
    # condition, fault, what is said of the role, what of nobody's turns; status, how often the operator is asked
    ("", "c", F, OF_NOBODY, "uncertain", 2),
    ("", "c", F, Outcome(U, (hit(1),)), "uncertain", 2),
    ("", "c", F, Outcome(F, (hit(1),)), "pass", 2),
    ("", "c", F, Outcome(N, (hit(1),)), "pass", 2),
    ("", "c", F, Outcome(T), "pass", 2),
    ("", "c", T, OF_NOBODY, "fail", 1),
    ("", "c", U, OF_NOBODY, "uncertain", 1),
    ("", "not c", F, OF_NOBODY, "fail", 1),  # its absence is proven elsewhere
    ("", "c or not c", F, OF_NOBODY, "uncertain", 2),
    (", speaker: customer", "c", F, OF_NOBODY, "uncertain", 2),
    (", speaker: any", "c", F, OF_NOBODY, "pass", 1),
    (", alone: false", "c", F, OF_NOBODY, "pass", 1),
    (f", {WITNESS % ''}", "c", F, OF_NOBODY, "uncertain", 2),
    (", window: {last_turns: 1}", "c", F, OF_NOBODY, "uncertain", 2),
    (", window: {first_turns: 1}", "c", F, OF_NOBODY, "pass", 1),  # the turn lies behind
    (", window: {last_seconds: 1.5}", "c", F, OF_NOBODY, "pass", 1),
    (", window: {last_seconds: 3}", "c", F, OF_NOBODY, "uncertain", 2),
]


@pytest.mark.parametrize(("fields", "fault", "of_role", "of_nobody", "status", "times"), NOBODYS_TABLE)
def test_when_nobodys_turns_are_asked(
    spy: Spy, fields: str, fault: str, of_role: Truth, of_nobody: Outcome, status: str, times: int
) -> None:
    spy.says = {"c": [Outcome(of_role, reason="疑" if of_role is U else ""), of_nobody]}
    result = judged(f"c: {{operator: spied{fields}}}", PERHAPS, fault)
    assert (result.status, len(spy.scopes)) == (status, times)


def test_everyday_words_in_a_turn_that_nobody_is_known_to_have_said_are_nothing(spy: Spy) -> None:
    """Their witness is the act of a known speaker; without it they are not even a doubt."""
    spy.says = {"c": [OF_NOBODY]}
    result = judged(f"c: {{operator: spied, {WITNESS % ', common: true'}}}", PERHAPS)
    assert (result.status, spy.scopes) == ("pass", [])


def test_nobodys_turns_are_not_asked_where_there_are_none(spy: Spy) -> None:
    spy.says = {"c": [Outcome(F)]}
    assert judged("c: {operator: spied}", LINES).status == "pass"


BESIDE = "a: {operator: spied}\nc: {operator: spied, anchor: {to: a, where: after%s}}"
PLACES = (hit(0, 0), hit(2, 1))


def test_beside_any_of_several_hits_is_asked_once_and_beside_each_for_each(spy: Spy) -> None:
    spy.says = {"a": Outcome(T, PLACES), "c": Outcome(T, (hit(3),))}
    result = judged(BESIDE % "", LINES)
    (any_of,) = spy.of("c")
    assert (result.status, any_of.region.label) == ("fail", "「0.0」等 2 处之后")
    assert [(piece.view.order, piece.start) for piece in any_of.pieces] == [(0, 2), (2, 0), (3, 0)]

    spy.scopes.clear()
    spy.says["c"] = [Outcome(T, (hit(3),), note="甲"), Outcome(F, (hit(3), hit(3, 2)), (WHERE,), note="乙")]
    result = judged(BESIDE % ", hit: each, turns: 1", LINES, "not c")
    first, second = spy.of("c")
    assert [piece.view.order for piece in first.pieces] == [0, 2]
    assert [(piece.view.order, piece.start) for piece in second.pieces] == [(2, 3), (3, 0)]
    assert (first.region.label, second.region.label) == ("「0.0」之后的坐席 1 个话轮内", "「2.1」之后的坐席 1 个话轮内")
    assert (result.status, result.searched, result.reason) == ("fail", (WHERE,), "甲；乙")


WHERE = Searched("c", "全程", (0, 2))
CHOSEN = [
    ("first", [(0, 2), (2, 0), (3, 0)]),
    ("last", [(2, 3), (3, 0)]),
    ("1", [(0, 2), (2, 0), (3, 0)]),
    ("2", [(2, 3), (3, 0)]),
    ("any", [(0, 2), (2, 0), (3, 0)]),
]


@pytest.mark.parametrize(("which", "places"), CHOSEN)
def test_the_place_is_beside_the_hit_that_is_meant(spy: Spy, which: str, places: list[tuple[int, int]]) -> None:
    spy.says = {"a": Outcome(T, PLACES), "c": Outcome(T)}
    judged(BESIDE % f", hit: {which}", LINES)
    (asked,) = spy.of("c")
    assert [(piece.view.order, piece.start) for piece in asked.pieces] == places


NOWHERE = [
    # the other condition, which hit; status and reason of what stands beside it
    (Outcome(E, PLACES, reason="坏"), "any", "error", "坏"),
    (Outcome(F), "any", "not_applicable", "没有出现「看」，无从定位"),
    (Outcome(T, PLACES), "3", "not_applicable", "没有出现「看」，无从定位"),
    (Outcome(U, reason="疑"), "any", "uncertain", "疑"),
    (Outcome(N, reason="免"), "any", "not_applicable", "免"),
    (Outcome(U, (hit(0, certain=False),), reason="疑"), "2", "uncertain", "疑"),
]


@pytest.mark.parametrize(("other", "which", "status", "reason"), NOWHERE)
def test_without_a_place_nobody_is_asked(spy: Spy, other: Outcome, which: str, status: str, reason: str) -> None:
    spy.says = {"a": other}
    result = judged(BESIDE % f", hit: {which}", LINES)
    assert (result.status, result.reason, spy.of("c")) == (status, reason, [])


UNSURE = Outcome(U, (hit(0, certain=False), hit(2, certain=False)), reason="疑")
DOUBTFUL = [
    # the other condition, what stands beside it, fault; status
    (Outcome(T, PLACES), T, "c", "fail"),
    (Outcome(T, (hit(0, certain=False), hit(2))), T, "c", "fail"),  # the sure one is meant
    (UNSURE, T, "c", "uncertain"),
    (UNSURE, F, "c", "pass"),
    (UNSURE, N, "c", "not_applicable"),
    (UNSURE, F, "not c", "uncertain"),
    (UNSURE, T, "not c", "pass"),
    (UNSURE, T, "c or not c", "uncertain"),
    (Outcome(T, PLACES), F, "not c", "fail"),
]


@pytest.mark.parametrize(("other", "truth", "fault", "status"), DOUBTFUL)
def test_what_is_beside_a_doubt_is_one_where_it_speaks_for_the_fault(
    spy: Spy, other: Outcome, truth: Truth, fault: str, status: str
) -> None:
    spy.says = {"a": other, "c": Outcome(truth, (hit(3),), (WHERE,), "为何" if truth is N else "")}
    result = judged(BESIDE % "", LINES, fault, rule="points: -2")
    assert (result.status, result.points) == (status, -2.0 if status == "fail" else 0.0)
    if status == "uncertain":
        assert (result.reason, result.searched) == ("疑", (WHERE,))
        assert [one.text for one in result.evidence if one.condition == "c"] == ["3.0"]


def test_a_place_in_seconds_beside_words_without_times_cannot_be_told(spy: Spy) -> None:
    spy.says = {"a": Outcome(T, (hit(0),)), "c": Outcome(T)}
    for anchor, lines, status in (
        (", seconds: 0", ["坐席：一二三四五"], "not_applicable"),
        (", seconds: 0", LINES, "fail"),
    ):
        result = judged(BESIDE % anchor, lines)
        assert (result.status, result.reason) == (status, UNTIMED if status == "not_applicable" else "")
    assert judged(BESIDE % "", ["坐席：一二三四五"]).status == "fail"


def test_a_window_and_a_place_hold_together(spy: Spy) -> None:
    spy.says = {"a": Outcome(T, (hit(0),)), "c": Outcome(T)}
    conditions = "a: {operator: spied}\nc: {operator: spied, window: {last_turns: 1}, anchor: {to: a}}"
    judged(conditions, LINES)
    (asked,) = spy.of("c")
    assert [piece.view.order for piece in asked.pieces] == [3]
    assert asked.region.label == "坐席最后 1 个话轮中，「0.0」之后"


def test_who_is_asked_about_beside_a_place(spy: Spy) -> None:
    spy.says = {"a": Outcome(T, (hit(0),)), "c": Outcome(T)}
    conditions = "a: {operator: spied}\nc: {operator: spied, speaker: customer, anchor: {to: a, turns: 1}}"
    judged(conditions, [*LINES, "客户[8-9]：一二三四五"])
    (asked,) = spy.of("c")
    assert ([piece.view.order for piece in asked.pieces], asked.region.label) == ([1], "「0.0」之后的客户 1 个话轮内")


def test_a_premise_beside_another_condition_says_beside_which(spy: Spy) -> None:
    spy.says = {"a": Outcome(T, (hit(0),)), "c": Outcome(F), "d": Outcome(T)}
    result = judged(BESIDE % "" + "\nd: {operator: spied_timed}", LINES, "d", rule="only_if: c")
    assert (result.status, result.reason) == ("not_applicable", "前提不成立：未出现「在「看」之后，看」")
