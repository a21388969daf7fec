"""tone: classes, probability, number and share of turns, thirds, trend; flags for review and what makes a deduction."""

import pytest

from qa_engine.domain import Call, Exclusion, Speaker, ToneReading, ToneWord, Transcript, Turn
from qa_engine.errors import RulesError
from qa_engine.rules import Level, evaluate, lint, run_examples
from qa_engine.rules.examples import tones_of, transcript_of
from qa_engine.rules.ports.tones import FixedTones, NoTones, thirds
from qa_engine.rules.written.models import Dialogue

CURT = "坐席[tone=impatient:0.8:快点]：你快点说"
KIND = "坐席[tone=warm:0.9]：非常抱歉让您久等了"
PLAIN = "坐席[tone=neutral:0.9]：请您报一下单号"
COLD = "坐席[tone=dismissive:0.7:找快递员]：你去找快递员"
CALM = "客户[tone=calm:0.9]：我想查个件"
CROSS = "客户[tone=dissatisfied:0.8]：怎么还没到啊"
ANGRY = "客户[tone=angry:0.9:太过分]：你们太过分了"

AGENT = [
    ("classes: impatient", [CURT], "uncertain"),
    ("classes: impatient", [KIND, PLAIN], "pass"),
    ("classes: impatient, above: 0.85", [CURT], "pass"),
    ("classes: [impatient, dismissive]", [COLD], "uncertain"),
    ("classes: warm", [CURT], "pass"),
    ("classes: impatient, min_hits: 2", [CURT, PLAIN], "pass"),
    ("classes: impatient, min_hits: 2", [CURT, PLAIN, CURT], "uncertain"),
    ("classes: impatient, min_share: 0.5", [CURT, PLAIN, PLAIN], "pass"),
    ("classes: impatient, min_share: 0.5", [CURT, PLAIN], "uncertain"),
    ("classes: impatient, third: last", [CURT, PLAIN, PLAIN], "pass"),
    ("classes: impatient, third: last", [PLAIN, PLAIN, CURT], "uncertain"),
    ("classes: impatient, third: middle", [PLAIN, CURT, PLAIN], "uncertain"),
    ("classes: impatient, third: last", [PLAIN, CURT], "not_applicable"),
    ("classes: impatient, window: {first_turns: 1}", [PLAIN, CURT], "pass"),
    ("classes: impatient, window: {last_turns: 1}", [PLAIN, CURT], "uncertain"),
    ("classes: impatient, trend: rising", [PLAIN, PLAIN, CURT], "uncertain"),
    ("classes: impatient, trend: rising", [CURT, PLAIN, PLAIN], "pass"),
    ("classes: impatient, trend: falling", [CURT, PLAIN, PLAIN], "uncertain"),
    ("classes: impatient, trend: rising, min_change: 0.9", [PLAIN, PLAIN, CURT], "pass"),
    ("classes: impatient, trend: rising", [PLAIN, CURT], "not_applicable"),
    ("classes: impatient, unless: [quotation]", ["坐席[tone=impatient:0.8:快点]：您说的快点是指什么"], "pass"),
    ("classes: impatient, unless: {near: turn, phrases: [请您]}", ["坐席[tone=impatient:0.8]：请您快点"], "pass"),
    ("classes: impatient", ["客户：你快点", "坐席：好的"], "not_applicable"),
    ("classes: impatient", ["未知：你快点", CURT], "uncertain"),
]


@pytest.mark.parametrize(("fields", "lines", "status"), AGENT)
def test_tone_of_the_agent(judge, fields: str, lines: list[str], status: str) -> None:
    result = judge(f"{{operator: tone, {fields}}}", lines, rule="points: -3")
    assert result.status == status, result
    assert result.points == 0.0


MOOD = [
    ("classes: angry", [CALM, ANGRY], "uncertain"),
    ("classes: angry", [CALM, CROSS], "pass"),
    ("classes: [dissatisfied, angry], trend: rising", [CALM, CROSS, ANGRY], "uncertain"),
    ("classes: [dissatisfied, angry], trend: rising", [ANGRY, CROSS, CALM], "pass"),
    ("classes: [dissatisfied, angry], trend: falling", [ANGRY, CROSS, CALM], "uncertain"),
    ("classes: angry", [CURT], "not_applicable"),
]


@pytest.mark.parametrize(("fields", "lines", "status"), MOOD)
def test_mood_of_the_customer(judge, fields: str, lines: list[str], status: str) -> None:
    assert judge(f"{{operator: tone, speaker: customer, {fields}}}", lines).status == status


