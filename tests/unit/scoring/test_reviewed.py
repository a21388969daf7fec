"""A machine's result and what people decided: the final form."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import CallResult, Evidence, RuleResult, Severity, Speaker, Status
from qa_engine.domain.review import Decision, DecisionKind, Exempt, Lane, Overturn, Target, hit_mark
from qa_engine.errors import UsageError
from qa_engine.scoring import GradeBand, ItemMode, reviewed, score_call, undecided
from qa_engine.scoring.reviewed import _alone, countable_hits, standing
from tests.unit.scoring.builders import card, fail, item, rule, section, transcript, veto

K = DecisionKind
CARD = card(section("s", item("i", 20), item("m", 5, mode=ItemMode.MANUAL)))
WHEN = datetime(2026, 3, 2, tzinfo=UTC)
CALL = transcript().call


def hit(turn: int, start: int = 0) -> Evidence:
    return Evidence("c", "phrase", turn, Speaker.AGENT, None, None, (start, start + 2), "不行", "坐席说")


def machine(*rules: RuleResult) -> CallResult:
    return score_call(transcript(), rules, "pack", CARD, transcript_digest="t", engine="0")


def say(name: str, kind: K, *, mark: str | None = None, lane: Lane = Lane.DESK, **more: object) -> Decision:
    given = {K.OVERTURN: {"reason": Overturn.QUOTED}, K.EXEMPT: {"reason": Exempt.NO_OCCASION}}.get(kind, {})
    return Decision("c-1", Target(rule=name, hit=mark), kind, "zhou", WHEN, lane=lane, **{**given, **more})  # type: ignore[arg-type]


def score(points: float) -> Decision:
    return Decision("c-1", Target(section="s", item="m"), K.SCORE, "zhou", WHEN, points=points)


def final(result: CallResult, *decisions: Decision) -> CallResult:
    return reviewed(result, CARD, CALL, decisions)


def total(result: CallResult, *decisions: Decision) -> tuple[float, float]:
    found = final(result, *decisions)
    return found.total, found.possible


DOUBT = rule("d", Status.UNCERTAIN, stake=-4.0)


@pytest.mark.parametrize(
    ("given", "decisions", "expected"),
    [
        (fail("a", -3), [], (17, 20)),
        (fail("a", -3), [say("a", K.CONFIRM)], (17, 20)),
        (fail("a", -3), [say("a", K.OVERTURN)], (20, 20)),
        (fail("a", -3), [say("a", K.EXEMPT)], (0, 0)),
        (fail("a", -3), [say("a", K.POINTS, points=-1.0)], (19, 20)),
        (fail("a", -3), [say("a", K.OVERTURN), say("a", K.WITHDRAW)], (17, 20)),
        (fail("a", -3), [say("a", K.OVERTURN), say("a", K.CONFIRM)], (17, 20)),
        (fail("a", -3), [say("a", K.OVERTURN, lane=Lane.CALIBRATION)], (17, 20)),
        (fail("a", -3), [say("a", K.LOOK)], (17, 20)),
        (DOUBT, [], (20, 20)),
        (DOUBT, [say("d", K.CONFIRM)], (16, 20)),
        (DOUBT, [say("d", K.OVERTURN)], (20, 20)),
        (rule("p"), [say("p", K.CONFIRM)], (20, 20)),
        (rule("p"), [say("p", K.MISSED, points=-5.0)], (15, 20)),
        (rule("p"), [score(3)], (23, 25)),
        (fail("a", -3), [score(3), score(5), say("a", K.OVERTURN)], (25, 25)),
    ],
)
def test_what_a_decision_does_to_the_total(
    given: RuleResult, decisions: list[Decision], expected: tuple[float, float]
) -> None:
    assert total(machine(given), *decisions) == expected


def test_hits_are_decided_one_by_one_and_the_cap_stays() -> None:
    counted = fail("a", -6, evidence=(hit(1), hit(4), hit(7)), hits=3, each=-3.0)  # capped at 6
    marks = [hit_mark(evidence) for evidence in counted.evidence]
    result = machine(counted)
    assert total(result, say("a", K.OVERTURN, mark=marks[0]))[0] == 14
    assert total(result, *(say("a", K.OVERTURN, mark=mark) for mark in marks[:2]))[0] == 17
    none = final(result, *(say("a", K.OVERTURN, mark=mark) for mark in marks))
    assert (none.total, none.rules[0].status) == (20, Status.PASS)
    again = total(result, *(say("a", K.OVERTURN, mark=mark) for mark in marks), say("a", K.CONFIRM))
    assert again[0] == 14, "a word about the whole line sets aside those about its hits"


def test_one_of_several_proofs_of_one_fault_does_not_make_it_cheaper() -> None:
    once = fail("a", -3, evidence=(hit(1), hit(4)), hits=1, each=-3.0)
    result = machine(once)
    assert total(result, say("a", K.OVERTURN, mark=hit_mark(hit(1))))[0] == 17
    assert total(result, *(say("a", K.OVERTURN, mark=hit_mark(hit(n))) for n in (1, 4)))[0] == 20


def test_a_hit_of_other_words_is_not_touched() -> None:
    result = machine(fail("a", -3, evidence=(hit(1),), hits=1, each=-3.0))
    assert total(result, say("a", K.OVERTURN, mark="9:0-2"))[0] == 17


def test_when_the_dearer_fault_falls_the_other_of_the_event_costs() -> None:
    dear = fail("dear", -8, about=("anger",), evidence=(hit(3),), hits=1, each=-8.0)
    cheap = fail("cheap", -4, about=("anger",), evidence=(hit(3),), hits=1, each=-4.0)
    result = machine(dear, cheap)
    assert (result.total, result.rules[1].same_event) == (12, "dear")
    assert total(result)[0] == 12
    found = final(result, say("dear", K.OVERTURN))
    assert (found.total, found.rules[1].same_event) == (16, "")
    assert total(result, say("cheap", K.CONFIRM))[0] == 12
    assert total(result, say("cheap", K.POINTS, points=-1.0))[0] == 11, "points that a person gave are taken"


def test_vetoes() -> None:
    result = machine(veto("v", confirmed=False))
    assert result.veto_suspected
    assert undecided(result, []) == (Target(rule="v"), Target(section="s", item="m"))
    stands = final(result, say("v", K.CONFIRM))
    assert (stands.veto, stands.total, stands.veto_suspected) == (True, 0, False)
    falls = final(result, say("v", K.OVERTURN))
    assert (falls.veto, falls.veto_suspected) == (False, False)
    assert not final(machine(veto("v", confirmed=True)), say("v", K.OVERTURN)).veto
    missed = final(machine(rule("v", severity=Severity.VETO)), say("v", K.MISSED, points=0.0))
    assert missed.veto


def test_what_is_left_to_say_the_gravest_first() -> None:
    rules = (
        fail("f", -1),
        rule("e", Status.ERROR),
        DOUBT,
        rule("q", Status.UNCERTAIN, stake=-1.0, quiet=True),
        rule("dv", Status.UNCERTAIN, severity=Severity.VETO),
    )
    result = machine(*rules)
    assert [t.rule for t in undecided(result, [])] == ["dv", "d", "e", None]
    said = [say("d", K.CONFIRM), score(4), say("e", K.OVERTURN), say("dv", K.OVERTURN)]
    assert undecided(result, said) == ()
    assert [t.rule for t in undecided(result, [*said, say("d", K.WITHDRAW)])] == ["d"]
    assert len(undecided(result, [say("d", K.CONFIRM, lane=Lane.CALIBRATION)])) == 4


def test_what_cannot_be() -> None:
    result = machine(rule("a"))
    with pytest.raises(UsageError, match="takes 0 to 5"):
        final(result, score(6))
    with pytest.raises(UsageError, match="scored on"):
        reviewed(result, replace(CARD, id="other"), CALL, [])
    for wrong in (
        {"target": Target(rule="a"), "kind": K.OVERTURN},
        {"target": Target(rule="a"), "kind": K.EXEMPT, "reason": "because"},
        {"target": Target(rule="a"), "kind": K.SCORE, "points": 1.0},
        {"target": Target(rule="a"), "kind": K.POINTS, "points": 1.0},
        {"target": Target(section="s", item="m"), "kind": K.CONFIRM},
        {"target": Target(rule="a", hit="1:0-2"), "kind": K.POINTS, "points": -1.0},
    ):
        with pytest.raises(ValueError):
            Decision("c-1", who="zhou", at=WHEN, **wrong)  # type: ignore[arg-type]
    for nothing in ({}, {"hit": "1:0-2"}, {"rule": "a", "section": "s", "item": "i"}):
        with pytest.raises(ValueError):
            Target(**nothing)


_KINDS = st.sampled_from([K.CONFIRM, K.OVERTURN, K.EXEMPT, K.POINTS, K.MISSED, K.WITHDRAW])
_STATUSES = st.sampled_from(list(Status))


@st.composite
def _rules(draw: st.DrawFn) -> tuple[RuleResult, ...]:
    found = []
    for n in range(draw(st.integers(1, 5))):
        status = draw(_STATUSES)
        cost = -draw(st.integers(0, 900)) / 100
        found.append(
            rule(
                f"r{n}",
                status,
                cost if status is Status.FAIL else 0.0,
                each=cost if status is Status.FAIL else 0.0,
                stake=cost if status is Status.UNCERTAIN else 0.0,
                hits=int(status is Status.FAIL),
                about=draw(st.sampled_from([(), ("x",), ("y",)])),
                severity=draw(st.sampled_from([Severity.MINOR, Severity.MAJOR, Severity.VETO])),
            )
        )
    return tuple(found)


@st.composite
def _decisions(draw: st.DrawFn) -> list[Decision]:
    made = []
    for _ in range(draw(st.integers(0, 8))):
        kind = draw(_KINDS)
        points = -draw(st.integers(0, 2500)) / 100 if kind in (K.POINTS, K.MISSED) else None
        made.append(say(f"r{draw(st.integers(0, 5))}", kind, points=points))
    return made


@given(_rules(), _decisions())
def test_the_final_total_is_within_its_bounds_and_the_same_every_time(
    rules: tuple[RuleResult, ...], decisions: list[Decision]
) -> None:
    result = machine(*rules)
    one = final(result, *decisions)
    assert one == final(result, *decisions)
    assert 0 <= one.total <= one.possible
    assert not one.needs_review
    assert one.grade in {band.grade for band in CARD.grades if isinstance(band, GradeBand)}
    assert one.veto == any(r.severity is Severity.VETO and r.status is Status.FAIL and r.confirmed for r in one.rules)


@given(_rules())
def test_without_a_word_the_machine_stands(rules: tuple[RuleResult, ...]) -> None:
    result = machine(*rules)
    found = final(result)
    assert (found.total, found.possible, found.veto) == (result.total, result.possible, result.veto)
    assert [r.points for r in found.rules] == [r.points for r in result.rules]


@given(_rules(), _decisions(), st.integers(0, 5))
def test_overturning_a_fault_never_costs_more_than_it_had(
    rules: tuple[RuleResult, ...], decisions: list[Decision], which: int
) -> None:
    """Apart from events: there, what another rule finds in the same place may then count."""
    plain = tuple(fail(r.id, r.points) if r.status is Status.FAIL and r.severity is not Severity.VETO else rule(r.id)
                  for r in rules)  # fmt: skip
    result = machine(*plain)
    before = final(result, *decisions)
    after = final(result, *decisions, say(f"r{which}", K.OVERTURN))
    assert after.total >= before.total


FAULT = replace(fail("a", -3, evidence=(hit(1),), hits=1, each=-3.0, stake=-1.0, reason="提示"), message="说了「不行」")


@pytest.mark.parametrize(
    ("given", "decision", "changed"),
    [
        (FAULT, say("a", K.CONFIRM), {"confirmed": True}),
        (
            replace(DOUBT, id="a", reason="读音相近", each=-1.0),
            say("a", K.CONFIRM),
            {"status": Status.FAIL, "points": -4.0, "each": -4.0, "stake": 0.0, "hits": 1, "reason": "",
             "confirmed": True},
        ),
        (
            FAULT,
            say("a", K.OVERTURN),
            {"status": Status.PASS, "points": 0.0, "each": 0.0, "stake": 0.0, "hits": 0, "message": "",
             "reason": Overturn.QUOTED, "confirmed": False},
        ),
        (
            FAULT,
            say("a", K.EXEMPT),
            {"status": Status.NOT_APPLICABLE, "points": 0.0, "each": 0.0, "stake": 0.0, "hits": 0, "message": "",
             "reason": Exempt.NO_OCCASION, "confirmed": False},
        ),
        (
            FAULT,
            say("a", K.POINTS, points=-1.0),
            {"points": -1.0, "each": -1.0, "stake": 0.0, "reason": "", "confirmed": True},
        ),
        (rule("a"), say("a", K.CONFIRM), {}),
        (rule("a"), say("a", K.OVERTURN), {}),
        (rule("a", stake=-2.0), say("a", K.CONFIRM, points=-9.0), {}),
    ],
)  # fmt: skip
def test_what_a_decision_makes_of_a_rule(given: RuleResult, decision: Decision, changed: dict[str, object]) -> None:
    assert final(machine(given), decision).rules[0] == replace(given, **changed)


def test_a_veto_that_a_person_found_takes_no_points_of_its_own() -> None:
    found = final(machine(rule("v", severity=Severity.VETO)), say("v", K.MISSED, points=-5.0)).rules[0]
    assert (found.points, found.each, found.hits) == (0.0, -5.0, 1)


def test_what_is_left_of_a_rule_whose_hits_were_decided() -> None:
    counted = fail("a", -6, evidence=(hit(1), hit(4)), hits=2, each=-3.0)
    one = final(machine(counted), say("a", K.OVERTURN, mark=hit_mark(hit(1)))).rules[0]
    assert one == replace(counted, evidence=(hit(4),), hits=1, points=-3.0)
    proofs = replace(counted, hits=1, points=-3.0)
    assert final(machine(proofs), say("a", K.OVERTURN, mark=hit_mark(hit(1)))).rules[0] == replace(
        proofs, evidence=(hit(4),)
    )
    none = final(machine(proofs), *(say("a", K.OVERTURN, mark=hit_mark(hit(n))) for n in (1, 4))).rules[0]
    assert (none.status, none.reason) == (Status.PASS, Overturn.QUOTED)
    untouched = rule("p", evidence=(hit(1),))
    assert final(machine(untouched), say("p", K.OVERTURN, mark=hit_mark(hit(1)))).rules[0] == untouched


def test_two_hits_in_a_row_can_be_decided_and_one_cannot() -> None:
    two = fail("a", -6, evidence=(hit(1), hit(4)), hits=2, each=-3.0)
    assert countable_hits(two) == two.evidence
    assert countable_hits(replace(two, hits=3)) == ()
    assert countable_hits(fail("a", -3, evidence=(hit(1),), hits=1, each=-3.0)) == ()


def test_a_rule_that_the_dearer_one_freed_takes_all_its_hits() -> None:
    dear = fail("dear", -8, about=("anger",), evidence=(hit(3),), hits=1, each=-8.0)
    counts = fail("counts", -4, about=("anger",), evidence=(hit(3), hit(9)), hits=2, each=-2.0)
    result = machine(dear, counts)
    freed = final(result, say("dear", K.OVERTURN)).rules[1]
    assert (freed.points, freed.stake, freed.same_event, freed.about) == (-4.0, 0.0, "", ("anger",))


def test_the_final_form_asks_for_nothing_more() -> None:
    result = machine(fail("a", -3), DOUBT)
    found = final(result, say("a", K.OVERTURN))
    assert (found.pending, found.needs_review, found.review_reasons) == (False, False, ())
    assert [(s.id, s.score, s.possible) for s in found.sections] == [("s", 20.0, 20.0)]
    assert final(machine(fail("a", -3)), say("a", K.EXEMPT)).pending, "nothing is left to be graded by"


def test_looking_at_a_line_takes_nothing_back() -> None:
    assert total(machine(fail("a", -3)), say("a", K.LOOK), say("a", K.OVERTURN), say("a", K.LOOK))[0] == 20


def test_a_manual_item_that_the_scorecard_has_not() -> None:
    result = machine(rule("a"))
    for name in ("i", "nothing"):
        decision = Decision("c-1", Target(section="s", item=name), K.SCORE, "zhou", WHEN, points=1.0)
        with pytest.raises(UsageError, match=f"test: s/{name} is no manual item"):
            final(result, decision)


def test_a_confirmed_fault_that_falls_is_confirmed_no_longer() -> None:
    stood = replace(FAULT, confirmed=True)
    for kind in (K.OVERTURN, K.EXEMPT):
        assert not final(machine(stood), say("a", kind)).rules[0].confirmed


@pytest.mark.parametrize(
    ("kept", "whole"),
    [
        ({"stake": -5.0, "each": -2.0, "hits": 3}, -5.0),
        ({"each": -2.0, "hits": 3}, -6.0),  # of a result that kept no stake
        ({"each": -2.0, "hits": 1}, -2.0),
        ({"each": -2.0, "hits": 0}, -2.0),
    ],
)
def test_what_a_rule_takes_alone(kept: dict[str, float], whole: float) -> None:
    behind = fail("a", 0.0, same_event="dear", **kept)
    assert _alone(behind) == replace(behind, points=whole, same_event="", stake=0.0)
    assert _alone(replace(behind, same_event="")) == replace(behind, same_event="")


def test_a_rule_for_which_a_person_gave_points_stays_about_its_matter() -> None:
    faults = [fail(name, -4, about=("anger",), evidence=(hit(3),), hits=1, each=-4.0) for name in ("one", "two")]
    found = final(machine(*faults), say("two", K.POINTS, points=-1.0))
    assert [(r.points, r.about, r.same_event) for r in found.rules] == [(-4.0, ("anger",), ""), (-1.0, ("anger",), "")]


def test_what_is_taken_back_stands_no_longer() -> None:
    item_score = score(3.0)
    taken_back = Decision("c-1", item_score.target, K.WITHDRAW, "zhou", WHEN)
    assert standing([item_score]) == {item_score.target: item_score}
    assert standing([item_score, taken_back]) == {}
    assert total(machine(rule("a")), item_score, taken_back) == (20, 20)
    mark = hit_mark(hit(1))
    fallen = say("a", K.OVERTURN, mark=mark)
    assert standing([fallen, say("a", K.WITHDRAW, mark=mark)]) == {}
    again = [score(3.0), say("a", K.CONFIRM), score(5.0)]
    assert list(standing(again).values()) == again[1:], "the newest last"
