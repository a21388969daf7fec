"""act: acts, probability, count, order, window; a doubt against the agent, proof of absence only where sure."""

import pytest

from qa_engine.domain import ActReading, ActSaid, Call, Exclusion, Speaker, ToneWord, Transcript, Turn
from qa_engine.errors import RulesError
from qa_engine.rules import asks_for_acts, evaluate, run_examples
from qa_engine.rules.ports.acts import ACTS_OF, ActLimits, FixedActs, NoActs

GREET = "坐席[act=greet:0.95:您好]：您好，工号8026为您服务"
BOTH = "坐席[act=greet:0.95:您好+identify:0.9:工号8026]：您好，工号8026为您服务"
SORRY = "坐席[act=apologise:0.8:抱歉]：非常抱歉给您添麻烦了"
MAYBE = "坐席[act=apologise:0.3]：让您费心了"
PLAIN = "坐席[act=explain:0.9]：快件在中转站"
RUDE = "坐席[act=insult:0.97:有病+offence:0.98]：你有病吧"
ASK = "客户[act=ask:0.9]：我的件到哪了"
CROSS = "客户[act=complain:0.9]：都五天了"

AGAINST = [
    ("acts: insult", [RUDE], "uncertain"),
    ("acts: insult", [PLAIN], "pass"),
    ("acts: insult, above: 0.99", [RUDE], "pass"),
    ("acts: insult, deduct_above: 0.9", [RUDE], "fail"),
    ("acts: insult, deduct_above: sure", [RUDE], "fail"),
    ("acts: insult, deduct_above: 0.99", [RUDE], "uncertain"),
    ("acts: [retort, offence]", [RUDE], "uncertain"),
    ("acts: insult, min_hits: 2, deduct_above: 0.9", [RUDE, PLAIN, RUDE], "fail"),
    ("acts: insult, min_hits: 2, deduct_above: 0.9", [RUDE, PLAIN], "pass"),
    ("acts: insult, window: {first_turns: 1}", [PLAIN, RUDE], "pass"),
    ("acts: insult, window: {last_turns: 1}", [PLAIN, RUDE], "uncertain"),
    ("acts: insult, unless: {near: turn, phrases: [有病]}", [RUDE], "pass"),
    ("acts: [greet, identify], need: all, deduct_above: 0.5", [BOTH], "fail"),
    ("acts: [greet, identify], need: all, deduct_above: 0.5", [GREET], "pass"),
    ("acts: [greet, identify], need: in_order, deduct_above: 0.5", [BOTH], "fail"),
    ("acts: [identify, greet], need: in_order, deduct_above: 0.5", [BOTH], "pass"),
    ("acts: [greet, apologise], need: in_order, deduct_above: 0.5", [GREET, PLAIN, SORRY], "fail"),
    ("acts: [apologise, greet], need: in_order, deduct_above: 0.5", [GREET, PLAIN, SORRY], "pass"),
    ("acts: insult", [ASK, "坐席：好的"], "not_applicable"),
    ("acts: insult", ["未知：你有病", RUDE], "uncertain"),
]


@pytest.mark.parametrize(("fields", "lines", "status"), AGAINST)
def test_an_act_that_speaks_against_the_agent(judge, fields: str, lines: list[str], status: str) -> None:
    assert judge(f"{{operator: act, {fields}}}", lines, rule="points: -3").status == status


MISSING = [
    ([SORRY], "pass"),
    ([PLAIN], "fail"),  # nothing of an apology in it: surely absent
    ([PLAIN, MAYBE], "uncertain"),
    ([SORRY.replace("[", "[conf=0.2 ")], "pass"),
]


@pytest.mark.parametrize(("lines", "status"), MISSING)
def test_an_act_that_must_be_there(judge, lines: list[str], status: str) -> None:
    assert judge("{operator: act, acts: apologise}", lines, fault="not c").status == status


def test_absence_is_a_doubt_where_the_window_was_not_well_heard(judge) -> None:
    lines = ["坐席[0-2 act=explain:0.9]：快件在中转站", "坐席[2-9 excluded=loop]：嗯嗯嗯"]
    assert judge("{operator: act, acts: apologise}", lines, fault="not c").status == "uncertain"


def test_beside_an_anchor(judge) -> None:
    conditions = (
        "upset: {operator: act, speaker: customer, acts: complain}\n"
        "sorry: {operator: act, acts: apologise, anchor: {to: upset, where: after, turns: 2}}"
    )
    assert judge(conditions, [CROSS, SORRY], fault="upset and not sorry").status == "pass"
    assert judge(conditions, [SORRY, CROSS, PLAIN], fault="upset and not sorry").status == "uncertain"


