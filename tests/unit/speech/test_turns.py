"""Words → turns: pauses, the floor, exclusions, order, confidence."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Exclusion, Span, Speaker, Word
from qa_engine.speech import FilterOptions, TurnOptions
from qa_engine.speech.turns import (
    ClipWords,
    Utterance,
    excluded_by_sound,
    in_order,
    make_turn,
    simplify_words,
    utterances_of,
)

OPTIONS = TurnOptions()


def say(start: float, text: str, step: float = 0.2, probability: float | None = 0.9) -> list[Word]:
    return [
        Word(c, round(start + i * step, 3), round(start + (i + 1) * step, 3), probability) for i, c in enumerate(text)
    ]


def texts(words: list[Word], others: list[Span] | None = None) -> list[str]:
    return [
        utterance.text
        for utterance in utterances_of(0, [ClipWords(tuple(simplify_words(words)))], others or [], OPTIONS)
    ]


@pytest.mark.parametrize(
    ("gap", "others", "expected"),
    [
        (0.0, [], ["您好请讲"]),
        (0.85, [], ["您好请讲"]),
        (0.95, [], ["您好", "请讲"]),
        (0.6, [Span(0.45, 0.95)], ["您好", "请讲"]),  # the other side spoke in between
        (0.6, [Span(0.45, 0.6)], ["您好请讲"]),  # an 嗯 of 0.15 s takes no floor
        (0.3, [Span(0.0, 5.0)], ["您好请讲"]),  # talking over each other parts nothing
        (0.6, [Span(3.0, 5.0)], ["您好请讲"]),
    ],
)
def test_where_a_turn_ends(gap: float, others: list[Span], expected: list[str]) -> None:
    assert texts([*say(0.0, "您好"), *say(0.4 + gap, "请讲")], others) == expected


def test_a_credit_behind_a_sentence_excludes_only_itself() -> None:
    found = utterances_of(0, [ClipWords(tuple(say(0.0, "好的再见谢谢观看")))], [], OPTIONS)
    assert [(u.text, u.excluded) for u in found] == [("好的再见", None), ("谢谢观看", Exclusion.GHOST_TEXT)]


def test_many_short_answers_are_no_loop() -> None:
    """嗯 twenty times, each in its own clip, and so heard each on its own."""
    clips = [ClipWords(tuple(say(i * 3.0, "嗯"))) for i in range(20)]
    found = utterances_of(0, clips, [], OPTIONS)
    assert [(u.text, u.excluded) for u in found] == [("嗯", None)] * 20


def test_traditional_characters_become_simplified() -> None:
    assert "".join(word.text for word in simplify_words(say(0.0, "請問您貴姓"))) == "请问您贵姓"
    assert "".join(word.text for word in simplify_words(say(0.0, "看著他的名著等著您"))) == "看着他的名著等着您"


def test_a_loop_with_pauses_in_it_is_excluded_whole() -> None:
    """One clip: the recogniser strewed its loop over the speech; each part alone would look honest."""
    words = tuple(word for i in range(10) for word in say(i * 1.5, "虽然"))
    found = utterances_of(0, [ClipWords((*words, *say(15.5, "虽")))], [], OPTIONS)
    assert {u.excluded for u in found} == {Exclusion.LOOP}
    assert "".join(u.text for u in found) == "虽然" * 10 + "虽"


def test_a_credit_with_a_pause_in_it_is_excluded_whole() -> None:
    words = (*say(0.0, "请不吝点赞"), *say(4.0, "订阅转发"))
    found = utterances_of(0, [ClipWords(words)], [], OPTIONS)
    assert [(u.text, u.excluded) for u in found] == [
        ("请不吝点赞", Exclusion.GHOST_TEXT),
        ("订阅转发", Exclusion.GHOST_TEXT),
    ]


def test_a_clip_in_another_language_is_excluded_whole() -> None:
    foreign = ClipWords(tuple(say(0.0, "哈罗")), Exclusion.OTHER_LANGUAGE)
    found = utterances_of(0, [foreign, ClipWords(tuple(say(0.4, "您好")))], [], OPTIONS)
    assert [(u.text, u.excluded) for u in found] == [("哈罗", Exclusion.OTHER_LANGUAGE), ("您好", None)]


def test_blanks_at_the_ends_are_taken_away_and_the_text_is_its_words() -> None:
    words = [Word(" ", 0.0, 0.1), Word(" OK", 0.1, 0.3), Word(" 您好", 0.3, 0.5), Word(" ", 0.5, 0.6)]
    (found,) = utterances_of(0, [ClipWords(tuple(words))], [], OPTIONS)
    turn = make_turn(found, Speaker.AGENT)
    assert turn.text == "OK 您好" == "".join(word.text for word in turn.words)
    assert (turn.start, turn.end) == (0.1, 0.5)


def test_nothing_but_blanks_is_no_turn() -> None:
    assert texts([Word(" ", 0.0, 0.1), Word("", 0.1, 0.2)]) == []
    assert texts([]) == []


@pytest.mark.parametrize(
    ("probabilities", "confidence"),
    [([1.0, 0.5], 0.75), ([0.9, None, 0.7], 0.8), ([None, None], None), ([1 / 3], 0.3333)],
)
def test_confidence_is_the_mean_word_probability(probabilities: list[float | None], confidence: float | None) -> None:
    words = tuple(Word("字", i, i + 1, p) for i, p in enumerate(probabilities))
    assert Utterance(0, words).confidence == confidence


HEARD = Utterance(0, tuple(say(0.0, "您好")))
HALF_HEARD = Utterance(0, tuple(say(0.0, "您好", probability=0.7)))
MUMBLED = Utterance(0, tuple(say(0.0, "您好", probability=0.3)))
GHOST = replace(MUMBLED, excluded=Exclusion.GHOST_TEXT)


@pytest.mark.parametrize(
    ("utterance", "loudness", "usual", "expected"),
    [
        (HEARD, -20.0, -20.0, None),
        (HEARD, -50.0, -20.0, None),
        (HEARD, -54.0, -15.0, None),  # quiet, but surely recognised
        (HALF_HEARD, -54.0, -15.0, Exclusion.LOW_ENERGY),  # 39 dB under the loud speech of the channel
        (HALF_HEARD, -52.0, -15.0, None),
        (HEARD, -63.0, None, None),  # a quiet recording on a quiet line
        (HEARD, -65.0, None, Exclusion.LOW_ENERGY),  # 5 dB over the line's noise
        (HEARD, None, -20.0, Exclusion.LOW_ENERGY),
        (MUMBLED, -20.0, -20.0, Exclusion.LOW_CONFIDENCE),
        (MUMBLED, -70.0, -20.0, Exclusion.LOW_ENERGY),
        (GHOST, -70.0, -20.0, Exclusion.GHOST_TEXT),
    ],
)
def test_what_is_not_judged(
    utterance: Utterance, loudness: float | None, usual: float | None, expected: Exclusion | None
) -> None:
    assert excluded_by_sound(utterance, loudness, usual, -70.0, FilterOptions()) is expected


def test_a_recogniser_without_probabilities_is_not_doubted() -> None:
    unsure = Utterance(0, tuple(say(0.0, "您好", probability=None)))
    assert excluded_by_sound(unsure, -20.0, -20.0, -70.0, FilterOptions()) is None


@given(st.lists(st.tuples(st.sampled_from([0, 1]), st.floats(0, 50), st.floats(0.1, 3)), max_size=12), st.randoms())
def test_order_of_turns_depends_on_nothing_but_time_and_channel(items: list, random: object) -> None:
    turns = [
        (channel, make_turn(Utterance(channel, (Word(f"{channel}", start, start + length),)), Speaker.UNKNOWN))
        for channel, start, length in items
    ]
    ordered = in_order(turns)
    shuffled = list(turns)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert in_order(shuffled) == ordered
    assert [turn.index for turn in ordered] == list(range(len(turns)))
    starts = [turn.start for turn in ordered]
    assert starts == sorted(starts)
