"""What is added up, and what is not: one table a rule of arithmetic, then properties of all of them together."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Call, Channel, Direction, RuleResult, Status
from qa_engine.scoring import AppliesTo, Item, ItemMode, Scorecard, VetoEffect, VetoPolicy, VetoScope
from qa_engine.scoring.tally import Answers, Tally, grade_of, tally
from tests.unit.scoring.builders import GRADES, card, fail, item, rule, section, veto

CALL = Call("c-1", Channel.VOICE, Direction.INBOUND, "complaint")
NA, DOUBT, BROKEN = Status.NOT_APPLICABLE, Status.UNCERTAIN, Status.ERROR


def add_up(scorecard: Scorecard, *results: RuleResult, answers: Answers | None = None) -> Tally:
    return tally(scorecard, CALL, results, answers or {})


def one(made: Item, *results: RuleResult, answers: Answers | None = None) -> tuple[float | None, int, int]:
    """(score of the item, total, possible) of a card with one item."""
    sums = add_up(card(section("s", made)), *results, answers=answers)
    return sums.sections[0].items[0].score, sums.total, sums.possible


@pytest.mark.parametrize(
    ("results", "score", "total", "possible"),
    [
        ([rule("a")], 10.0, 1000, 1000),
        ([fail("a", -3)], 7.0, 700, 1000),
        ([fail("a", -3), fail("b", -2.55)], 4.45, 445, 1000),
        ([fail("a", -8), fail("b", -8)], 0.0, 0, 1000),  # never below zero
        ([fail("a", 5)], 10.0, 1000, 1000),  # a positive number on a fault gives nothing
        ([rule("a", NA)], None, 0, 0),
        ([rule("a", NA), rule("b", NA)], None, 0, 0),
        ([rule("a", NA), rule("b")], 10.0, 1000, 1000),
        ([rule("a", NA), fail("b", -4)], 6.0, 600, 1000),
        ([rule("a", DOUBT)], 10.0, 1000, 1000),
        ([rule("a", BROKEN)], 10.0, 1000, 1000),
        ([rule("a", DOUBT, -5), fail("b", -1)], 9.0, 900, 1000),  # a doubt takes nothing, whatever it would cost
        ([], None, 0, 0),  # no rule of the pack feeds it
    ],
)
def test_deducting_item(results: Sequence[RuleResult], score: float | None, total: int, possible: int) -> None:
    assert one(item(), *results) == (score, total, possible)


@pytest.mark.parametrize(
    ("cap", "results", "score"),
    [
        (6, [fail("a", -4), fail("b", -4)], 4.0),
        (6, [fail("a", -4)], 6.0),
        (0, [fail("a", -4)], 10.0),
        (99, [fail("a", -40)], 0.0),
    ],
)
def test_cap_of_an_item_limits_what_is_lost(cap: float, results: Sequence[RuleResult], score: float) -> None:
    assert one(item(cap=cap), *results)[0] == score


def test_weight_multiplies_one_rule() -> None:
    assert one(item(weights={"a": 1.5}), fail("a", -2), fail("b", -2))[0] == 5.0


@pytest.mark.parametrize(
    ("results", "score"),
    [
        ([rule("a"), rule("b")], 10.0),
        ([rule("a"), fail("b", -1)], 6.0),
        ([fail("a", -1), fail("b", -1)], 0.0),
        ([rule("a", DOUBT), fail("b", -1)], 6.0),
        ([rule("a", NA), rule("b", NA)], None),
        ([rule("a", NA), rule("b")], 5.0),
    ],
)
def test_adding_item_earns_its_awards(results: Sequence[RuleResult], score: float | None) -> None:
    made = item(mode=ItemMode.ADD, awards={"a": 6, "b": 5})
    assert one(made, *results)[0] == score


def test_an_adding_item_loses_what_was_not_earned() -> None:
    made = card(section("s", item("i"), item("j", mode=ItemMode.ADD, awards={"a": 6})))
    sums = add_up(made, rule("a", item="j"), rule("no award", item="j"), rule("c", item="i"))
    assert (sums.total, sums.possible) == (1600, 2000)


def test_bonus_adds_to_the_score_and_not_to_what_is_possible() -> None:
    extra = item("extra", 4, mode=ItemMode.ADD, awards={"kind": 4}, bonus=True)
    made = card(section("s", item(), extra))
    kind = rule("kind", item="extra")
    assert (add_up(made, fail("a", -5), kind).total, add_up(made, fail("a", -5), kind).possible) == (900, 1000)
    assert add_up(made, rule("a"), kind).total == 1000, "a bonus never lifts a call above what is possible"
    assert add_up(made, fail("a", -5), rule("kind", DOUBT, item="extra")).total == 500, "a doubt earns no bonus"


def test_cap_of_a_section_limits_what_its_items_lose_together() -> None:
    made = card(section("s", item("i"), item("j"), cap=5))
    sums = add_up(made, fail("a", -4, item="i"), fail("b", -4, item="j"))
    assert (sums.total, sums.possible) == (1500, 2000)
    assert [line.score for line in sums.sections[0].items] == [6.0, 6.0], "each line still shows its own loss"


def test_weight_of_a_section_counts_in_the_total_only() -> None:
    sums = add_up(card(section("s", item(), weight=2.0)), fail("a", -3))
    assert (sums.sections[0].score, sums.sections[0].possible, sums.total, sums.possible) == (7.0, 10.0, 1400, 2000)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [({}, (None, 0, 0)), ({("s", "i"): 3.0}, (3.0, 300, 1000)), ({("s", "i"): 0.0}, (0.0, 0, 1000))],
)
def test_manual_item_waits_for_its_answer(answers: Mapping[tuple[str, str], float], expected: object) -> None:
    made = item(mode=ItemMode.MANUAL, anchors=((10, "好"), (0, "差")))
    assert one(made, answers=answers) == expected
    line = add_up(card(section("s", made))).sections[0].items[0]
    assert (line.manual, line.possible, line.anchors) == (True, 10.0, ((10, "好"), (0, "差")))


@pytest.mark.parametrize(
    ("applies", "counted"),
    [
        (AppliesTo(), True),
        (AppliesTo(scenario=("complaint",)), True),
        (AppliesTo(scenario=("order",)), False),
        (AppliesTo(channel=("chat",)), False),
        (AppliesTo(direction=("inbound",), scenario=("order", "complaint")), True),
    ],
)
def test_item_for_some_calls_only(applies: AppliesTo, counted: bool) -> None:
    sums = add_up(card(section("s", item(applies_to=applies))), rule("a"))
    assert sums.possible == (1000 if counted else 0)


def test_a_call_that_does_not_say_is_taken_to_fit() -> None:
    made = card(section("s", item(applies_to=AppliesTo(scenario=("order",)))))
    assert tally(made, Call("c"), [rule("a")], {}).possible == 1000


TWO = (section("s", item("i")), section("t", item("i", 30)))


@pytest.mark.parametrize(
    ("policy", "broken", "total", "section_scores"),
    [
        (VetoPolicy(), ["x"], 0, (7.0, 30.0)),
        (VetoPolicy(VetoEffect(VetoScope.SECTION, section="t")), ["x"], 700, (7.0, 0.0)),
        (VetoPolicy(VetoEffect(VetoScope.CAP, at_most_percent=59)), ["x"], 2360, (7.0, 30.0)),
        (VetoPolicy(by_rule={"y": VetoEffect(VetoScope.CAP, at_most_percent=50)}), ["y"], 2000, (7.0, 30.0)),
        (VetoPolicy(by_rule={"y": VetoEffect(VetoScope.CAP, at_most_percent=50)}), ["x", "y"], 0, (7.0, 30.0)),
    ],
)
def test_veto(policy: VetoPolicy, broken: list[str], total: int, section_scores: tuple[float, ...]) -> None:
    results = [fail("a", -3), rule("b", section="t"), *(veto(name) for name in broken)]
    sums = add_up(card(*TWO, veto=policy), *results)
    assert sums.total == total
    assert tuple(s.score for s in sums.sections) == section_scores
    assert sums.possible == 4000
    assert [r.id for r in sums.vetoes] == broken


def test_a_veto_that_nobody_confirmed_changes_nothing() -> None:
    sums = add_up(card(section("s", item())), fail("a", -3), veto("x", confirmed=False))
    assert (sums.total, sums.vetoes) == (700, ())


@pytest.mark.parametrize("status", [Status.PASS, NA, DOUBT, BROKEN])
def test_only_a_failed_veto_is_one(status: Status) -> None:
    sums = add_up(card(section("s", item())), rule("a"), veto("x", status))
    assert (sums.total, sums.vetoes) == (1000, ())


@pytest.mark.parametrize(
    ("total", "grade"), [(9000, "A"), (8999, "B"), (8000, "B"), (7000, "C"), (6000, "D"), (5999, "E"), (0, "E")]
)
def test_grade_bands(total: int, grade: str) -> None:
    assert grade_of(GRADES, Tally((), total, 10000, ()).percent) == grade


# Properties over whole cards.

statuses = st.sampled_from([Status.PASS, Status.FAIL, NA, DOUBT, BROKEN])
costs = st.integers(-1500, 0).map(lambda hundredths: hundredths / 100)


@st.composite
def cards(draw: st.DrawFn) -> Scorecard:
    sections = []
    for s in range(draw(st.integers(1, 3))):
        items = [
            item(
                f"i{i}",
                draw(st.integers(1, 30)),
                cap=draw(st.none() | st.integers(0, 30)),
                weights=draw(st.dictionaries(st.sampled_from(["r0", "r1", "r2"]), st.sampled_from([0.5, 1.0, 2.0]))),
            )
            for i in range(draw(st.integers(1, 3)))
        ]
        sections.append(
            section(
                f"s{s}",
                *items,
                cap=draw(st.none() | st.integers(0, 40)),
                weight=draw(st.sampled_from([0.5, 1.0, 1.5])),
            )
        )
    return card(*sections)


@st.composite
def verdicts(draw: st.DrawFn) -> list[RuleResult]:
    results = []
    for at in range(draw(st.integers(0, 12))):
        status = draw(statuses)
        results.append(
            rule(
                f"r{at}",
                status,
                draw(costs) if status is Status.FAIL else 0.0,
                section=f"s{draw(st.integers(0, 2))}",
                item=f"i{draw(st.integers(0, 2))}",
            )
        )
    return results


@given(cards(), verdicts())
def test_totals_stay_in_bounds_and_are_sums_of_their_parts(made: Scorecard, results: list[RuleResult]) -> None:
    sums = add_up(made, *results)
    assert 0 <= sums.total <= sums.possible
    for got in sums.sections:
        counted = [line for line in got.items if line.score is not None]
        assert got.possible == sum(line.possible for line in counted)
        assert 0 <= got.score <= got.possible
        assert all(0 <= (line.score or 0) <= line.possible for line in counted)


@given(cards(), verdicts(), st.randoms())
def test_the_order_of_the_rules_never_matters(made: Scorecard, results: list[RuleResult], random: object) -> None:
    shuffled = list(results)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = add_up(made, *results), add_up(made, *shuffled)
    assert (first.total, first.possible) == (second.total, second.possible)


def _with(results: Sequence[RuleResult], at: int, status: Status, cost: float) -> list[RuleResult]:
    old = results[at]
    changed = rule(old.id, status, cost, section=old.section, item=old.item)
    return [*results[:at], changed, *results[at + 1 :]]


@given(cards(), verdicts().filter(bool), st.data())
def test_one_more_fault_never_raises_the_score(made: Scorecard, results: list[RuleResult], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(results) - 1))
    better = add_up(made, *_with(results, at, Status.PASS, 0.0))
    worse = add_up(made, *_with(results, at, Status.FAIL, data.draw(costs)))
    assert worse.possible == better.possible
    assert worse.total <= better.total


@given(cards(), verdicts().filter(bool), st.data(), st.sampled_from([DOUBT, BROKEN]))
def test_a_doubt_costs_nothing(made: Scorecard, results: list[RuleResult], data: st.DataObject, status: Status) -> None:
    at = data.draw(st.integers(0, len(results) - 1))
    sure = add_up(made, *_with(results, at, Status.PASS, 0.0))
    unsure = add_up(made, *_with(results, at, status, -9.0))
    assert (sure.total, sure.possible) == (unsure.total, unsure.possible)


@given(cards(), verdicts(), st.integers(0, 2), st.integers(0, 2))
def test_an_item_that_does_not_apply_leaves_both_sums(
    made: Scorecard, results: list[RuleResult], s: int, i: int
) -> None:
    """Making every rule of an item N/A takes exactly that item's points and losses away."""
    silenced = [
        rule(r.id, NA, section=r.section, item=r.item) if (r.section, r.item) == (f"s{s}", f"i{i}") else r
        for r in results
    ]
    without = [r for r in results if (r.section, r.item) != (f"s{s}", f"i{i}")]
    quiet, absent = add_up(made, *silenced), add_up(made, *without)
    assert (quiet.total, quiet.possible) == (absent.total, absent.possible)
    found = made.find(f"s{s}", f"i{i}")
    if found is not None:
        line = next(line for got in quiet.sections if got.id == f"s{s}" for line in got.items if line.id == f"i{i}")
        assert line.score is None


@given(cards(), verdicts())
def test_a_veto_on_the_total_leaves_nothing(made: Scorecard, results: list[RuleResult]) -> None:
    sums = add_up(made, *results, veto("x"))
    assert sums.total == 0
    assert sums.possible == add_up(made, *results).possible


@pytest.mark.parametrize(
    ("reached", "grade"),
    [("100", "A"), ("90", "A"), ("89.99", "B"), ("80", "B"), ("60", "D"), ("59.99", "E"), ("0", "E"), ("-1", "E")],
)
def test_a_grade_begins_at_its_limit(reached: str, grade: str) -> None:
    assert grade_of(GRADES, Decimal(reached)) == grade
