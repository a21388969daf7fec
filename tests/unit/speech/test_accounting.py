"""Every second of speech is accounted for: by a word, or as a stretch that was not heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Span, Word
from qa_engine.speech import HearingOptions
from qa_engine.speech.accounting import seconds_of, unheard

OPTIONS = HearingOptions()


def said(start: float, text: str, step: float = 0.2) -> list[Word]:
    return [Word(c, start + i * step, start + (i + 1) * step, 0.9) for i, c in enumerate(text)]


@pytest.mark.parametrize(
    ("speech", "words", "expected"),
    [
        ([Span(1, 3)], [], [Span(1, 3)]),
        ([Span(1, 1.2)], [], [Span(1, 1.2)]),  # a whole stretch counts, however short
        ([Span(1, 3)], said(1.0, "您好您好您好您好您好"), []),
        ([Span(1, 3), Span(9, 10)], said(1.0, "您好您好您好您好您好"), [Span(9, 10)]),
        # The first sentence of a merged clip, and nothing of the second:
        ([Span(1, 3), Span(3.5, 8)], said(1.0, "您好您好您好您好您好"), [Span(3.5, 8)]),
        ([Span(1, 8)], said(1.0, "您好您好您好您好您好"), [Span(3.4, 8)]),
        # What is left beside a word is the word's own, badly timed:
        ([Span(1, 3.8)], said(1.0, "您好您好您好您好您好"), []),
        # A word stretched over what was left out accounts for one character of it:
        ([Span(1, 8)], [*said(1.0, "您好"), Word("吗", 1.4, 8.0, 0.9)], [Span(2.6, 8)]),
        ([Span(1, 3)], [Word(" ", 1, 3, 0.9)], [Span(1, 3)]),
    ],
)
def test_what_was_not_heard(speech: list[Span], words: list[Word], expected: list[Span]) -> None:
    found = unheard(speech, words, OPTIONS)
    assert [round(time, 2) for span in found for time in (span.start, span.end)] == [
        time for span in expected for time in (span.start, span.end)
    ]


@given(
    st.lists(st.tuples(st.floats(0.3, 4), st.floats(0.12, 9)), max_size=8),
    st.lists(st.tuples(st.floats(0, 60), st.floats(0, 5)), max_size=30),
)
def test_unheard_is_speech_in_order_and_no_word_lies_in_it(gaps: list, times: list) -> None:
    speech, at = [], 0.0
    for gap, length in gaps:
        speech.append(Span(round(at + gap, 2), round(at + gap + length, 2)))
        at = speech[-1].end
    words = [Word("字", start, start + length, 0.9) for start, length in sorted(times)]
    found = unheard(speech, words, OPTIONS)
    assert seconds_of(found) <= seconds_of(speech) + 1e-6
    for span in found:
        assert any(s.start - 1e-6 <= span.start and span.end <= s.end + 1e-6 for s in speech)
        assert not any(word.start > span.start and word.start < span.end for word in words)
    assert [s.start for s in found] == sorted(s.start for s in found)
    whole = [s for s in speech if all(w.end + 0.4 <= s.start or w.start - 0.4 >= s.end for w in words)]
    assert all(any(abs(f.start - s.start) < 1e-6 and abs(f.end - s.end) < 1e-6 for f in found) for s in whole)
