"""What a rule does with doubts, broken conditions and counts: no silent pass, nothing taken for what is unsure."""

from collections.abc import Callable, Iterator

import pytest

from qa_engine.domain import NearestMiss, RuleResult, Searched
from qa_engine.rules import SourceFile, evaluate, load_pack
from qa_engine.rules.looking.outcome import Hit, Outcome, Sought, first_of_each_turn, hits_meant, of_each
from qa_engine.rules.operators import base
from qa_engine.rules.operators.base import operator
from qa_engine.rules.written.expression import Polarity
from qa_engine.rules.written.fields import ConditionFields
from qa_engine.rules.written.truth import Truth
from tests.unit.rules.conftest import HEADER, transcript

Judge = Callable[..., RuleResult]

REFUSAL = "c: {operator: phrase, phrases: [这个不归我管], steps: [exact, fuzzy], fuzzy_threshold: 70}"
SURE, UNSURE = "坐席：这个不归我管", "坐席：这个不归咱管"
EACH = "points: {each: -1, per: hit}"


@pytest.fixture
def broken() -> Iterator[None]:
    class Fields(ConditionFields):
        operator: str

    @operator("broken", title="坏的", fields=Fields)
    def run(scope: object) -> None:
        raise ZeroDivisionError

    yield
    del base._REGISTRY["broken"]


def test_an_unsure_hit_alone_is_a_doubt_and_costs_nothing(judge: Judge) -> None:
    result = judge(REFUSAL, UNSURE, rule=EACH)
    assert (result.status, result.points, result.hits) == ("uncertain", 0.0, 0)
    assert [evidence.text for evidence in result.evidence] == ["这个不归咱管"]


@pytest.mark.parametrize("order", [(SURE, UNSURE, UNSURE), (UNSURE, SURE, UNSURE), (UNSURE, UNSURE, SURE)])
def test_unsure_hits_beside_a_sure_one_are_neither_counted_nor_shown(judge: Judge, order: tuple[str, ...]) -> None:
    result = judge(REFUSAL, order, rule=EACH)
    assert (result.status, result.points, result.hits) == ("fail", -1.0, 1)
    assert [evidence.text for evidence in result.evidence] == ["这个不归我管"]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_every_hit_costs(judge: Judge, count: int) -> None:
    apart = [line for _ in range(count) for line in (SURE, "客户：怎么会这样")]
    result = judge(REFUSAL, apart, rule=EACH)
    assert (result.points, result.hits, len(result.evidence)) == (-float(count), count, count)


ANCHORED = "d: {operator: phrase, phrases: [不行], anchor: {to: c}}"


@pytest.mark.parametrize("fault", ["d", "c and d", "d or c"])
def test_a_broken_anchor_is_an_error_and_not_beside_the_point(broken: None, judge: Judge, fault: str) -> None:
    result = judge(f"c: {{operator: broken}}\n{ANCHORED}", "坐席：不行", fault=fault)
    assert result.status == "error"
    assert "ZeroDivisionError" in result.reason
    assert (result.points, result.evidence) == (0.0, ())


def test_an_anchor_that_is_not_there_leaves_nothing_to_judge(judge: Judge) -> None:
    result = judge(f"c: {{operator: phrase, phrases: [投诉]}}\n{ANCHORED}", "坐席：不行", fault="d")
    assert (result.status, result.reason) == ("not_applicable", "没有出现「坐席说到「投诉」」，无从定位")


@pytest.mark.parametrize(("anchor", "status"), [(SURE, "fail"), (UNSURE, "uncertain")])
def test_what_stands_beside_an_unsure_hit_is_a_doubt(judge: Judge, anchor: str, status: str) -> None:
    conditions = f"{REFUSAL}\nd: {{operator: phrase, phrases: [自己看着办], anchor: {{to: c, where: after, turns: 2}}}}"
    result = judge(conditions, [anchor, "客户：那怎么办", "坐席：你自己看着办"], fault="d", rule=EACH)
    assert result.status == status
    assert result.points == (-1.0 if status == "fail" else 0.0)


def found(place: int, *, turn: int | None = 0, certain: bool = True) -> Hit:
    return Hit((turn or 0, place), (turn or 0, place + 1), None, f"h{place}", "", turn, certain=certain)


SURE_ONES = (found(0), found(1, certain=False), found(2), found(3))
DIM_ONES = tuple(found(n, certain=False) for n in range(3))


@pytest.mark.parametrize(
    ("hits", "which", "texts"),
    [
        (SURE_ONES, "first", ["h0"]), (SURE_ONES, "last", ["h3"]), (SURE_ONES, "each", ["h0", "h2", "h3"]),
        (SURE_ONES, "any", ["h0", "h2", "h3"]), (SURE_ONES, 1, ["h0"]), (SURE_ONES, 2, ["h2"]), (SURE_ONES, 4, []),
        (DIM_ONES, "first", ["h0"]), (DIM_ONES, "last", ["h2"]), (DIM_ONES, 3, ["h2"]), (DIM_ONES[:1], "last", ["h0"]),
        ((), "first", []), ((), "last", []), ((), 1, []),
    ],
)  # fmt: skip
def test_the_hits_that_an_anchor_means(hits: tuple[Hit, ...], which: str | int, texts: list[str]) -> None:
    assert [hit.text for hit in hits_meant(hits, which)] == texts


