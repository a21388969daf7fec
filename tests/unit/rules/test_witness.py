"""Two witnesses: words and the service act of their turn. Against the agent both speak; for the agent either does."""

import pytest

from qa_engine.errors import RulesError
from qa_engine.rules.ports.acts import AgreeingActs, NoActs
from tests.unit.rules.conftest import Judge

NO = "{operator: phrase, phrases: [不行], witness: [refuse, retort]}"
REFUSES = "坐席[act=refuse:0.9:不行]：这个不行。"
SERVES = "坐席[act=ask_opinion:0.9:不行]：您说的不行是指哪里？"
DENIES = "坐席[act=refuse:0.97:没门]：想都别想，没门。"
MAYBE = "坐席[act=refuse:0.3+explain:0.6]：这个不行的原因是缺货。"
NOTHING = "坐席：这个不行。"

AGAINST = [
    ([REFUSES], "fail", ("phrase", "act")),
    ([SERVES], "uncertain", ("phrase",)),
    ([MAYBE], "uncertain", ("phrase",)),
    ([REFUSES, SERVES], "fail", ("phrase", "act")),
    ([DENIES], "uncertain", ("act",)),
    ([SERVES, DENIES], "uncertain", ("phrase", "act")),
    (["坐席[act=explain:0.9]：明天送到。"], "pass", ()),
    (["坐席[act=refuse:0.97 conf=0.2]：这个不行。"], "uncertain", ("phrase", "act")),
]


@pytest.mark.parametrize(("lines", "status", "witnesses"), AGAINST)
def test_words_that_cost_points_need_the_act_beside_them(
    judge: Judge, lines: list[str], status: str, witnesses: tuple[str, ...]
) -> None:
    result = judge(NO, lines, rule="points: -3")
    assert (result.status, result.witnesses) == (status, witnesses)
    assert (result.stake < 0) is (status == "uncertain")


def test_only_the_hits_that_both_speak_for_are_counted(judge: Judge) -> None:
    result = judge(NO, [REFUSES, SERVES, REFUSES], rule="points: {each: -2, per: hit}")
    assert (result.points, result.hits, [e.turn for e in result.evidence]) == (-4.0, 2, [0, 2])


def test_a_doubt_says_which_witness_is_missing(judge: Judge) -> None:
    assert "只有字句一个证据：这句话按意思读作「征询意见」" in judge(NO, SERVES).reason
    assert "没有说到列出的字句，但按意思像「拒绝客户」" in judge(NO, DENIES).reason
    assert "没有启用服务行为模型" in judge(NO, NOTHING, acts=NoActs()).reason


@pytest.mark.parametrize(
    ("sure", "rule", "quiet"),
    [(0.7, "", True), (0.74, "", True), (0.75, "", False), (0.8, "", False), (0.7, "severity: veto", False)],
)
def test_a_faint_act_alone_sends_no_call_to_a_person(judge: Judge, sure: float, rule: str, quiet: bool) -> None:
    fields = "{operator: phrase, phrases: [不行], witness: {acts: [refuse], alone: 0.6}}"
    result = judge(fields, [f"坐席[act=refuse:{sure}:没门]：想都别想，没门。"], rule=rule or "points: -3")
    assert (result.status, result.quiet) == ("uncertain", quiet)


def test_a_faint_act_beside_a_doubtful_phrase_is_not_quiet(judge: Judge) -> None:
    fields = "{operator: phrase, phrases: [不行], witness: {acts: [refuse], alone: 0.6}}"
    assert not judge(fields, [SERVES, "坐席[act=refuse:0.7:没门]：想都别想，没门。"], rule="points: -3").quiet


@pytest.mark.parametrize("alone", ["null", "0.99"])
def test_an_act_alone_counts_from_where_the_rule_says(judge: Judge, alone: str) -> None:
    fields = f"{{operator: phrase, phrases: [不行], witness: {{acts: [refuse], alone: {alone}}}}}"
    assert judge(fields, DENIES).status == "pass"


def test_an_excuse_holds_for_the_act_too(judge: Judge) -> None:
    fields = NO[:-1] + ", unless: {near: turn, phrases: [想都别想]}}"
    assert judge(fields, DENIES).status == "pass"


def test_the_act_of_another_turn_is_no_witness(judge: Judge) -> None:
    assert judge(NO, [SERVES, "坐席[act=refuse:0.6]：真的没有了。"]).status == "uncertain"


@pytest.mark.parametrize("fields", ["{operator: phrase, phrases: [不行]}", NO.replace("[refuse, retort]", "wording")])
def test_words_without_a_second_witness_are_judged_alone(judge: Judge, fields: str) -> None:
    result = judge(fields, NOTHING, acts=NoActs())
    assert (result.status, result.witnesses) == ("fail", ("wording" if "wording" in fields else "phrase",))


