"""Turns as lines: masked, marked, quoted."""

from dataclasses import replace
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Call, Speaker, SpeechSpan, Transcript, Turn
from qa_engine.reports import call_form
from qa_engine.reports.turns import Mark, MarkedText, Marking, pieces_of, show_turns
from qa_engine.text import mask_private


def mark(start: int, end: int, kind: Mark = Mark.FAULT, note: str = "") -> Marking:
    return Marking(0, start, end, kind, note)


@pytest.mark.parametrize(
    ("markings", "pieces"),
    [
        ([], [("这个不行啊", "")]),
        ([mark(2, 4)], [("这个", ""), ("不行", "fault"), ("啊", "")]),
        ([mark(0, 5, Mark.FOUND), mark(2, 4)], [("这个", "found"), ("不行", "fault"), ("啊", "found")]),
        ([mark(0, 3, Mark.DOUBT), mark(2, 5)], [("这个", "doubt"), ("不行啊", "fault")]),
        ([mark(3, 99)], [("这个不", ""), ("行啊", "fault")]),
        ([mark(3, 3)], [("这个不行啊", "")]),
    ],
)
def test_pieces_follow_the_strongest_mark(markings: list[Marking], pieces: list[tuple[str, str]]) -> None:
    joined: list[list[str]] = []
    for piece in pieces_of("这个不行啊", markings):
        if joined and joined[-1][1] == piece.mark:
            joined[-1][0] += piece.text
        else:
            joined.append([piece.text, piece.mark])
    assert [tuple(pair) for pair in joined] == pieces


def test_notes_of_equal_marks_are_joined_once() -> None:
    found = pieces_of("不行", [mark(0, 2, note="1．忌语"), mark(0, 2, note="2．推卸"), mark(0, 2, note="1．忌语")])
    assert found == (MarkedText("不行", Mark.FAULT, "1．忌语；2．推卸"),)


@given(
    st.text("您好不行投诉1391234567 8，。", max_size=40),
    st.lists(st.tuples(st.integers(0, 45), st.integers(0, 45), st.sampled_from(Mark)), max_size=6),
)
def test_pieces_together_are_the_text(text: str, spans: list[tuple[int, int, Mark]]) -> None:
    pieces = pieces_of(text, [mark(start, end, kind) for start, end, kind in spans])
    assert "".join(piece.text for piece in pieces) == text


def test_a_phone_number_is_masked_even_where_a_mark_cuts_it() -> None:
    pieces = pieces_of(mask_private("手机13912345678"), [mark(2, 8)])
    assert [piece.text for piece in pieces] == ["手机", "139***", "*5678"]


def test_silence_overlap_and_doubt_are_noted(build: ModuleType) -> None:
    lines = show_turns(build.transcript(), (), {}).lines
    assert [(line.number, line.silence_before) for line in lines if line.silence_before] == [(5, 9.4), (13, 5.6)]
    assert [(line.number, line.overlap) for line in lines if line.overlap] == [(7, 0.9)]
    assert [line.number for line in lines if line.doubtful and not line.excluded] == [13]
    assert [(line.number, line.excluded) for line in lines if line.excluded] == [(12, "识别模型在无声处编造的文字")]


def test_a_quote_reaches_back_to_the_other_side(build: ModuleType) -> None:
    shown = show_turns(build.transcript(), (), {})
    assert shown.around(8) == (7, 8, 9)
    assert shown.around(0) == (0, 1)
    assert shown.around(13) == (12, 13)
    assert shown.around(12) == (10, 11, 12, 13)  # the ghost between them is nobody's sentence
    assert shown.around(99) == ()


def test_blocks_are_stretches_and_a_single_gap_is_filled(build: ModuleType) -> None:
    shown = show_turns(build.transcript(), (), {})
    assert [[line.index for line in block] for block in shown.blocks([0, 2, 6, 7, 10])] == [[0, 1, 2], [6, 7], [10]]
    assert shown.blocks([]) == ()


def test_turns_beside_a_silence(build: ModuleType) -> None:
    shown = show_turns(build.transcript(), (), {})
    assert shown.beside(18.2, 27.6, slack=0.5) == (3, 4)
    assert shown.beside(73.5, 75.0, slack=0.5) == (13,)
    assert shown.beside(None, None, slack=0.5) == ()


def test_without_times_nothing_is_guessed(build: ModuleType) -> None:
    transcript = build.transcript()
    untimed = replace(transcript, turns=tuple(replace(t, start=None, end=None) for t in transcript.turns))
    lines = show_turns(untimed, (), {}).lines
    assert {(line.clock, line.silence_before, line.overlap) for line in lines} == {("—", None, None)}


def test_speech_without_words_is_told_before_the_turn_it_stands_before(build: ModuleType) -> None:
    unheard = (SpeechSpan(Speaker.AGENT, 19.0, 21.5), SpeechSpan(Speaker.CUSTOMER, 63.0, 64.0))
    form = call_form(replace(build.transcript(), unheard=unheard), build.result())
    assert [(line.number, line.unheard_before) for line in form.turns if line.unheard_before] == [(5, 2.5), (12, 1.0)]
    assert "有说话声但没有识别出文字：00:19 坐席 2.5 秒、01:03 客户 1 秒" in form.warnings


def test_a_number_dictated_over_turns_is_masked_in_them(build: ModuleType) -> None:
    said = ["我的电话是幺三八", "幺三八", "零零零零", "嗯", "一二三四"]
    speakers = [Speaker.CUSTOMER, Speaker.AGENT, Speaker.CUSTOMER, Speaker.AGENT, Speaker.CUSTOMER]
    turns = tuple(Turn(at, who, text) for at, (who, text) in enumerate(zip(speakers, said, strict=True)))
    lines = show_turns(Transcript(Call("c"), turns), [Marking(2, 0, 4, Mark.FAULT, "")], {}).lines
    assert [line.text for line in lines] == ["我的电话是幺三八", "幺三八", "****", "嗯", "一二三四"]
