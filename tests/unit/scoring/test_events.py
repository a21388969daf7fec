"""One event, one deduction: the dearest of the faults that are about the same thing in the same place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Evidence, RuleResult, Searched, Severity, Speaker, Status
from qa_engine.scoring.events import one_event
from qa_engine.scoring.weight import SUSPECTED_VETO, review_weight
from tests.unit.scoring.builders import card, fail, item, rule, section, veto

CARD = card(section("s", item("i", 30, weights={"double": 2.0})))


def hit(*turns: int) -> tuple[Evidence, ...]:
    return tuple(Evidence("c", "phrase", turn, Speaker.AGENT, None, None, None, "不行", "坐席说") for turn in turns)


def searched(*turns: int) -> tuple[Searched, ...]:
    return (Searched("c", "其后 3 个话轮", turns),)


def points(*results: RuleResult) -> dict[str, tuple[float, str]]:
    return {r.id: (r.points, r.same_event) for r in one_event(results, CARD)}


def test_the_dearest_takes_the_points_and_the_others_say_which() -> None:
    assert points(
        fail("no_apology", -4, about=("anger",), searched=searched(4, 6, 8)),
        fail("retort", -8, about=("anger",), evidence=hit(4)),
        fail("comfort", -4, about=("anger",), searched=searched(4, 6)),
    ) == {"no_apology": (0.0, "retort"), "retort": (-8, ""), "comfort": (0.0, "retort")}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"about": ("a",), "evidence": hit(1)}, {"about": ("b",), "evidence": hit(1)}),
        ({"about": ("a",), "evidence": hit(1)}, {"about": ("a",), "evidence": hit(9)}),
        ({"about": ("a",), "evidence": hit(1)}, {"evidence": hit(1)}),
    ],
    ids=["other matter", "other place", "about nothing"],
)
def test_two_events_cost_twice(one: dict[str, object], two: dict[str, object]) -> None:
    assert points(fail("x", -2, **one), fail("y", -3, **two)) == {"x": (-2, ""), "y": (-3, "")}


def test_a_fault_without_a_place_is_about_the_whole_call() -> None:
    assert points(fail("x", -2, about=("a",), evidence=hit(7)), fail("y", -3, about=("a",)))["x"] == (0.0, "y")


def test_equally_dear_ones_go_by_the_order_of_the_pack() -> None:
    assert points(fail("b", -3, about=("a",)), fail("a", -3, about=("a",))) == {"b": (-3, ""), "a": (0.0, "b")}


def test_what_the_scorecard_weighs_counts_and_what_it_has_no_line_for_does_not() -> None:
    assert points(fail("double", -2, about=("a",)), fail("y", -3, about=("a",))) == {
        "double": (-2, ""),
        "y": (0.0, "double"),
    }
    assert points(fail("x", -9, about=("a",), item="elsewhere"), fail("y", -3, about=("a",)))["y"] == (-3, "")


@pytest.mark.parametrize(
    ("hits", "points_before", "left"),
    [((2, 5, 9), -6.0, -4.0), ((2, 2), -4.0, 0.0), ((2, 5, 9, 11, 13), -6.0, -6.0)],
    ids=["two elsewhere", "all there", "capped either way"],
)
def test_hits_elsewhere_are_events_of_their_own(hits: tuple[int, ...], points_before: float, left: float) -> None:
    refusal = fail("x", points_before, about=("a",), evidence=hit(*hits), hits=len(hits), each=-2.0)
    found = points(refusal, fail("y", -9, about=("a",), evidence=hit(2)))
    assert found == {"x": (left, "y"), "y": (-9, "")}


def test_a_rule_that_keeps_points_elsewhere_takes_no_other_place() -> None:
    dear = fail("y", -9, about=("a",), evidence=hit(2))
    counts = fail("x", -6, about=("a",), evidence=hit(2, 5), hits=2, each=-3.0)
    found = points(dear, counts, fail("z", -1, about=("a",), evidence=hit(7)))
    assert found == {"y": (-9, ""), "x": (-3.0, "y"), "z": (-1, "")}


def test_doubts_and_vetoes_take_no_part() -> None:
    doubt = rule("d", Status.UNCERTAIN, about=("a",))
    assert one_event([doubt, fail("x", -2, about=("a",))], CARD)[0] == doubt
    suspected = veto("v", confirmed=False)
    assert one_event([suspected], CARD) == (suspected,)


faults = st.builds(
    lambda name, cost, about, turns: fail(f"r{name}", -cost, about=about, evidence=hit(*turns)),
    st.integers(0, 99),
    st.integers(0, 9),
    st.sets(st.sampled_from("abc")).map(lambda found: tuple(sorted(found))),
    st.sets(st.integers(0, 4), max_size=3).map(sorted),
)


@given(st.lists(faults, max_size=6, unique_by=lambda fault: fault.id))
def test_no_order_of_rules_costs_more_than_each_alone_and_something_always_stays(found: list[RuleResult]) -> None:
    after = one_event(found, CARD)
    assert [r.id for r in after] == [r.id for r in found]
    assert all(before.points <= now.points <= 0 for before, now in zip(found, after, strict=True))
    assert min([r.points for r in after], default=0) == min([r.points for r in found], default=0)
    names = {r.id for r in after if not r.same_event}
    assert all(r.same_event in names for r in after if r.same_event)


def test_a_suspected_veto_weighs_more_than_anything_else() -> None:
    worst = [fail(f"r{n}", -9) for n in range(5)]
    suspected = review_weight([veto("v", confirmed=False)], unreliable=False)
    assert suspected >= SUSPECTED_VETO > review_weight([*worst, rule("d", Status.ERROR)], unreliable=True)
    assert review_weight([rule("a"), rule("b", Status.NOT_APPLICABLE)], unreliable=False) == 0.0


def test_what_a_rule_takes_elsewhere_is_kept_from_the_next() -> None:
    """A counting rule keeps its hit in another turn: a cheaper rule about the same finds that turn taken, too."""
    found = one_event(
        (
            fail("dear", -8, about=("anger",), evidence=hit(1)),
            fail("counts", -6, about=("anger",), evidence=hit(1, 5), hits=2, each=-3.0),
            fail("cheap", -2, about=("anger",), evidence=hit(5)),
        ),
        CARD,
    )
    assert [(r.points, r.stake, r.same_event) for r in found] == [
        (-8, 0.0, ""),
        (-3, -6, "dear"),
        (0, -2, "counts"),
    ]


def test_a_hundredth_is_a_cost_and_what_costs_nothing_takes_no_event() -> None:
    small = fail("small", -0.01, about=("anger",), evidence=hit(1))
    assert points(fail("dear", -1, about=("anger",), evidence=hit(1)), small)["small"] == (0.0, "dear")
    free, elsewhere = fail("free", 0.0, about=("anger",)), fail("off", -9, about=("anger",), item="no such item")
    assert points(free, elsewhere, small)["small"] == (-0.01, "")


def test_only_who_counts_his_hits_takes_something_for_those_elsewhere() -> None:
    dear = fail("dear", -8, about=("a",), evidence=hit(3))
    once = fail("once", -4, about=("a",), evidence=hit(3, 9), hits=1, each=-4.0)
    assert points(dear, once)["once"] == (0.0, "dear"), "two proofs of one fault"
    counts = fail("counts", -4, about=("a",), evidence=hit(3, 9), hits=2, each=-2.0)
    assert points(dear, counts)["counts"] == (-2.0, "dear")
    assert points(fail("whole", -8, about=("a",)), counts)["counts"] == (0.0, "whole"), "about the whole call"


@pytest.mark.parametrize("other", [{"status": Status.FAIL, "severity": Severity.VETO}, {"status": Status.UNCERTAIN}])
def test_only_a_fault_that_costs_points_is_dearer(other: dict[str, object]) -> None:
    more = rule("v", points=-9.0, about=("a",), **other)  # type: ignore[arg-type]
    assert points(more, fail("y", -3, about=("a",)))["y"] == (-3, "")
