"""One call, judged: total, grade, and when a person must look."""

from dataclasses import replace

import pytest

from qa_engine.domain import (
    PENDING_GRADE,
    Agent,
    Call,
    Channel,
    Exclusion,
    Recognition,
    RuleResult,
    Severity,
    Speaker,
    SpeechSpan,
    Status,
    Transcript,
    Turn,
    canonical_json,
)
from qa_engine.errors import UsageError
from qa_engine.scoring import ItemMode, ReviewKind, ReviewPolicy, Scorecard, kind_of, metrics, score_call
from qa_engine.scoring.review import titles_of
from qa_engine.scoring.weight import UNRELIABLE
from qa_engine.wording import EXCLUSIONS
from tests.unit.scoring.builders import card, fail, item, rule, section, transcript, turn, veto

A, C, U = Speaker.AGENT, Speaker.CUSTOMER, Speaker.UNKNOWN
CARD = card(section("s", item("i", 60), item("hand", 40, mode=ItemMode.MANUAL, anchors=((40, "好"), (0, "差")))))


def score(*results: RuleResult, call: Transcript | None = None, scorecard: Scorecard = CARD, **more: object) -> object:
    return score_call(
        call or transcript(),
        results,
        "base@sha256:0",
        scorecard,
        transcript_digest="sha256:1",
        engine="0.1.0",
        **more,  # type: ignore[arg-type]
    )


def kinds(result: object) -> list[ReviewKind | None]:
    return [kind_of(reason) for reason in result.review_reasons]  # type: ignore[attr-defined]


def test_a_clean_call() -> None:
    result = score(rule("a"))
    assert (result.total, result.possible, result.grade, result.veto) == (60.0, 60.0, "A", False)
    assert (result.needs_review, result.review_reasons) == (False, ())
    assert result.rules == (rule("a"),)
    assert result.scorecard == CARD.label
    assert (result.pack, result.transcript, result.engine) == ("base@sha256:0", "sha256:1", "0.1.0")


def test_a_result_says_whose_it_is_and_what_each_line_is() -> None:
    call = transcript(call=Call("c-7", agent=Agent("8026"), duration=20.0))
    result = score(rule("a"), fail("b", -2), call=call)
    assert (result.call_id, result.agent_id, result.scorecard_title) == ("c-7", "8026", "测试")
    assert (result.pending, result.metrics, result.review_weight) == (False, metrics(call), 1.5)
    (part,) = result.sections
    lines = [(line.title, line.rules, line.score) for line in part.items]
    assert (part.title, lines) == ("s", [("i", ("a", "b"), 58.0), ("hand", (), None)])


def test_a_reason_says_what_was_seen() -> None:
    low = score(fail("a", -40), scorecard=card(*CARD.sections, review=ReviewPolicy(below_percent=60)))
    assert low.review_reasons == ("得分偏低：33.33%，低于 60%",)
    nobody = score(rule("a"), call=transcript([turn(C, "喂", 0, 1)]))
    assert nobody.review_reasons == ("没有听到坐席说话：坐席一方没有声音或没有识别出文字，须人工听音",)
    written = transcript([turn(C, "在吗", 0, 1)], Call("c", channel=Channel.CHAT))
    assert kinds(score(rule("a"), call=written)) == []
    foreign = replace(transcript(), warnings=("other_language:agent",))
    assert kinds(score(rule("a"), call=foreign)) == [ReviewKind.OTHER_LANGUAGE]


def test_another_agent_of_the_call_is_named() -> None:
    first, second = (
        replace(turn(U, "我来说", 3, 4), label=name, agent_id=of) for name, of in (("甲", "1"), ("乙", "2"))
    )
    spoken = transcript()
    call = replace(spoken, turns=(*spoken.turns, replace(first, index=2), replace(second, index=3)))
    (reason,) = score(rule("a"), call=call).review_reasons
    assert kind_of(reason) is ReviewKind.OTHER_AGENTS
    assert reason.endswith("甲、乙，所说的话不计入本坐席，另行考评")


def test_the_same_inputs_give_the_same_bytes() -> None:
    results = (fail("a", -3.3), rule("b", Status.UNCERTAIN), veto("v"))
    assert canonical_json(score(*results)) == canonical_json(score(*results))


