"""A judgement over conditions whose outcomes are given: its status, evidence, reason and what a premise makes of it."""

import pytest

from qa_engine.domain import Evidence, Ladder, RuleResult, Searched, Severity, Speaker, Status
from qa_engine.rules.judgement import FAINT, NOT_ALONE
from qa_engine.rules.looking.outcome import Hit, Outcome
from qa_engine.rules.written.truth import Truth
from tests.unit.rules.conftest import Play
from tests.unit.rules.played import hit, named

T, F, U, N, E = Truth.TRUE, Truth.FALSE, Truth.UNCERTAIN, Truth.NOT_APPLICABLE, Truth.ERROR

WHERE = Searched("c", "全程", (0, 2), 0.0, 75.0)


def test_a_fault_as_a_whole(play: Play) -> None:
    """Everything that a result says, field by field."""
    found = Hit(
        (2, 1), (2, 3), Speaker.AGENT, "二三", "坐席说到「二三」", 2, (1, 3), 70.5, 71.5, "二三", Ladder.EXACT, 98.0,
        value=4.25,
    )  # fmt: skip
    result = play(
        {"c": Outcome(T, (found, hit(certain=False)), (WHERE,), note="自己的")},
        rule="points: {each: -2, per: hit}\nseverity: major",
        message="{text} {count} {time} {value} {text}",
    )
    evidence = Evidence(
        condition="c", operator="said", turn=2, speaker=Speaker.AGENT, start=70.5, end=71.5, span=(1, 3), text="二三",
        explanation="坐席说到「二三」", pattern="二三", ladder=Ladder.EXACT, score=98.0,
    )  # fmt: skip
    assert result == RuleResult(
        id="r", title="规则", status=Status.FAIL, section="s", item="i", points=-2.0, severity=Severity.MAJOR,
        message="二三 1 01:10 4.25 二三", evidence=(evidence,), searched=(WHERE,), hits=1, rate="响应率", about=("x",),
        each=-2.0, witnesses=("phrase",),
    )  # fmt: skip


def test_a_doubt_as_a_whole(play: Play) -> None:
    """It costs nothing, says what it would cost, and shows everything that was found, whatever it speaks for."""
    outcomes = {
        "c": Outcome(U, (hit(0, 2, certain=False), hit(2, 0, certain=False)), (WHERE,), "不清楚", "旁注"),
        "d": Outcome(T, (hit(1),)),
        "e": Outcome(F, (hit(2, 6),)),
    }
    result = play(outcomes, fault="c and d and not e", rule="points: {each: -2, per: hit}", message="{text} {count}")
    assert (result.status, result.points, result.each, result.hits) == (Status.UNCERTAIN, 0.0, 0.0, 0)
    assert (result.stake, result.quiet, result.witnesses) == (-6.0, False, ("phrase",))
    assert (result.reason, result.message, result.searched) == ("不清楚", "0.2 3", (WHERE,))
    assert named(result) == ["c:0.2", "c:2.0", "d:1.0", "e:2.6"]


@pytest.mark.parametrize(
    ("truth", "fault", "status"),
    [(T, "not c", "pass"), (F, "c", "pass"), (N, "c", "not_applicable"), (E, "c", "error")],
)
def test_what_is_neither_fault_nor_doubt_costs_nothing_and_needs_no_proof(
    play: Play, truth: Truth, fault: str, status: str
) -> None:
    result = play({"c": Outcome(truth, (hit(),), (WHERE,), "为何")}, fault=fault, rule="points: -2")
    shown = ["c:0.0"] if truth is T else []
    reason = "为何" if truth in (N, E) else ""
    assert (result.status, named(result), result.reason) == (status, shown, reason)
    assert (result.points, result.each, result.hits, result.stake, result.message) == (0.0, 0.0, 0, 0.0, "")
    assert (result.searched, result.witnesses, result.quiet) == ((), (), False)
    assert (result.item, result.rate, result.about, result.severity) == ("i", "响应率", ("x",), "minor")


def test_what_was_kept_shows_what_was_found_and_what_broke_a_silence(play: Play) -> None:
    """A condition that is met by finding nothing shows what it found where it was not met."""
    outcomes = {"c": Outcome(F, (hit(0, 0),)), "d": Outcome(F, (hit(0, 3),)), "e": Outcome(T, (hit(0, 6),))}
    result = play(outcomes, fault="c and d and not e", by={"d": "operator: said, turned: true"})
    assert (result.status, named(result)) == ("pass", ["d:0.3", "e:0.6"])