def test_a_hit_shows_turn_class_probability_and_the_words_that_pushed(judge) -> None:
    result = judge("{operator: tone, classes: dismissive}", ["客户[0-2]：怎么办", COLD.replace("[", "[3-5 ")])
    (hit,) = result.evidence
    assert (hit.turn, hit.speaker, hit.start, hit.end) == (1, Speaker.AGENT, 3.0, 5.0)
    assert (hit.text, hit.span, hit.score) == ("找快递员", (2, 6), 70.0)
    assert hit.explanation == "坐席这句话听起来「推诿冷漠」（把握 70%）：「找快递员」推向「推诿冷漠」"
    assert result.reason == "语气由模型从字面判断（把握 70%），须人工复核"


def test_classes_together_are_as_likely_as_their_sum_and_each_is_named(judge) -> None:
    reading = ToneReading(
        0, "impatient", (("warm", 0.0), ("neutral", 0.3), ("impatient", 0.4), ("dismissive", 0.3)), ()
    )
    result = judge(
        "{operator: tone, classes: [impatient, dismissive], above: 0.7}", "坐席：快说", tones=FixedTones({0: reading})
    )
    assert result.status == "uncertain"
    assert "「不耐烦」（把握 40%）、「推诿冷漠」（把握 30%）" in result.evidence[0].explanation


def test_certainty_is_never_written_as_100_percent(judge) -> None:
    result = judge("{operator: tone, classes: impatient}", "坐席[tone=impatient:1.0]：快说")
    assert "99%" in result.evidence[0].explanation


def test_without_a_model_nothing_is_said(judge) -> None:
    for tones in (None, NoTones()):
        result = judge("{operator: tone, classes: impatient}", "坐席：你快点说", tones=tones)
        assert (result.status, result.reason) == ("not_applicable", "没有启用语气模型")


def test_excluded_turns_are_not_judged_even_if_somebody_read_them(make_pack) -> None:
    pack = make_pack("c: {operator: tone, classes: impatient}")
    turns = (Turn(0, Speaker.AGENT, "你快点说", excluded=Exclusion.LOOP), Turn(1, Speaker.AGENT, "好的"))
    tones = FixedTones({0: ToneReading(0, "impatient", (("neutral", 0.1), ("impatient", 0.9)))})
    result = evaluate(pack, Transcript(Call("c"), turns), tones=tones)[0]
    assert (result.status, "没有可以判断语气的坐席的话" in result.reason) == ("not_applicable", True)


class Counting(FixedTones):
    def __init__(self) -> None:
        super().__init__({0: ToneReading(0, "impatient", (("neutral", 0.1), ("impatient", 0.9)))})
        self.asked = 0

    def read(self, transcript: Transcript):
        self.asked += 1
        return super().read(transcript)


@pytest.mark.parametrize(("operator", "asked"), [("tone, classes: impatient", 1), ("phrase, phrases: [快点]", 0)])
def test_the_model_is_asked_once_and_only_when_a_rule_wants_it(make_pack, operator: str, asked: int) -> None:
    pack = make_pack(f"c: {{operator: {operator}}}\nd: {{operator: {operator}, min_hits: 2}}", fault="c or d")
    tones = Counting()
    evaluate(pack, Transcript(Call("c"), (Turn(0, Speaker.AGENT, "你快点说"),)), tones=tones)
    assert tones.asked == asked


def _read(probability: float, **facts: object) -> tuple[Transcript, ToneReading]:
    turn = Turn(0, Speaker.AGENT, "你快点说", **facts)  # type: ignore[arg-type]
    probabilities = (("neutral", round(1 - probability, 4)), ("impatient", probability))
    return Transcript(Call("c"), (turn,)), ToneReading(0, "impatient", probabilities, (ToneWord("快点", (1, 3), 1.2),))


DEDUCTION = [
    ("", 0.95, {"impatient": 0.8}, {}, "uncertain"),  # a flag unless the pack says otherwise
    ("deduct_above: 0.9", 0.95, {"impatient": 0.8}, {}, "fail"),
    ("deduct_above: 0.9", 0.85, {"impatient": 0.8}, {}, "uncertain"),
    ("deduct_above: 0.7", 0.75, {"impatient": 0.8}, {}, "uncertain"),  # the pack asks for less than was measured
    ("deduct_above: 0.7", 0.85, {"impatient": 0.8}, {}, "fail"),
    ("deduct_above: 0.9", 0.99, {}, {}, "uncertain"),  # never was that precise
    ("deduct_above: 0.9", 0.99, {"dismissive": 0.5}, {}, "uncertain"),
    ("deduct_above: 0.9", 0.95, {"impatient": 0.8}, {"confidence": 0.3}, "not_applicable"),  # hardly understood
]


