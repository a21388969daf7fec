"""Numbers hidden from whoever has no right to them: in text, words, evidence, facts and sound."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Agent, Call, Evidence, RuleResult, Severity, Span, Speaker, Status, Transcript, Turn, Word
from qa_engine.domain.people import Actor, Role
from qa_engine.service import FixedJudge
from qa_engine.service.people.masking import (
    AROUND_SECONDS,
    hidden_spans,
    masked_call,
    masked_result,
    masked_transcript,
    sees_numbers,
)
from qa_engine.text import mask_private


def turn(text: str, *, index: int = 0, start: float = 10.0, words: bool = True, label: str | None = None) -> Turn:
    """A turn whose characters are its words, each half a second long."""
    said = tuple(Word(char, start + at / 2, start + at / 2 + 0.5) for at, char in enumerate(text))
    return Turn(index, Speaker.CUSTOMER, text, start, start + len(text) / 2, words=said if words else (), label=label)


def transcript(*turns: Turn) -> Transcript:
    return Transcript(Call("c-1", Agent("8026", None, "一组"), customer_number="13900001234"), turns)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("电话是13900001234对", True),
        ("幺三九零零零零幺二三四", True),
        ("运单号七七三零二一", False),
        ("身份证11010519491231002X", True),
        ("好的，谢谢", False),
    ],
)
def test_words_show_what_the_text_shows(text: str, hidden: bool) -> None:
    shown = masked_transcript(transcript(turn(text))).turns[0]
    assert "".join(word.text for word in shown.words) == shown.text == mask_private(text)
    assert (shown.text != text) is hidden
    assert [(word.start, word.end) for word in shown.words] == [(word.start, word.end) for word in turn(text).words]


def test_words_of_several_characters_and_such_as_are_not_in_the_text() -> None:
    spoken = Turn(
        0,
        Speaker.CUSTOMER,
        "打13900001234吧",
        0.0,
        6.0,
        words=(Word("打", 0, 1), Word("1390000", 1, 2), Word(" 1234", 2, 3), Word("一三九", 3, 4), Word("吧", 4, 5)),
    )
    assert [word.text for word in masked_transcript(transcript(spoken)).turns[0].words] == [
        "打",
        "139****",
        " 1234",
        "***",
        "吧",
    ]


def test_the_sound_of_hidden_words_is_silenced_and_no_more() -> None:
    text = "电话13900001234对"
    spans = hidden_spans(transcript(turn(text, start=10.0)))
    assert spans == (Span(10.0 + 5 * 0.5 - AROUND_SECONDS, 10.0 + 9 * 0.5 + AROUND_SECONDS),)
    assert hidden_spans(transcript(turn("好的"))) == ()
    assert hidden_spans(transcript(turn(text, start=10.0, words=False))) == (Span(10.0, 10.0 + len(text) / 2),)


@given(st.lists(st.tuples(st.floats(0, 1000), st.sampled_from(["13900001234", "好", "打13900001234"])), max_size=6))
def test_silenced_stretches_are_apart_and_in_order(said: list[tuple[float, str]]) -> None:
    turns = tuple(turn(text, index=at, start=start) for at, (start, text) in enumerate(said))
    spans = hidden_spans(transcript(*turns))
    assert all(first.end < second.start for first, second in pairwise(spans))
    assert all(0 <= span.start < span.end for span in spans)


def evidence(text: str, span: tuple[int, int] | None) -> Evidence:
    return Evidence("c", "phrase", 0, Speaker.CUSTOMER, 0, 1, span, text, f"说了「{text}」", "号码{digits}")


def test_half_a_number_in_evidence_is_hidden_as_the_turn_hides_it() -> None:
    whole = transcript(turn("电话13900001234对"))
    rule = RuleResult(
        "r",
        "规则",
        Status.FAIL,
        "s",
        "i",
        -1.0,
        Severity.MINOR,
        "号码13900001234",
        evidence=(evidence("3900001", (3, 10)), evidence("13900001234", None)),
        reason="另有13900001234",
        call_words=(evidence("3900001", (3, 10)),),
    )
    result = replace(FixedJudge().judge(whole, "sha256:0"), rules=(rule,), review_reasons=("13900001234",))
    shown = masked_result(result, whole)
    assert shown.rules[0].evidence[0].text == shown.rules[0].call_words[0].text == "39****1"
    assert "39****1" in shown.rules[0].evidence[0].explanation
    assert "0000" not in repr(shown.rules) + repr(shown.review_reasons)
    assert shown.transcript == result.transcript
    assert shown.total == result.total


def test_facts_are_hidden_with_those_of_the_metadata() -> None:
    call = Call("c-1", customer_number="13900001234", metadata={"来电": ["13900001234"], "号": 13900001234, "csat": 5})
    shown = masked_call(call)
    assert shown.customer_number == "139****1234"
    assert shown.metadata == {"来电": ["139****1234"], "号": "139****1234", "csat": 5}
    assert masked_transcript(transcript(turn("好", label="客户13900001234"))).turns[0].label == "客户139****1234"


def test_a_number_that_is_dictated_over_turns_is_hidden_and_silenced() -> None:
    said = transcript(
        turn("我的电话是幺三九", index=0, start=0),
        turn("零零零零", index=1, start=9),
        turn("幺二三四", index=2, start=19),
    )
    shown = masked_transcript(said)
    assert shown.turns[1].text == "****"
    assert hidden_spans(said) == (Span(9 - AROUND_SECONDS, 11 + AROUND_SECONDS),)


@pytest.mark.parametrize(("role", "sees"), [(role, role is Role.HEAD) for role in Role])
def test_who_sees_numbers(role: Role, sees: bool) -> None:
    who = Actor("p", "P", role, teams=frozenset({"一组"}), agent_id="8026")
    assert sees_numbers(who, agent_id="8026", team="一组") is sees
