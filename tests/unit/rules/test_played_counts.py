"""A judgement over conditions whose outcomes are given: what is counted, paid and named, and what spoke for it."""

from typing import Any

import pytest

from qa_engine.rules.looking.outcome import Hit, Outcome
from qa_engine.rules.ports.acts import FixedActs
from qa_engine.rules.written.truth import Truth
from tests.unit.rules.conftest import Play
from tests.unit.rules.played import hit, named

T, F, U, N = Truth.TRUE, Truth.FALSE, Truth.UNCERTAIN, Truth.NOT_APPLICABLE

COUNTS = [
    # points, fault; hits of c, of d (turn, start, length, certain); counted, points
    ("{each: -1, per: hit}", "c or d", [(0, 0, 2, True), (0, 4, 2, True)], [], 2, -2.0),
    ("{each: -1, per: hit}", "c or d", [(0, 0, 2, True), (0, 1, 2, True)], [], 1, -1.0),  # the same words
    ("{each: -1, per: hit}", "c or d", [(0, 0, 2, True), (0, 2, 2, True)], [], 2, -2.0),  # they touch
    ("{each: -1, per: hit}", "c or d", [(0, 0, 2, True)], [(0, 1, 2, True)], 1, -1.0),
    ("{each: -1, per: hit}", "c or d", [(0, 4, 2, True)], [(0, 0, 5, True)], 1, -1.0),
    ("{each: -1, per: hit}", "c or d", [(0, 0, 9, True), (0, 1, 2, True), (0, 5, 2, True)], [], 1, -1.0),
    ("{each: -1, per: hit}", "c or d", [(0, 0, 2, True)], [(2, 0, 2, True)], 2, -2.0),  # the same place elsewhere
    ("{each: -1, per: hit}", "c or d", [(0, 0, 2, True), (0, 4, 2, False)], [], 1, -1.0),
    ("{each: -1, per: hit}", "c and not d", [(0, 0, 2, True)], [(0, 4, 2, True)], 1, -1.0),
    ("{each: -1, per: hit, of: [c]}", "c or d", [(0, 0, 2, True)], [(0, 4, 2, True)], 1, -1.0),
    ("{each: -1, per: hit, of: [d]}", "c or d", [(0, 0, 2, True)], [(0, 4, 2, True), (2, 0, 2, True)], 2, -2.0),
    ("{each: -1, per: turn}", "c or d", [(0, 0, 2, True), (0, 4, 2, True)], [(2, 0, 2, True)], 2, -2.0),
    ("{each: -1, per: turn}", "c or d", [(2, 0, 2, True)], [(2, 4, 2, True), (None, 0, 2, True)], 2, -2.0),
    ("{each: -1, per: once}", "c or d", [(0, 0, 2, True), (0, 4, 2, True)], [], 1, -1.0),
    ("{each: -1, per: hit}", "c or d", [], [], 1, -1.0),  # nothing to count is one
    ("{each: -2, per: hit, cap: -3}", "c or d", [(0, 0, 2, True), (0, 4, 2, True)], [], 2, -3.0),
    ("{each: -2, per: hit, cap: -4}", "c or d", [(0, 0, 2, True), (0, 4, 2, True)], [], 2, -4.0),
    ("{each: -2, per: hit, cap: -5}", "c or d", [(0, 0, 2, True), (0, 4, 2, True)], [], 2, -4.0),
]  # fmt: skip


@pytest.mark.parametrize(("points", "fault", "first", "second", "count", "cost"), COUNTS)
def test_what_is_counted(
    play: Play, points: str, fault: str, first: list[Any], second: list[Any], count: int, cost: float
) -> None:
    def of(places: list[Any], truth: Truth) -> Outcome:
        return Outcome(truth, tuple(hit(t, at, n, certain=sure) for t, at, n, sure in places))

    other = F if "not d" in fault or not second else T
    result = play({"c": of(first, T), "d": of(second, other)}, fault=fault, rule=f"points: {points}")
    each = float(points.split("each: ")[1].split(",")[0])
    assert (result.status, result.hits, result.points, result.each) == ("fail", count, cost, each)


@pytest.mark.parametrize(
    ("points", "stake"),
    [("{each: -2, per: hit}", -6.0), ("{each: -2, per: hit, cap: -5}", -5.0), ("{each: -2, per: turn}", -4.0),
     ("{each: -2}", -2.0)],
)  # fmt: skip
def test_what_a_doubt_would_cost(play: Play, points: str, stake: float) -> None:
    """Of what is unsure everything counts; of what is sure besides, what is certain."""
    unsure = tuple(hit(0, 3 * n, certain=False) for n in range(2))
    outcomes = {"c": Outcome(U, unsure, reason="疑"), "d": Outcome(T, (hit(2), hit(2, 5, certain=False)))}
    assert play(outcomes, fault="c and d", rule=f"points: {points}").stake == stake


