"""Mood and tone of a call as figures: measured or left out, never guessed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import (
    AgentTone,
    Call,
    CallResult,
    CustomerMood,
    Exclusion,
    Speaker,
    ToneReading,
    ToneWord,
    Transcript,
    Turn,
)
from qa_engine.scoring import friendliness, mood_level, mood_title, with_tones
from qa_engine.scoring.moods import tone_metrics


def mood(turn: int, calm: float, dissatisfied: float, angry: float) -> ToneReading:
    probabilities = (("calm", calm), ("dissatisfied", dissatisfied), ("angry", angry))
    return ToneReading(turn, max(probabilities, key=lambda pair: pair[1])[0], probabilities)


def tone(turn: int, label: str) -> ToneReading:
    return ToneReading(turn, label, tuple((name.value, 1.0 if name == label else 0.0) for name in AgentTone))


def call(*speakers: Speaker) -> Transcript:
    return Transcript(Call("c"), tuple(Turn(n, who, "话") for n, who in enumerate(speakers)))


A, C = Speaker.AGENT, Speaker.CUSTOMER


def test_the_mood_goes_from_the_first_third_to_the_last() -> None:
    readings = {
        n: mood(n, *p) for n, p in enumerate([(1, 0, 0), (0.5, 0.5, 0), (0, 1, 0), (0, 0, 1), (0, 0.5, 0.5), (0, 0, 1)])
    }
    figures = tone_metrics(call(*[C] * 6), readings)
    assert figures == {"mood_start": 0.25, "mood_end": 1.75}


def test_each_turn_weighs_as_much_as_it_says() -> None:
    turns = tuple(Turn(n, C, text) for n, text in enumerate(["好", "好", "好", "好", "你们太过分了", "好"]))
    readings = {n: mood(n, *((0, 0, 1) if n == 4 else (1, 0, 0))) for n in range(6)}
    figures = tone_metrics(Transcript(Call("c"), turns), readings)
    assert figures == {"mood_start": 0.0, "mood_end": round(2 * 6 / 7, 2)}


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_turns_of_the_customer_have_no_beginning_and_no_end(count: int) -> None:
    assert tone_metrics(call(*[C] * count), {n: mood(n, 1, 0, 0) for n in range(count)}) == {}


def test_shares_are_of_the_turns_that_could_be_read() -> None:
    readings = {0: tone(0, "warm"), 1: tone(1, "impatient"), 2: tone(2, "dismissive"), 3: tone(3, "neutral")}
    figures = tone_metrics(call(A, A, A, A, A), readings)
    assert figures == {"agent_warm_share": 0.25, "agent_unfriendly_share": 0.5}


def test_excluded_turns_do_not_count() -> None:
    turns = tuple(Turn(n, A, "话", excluded=Exclusion.LOOP if n else None) for n in range(2))
    figures = tone_metrics(Transcript(Call("c"), turns), {0: tone(0, "warm"), 1: tone(1, "impatient")})
    assert figures == {"agent_warm_share": 1.0, "agent_unfriendly_share": 0.0}


def test_a_result_keeps_readings_in_order_without_their_words() -> None:
    empty = CallResult("c", None, "s", "p", "e", "t", 0.0, 0.0, "", False, (), (), metrics={"duration": 3.0})
    warm = replace(tone(1, "warm"), words=(ToneWord("谢谢", (0, 2), 0.4),))
    made = with_tones(empty, call(A, A), {1: warm, 0: tone(0, "neutral")}, "sha256:m")
    assert [reading.turn for reading in made.tones] == [0, 1]
    assert all(reading.words == () for reading in made.tones)
    assert list(made.metrics) == ["duration", "agent_warm_share", "agent_unfriendly_share"]
    assert made.tone_model == "sha256:m"
    assert with_tones(empty, call(A), {}, "none").metrics == {"duration": 3.0}


PARTS = st.lists(st.integers(0, 100), min_size=3, max_size=3).filter(any)


@given(PARTS)
def test_a_mood_level_lies_between_calm_and_angry(parts: list[int]) -> None:
    reading = mood(0, *(part / sum(parts) for part in parts))
    assert -1e-9 <= mood_level(reading) <= 2 + 1e-9
    assert mood_title(mood_level(reading)) in ("平静", "不满", "激动")


@pytest.mark.parametrize(("label", "value"), [("warm", 1), ("neutral", 0), ("impatient", -1), ("confrontational", -1)])
def test_friendliness(label: str, value: float) -> None:
    assert friendliness(tone(0, label)) == value


def test_moods_are_named_in_the_order_of_their_classes() -> None:
    assert [mood_title(float(step)) for step, _ in enumerate(CustomerMood)] == ["平静", "不满", "激动"]


def test_a_share_has_two_decimals() -> None:
    figures = tone_metrics(call(A, A, A), {0: tone(0, "warm"), 1: tone(1, "impatient"), 2: tone(2, "neutral")})
    assert figures == {"agent_warm_share": 0.33, "agent_unfriendly_share": 0.33}
