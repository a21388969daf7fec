"""A duty that the whole call left out: a second witness beside what the rule finds itself."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from qa_engine.domain import ToneWord, Transcript, Word
from qa_engine.errors import RulesError
from qa_engine.rules import evaluate
from qa_engine.rules.examples import acts_of
from qa_engine.rules.packs.describe import sentence
from qa_engine.rules.ports.acts import FixedActs, LeftOut
from qa_engine.rules.written.models import Dialogue
from tests.unit.rules.conftest import Judge, pack_of, transcript

SORRY = "{operator: phrase, phrases: [抱歉], witness: [comfort]}"
PREMISE = "angry: {operator: phrase, speaker: customer, phrases: [气死]}\nc: " + SORRY
RULE = "points: -4\nduty: meaning\nleft_out: comfort\n"
SAYS_WORDS = "坐席[act=explain:0.9]：抱歉，单号多少。"
MEANS_IT = "坐席[act=comfort:0.5]：抱歉，您先别急。"
MAYBE = "坐席[act=explain:0.8+comfort:0.45]：您看这样。"
UNHEARD = "坐席[act=explain:0.9 excluded=ghost_text]：系统显示。"
ANGRY = "客户[act=angry:0.9]：我气死了。"


def witness(
    lines: list[str], *, sure: bool = True, firm: bool = False, duty: str = "comfort", words: float | None = None
) -> "Telling":
    """The acts that the lines write, and a whole call that left a duty out."""
    read = acts_of(Dialogue(turns=tuple(lines)))
    assert isinstance(read, FixedActs)
    said = {duty: LeftOut(0.93, sure, firm, (("坐席「安抚」", 0.08),), words)}
    return Telling(read._readings, limits=read.limits, left_out=said)


class Telling(FixedActs):
    """Says which words of the call speak for what was left out, and counts how often it is asked."""

    asked = 0

    def explain_left_out(self, transcript: Transcript, duty: str) -> Sequence[tuple[int, ToneWord]]:
        self.asked += 1
        at = transcript.turns[0].text.index("气死")
        return (0, ToneWord("气死", (at, at + 2), 0.8)), (1, ToneWord("抱", (0, 1), 0.4))


@pytest.mark.parametrize(
    ("lines", "alone", "sure", "doubtful", "why"),
    [
        ([ANGRY, MAYBE], "uncertain", "fail", "uncertain", "what nobody could be sure of"),
        ([ANGRY, SAYS_WORDS], "pass", "fail", "uncertain", "words that do not do it"),
        ([ANGRY, MEANS_IT], "pass", "uncertain", "pass", "words that do it"),
        ([ANGRY, UNHEARD, MAYBE], "uncertain", "uncertain", "uncertain", "it may be where nothing was heard"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_both_speak_for_a_deduction(
    judge: Judge, lines: list[str], alone: str, sure: str, doubtful: str, why: str
) -> None:
    def status(acts: FixedActs | None) -> str:
        return judge(SORRY, lines, fault="not c", rule=RULE, acts=acts).status

    assert (status(None), status(witness(lines)), status(witness(lines, sure=False))) == (alone, sure, doubtful), why
    assert status(witness(lines, duty="restate")) == alone, "another duty is none of its business"


@pytest.mark.parametrize(
    ("lines", "premise", "status"),
    [
        ([ANGRY, MEANS_IT], "", "fail"),  # words whose turn hardly does it
        ([ANGRY, "坐席[act=comfort:0.97]：抱歉，您先别急。"], "", "uncertain"),  # a turn that surely does it
        (["客户：怎么又坏了。", MEANS_IT], "only_if: angry\n", "not_applicable"),  # done, and never asked for in words
    ],
)
def test_where_acts_and_words_of_the_call_are_both_sure_weak_words_are_none(
    judge: Judge, lines: list[str], premise: str, status: str
) -> None:
    conditions = PREMISE if premise else SORRY
    result = judge(conditions, lines, fault="not c", rule=RULE + premise, acts=witness(lines, firm=True))
    assert result.status == status


def test_it_says_what_the_whole_call_shows_and_where_was_looked(judge: Judge) -> None:
    lines = [ANGRY, SAYS_WORDS]
    fault = judge(SORRY, lines, fault="not c", rule=RULE, acts=witness(lines))
    assert fault.message == "整通话没有安抚客户"
    assert fault.reason == "看整通话，像是没有安抚客户（把握 93%；坐席「安抚」 8%）"
    assert [where.condition for where in fault.searched] == ["c"]
    doubt = judge(SORRY, lines, fault="not c", rule=RULE, acts=witness(lines, sure=False))
    assert doubt.reason.endswith("，须人工复核")
    assert doubt.quiet


@pytest.mark.parametrize("sure", [True, False])
def test_it_shows_the_words_of_the_call_that_speak_for_it(judge: Judge, sure: bool) -> None:
    lines = ["客户[0-4 act=angry:0.9]：我气死了。", "坐席[5-9 act=explain:0.9]：抱歉，单号多少。"]
    acts = witness(lines, sure=sure, words=0.57)
    result = judge(SORRY, lines, fault="not c", rule=RULE, acts=acts)
    assert result.status == ("fail" if sure else "uncertain")
    first, second = result.call_words
    assert (first.turn, first.speaker, first.text, first.span) == (0, "customer", "气死", (1, 3))
    assert (first.start, first.end) == pytest.approx((0.8, 2.4))
    assert (first.condition, first.operator, first.score) == ("comfort", "left_out", 57.0)
    assert first.explanation == "整通话里最像没有安抚客户的用词之一"
    assert (second.turn, second.speaker, second.text) == (1, "agent", "抱")
    silent = judge(SORRY, lines, fault="not c", rule=RULE, acts=witness(lines, sure=sure))
    assert replace(result, call_words=()) == silent, "nothing else changes by it"


@pytest.mark.parametrize(
    ("lines", "how"),
    [
        ([ANGRY, "坐席[act=explain:0.9]：单号多少。"], {"words": 0.57}),  # found anyway
        ([ANGRY, MEANS_IT], {"words": 0.57, "sure": False}),  # passes
        ([ANGRY, SAYS_WORDS], {"words": 0.57, "duty": "restate"}),  # another duty
        ([ANGRY, SAYS_WORDS], {"words": None}),  # its words do not speak for it
    ],
)
def test_where_the_whole_call_has_no_say_nothing_is_explained(judge: Judge, lines: list[str], how: dict) -> None:  # type: ignore[type-arg]
    acts = witness(lines, **how)
    assert not judge(SORRY, lines, fault="not c", rule=RULE, acts=acts).call_words
    assert not acts.asked


def test_other_hearings_of_an_unsure_word_explain_nothing_anew() -> None:
    lines = [ANGRY, SAYS_WORDS]
    acts, call = witness(lines, words=0.57), transcript(lines)
    words = [("我", 0.3), ("气死", 0.9), ("了", 0.3)]
    heard = tuple(Word(text, at, at + 0.5, probability) for at, (text, probability) in enumerate(words))
    turns = (replace(call.turns[0], start=0.0, end=3.0, words=heard), *call.turns[1:])
    pack = pack_of(PREMISE, fault="not c", rule=RULE + "only_if: angry")
    (result,) = evaluate(pack, replace(call, turns=turns), acts=acts)
    assert result.fragile is not None
    assert result.fragile.tried > 1
    assert result.call_words
    assert acts.asked == 1


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ("only_if: angry", "not_applicable"),  # the premise is not met in words
        ("left_out_if: not c", "fail"),  # what the rule asks for itself beside the whole call
        ("only_if: angry\nleft_out_if: not c", "fail"),  # that the call asked for it is what the whole call knows
        ("only_if: angry\nleft_out_if: c", "not_applicable"),
    ],
)
def test_a_rule_may_say_what_it_asks_for_beside_the_whole_call(judge: Judge, more: str, status: str) -> None:
    lines = ["客户：怎么又坏了。", MAYBE]
    conditions = PREMISE if "angry" in more else SORRY
    result = judge(conditions, lines, fault="not c", rule=RULE + more, acts=witness(lines))
    assert result.status == status
    doubted = judge(conditions, lines, fault="not c", rule=RULE + more, acts=witness(lines, sure=False))
    assert doubted.status == ("uncertain" if status == "fail" else status), "not sure: never a deduction"


def test_a_fault_that_is_found_anyway_stays_as_it_is(judge: Judge) -> None:
    lines = [ANGRY, "坐席[act=explain:0.9]：单号多少。"]
    alone = judge(SORRY, lines, fault="not c", rule=RULE)
    assert alone.status == "fail"
    assert judge(SORRY, lines, fault="not c", rule=RULE, acts=witness(lines)) == alone


def test_an_unknown_duty_is_a_located_fault() -> None:
    with pytest.raises(RulesError, match="没有可从整通话看出的职责「安慰」"):
        pack_of(f"c: {SORRY}", fault="not c", rule="left_out: 安慰")


def test_what_is_asked_for_beside_no_duty_is_a_located_fault() -> None:
    with pytest.raises(RulesError, match="left_out_if 只能与 left_out 一起写"):
        pack_of(f"c: {SORRY}", fault="not c", rule="left_out_if: not c")


def test_beside_a_wrong_duty_the_rest_of_the_rule_is_checked_as_well() -> None:
    with pytest.raises(RulesError) as error:
        pack_of(f"c: {SORRY}", fault="not c", rule="left_out: 安慰\nleft_out_if: not d")
    assert "没有可从整通话看出的职责「安慰」" in str(error.value)
    assert "left_out_if 里的条件「d」没有定义" in str(error.value)


def test_the_rule_in_plain_words_tells_of_it() -> None:
    pack = pack_of(f"c: {SORRY}", fault="not c", rule=RULE + "left_out_if: not c")
    assert "看整通话的行为和用词，没有安抚客户，且" in sentence(pack, pack.rules[0])