def test_a_person_fills_the_manual_item() -> None:
    result = score(fail("a", -30), answers={("s", "hand"): 40})
    assert (result.total, result.possible, result.grade) == (70.0, 100.0, "C")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({("s", "i"): 3}, "no manual item"),
        ({("s", "nothing"): 3}, "no manual item"),
        ({("s", "hand"): 41}, "0 to 40"),
        ({("s", "hand"): -1}, "0 to 40"),
        ({("s", "hand"): float("nan")}, "0 to 40"),
    ],
)
def test_answers_that_the_card_does_not_allow(answers: dict[tuple[str, str], float], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        score(rule("a"), answers=answers)


NOT_HEARD = transcript([turn(A, "您好", 0, 1, confidence=0.4), turn(C, "你好", 1, 2, confidence=0.5)])
HALF_LEFT_OUT = transcript([turn(A, "您好", 0, 1), turn(C, "谢谢观看", 1, 2, excluded=Exclusion.GHOST_TEXT)])
TWO_LEFT_OUT = transcript(
    [*HALF_LEFT_OUT.turns, turn(C, "看看看看", 2, 3, excluded=Exclusion.LOOP)],
)
MONO = transcript([turn(U, "您好", 0, 1), turn(U, "你好", 1, 2)])
EMPTY = transcript([])
STARTER = transcript(recognition=Recognition("faster-whisper", "starter", "m", "s", "a", notice="演示识别模型"))


@pytest.mark.parametrize(
    ("results", "call", "expected", "grade"),
    [
        ([rule("a"), veto("v")], None, [ReviewKind.VETO], "E"),
        ([rule("a"), veto("v", confirmed=False)], None, [ReviewKind.VETO_SUSPECTED], "A"),
        ([rule("a"), veto("v", Status.UNCERTAIN)], None, [ReviewKind.VETO_DOUBT], "A"),
        ([rule("a", Status.UNCERTAIN)], None, [ReviewKind.UNCERTAIN], "A"),
        ([rule("a", Status.ERROR)], None, [ReviewKind.RULE_ERROR], "A"),
        ([rule("a"), fail("b", -3, item="elsewhere")], None, [ReviewKind.UNPLACED], "A"),
        ([rule("a"), rule("b", Status.FAIL, severity=Severity.INFO, item="elsewhere")], None, [], "A"),
        ([fail("a", -40)], None, [ReviewKind.LOW_SCORE], "E"),
        ([rule("a")], NOT_HEARD, [ReviewKind.LOW_CONFIDENCE], PENDING_GRADE),
        ([rule("a")], HALF_LEFT_OUT, [ReviewKind.EXCLUDED], PENDING_GRADE),
        ([rule("a")], MONO, [ReviewKind.UNKNOWN_ROLES], PENDING_GRADE),
        ([rule("a", Status.NOT_APPLICABLE)], None, [ReviewKind.NOTHING_SCORED], PENDING_GRADE),
        ([rule("a")], EMPTY, [ReviewKind.NO_SPEECH], PENDING_GRADE),
        ([rule("a")], STARTER, [ReviewKind.STARTER_MODEL], "A"),
        (
            [veto("v"), rule("a", Status.ERROR), rule("b", Status.UNCERTAIN)],
            NOT_HEARD,
            [ReviewKind.VETO, ReviewKind.LOW_CONFIDENCE, ReviewKind.RULE_ERROR, ReviewKind.UNCERTAIN],
            PENDING_GRADE,
        ),
    ],
)
def test_reasons_to_review(
    results: list[RuleResult], call: Transcript | None, expected: list[ReviewKind], grade: str
) -> None:
    made = card(*CARD.sections, review=ReviewPolicy(below_percent=60))
    result = score(*results, call=call, scorecard=made)
    assert kinds(result) == expected
    assert result.grade == grade
    assert result.needs_review is bool(expected)
    assert result.pending is (grade == PENDING_GRADE)


def test_a_suspected_veto_leaves_the_score_until_a_person_confirms_it() -> None:
    found = veto("veto.abuse", confirmed=False)
    suspected = score(fail("a", -6), found)
    assert (suspected.veto, suspected.veto_suspected, suspected.total) == (False, True, 54.0)
    assert suspected.needs_review
    confirmed = score(fail("a", -6), found, confirmed={"veto.abuse"})
    assert (confirmed.veto, confirmed.veto_suspected, confirmed.total, confirmed.grade) == (True, False, 0.0, "E")
    other = score(fail("a", -6), found, confirmed={"a", "veto.other"})
    assert (other.veto, other.veto_suspected, other.total) == (False, True, 54.0)


def test_a_quiet_doubt_is_shown_and_weighs_and_asks_for_nobody() -> None:
    result = score(rule("a"), rule("b", Status.UNCERTAIN, quiet=True, stake=-5.0))
    assert kinds(result) == [ReviewKind.QUIET]
    assert (result.needs_review, result.review_weight) == (False, 2.5)


def test_a_call_that_was_not_understood_keeps_its_sums_but_has_no_grade() -> None:
    result = score(fail("a", -6), call=NOT_HEARD)
    assert (result.total, result.possible, result.grade) == (54.0, 60.0, PENDING_GRADE)
    assert result.review_reasons == ("识别可信度低：全通平均 45%，低于 60%，得分仅供参考",)
    assert result.review_weight == score(fail("a", -6)).review_weight + UNRELIABLE


def test_reasons_are_words_for_people() -> None:
    result = score(rule("a"), veto("veto.abuse"), rule("b", Status.UNCERTAIN))
    assert result.review_reasons == ("命中一票否决：规则veto.abuse（veto.abuse）", "机器无法确定：规则b（b）")
    assert kind_of("别的话：甲") is None


def test_every_kind_can_be_told_from_its_words() -> None:
    assert [kind_of(kind.heading) for kind in ReviewKind] == list(ReviewKind)


def test_the_notice_of_the_starter_model_goes_with_the_result() -> None:
    assert score(rule("a"), call=STARTER).notice == "演示识别模型"
    assert score(rule("a"), call=transcript(call=Call("c"))).notice is None


def said(confidence: float, *, excluded: str = "", heard: str = "您好您好") -> Transcript:
    turns = [turn(A, heard, 0, 1, confidence=confidence), turn(C, "你好你好", 1, 2, confidence=confidence)]
    extra = [turn(C, excluded, 2, 3, excluded=Exclusion.GHOST_TEXT)] if excluded else []
    return transcript([*turns, *extra])


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (said(0.6), []),
        (said(0.59), [ReviewKind.LOW_CONFIDENCE]),
        (said(0.9, excluded="看看"), []),  # two of ten characters: the limit itself
        (said(0.9, excluded="看看看"), [ReviewKind.EXCLUDED]),
    ],
)
def test_at_the_limit_itself_nobody_is_called(call: Transcript, expected: list[ReviewKind]) -> None:
    assert kinds(score(rule("a"), call=call)) == expected


