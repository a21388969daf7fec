"""Long turns are cut where the speaker paused, and a bad part of them is heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.classify.parts import LONGEST, parts
from qa_engine.domain import Speaker
from qa_engine.resources import tone_model_dir
from qa_engine.tone import LABELS, ToneModel
from qa_engine.tone.model import badness

PLAIN = "您的快件昨天下午到达杭州转运中心，今天早上已经发往萧山网点，预计下午三点左右派送，请您保持电话畅通，"
BAD = "你爱投诉就投诉，有本事你去告"
MODEL = ToneModel.load(tone_model_dir())


@given(st.text(alphabet="您的快件，。 !a9", max_size=400))
def test_parts_cover_the_text_and_are_short(text: str) -> None:
    found = list(parts(text))
    covered = {at for start, part in found for at in range(start, start + len(part))}
    assert covered >= {at for at, char in enumerate(text) if char != " "}
    assert all(text.startswith(part, start) for start, part in found)
    assert all(min(len(part), len(part.replace(" ", ""))) <= LONGEST for _, part in found)


def test_blanks_between_the_characters_part_nothing() -> None:
    text = "您的快件昨天到了，今天派送，请您保持电话畅通，谢谢您的来电，再见，祝您生活愉快，感谢"
    plain = [part for _, part in parts(text)]
    assert [part.replace(" ", "") for _, part in parts(" ".join(text))] == plain


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("好", [0]),
        ("字" * 24, [0]),
        ("字" * 60, [0, 16, 32, 48]),  # without marks they overlap, so that no clause is cut in every part
        ("字" * 15 + "，" + "字" * 20, [0, 16]),
        ("字" * 12 + "。" + "字" * 9 + "，" + "字" * 20, [0, 13, 23]),  # a sentence before a clause
        ("字，" + "字" * 30, [0, 16]),  # a mark too near to the start is none
    ],
)
def test_cuts_lie_behind_marks(text: str, starts: list[int]) -> None:
    assert [start for start, _ in parts(text)] == starts


@pytest.mark.parametrize("text", [PLAIN * 2 + BAD, BAD + "。" + PLAIN * 2, (PLAIN * 2 + BAD).replace("，", "")])
def test_a_bad_clause_in_a_long_turn_is_found_where_it_stands(text: str) -> None:
    reading = MODEL.read_text(text, Speaker.AGENT)
    assert reading is not None
    assert reading.label == "confrontational"
    assert all(text[slice(*word.span)] == word.text for word in reading.words)
    assert any(word.text in BAD for word in reading.words)


def test_a_part_is_less_sure_than_a_turn_that_is_as_bad() -> None:
    alone, inside = (MODEL.read_text(text, Speaker.AGENT) for text in (BAD, PLAIN * 2 + BAD))
    assert alone is not None
    assert inside is not None
    assert inside.probability < alone.probability


def test_a_long_plain_turn_stays_plain() -> None:
    reading = MODEL.read_text(PLAIN * 4, Speaker.AGENT)
    assert reading is not None
    assert reading.label == "neutral"


def test_bad_is_all_but_good_and_ordinary() -> None:
    assert badness(LABELS[Speaker.AGENT], (0.1, 0.2, 0.25, 0.25, 0.2)) == pytest.approx(0.7)
    assert badness(LABELS[Speaker.CUSTOMER], (0.5, 0.25, 0.25)) == 0.5