@pytest.mark.parametrize(("fields", "probability", "sure_from", "facts", "status"), DEDUCTION)
def test_what_costs_points(
    make_pack, fields: str, probability: float, sure_from: dict[str, float], facts: dict[str, float], status: str
) -> None:
    pack = make_pack(f"c: {{operator: tone, classes: impatient{', ' if fields else ''}{fields}}}", rule="points: -3")
    transcript, reading = _read(probability, **facts)
    result = evaluate(pack, transcript, tones=FixedTones({0: reading}, sure_from=sure_from))[0]
    assert (result.status, result.points) == (status, -3.0 if status == "fail" else 0.0)


def test_a_tone_that_was_not_read_is_no_proof_that_it_was_missing(judge) -> None:
    fields = "{operator: tone, classes: warm}"
    cold = judge(fields, [PLAIN, PLAIN], fault="not c", rule="points: -3")
    assert (cold.status, cold.points) == ("uncertain", 0.0)
    assert "没有从字面读出「热情」" in cold.reason
    assert judge(fields, [PLAIN, KIND], fault="not c", rule="points: -3").status == "pass"


SOUND = [f"坐席[{at}-{at + 2} cpm=230 db=-25 tone=neutral:0.9]：请您报一下单号" for at in (0, 4, 8)]
RAISED = "坐席[12-14 cpm={cpm} db={db} tone=impatient:0.45]：你快点说"


@pytest.mark.parametrize(
    ("fields", "cpm", "db", "status", "named"),
    [
        ("above: 0.5", 352, -25, "pass", ""),
        ("above: 0.5, above_with_sound: 0.4", 352, -25, "uncertain", "语速 352 字/分钟，高于本人本次通话中位数 230"),
        ("above: 0.5, above_with_sound: 0.4", 230, -18, "uncertain", "音量比本人本次通话中位数高 7.0 dB"),
        ("above: 0.5, above_with_sound: 0.4", 230, -25, "pass", ""),
        ("above: 0.4", 230, -25, "uncertain", ""),
    ],
)
def test_sound_that_agrees_is_named_and_may_make_up_for_a_lower_probability(
    judge, fields: str, cpm: int, db: int, status: str, named: str
) -> None:
    result = judge(f"{{operator: tone, classes: impatient, {fields}}}", [*SOUND, RAISED.format(cpm=cpm, db=db)])
    assert result.status == status
    if status == "uncertain":
        assert ("声音佐证：" in result.evidence[0].explanation) is bool(named)
        assert named in result.evidence[0].explanation


def test_sound_alone_never_costs_points(make_pack) -> None:
    pack = make_pack(
        "c: {operator: tone, classes: impatient, above: 0.9, above_with_sound: 0.4, deduct_above: 0.9}",
        rule="points: -3",
    )
    dialogue = Dialogue(turns=(*SOUND, RAISED.format(cpm=352, db=-15)))
    result = evaluate(pack, transcript_of(dialogue), tones=tones_of(dialogue))[0]
    assert (result.status, result.points) == ("uncertain", 0.0)