@pytest.mark.parametrize(("lost", "expected"), [(24.0, []), (24.6, [ReviewKind.LOW_SCORE])])
def test_a_score_at_the_limit_is_not_below_it(lost: float, expected: list[ReviewKind]) -> None:
    made = card(*CARD.sections, review=ReviewPolicy(below_percent=60))
    assert kinds(score(fail("a", -lost), scorecard=made)) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(2.0, []), (2.5, [ReviewKind.UNHEARD])])
def test_speech_without_words(seconds: float, expected: list[ReviewKind]) -> None:
    heard = (SpeechSpan(A, 0.0, 4.0), SpeechSpan(C, 4.0, 10.0))
    result = score(rule("a"), call=transcript(speech=heard, unheard=(SpeechSpan(C, 5.0, 5.0 + seconds),)))
    assert kinds(result) == expected
    assert [reason.partition("：")[2] for reason in result.review_reasons] == ["占全部说话时间的 25%"] * len(expected)


def stranger(label: str | None) -> Turn:
    return Turn(0, U, "您好", 0, 1, label=label)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (NOT_HEARD, "识别可信度低：全通平均 45%，低于 60%，得分仅供参考"),
        (HALF_LEFT_OUT, f"部分话轮未参与检查：占全部文字的 67%（{EXCLUSIONS[Exclusion.GHOST_TEXT]}）"),
        (
            TWO_LEFT_OUT,
            f"部分话轮未参与检查：占全部文字的 80%（{EXCLUSIONS[Exclusion.GHOST_TEXT]}、{EXCLUSIONS[Exclusion.LOOP]}）",
        ),
        (MONO, "说话人角色不明：分不清坐席与客户，须人工听音"),
        (STARTER, "演示识别模型：只认识合成语音，真实录音的结论须人工核对"),
        (EMPTY, "没有可检查的话"),
        (transcript(warnings=("other_language:en",)), "不是普通话：按普通话识别的文字不可信，须人工听音"),
        (transcript([turn(A, "  ", 0, 1), turn(C, "", 1, 2)]), "没有可检查的话"),
    ],
)
def test_a_reason_says_what_it_is_in_words(call: Transcript, words: str) -> None:
    assert score(rule("a"), call=call).review_reasons == (words,)