SORRY = "{operator: phrase, phrases: [抱歉], witness: [apologise, comfort]}"
FOR = [
    (["坐席[act=explain:0.9]：非常抱歉。"], "pass", "in the words"),
    (["坐席[act=comfort:0.8:着急]：您先别着急。"], "pass", "in the meaning"),
    (["坐席[act=explain:0.9]：系统显示已经发货。"], "fail", "in neither"),
    (
        ["坐席[act=explain:0.9]：系统显示已经发货。", "坐席[act=comfort:0.45+explain:0.8]：您看这样。"],
        "uncertain",
        "perhaps",
    ),
    (
        ["坐席[act=explain:0.9 excluded=ghost_text]：系统显示。", "坐席[act=explain:0.9]：发了。"],
        "uncertain",
        "not heard",
    ),
]


@pytest.mark.parametrize(("lines", "status", "why"), FOR, ids=[why for *_, why in FOR])
def test_a_duty_is_met_by_words_or_meaning_and_missed_only_for_sure(
    judge: Judge, lines: list[str], status: str, why: str
) -> None:
    result = judge(SORRY, lines, fault="not c", rule="points: -4\nduty: meaning")
    assert result.status == status
    if status == "fail":
        assert result.witnesses == ("phrase", "act")
    assert result.quiet is (status == "uncertain")


def test_without_a_model_a_duty_by_meaning_is_a_doubt_that_says_so(judge: Judge) -> None:
    result = judge(SORRY, "坐席：系统显示已经发货。", fault="not c", rule="duty: meaning", acts=NoActs())
    assert (result.status, result.quiet) == ("uncertain", True)
    assert "没有启用服务行为模型" in result.reason
    assert judge(SORRY, "坐席：抱歉。", fault="not c", acts=NoActs()).status == "pass"


def test_a_trigger_that_only_its_words_speak_for_is_no_premise_for_a_deduction(judge: Judge) -> None:
    conditions = (
        "complain: {operator: phrase, speaker: customer, phrases: [投诉], witness: [complain, demand_complaint]}\n"
        "sorry: {operator: phrase, phrases: [抱歉], anchor: {to: complain, where: after, turns: 3}}"
    )
    asked = ["客户[act=ask:0.9]：投诉电话是多少？", "坐席：一二三四五。"]
    meant = ["客户[act=demand_complaint:0.9]：我要投诉。", "坐席：好的。"]
    for lines, status in ((asked, "uncertain"), (meant, "fail")):
        assert judge(conditions, lines, fault="not sorry", rule="only_if: complain").status == status


def test_an_example_tries_the_words_alone(judge: Judge) -> None:
    assert judge(NO, NOTHING, acts=AgreeingActs()).status == "fail"
    assert judge(SORRY, NOTHING, fault="not c", acts=AgreeingActs()).status == "fail"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("{operator: phrase, phrases: [不行], witness: [shout]}", "坐席没有服务行为 shout"),
        ("{operator: phrase, speaker: customer, phrases: [不行], witness: [refuse]}", "客户没有服务行为 refuse"),
        ("{operator: phrase, speaker: any, phrases: [不行], witness: [refuse]}", "写明 speaker"),
        ("{operator: phrase, phrases: [不行, 不可以], need: all, witness: [refuse]}", "只能写在"),
        ("{operator: absence, phrases: [不行], witness: [refuse]}", "只能写在"),
        ("{operator: phrase, phrases: [不行], witness: {acts: [refuse], above: 2}}", "above"),
    ],
)
def test_a_witness_that_cannot_speak_is_a_fault_of_the_pack(judge: Judge, fields: str, message: str) -> None:
    with pytest.raises(RulesError, match=message):
        judge(fields, NOTHING)


COMMON = (
    "{operator: regex, patterns: ['自己.{0,3}看'], "
    "witness: {acts: retort, above: 0.7, alone: null, common: true, gainsaid: [comfort]}}"
)

EVERYDAY = [
    ("坐席[act=retort:0.8]：你自己看去。", "fail", ("pattern", "act")),
    ("坐席[act=retort:0.6]：你自己看去。", "pass", ()),
    ("坐席[act=explain:0.9]：您自己看一下短信。", "pass", ()),
    ("坐席[act=retort:0.99]：谁管你。", "pass", ()),
    ("坐席[act=retort:0.8+comfort:0.9]：您自己看着选，不着急。", "pass", ()),  # gainsaid
    ("坐席[act=retort:0.95+comfort:0.6]：您自己看着选，不着急。", "fail", ("pattern", "act")),  # too faintly
]


@pytest.mark.parametrize(("line", "status", "witnesses"), EVERYDAY)
def test_everyday_words_are_nothing_without_the_act(
    judge: Judge, line: str, status: str, witnesses: tuple[str, ...]
) -> None:
    result = judge(COMMON, line, rule="points: -3")
    assert (result.status, result.witnesses) == (status, witnesses)


@pytest.mark.parametrize("acts", [NoActs(), AgreeingActs()])
def test_everyday_words_are_nothing_where_nobody_reads_acts(judge: Judge, acts: NoActs | AgreeingActs) -> None:
    assert judge(COMMON, "坐席：你自己看去。", acts=acts).status == "pass"