COMFORT = """
angry: {operator: tone, speaker: customer, classes: angry}
soothe: {operator: phrase, phrases: [别着急], anchor: {to: angry, where: after, hit: first, turns: 2}}
"""


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([ANGRY, "坐席：您别着急"], "not_applicable"),  # comforted in any case: nothing to look at
        ([ANGRY, "坐席：单号多少", "坐席：查不到"], "uncertain"),
        ([CALM, "坐席：单号多少"], "not_applicable"),
    ],
)
def test_an_unsure_anchor_asks_for_a_person_only_where_that_matters(judge, lines: list[str], status: str) -> None:
    result = judge(COMFORT, lines, fault="not soothe", rule="only_if: angry\npoints: -4")
    assert (result.status, result.points) == (status, 0.0)
    assert "无法判断" not in result.reason


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ("classes: angry", "坐席的语气没有 angry"),
        ("speaker: customer, classes: warm", "客户的语气没有 warm"),
        ("speaker: any, classes: warm", "speaker"),
        ("classes: rude", "classes"),
        ("classes: []", "classes"),
        ("above: 0.5", "classes"),
        ("classes: warm, above: 1.5", "above"),
        ("classes: impatient, above: 0.5, above_with_sound: 0.6", "小于 above"),
        ("classes: warm, above_with_sound: 0.4", "above_with_sound 只用于"),
        ("classes: impatient, above: 0.9, deduct_above: 0.5", "deduct_above 不能小于 above"),
        ("classes: impatient, trend: rising, third: last", "trend 比较开头与结尾"),
        ("classes: impatient, trend: rising, min_hits: 2", "trend 比较开头与结尾"),
        ("classes: impatient, min_change: 0.3", "min_change 只与 trend 同用"),
    ],
)
def test_what_makes_no_sense_is_refused(make_pack, fields: str, words: str) -> None:
    with pytest.raises(RulesError) as error:
        make_pack(f"c: {{operator: tone, {fields}}}")
    assert any(words in str(fault) for fault in error.value.faults), error.value.faults


def test_a_long_turn_weighs_more_than_a_short_one_in_a_trend(judge) -> None:
    lines = [
        CALM,
        CALM,
        CALM,
        CALM,
        "客户[tone=calm:0.9]：好的那我就在家里等着麻烦你们了",
        "客户[tone=angry:0.9]：没了",
    ]
    assert judge("{operator: tone, speaker: customer, classes: angry, trend: rising}", lines).status == "pass"


@pytest.mark.parametrize(
    ("count", "sizes"), [(2, None), (3, (1, 1, 1)), (4, (1, 2, 1)), (5, (1, 3, 1)), (6, (2, 2, 2))]
)
def test_thirds(count: int, sizes: tuple[int, ...] | None) -> None:
    parts = thirds(range(count))
    assert (None if parts is None else tuple(len(part) for part in parts)) == sizes
    if parts is not None:
        assert [item for part in parts for item in part] == list(range(count))


@pytest.mark.parametrize(
    "written",
    ["tone=rude:0.5", "tone=angry:0.5", "tone=warm", "tone=warm:2", "tone=warm:0.5:没有这个词", "tone=warm:x"],
)
def test_a_tone_written_wrongly_in_an_example_is_told(make_pack, written: str) -> None:
    rule = f'examples: {{miss: ["坐席[{written}]：您好"]}}'
    (outcome,) = run_examples(make_pack("c: {operator: tone, classes: impatient}", rule=rule))
    assert not outcome.ok
    assert "不正确" in outcome.problem


LINT = [
    ("classes: impatient, deduct_above: 0.8", {"impatient": 0.8}, []),
    ("classes: impatient, deduct_above: 0.7", {"impatient": 0.8}, ["tone-below-threshold"]),
    ("classes: impatient, deduct_above: 0.7", {"dismissive": 0.6}, ["tone-no-threshold"]),
    ("classes: [impatient, dismissive], deduct_above: 0.7", {"dismissive": 0.6}, ["tone-no-threshold"]),
    ("classes: impatient, deduct_above: 0.7", {}, ["tone-no-model"]),
    ("classes: impatient, deduct_above: 0.7", None, []),
    ("classes: impatient", {}, []),
]


@pytest.mark.parametrize(("fields", "sure_from", "codes"), LINT)
def test_lint_holds_deductions_against_what_was_measured(
    make_pack, fields: str, sure_from: dict[str, float] | None, codes: list[str]
) -> None:
    found = lint(make_pack(f"c: {{operator: tone, {fields}}}", rule="points: -3"), sure_from=sure_from)
    assert [f.code for f in found if f.level is Level.ERROR] == codes
    assert all("0.8" in f.message for f in found if f.code == "tone-below-threshold")


@pytest.mark.parametrize(
    ("fields", "kind"), [("classes: impatient", "uncertain"), ("classes: impatient, deduct_above: 0.9", "hit")]
)
def test_lint_wants_the_example_that_can_be(make_pack, fields: str, kind: str) -> None:
    found = lint(make_pack(f"c: {{operator: tone, {fields}}}", rule=f"examples: {{miss: [x], {kind}: [y]}}"))
    assert "missing-examples" not in [f.code for f in found]
    bare = lint(make_pack(f"c: {{operator: tone, {fields}}}", rule="examples: {miss: [x]}"))
    assert next(f.message for f in bare if f.code == "missing-examples").startswith(f"缺少例句 {kind}")