@pytest.mark.parametrize("warnings", [(), ("truncated",), ("dual_mono", "leak:other_language")])
def test_other_warnings_are_no_other_language(warnings: tuple[str, ...]) -> None:
    assert score(rule("a"), call=transcript(warnings=warnings)).review_reasons == ()


def test_who_is_unknown_is_named_and_counted() -> None:
    known = Turn(0, A, "您好", 0, 1)
    some = Transcript(
        Call("c"), tuple(replace(t, index=n) for n, t in enumerate((known, stranger("主管"), stranger(None))))
    )
    (reason,) = score(rule("a"), call=some).review_reasons
    assert "：有 2 个话轮" in reason
    assert "（主管）" in reason
    other = Transcript(Call("c"), (known, replace(stranger(None), index=1)))
    (reason,) = score(rule("a"), call=other).review_reasons
    assert "：有 1 个话轮" in reason
    assert "（" not in reason


def test_several_rules_of_a_kind_are_one_reason() -> None:
    result = score(rule("a"), rule("b", Status.UNCERTAIN), rule("c", Status.UNCERTAIN))
    assert result.review_reasons == ("机器无法确定：规则b（b）、规则c（c）",)


@pytest.mark.parametrize("answer", [0.0, 0.5, 40.0])
def test_an_answer_may_be_anything_from_nothing_to_all(answer: float) -> None:
    assert score(rule("a"), answers={("s", "hand"): answer}).total == 60.0 + answer


def test_the_kind_of_a_reason_ends_at_its_first_colon() -> None:
    assert kind_of("机器无法确定：规则：甲：乙（b）") is ReviewKind.UNCERTAIN


def test_strangers_are_named_once_each_and_up_to_two_fifths_leave_a_grade() -> None:
    def heard(*said: Turn) -> object:
        turns = tuple(replace(one, index=at) for at, one in enumerate(said))
        return score(rule("a"), call=Transcript(Call("c"), turns))

    known = Turn(0, A, "您好您", 0, 1)
    limit = heard(known, stranger("主管"))
    assert kinds(limit) == [ReviewKind.OTHER_SPEAKERS], "two of five characters"
    more = heard(replace(known, text="您好"), stranger("主管"))
    assert kinds(more) == [ReviewKind.UNKNOWN_ROLES]
    (reason,) = heard(
        replace(known, text="您好您好您好您好您好"), *map(stranger, ("主管", "家人", "主管"))
    ).review_reasons  # type: ignore[attr-defined]
    assert (
        reason
        == "另有他人说话：有 3 个话轮不是本通坐席或客户说的，或不知是谁说的（主管、家人），未计入任何一方，须人工判断"
    )
    (reason,) = heard(known, stranger(None)).review_reasons  # type: ignore[attr-defined]
    assert "或不知是谁说的，未计入" in reason


def test_the_rules_of_a_reason_are_told_by_their_titles() -> None:
    rules = [
        ("opening.id", "报公司（部门）和工号"),
        ("b", "怀疑、质问"),
        ("c.b", "再怀疑、质问"),
        ("d", "不在其中"),
        ("e", "怀疑、质问"),
    ]
    said = "机器无法确定：报公司（部门）和工号（opening.id）、怀疑、质问（b）、怀疑、质问（e）"
    assert titles_of(said, rules) == ("报公司（部门）和工号", "怀疑、质问")
    assert titles_of("轻微疑点：再怀疑、质问（c.b）", rules) == ("再怀疑、质问",)
    assert titles_of("机器无法确定：规则：甲（b）", [("b", "规则：甲")]) == ("规则：甲",)
    assert titles_of("部分话轮未参与检查：占全部文字的 30%（不在其中（d））", rules) == (), "names no rule"
    assert titles_of("识别可信度低", rules) == ()
    assert titles_of("机器无法确定：再怀疑、质问（c.b）、别的（x）", rules) == (), "not all of it is known"