FAULTS = [
    # fault, sure_if, outcomes of c, d, e; what is shown
    ("c or d", "", (T, F, None), ["c:c"]),  # a condition that does not hold, and its hits, are no evidence
    ("c or d", "", (T, U, None), ["c:c"]),
    ("c or d", "", (F, T, None), ["d:d"]),
    ("c and not d", "", (T, F, None), ["c:c"]),
    ("c", "d and not e", (T, T, F), ["c:c", "d:d"]),
    ("c", "d or not e", (T, T, T), ["c:c", "d:d"]),  # e could only have made it a doubt
    ("c", "d or e or not e", (T, T, T), ["c:c", "d:d", "e:e"]),  # e on both sides
    ("c or not e", "d or not e", (T, T, T), ["c:c", "d:d"]),  # e could only have cleared the agent
]


@pytest.mark.parametrize(("fault", "sure_if", "truths", "shown"), FAULTS)
def test_what_a_deduction_shows(
    play: Play, fault: str, sure_if: str, truths: tuple[Truth | None, ...], shown: list[str]
) -> None:
    outcomes = {
        name: Outcome(truth, (hit(text=name), hit(0, 4, text="?", certain=False)))
        for name, truth in zip("cde", truths, strict=True)
        if truth is not None
    }
    result = play(outcomes, fault=fault, rule=f"sure_if: {sure_if}" if sure_if else "")
    assert (result.status, named(result)) == ("fail", shown)


REASONS = [
    # fault, (truth, reason, note) of c and d; status, reason
    ("c or d", ((U, "一", ""), (U, "二", "")), "uncertain", "一；二"),
    ("c or d", ((U, "一", ""), (U, "一", "")), "uncertain", "一"),
    ("c or d", ((U, "", ""), (U, "二", "")), "uncertain", "二"),
    ("c or d", ((N, "一", ""), (U, "二", "")), "uncertain", "二"),  # of those alone that made it one
    ("c or d", ((U, "一", ""), (F, "二", "")), "uncertain", "一"),
    ("c or d", ((N, "一", ""), (N, "二", "")), "not_applicable", "一；二"),
    ("c and d", ((E, "一", ""), (U, "二", "")), "error", "一"),
    ("c", ((U, "", ""),), "uncertain", "无法判断"),
    ("c", ((N, "见〔c〕和【不在】", ""),), "not_applicable", "见「said」和【不在】"),
    # what the answer rests on beside the transcript: of a fault what did not come true, of what is kept all
    ("not c and d", ((F, "", "甲"), (T, "", "乙")), "fail", "甲"),
    ("not c and not d", ((F, "", "甲"), (F, "", "乙")), "fail", "甲；乙"),
    ("not c and not d", ((F, "", "甲"), (F, "", "甲")), "fail", "甲"),
    ("not c and not d", ((F, "", ""), (F, "", "乙")), "fail", "乙"),
    ("c and d", ((T, "", "甲"), (F, "", "乙")), "pass", "甲；乙"),
    ("c", ((T, "一", "甲"),), "fail", ""),
]


@pytest.mark.parametrize(("fault", "given", "status", "reason"), REASONS)
def test_what_a_result_gives_as_its_reason(
    play: Play, fault: str, given: tuple[tuple[Truth, str, str], ...], status: str, reason: str
) -> None:
    outcomes = {
        name: Outcome(truth, reason=said, note=note) for name, (truth, said, note) in zip("cd", given, strict=False)
    }
    result = play(outcomes, fault=fault)
    assert (result.status, result.reason) == (status, reason)


def test_lists_and_conditions_are_named_in_words_where_it_was_looked(play: Play) -> None:
    inside = Searched("c", "〔d〕之后", (0,), 1.0, 2.0)
    outcomes = {"c": Outcome(F, searched=(inside, WHERE)), "d": Outcome(T)}
    result = play(outcomes, fault="not c and d", by={"d": "operator: measured"})
    assert result.searched == (Searched("c", "「measured」之后", (0,), 1.0, 2.0), WHERE)


ACT_ONLY = ("act",)
FAINTNESS = [
    # severity, hits of the doubt (witnesses, value); quiet
    ("minor", [(ACT_ONLY, FAINT - 1)], True),
    ("minor", [(ACT_ONLY, FAINT)], False),
    ("major", [(ACT_ONLY, FAINT - 1)], True),
    ("veto", [(ACT_ONLY, FAINT - 1)], False),
    ("minor", [(ACT_ONLY, 10), (ACT_ONLY, 20)], True),
    ("minor", [(ACT_ONLY, 10), (ACT_ONLY, 90)], False),
    ("minor", [(ACT_ONLY, 10), (("phrase",), 20)], False),
    ("minor", [(("pattern", "act"), 10)], False),
    ("minor", [(ACT_ONLY, None)], False),
    ("minor", [], False),
]