def test_a_hit_names_act_probability_place_and_words(judge) -> None:
    class Explaining(FixedActs):
        def explain(self, turn: Turn, act: str) -> tuple[ToneWord, ...]:
            return (ToneWord("有病", (1, 3), 2.0), ToneWord("吧", (3, 4), -0.5))

    acts = Explaining({0: ActReading(0, (ActSaid("insult", 0.97, (0, 4)),))})
    (hit,) = judge("{operator: act, acts: insult}", "坐席：你有病吧", acts=acts).evidence
    assert (hit.turn, hit.speaker, hit.text, hit.span, hit.score) == (0, Speaker.AGENT, "有病", (1, 3), 97.0)
    assert hit.explanation == "坐席这句话是「辱骂讥讽」（把握 97%）：「有病」"


def test_measured_limits_decide_what_sure_means(judge) -> None:
    said = {0: ActReading(0, (ActSaid("insult", 0.8, (0, 4)),))}
    for limits, status in (({}, "pass"), ({(Speaker.AGENT, "insult"): ActLimits(0.7)}, "uncertain")):
        acts = FixedActs(said, limits=limits)
        assert judge("{operator: act, acts: insult, above: sure}", "坐席：你有病吧", acts=acts).status == status


def test_without_a_model_nothing_is_said(judge) -> None:
    for acts in (None, NoActs()):
        result = judge("{operator: act, acts: insult}", "坐席：你有病", acts=acts)
        assert (result.status, result.reason) == ("not_applicable", "没有启用服务行为模型")


def test_excluded_turns_are_not_judged(make_pack) -> None:
    turns = (Turn(0, Speaker.AGENT, "你有病", excluded=Exclusion.LOOP), Turn(1, Speaker.AGENT, "好的"))
    acts = FixedActs({0: ActReading(0, (ActSaid("insult", 0.9, (0, 3)),))})
    pack = make_pack("c: {operator: act, acts: insult}")
    assert evaluate(pack, Transcript(Call("c"), turns), acts=acts)[0].status == "not_applicable"


WRONG = [
    ("acts: greeting", "greeting"),
    ("speaker: customer, acts: insult", "insult"),
    ("acts: []", ""),
    ("acts: insult, above: 0.9, deduct_above: 0.5", "deduct_above"),
    ("acts: insult, above: often", "often"),
    ("acts: insult, need: in_order", "in_order"),
]


@pytest.mark.parametrize(("fields", "named"), WRONG)
def test_what_no_condition_can_say(make_pack, fields: str, named: str) -> None:
    with pytest.raises(RulesError) as error:
        make_pack(f"c: {{operator: act, {fields}}}")
    assert named in str(error.value)


STEPS = "c: {operator: sequence, steps: [{act: greet}, {act: identify, optional: true}, {act: explain, above: 0.6}]}"


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([BOTH, PLAIN], "pass"),
        ([GREET, PLAIN], "pass"),
        ([PLAIN, GREET], "fail"),
        ([GREET], "fail"),
        ([GREET, "坐席[act=explain:0.4]：快件在中转站"], "uncertain"),
    ],
)
def test_acts_as_steps(judge, lines: list[str], status: str) -> None:
    assert judge(STEPS, lines, fault="not c").status == status


def test_steps_without_a_model_or_roles(judge) -> None:
    assert judge(STEPS, "坐席：您好", fault="not c").status == "not_applicable"
    assert judge(STEPS, ["未知：您好", GREET], fault="not c").status == "not_applicable"


@pytest.mark.parametrize("step", ["{}", "{act: greet, condition: x}", "{act: nothing}", "{condition: x, above: 0.5}"])
def test_a_step_is_a_condition_or_acts(make_pack, step: str) -> None:
    with pytest.raises(RulesError):
        make_pack(f"c: {{operator: sequence, steps: [{step}, {{act: greet}}]}}")


def test_a_pack_asks_for_acts_when_a_condition_or_a_step_does(make_pack) -> None:
    assert asks_for_acts(make_pack("c: {operator: act, acts: greet}"))
    assert asks_for_acts(make_pack(STEPS))
    assert not asks_for_acts(make_pack("c: {operator: phrase, phrases: [不行]}"))


@pytest.mark.parametrize("written", ["insult", "nothing:0.9", "insult:2", "insult:0.9:没有这个词"])
def test_acts_of_an_example_are_checked(make_pack, written: str) -> None:
    pack = make_pack(
        "c: {operator: act, acts: insult}", rule=f'examples: {{uncertain: ["坐席[act={written}]：你有病吧"]}}'
    )
    assert "act=" in run_examples(pack)[0].problem


def test_every_act_has_a_title() -> None:
    from qa_engine.domain import AgentAct, CustomerAct

    assert set(ACTS_OF[Speaker.AGENT]) == {act.value for act in AgentAct}
    assert set(ACTS_OF[Speaker.CUSTOMER]) == {act.value for act in CustomerAct}