def test_of_each_turn_the_first_hit_and_all_that_are_in_none() -> None:
    hits = [found(0), found(1), found(2, turn=None), found(3, turn=None), found(4, turn=7), found(5, turn=0)]
    assert [hit.text for hit in first_of_each_turn(hits)] == ["h0", "h2", "h3", "h4"]


@pytest.mark.parametrize(
    ("positive", "negative", "harmful"),
    [
        (True, False, {Truth.TRUE}),
        (False, True, {Truth.FALSE}),
        (True, True, {Truth.TRUE, Truth.FALSE}),
        (False, False, {Truth.TRUE, Truth.FALSE}),
    ],
)
def test_the_answers_that_speak_for_the_fault(positive: bool, negative: bool, harmful: set[Truth]) -> None:
    assert Polarity(positive, negative).harmful == harmful


def test_what_came_closest_is_looked_for_where_it_is_told() -> None:
    looked: list[str] = []

    def look() -> NearestMiss:
        looked.append("once")
        return NearestMiss(1, "您号", "您好", 50.0)

    whole, first = Searched("c", "通话全程", (0, 1)), Searched("c", "前 1 个话轮", (0,))
    both = of_each([Outcome(Truth.FALSE, searched=(Sought(whole, look),)), Outcome(Truth.FALSE, searched=(first,))])
    assert not looked
    assert both.told == (Searched("c", "通话全程", (0, 1), nearest=NearestMiss(1, "您号", "您好", 50.0)), first)
    assert looked == ["once"]


def test_what_several_places_say_together() -> None:
    """Of each place that decides: its reason, the first; the notes of all, each once; hits and searches in order."""
    one, two = found(1), found(2)
    near, far = Searched("c", "近", (1,)), Searched("c", "远", (2,))
    outcomes = [
        Outcome(Truth.TRUE, (one,), (near,), "这里有", "甲"),
        Outcome(Truth.FALSE, (two, one), (far,), "", "乙"),
        Outcome(Truth.FALSE, (), (near,), "那里没有", "甲"),
    ]
    assert of_each(outcomes) == Outcome(Truth.FALSE, (one, two), (far, near), "那里没有", "甲；乙")
    assert of_each([Outcome(Truth.TRUE)]) == Outcome(Truth.TRUE)


def test_an_anchor_that_cannot_be_told_says_why(judge: Judge) -> None:
    """No word of the agent was heard; or the text has no times: what stands beside it cannot be told either."""
    greeting = "c: {operator: phrase, phrases: [您好]}"
    beside = "d: {operator: phrase, speaker: customer, phrases: [不行], anchor: {to: c}}"
    result = judge(f"{greeting}\n{beside}", "客户：不行", fault="not c and d")
    assert (result.status, result.reason) == ("uncertain", judge(greeting, "客户：不行", fault="not c").reason)
    timed = "c: {operator: silence, min_seconds: 5}"
    result = judge(f"{timed}\n{beside}", ["坐席：您好", "客户：不行"], fault="c and d")
    assert (result.status, result.reason) == ("not_applicable", "文本没有时间，无法判断与时间有关的条件")


def test_a_place_in_seconds_needs_times(judge: Judge) -> None:
    conditions = (
        "c: {operator: phrase, phrases: [您好]}\nd: {operator: phrase, phrases: [不行], anchor: {to: c, seconds: 9}}"
    )
    result = judge(conditions, ["坐席：您好", "坐席：不行"], fault="d")
    assert (result.status, result.reason) == ("not_applicable", "文本没有时间，无法判断与时间有关的条件")
    assert judge(conditions, ["坐席[0-1]：您好", "坐席[2-3]：不行"], fault="d").status == "fail"


def test_a_doubt_beside_an_unsure_hit_is_that_of_the_hit(judge: Judge) -> None:
    conditions = f"{REFUSAL}\nd: {{operator: phrase, phrases: [自己看着办], anchor: {{to: c, where: after, turns: 2}}}}"
    result = judge(conditions, [UNSURE, "客户：那怎么办", "坐席：你自己看着办"], fault="d")
    assert result.reason == judge(REFUSAL, UNSURE).reason != ""


def test_the_turns_beside_an_anchor_are_those_of_who_is_asked_about(judge: Judge) -> None:
    conditions = (
        "c: {operator: phrase, phrases: [请稍等]}\n"
        "d: {operator: phrase, speaker: customer, phrases: [快点], anchor: {to: c, where: after, turns: 1}}"
    )
    lines = ["坐席：请稍等", "坐席：我在查", "坐席：快查到了", "客户：快点"]
    assert judge(conditions, lines, fault="d").status == "fail", "the next turn of the customer"


