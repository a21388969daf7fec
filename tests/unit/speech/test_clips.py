"""Packing speech into clips and finding the way back: nothing lost, nothing doubled, times exact to the sample."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Span, Word
from qa_engine.speech import ClipOptions
from qa_engine.speech.activity import HOP, ChannelSpeech
from qa_engine.speech.clips import WORD_MARGIN_SECONDS, ClipPlan, parted, plan_clips

RATE = 16_000
OPTIONS = ClipOptions()


def channel(spans: list[tuple[float, float]], seconds: float) -> tuple[ChannelSpeech, int]:
    count = round(seconds * RATE)
    level = np.random.default_rng(1).uniform(-60, -10, count // HOP).astype(np.float32)
    return ChannelSpeech(tuple(Span(start, end) for start, end in spans), level), count


def plans_of(spans: list[tuple[float, float]], seconds: float, options: ClipOptions = OPTIONS) -> list[ClipPlan]:
    speech, count = channel(spans, seconds)
    return plan_clips(1, speech, count, options)


@st.composite
def speech_of_a_call(draw: st.DrawFn) -> tuple[list[tuple[float, float]], float]:
    """Spans in order, 0.25 s or more apart, on a grid of 10 ms; some longer than a clip."""
    spans, time = [], 0.0
    for gap, length in draw(
        st.lists(
            st.tuples(st.integers(25, 800), st.one_of(st.integers(12, 900), st.integers(2900, 9000))),
            min_size=0,
            max_size=12,
        )
    ):
        start = time + gap / 100
        time = start + length / 100
        spans.append((round(start, 2), round(time, 2)))
    return spans, round(time + draw(st.integers(0, 300)) / 100, 2)


@given(speech_of_a_call())
def test_every_core_is_in_exactly_one_clip_in_order(call: tuple[list[tuple[float, float]], float]) -> None:
    spans, seconds = call
    plans = plans_of(spans, seconds)
    total = round(seconds * RATE)

    assert [plan.ordinal for plan in plans] == list(range(len(plans)))
    assert all(plan.seconds <= OPTIONS.max_seconds + 1e-9 for plan in plans)
    for before, after in pairwise(plans):
        assert before.end <= after.start, "no sound is sent twice"
    assert all(0 <= plan.start < plan.end <= total for plan in plans)
    covered = np.zeros(total + 1, bool)
    for plan in plans:
        for start, end in plan.cores:
            assert plan.start <= start < end <= plan.end
            assert not covered[start:end].any()
            covered[start:end] = True
    wanted = np.zeros(total + 1, bool)
    for start, end in spans:
        wanted[round(start * RATE) : round(end * RATE)] = True
    np.testing.assert_array_equal(covered, wanted)


@given(speech_of_a_call())
def test_a_turn_is_one_clip_unless_it_is_too_long(call: tuple[list[tuple[float, float]], float]) -> None:
    spans, seconds = call
    plans = plans_of(spans, seconds)
    for plan in plans:
        for before, after in pairwise(plan.cores):
            assert (after[0] - before[1]) / RATE < OPTIONS.pause_seconds
    limit = (OPTIONS.max_seconds - 2 * OPTIONS.padding_seconds) * RATE
    for turn in _turns_of(plans):
        assert len(turn) == 1 or turn[-1].cores[-1][1] - turn[0].cores[0][0] > limit


def _turns_of(plans: list[ClipPlan]) -> list[list[ClipPlan]]:
    turns: list[list[ClipPlan]] = []
    for plan in plans:
        if turns and plan.cores[0][0] - turns[-1][-1].cores[-1][1] < OPTIONS.pause_seconds * RATE:
            turns[-1].append(plan)
        else:
            turns.append([plan])
    return turns


@given(speech_of_a_call())
def test_a_second_hearing_covers_the_same_speech(call: tuple[list[tuple[float, float]], float]) -> None:
    for plan in plans_of(*call):
        parts = parted(plan, OPTIONS.padding_seconds)
        assert [core for part in parts for core in part.cores] == list(plan.cores)
        assert (parts[0].start, parts[-1].end) == (plan.start, plan.end)
        assert all(part.again and part.ordinal == plan.ordinal for part in parts)
        assert all(before.end <= after.start for before, after in pairwise(parts))


@given(speech_of_a_call(), st.data())
def test_the_clip_holds_the_sound_that_the_time_map_says(
    call: tuple[list[tuple[float, float]], float], data: st.DataObject
) -> None:
    spans, seconds = call
    plans = plans_of(spans, seconds)
    if not plans:
        return
    sound = np.arange(round(seconds * RATE), dtype=np.float32)
    plan = data.draw(st.sampled_from(plans))
    clip = plan.cut(sound)
    assert clip.seconds == plan.seconds
    core = data.draw(st.sampled_from(plan.core_spans()))
    moment = data.draw(st.floats(core.start, core.end - 1 / RATE))
    (word,) = plan.restore([Word("字", moment, min(moment + 0.1, core.end))])
    heard = clip.samples[int(moment * RATE)] / RATE  # the channel time of this sample
    assert word.start == pytest.approx(heard, abs=0.0011)


@given(speech_of_a_call(), st.data())
def test_words_stay_in_order_and_inside_speech(
    call: tuple[list[tuple[float, float]], float], data: st.DataObject
) -> None:
    """Whatever times a recogniser claims, in order or not quite."""
    spans, seconds = call
    plans = plans_of(spans, seconds)
    if not plans:
        return
    plan = data.draw(st.sampled_from(plans))
    times = sorted(data.draw(st.lists(st.floats(0, 32), max_size=12)))
    words = [Word("字", start, start + data.draw(st.floats(0, 3))) for start in times]
    restored = plan.restore(words)
    assert len(restored) == len(words)
    starts = [word.start for word in restored]
    assert starts == sorted(starts)
    margin = WORD_MARGIN_SECONDS + 0.002
    for word in restored:
        assert word.start <= word.end
        assert any(s - margin <= word.start and word.end <= e + margin for s, e in spans)


def test_turns_far_apart_are_clips_of_their_own() -> None:
    first, second = plans_of([(2.0, 4.0), (25.0, 26.0)], 30.0)
    assert (first.start / RATE, first.end / RATE) == pytest.approx((1.7, 4.3))
    assert (second.start / RATE, second.end / RATE) == pytest.approx((24.7, 26.3))
    words = second.restore([Word("再", 0.0, 0.7), Word("见", 0.9, 2.9)])
    assert [(word.start, word.end) for word in words] == [(24.95, 25.4), (25.6, 26.05)]


def test_of_a_short_pause_each_neighbour_gets_half() -> None:
    """The onset of 富士康 behind the end of another word is heard as 事康盖."""
    spans = [(start, start + 1.8) for start in np.arange(0, 20, 2.0).round(2)]
    first, second = plans_of(spans, 21.0)
    assert first.end == second.start == pytest.approx((first.cores[-1][1] + second.cores[0][0]) / 2, abs=1)


def test_a_word_that_reaches_over_the_pause_is_trimmed_to_its_speech() -> None:
    """A recogniser ends a word where the next begins: 好 here claims the whole pause, 再 begins within it."""
    (plan,) = plans_of([(1.0, 2.0), (2.3, 3.0)], 5.0)
    shift = 0.7  # the clip begins 0.3 s before the first speech
    words = [Word("好", 1.7 - shift, 2.25 - shift), Word("再", 2.05 - shift, 2.6 - shift)]
    assert [(w.start, w.end) for w in plan.restore(words)] == [(1.7, 2.05), (2.25, 2.6)]


def test_a_long_turn_breaks_at_its_widest_pause() -> None:
    spans = [(start, start + 1.7) for start in np.arange(0, 10, 2.0).round(2)]
    after_pause = [(start, start + 1.7) for start in np.arange(10.4, 18, 2.0).round(2)]
    first, second = plans_of([*spans, *after_pause], 20.0)
    assert first.cores[-1][1] / RATE == pytest.approx(9.7)
    assert second.cores[0][0] / RATE == pytest.approx(10.4)


def test_speech_without_any_pause_is_cut_where_it_is_quiet() -> None:
    speech, count = channel([(0.0, 25.0)], 25.0)
    speech.level_db[:] = -20.0
    speech.level_db[1200] = -50.0
    first, second = plan_clips(0, speech, count, OPTIONS)
    assert first.seconds == pytest.approx(12.0, abs=0.02)
    assert first.seconds + second.seconds == pytest.approx(25.0)