def test_measures_beside_each_other_are_each_counted(play: Play) -> None:
    """A measure has no place in the text that another could share; words beside it count as well."""
    measures = (hit(0, 0, 9, words=False), hit(0, 1, 9, words=False))
    outcomes = {"c": Outcome(T, measures), "d": Outcome(T, (hit(0, 2),))}
    assert play(outcomes, fault="c or d", rule="points: {each: -1, per: hit}").hits == 3


def test_hits_are_named_in_the_order_of_the_call(play: Play) -> None:
    outcomes = {
        "c": Outcome(T, (hit(2, 0, start=70.0), hit(0, 6, start=3.0))),
        "d": Outcome(T, (hit(0, 2, start=1.0, value=7.5),)),
    }
    result = play(
        outcomes, fault="c and d", rule="points: {each: -1, per: hit}", message="{text}|{time}|{count}|{value}"
    )
    assert result.message == "0.2|00:01|3|7.5"
    assert named(result) == ["c:2.0", "c:0.6", "d:0.2"]  # evidence stays by condition


MESSAGES = [
    # hits of c, truth of c, fault; filled
    ((hit(1, 3, start=65.4, value=2.0),), T, "c", "1.3|1|01:05|2"),
    ((hit(1, 3),), T, "c", "1.3|1|第 2 个话轮|"),
    ((hit(None, 3, value=0.0),), T, "c", "0.3|1|时间不详|0"),
    ((hit(0, 0, start=0.0),), T, "c", "0.0|1|00:00|"),
    ((), T, "c", "|1||"),
    ((hit(0, 0, start=1.0), hit(0, 5, start=2.0)), T, "c", "0.0|2|00:01|"),  # named, though it costs once
    ((hit(0, 4, start=1.0),), F, "not c", "0.4|1|00:01|"),  # of what is looked for, the one found too little of
    ((hit(0, 4, certain=False), hit(2, certain=False)), U, "c", "0.4|2|第 1 个话轮|"),
]


@pytest.mark.parametrize(("hits", "truth", "fault", "told"), MESSAGES)
def test_what_a_message_says(play: Play, hits: tuple[Hit, ...], truth: Truth, fault: str, told: str) -> None:
    outcome = Outcome(truth, hits, reason="疑" if truth is U else "")
    result = play({"c": outcome}, fault=fault, message="{text}|{count}|{time}|{value}")
    assert result.message == told


SAID, READ, MEASURED = "operator: said", "operator: read", "operator: measured"
SPOKEN = [
    # fault, outcomes of c and d, their operators, duty; witnesses
    ("c or d", (T, F), (SAID, READ), "", ("phrase",)),
    ("c or d", (T, T), (READ, SAID), "", ("phrase", "act")),
    ("c or d", (T, T), (MEASURED, READ), "", ("act", "measure")),
    ("c or d", (T, T), (MEASURED, SAID), "wording", ("wording", "measure")),
    ("c or d", (T, F), (SAID, SAID), "meaning", ("phrase",)),
    ("not c", (F,), (SAID,), "", ("phrase",)),
    ("not c", (F,), ("operator: said, witness: wording",), "", ("wording",)),
    ("not c", (F,), (READ,), "", ("act",)),
    ("not c or d", (F, N), (MEASURED, READ), "", ("measure",)),  # what does not apply says nothing
    ("not c or d", (F, U), (MEASURED, READ), "", ("act", "measure")),
    ("c or (d and not d)", (T, F), (SAID, MEASURED), "", ("phrase",)),  # looked for and not found
]


@pytest.mark.parametrize(("fault", "truths", "operators", "duty", "witnesses"), SPOKEN)
def test_what_spoke_for_it(
    play: Play, fault: str, truths: tuple[Truth, ...], operators: tuple[str, ...], duty: str, witnesses: tuple[str, ...]
) -> None:
    outcomes = {name: Outcome(truth, reason="疑") for name, truth in zip("cd", truths, strict=False)}
    by = dict(zip("cd", operators, strict=False))
    result = play(outcomes, fault=fault, by=by, rule=f"duty: {duty}" if duty else "", acts=FixedActs({}))
    assert (result.status, result.witnesses) == ("fail", witnesses)


def test_hits_say_themselves_what_spoke_for_them(play: Play) -> None:
    outcomes = {
        "c": Outcome(T, (hit(0, 0, witnesses=("pattern", "act")), hit(0, 3))),
        "d": Outcome(F, (hit(2, 0, witnesses=("act",)),)),
        "e": Outcome(T, (hit(2, 5, witnesses=("wording",)),)),
    }
    result = play(outcomes, fault="c or d", rule="sure_if: e")
    assert result.witnesses == ("pattern", "act")  # e is named by no fault: it speaks for none