def test_a_premise_that_does_not_hold_names_all_it_asked_for(judge: Judge) -> None:
    conditions = (
        "c: {operator: phrase, phrases: [不行]}\n"
        "d: {operator: phrase, speaker: customer, phrases: [投诉]}\n"
        "e: {operator: phrase, speaker: customer, phrases: [退款]}"
    )
    result = judge(conditions, ["坐席：不行", "客户：好吧"], rule="only_if: d or e")
    assert result.status == "not_applicable"
    assert result.reason == "前提不成立：未出现「客户说到「投诉」」；未出现「客户说到「退款」」"


def test_a_message_names_what_was_hit_where_nothing_of_what_is_counted_was() -> None:
    rules = """
rules:
- id: r
  title: 规则
  section: s
  message: 「{text}」{count} 处
  fault: c or d
  points: {each: -1, per: hit, of: d}
  conditions:
    c: {operator: phrase, phrases: [不行]}
    d: {operator: phrase, phrases: [别找我]}
"""
    pack = load_pack("base", [SourceFile("head.yaml", HEADER), SourceFile("rules.yaml", rules)], {})
    (result,) = evaluate(pack, transcript(["坐席：这个不行", "坐席：真不行"]))
    assert (result.status, result.message, result.points) == ("fail", "「不行」2 处", -1.0)
    (result,) = evaluate(pack, transcript(["坐席：这个不行，别找我"]))
    assert (result.message, result.points) == ("「别找我」1 处", -1.0)


WORDS = "a: {operator: phrase, phrases: [不行]}"
ACTS = "b: {operator: act, acts: insult, deduct_above: 0.5}"
LONG = "d: {operator: silence, min_seconds: 5}"
REFUSED = "坐席[0-2 act=refuse:0.9]：这个不行"
INSULTED = "坐席[10-12 act=insult:0.9]：你有病吧"
NICE = "坐席[3-4]：您好"


@pytest.mark.parametrize(
    ("conditions", "fault", "lines", "witnesses"),
    [
        ((WORDS,), "a", [REFUSED], ("phrase",)),  # acts were read, but nobody asked them
        ((ACTS,), "b", [INSULTED], ("act",)),
        ((LONG,), "d", [NICE, INSULTED], ("measure",)),
        ((WORDS, ACTS), "a and b", [REFUSED, INSULTED], ("phrase", "act")),
        ((ACTS, WORDS, LONG), "b and a and d", [REFUSED, NICE, INSULTED], ("phrase", "act", "measure")),
        ((LONG, WORDS), "d or a", [REFUSED, NICE], ("phrase",)),  # no silence speaks for it
        ((WORDS, LONG), "a or d", [NICE, INSULTED], ("measure",)),
        ((LONG, WORDS), "d or a", ["坐席：这个不行"], ("phrase",)),  # without times there are no silences
    ],
)
def test_what_spoke_for_a_fault(
    judge: Judge, conditions: tuple[str, ...], fault: str, lines: list[str], witnesses: tuple[str, ...]
) -> None:
    result = judge("\n".join(conditions), lines, fault=fault)
    assert (result.status, result.witnesses) == ("fail", witnesses)


def test_what_could_only_have_made_a_doubt_is_no_evidence_of_the_fault(judge: Judge) -> None:
    conditions = f"{WORDS}\ne: {{operator: phrase, phrases: [抱歉]}}\nf: {{operator: phrase, phrases: [别找我]}}"
    result = judge(conditions, "坐席：抱歉，这个不行，别找我", fault="a", rule="sure_if: f or not e")
    assert (result.status, [e.text for e in result.evidence]) == ("fail", ["不行", "别找我"])
    result = judge(conditions, "坐席：抱歉，这个不行", fault="a", rule="sure_if: f or not e")
    assert (result.status, result.points) == ("uncertain", 0.0)


MESSAGES = """
rules:
- {{id: r, title: 规则, section: s, message: '{message}', fault: c, conditions: {{c: {condition}}}}}
"""


@pytest.mark.parametrize(
    ("message", "condition", "lines", "told"),
    [
        ("{value} 秒", "{operator: silence, min_seconds: 5}", [NICE, INSULTED], "6 秒"),
        ("[{value}]", "{operator: phrase, phrases: [有病]}", [NICE, INSULTED], "[]"),
        ("{time}：{text}", "{operator: phrase, phrases: [有病]}", [NICE, INSULTED], "00:10：有病"),
        ("{time}", "{operator: phrase, phrases: [有病]}", ["坐席：您好", "坐席：你有病吧"], "第 2 个话轮"),
        ("{text}{text}", "{operator: phrase, phrases: [有病]}", [INSULTED], "有病有病"),
    ],
)
def test_what_a_message_is_filled_with(message: str, condition: str, lines: list[str], told: str) -> None:
    rules = MESSAGES.format(message=message, condition=condition)
    pack = load_pack("base", [SourceFile("head.yaml", HEADER), SourceFile("rules.yaml", rules)], {})
    assert evaluate(pack, transcript(lines))[0].message == told


def test_hits_that_touch_are_two(judge: Judge) -> None:
    result = judge("{operator: phrase, phrases: [不行]}", "坐席：不行不行", rule=EACH)
    assert (result.hits, result.points) == (2, -2.0)
