"""Long turns are cut where the speaker paused, and read by their most telling part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Speaker
from qa_engine.resources import tone_model_dir
from qa_engine.tone import ToneModel
from qa_engine.tone.parts import LONGEST, parts, telling

PLAIN = "您的快件昨天下午到达杭州转运中心，今天早上已经发往萧山网点，预计下午三点左右派送，请您保持电话畅通，"
BAD = "你爱投诉就投诉，有本事你去告"
MODEL = ToneModel.load(tone_model_dir())


@given(st.text(alphabet="您的快件，。 !a9", max_size=400))
def test_parts_joined_are_the_text(text: str) -> None:
    found = list(parts(text))
    assert "".join(part for _, part in found) == text
    assert len(found) == 1 or all(len(part) <= LONGEST for _, part in found)
    assert all(text.startswith(part, start) for start, part in found)


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("好", [0]),
        ("字" * 60, [0]),
        ("字" * 90, [0, 40, 80]),
        ("字" * 30 + "，" + "字" * 40, [0, 31]),
        ("字" * 20 + "。" + "字" * 12 + "，" + "字" * 40, [0, 21, 34]),  # a sentence before a clause
        ("字，" + "字" * 70, [0, 40]),  # a mark too near to the start is none
    ],
)
def test_cuts_lie_behind_marks(text: str, starts: list[int]) -> None:
    assert [start for start, _ in parts(text)] == starts


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ({"neutral": 0.3, "impatient": 0.7}, {"warm": 0.9, "neutral": 0.1}),
        ({"warm": 0.9, "neutral": 0.1}, {"neutral": 0.6, "impatient": 0.4}),  # doubt does not outweigh warmth
        ({"calm": 0.1, "angry": 0.9}, {"calm": 0.2, "dissatisfied": 0.8}),
    ],
)
def test_what_is_bad_tells_most(more: dict[str, float], less: dict[str, float]) -> None:
    assert telling(more) > telling(less)


@pytest.mark.parametrize("text", [PLAIN * 2 + BAD, BAD + "。" + PLAIN * 2, (PLAIN * 2 + BAD).replace("，", "")])
def test_a_bad_clause_in_a_long_turn_is_found_where_it_stands(text: str) -> None:
    reading = MODEL.read_text(text, Speaker.AGENT)
    assert reading is not None
    assert reading.label == "confrontational"
    assert all(text[slice(*word.span)] == word.text for word in reading.words)
    assert any(word.text in BAD for word in reading.words)


def test_a_long_plain_turn_stays_plain() -> None:
    reading = MODEL.read_text(PLAIN * 4, Speaker.AGENT)
    assert reading is not None
    assert reading.label == "neutral"