@pytest.mark.parametrize(("severity", "hits", "quiet"), FAINTNESS)
def test_a_faint_doubt_of_acts_alone_is_quiet(
    play: Play, severity: str, hits: list[tuple[tuple[str, ...], float | None]], quiet: bool
) -> None:
    found = tuple(hit(0, 3 * n, witnesses=w, value=value, certain=False) for n, (w, value) in enumerate(hits))
    sure = Outcome(T, (hit(2, witnesses=("phrase", "act"), value=99),))  # what is no doubt makes none louder
    result = play({"c": Outcome(U, found, reason="疑"), "d": sure}, fault="c and d", rule=f"severity: {severity}")
    assert (result.status, result.quiet) == ("uncertain", quiet)


@pytest.mark.parametrize(("duty", "quiet"), [("meaning", True), ("wording", False), (None, False)])
def test_a_doubt_about_a_duty_by_meaning_is_quiet(play: Play, duty: str | None, quiet: bool) -> None:
    rule = f"duty: {duty}" if duty else ""
    assert play({"c": Outcome(U, (hit(certain=False),), reason="疑")}, rule=rule).quiet is quiet


@pytest.mark.parametrize("duty", ["meaning", "wording", None])
@pytest.mark.parametrize("truth", [F, U, N])
def test_a_fault_that_is_not_sure_enough_says_what_is_missing(play: Play, duty: str | None, truth: Truth) -> None:
    rule = "sure_if: d\npoints: -3" + (f"\nduty: {duty}" if duty else "")
    result = play({"c": Outcome(T, (hit(),), note="甲"), "d": Outcome(truth, note="旁证")}, rule=rule)
    assert (result.status, result.points, result.each, result.stake) == ("uncertain", 0.0, 0.0, -3.0)
    assert (result.reason, result.hits, result.quiet) == (f"{NOT_ALONE}；旁证", 0, duty is not None)


@pytest.mark.parametrize(("truth", "status"), [(F, "pass"), (U, "uncertain"), (N, "not_applicable"), (E, "error")])
def test_what_makes_a_fault_sure_is_not_asked_where_there_is_none(play: Play, truth: Truth, status: str) -> None:
    result = play({"c": Outcome(truth, reason="原因"), "d": Outcome(F, reason="旁")}, rule="sure_if: d")
    assert (result.status, NOT_ALONE in result.reason) == (status, False)


OPEN = "前提不能确定，但即使成立也没有发现问题"
PREMISES = [
    # premise, fault; status, reason
    (T, T, "fail", ""),
    (T, F, "pass", ""),
    (T, U, "uncertain", "错"),
    (T, N, "not_applicable", "错"),
    (T, E, "error", "错"),
    (F, T, "not_applicable", "前提不成立：未出现「said」"),
    (F, E, "not_applicable", "前提不成立：未出现「said」"),
    (U, F, "not_applicable", OPEN),
    (U, T, "uncertain", "前"),
    (U, U, "uncertain", "前；错"),
    (U, N, "uncertain", "前"),
    (U, E, "uncertain", "前"),
    (N, T, "not_applicable", "前"),
    (N, F, "not_applicable", "前"),
    (N, U, "not_applicable", "前"),
    (E, T, "error", "前"),
    (E, E, "error", "前；错"),
    (E, F, "not_applicable", "无法判断"),
]


@pytest.mark.parametrize(("premise", "truth", "status", "reason"), PREMISES)
def test_what_a_premise_makes_of_a_fault(play: Play, premise: Truth, truth: Truth, status: str, reason: str) -> None:
    def of(truth: Truth, said: str) -> Outcome:
        return Outcome(truth, (hit(text=said),), reason="" if truth in (T, F) else said)

    result = play({"a": of(premise, "前"), "c": of(truth, "错")}, rule="only_if: a\npoints: -2")
    assert (result.status, result.reason) == (status, reason)
    assert result.points == (-2.0 if status == "fail" else 0.0)
    assert named(result) == {"fail": ["a:前", "c:错"], "pass": ["a:前"], "uncertain": ["a:前", "c:错"]}.get(status, [])


def test_a_premise_names_each_condition_once(play: Play) -> None:
    outcomes = {"a": Outcome(F), "b": Outcome(F), "c": Outcome(T)}
    result = play(outcomes, rule="only_if: b or (a and b)", by={"b": "operator: read"})
    assert result.reason == "前提不成立：未出现「read」；未出现「said」"
