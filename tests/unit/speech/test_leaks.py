"""Leakage of the other side: told apart by level, and by being a copy of what the louder side says."""

from collections.abc import Callable

import numpy as np
import pytest

from qa_engine.domain import Span
from qa_engine.speech import ActivityOptions
from qa_engine.speech.activity import ChannelSpeech, detect_speech
from qa_engine.speech.leaks import without_leaks

OPTIONS = ActivityOptions()
UNLIKE = np.random.default_rng(3).normal(0, 0.01, (2, 20 * 16_000)).astype(np.float32)


def speech(*spans: tuple[float, float, float], seconds: float = 20.0) -> ChannelSpeech:
    """A channel at -80 dB with speech of the given level: (start, end, dB)."""
    level = np.full(round(seconds * 100), -80.0, np.float32)
    for start, end, decibel in spans:
        level[round(start * 100) : round(end * 100)] = decibel
    return ChannelSpeech(tuple(Span(start, end) for start, end, _ in spans), level)


LOUD = speech((1, 4, -20), (8, 12, -20))
LEAKS = [
    # case, own spans (start, end, dB), other channel, what stays
    ("echo of the other side", [(1, 4, -50), (14, 17, -22)], LOUD, [(14, 17)]),
    ("echo joined to own speech", [(8, 12, -50), (12, 15, -22)], LOUD, [(12, 15)]),
    ("a quiet voice is as loud as it always is", [(1, 4, -50), (14, 17, -50)], LOUD, [(1, 4), (14, 17)]),
    ("talking over each other", [(1, 4, -28), (14, 17, -22)], LOUD, [(1, 4), (14, 17)]),
    ("quiet, while the other side is silent", [(5, 7, -50), (14, 17, -22)], LOUD, [(5, 7), (14, 17)]),
    ("echo that dies away", [(3, 6, -50), (14, 17, -22)], LOUD, [(14, 17)]),
    ("a soft syllable", [(1, 2, -22), (2, 2.2, -50), (2.2, 4, -22)], LOUD, [(1, 2), (2, 2.2), (2.2, 4)]),
    ("the other side never speaks", [(1, 4, -50), (14, 17, -22)], speech(), [(1, 4), (14, 17)]),
]


@pytest.mark.parametrize(("_case", "spans", "other", "kept"), LEAKS, ids=[case[0] for case in LEAKS])
def test_leaks(_case: str, spans: list, other: ChannelSpeech, kept: list) -> None:
    (own, untouched), seconds = without_leaks([speech(*spans), other], UNLIKE, OPTIONS)
    assert np.array([(span.start, span.end) for span in own.spans]) == pytest.approx(np.array(kept), abs=0.1)
    assert untouched.spans == other.spans
    lost = sum(end - start for start, end, _ in spans) - sum(end - start for start, end in kept)
    assert seconds == pytest.approx(lost, abs=0.1)


def test_one_channel_cannot_leak() -> None:
    assert without_leaks([LOUD], UNLIKE[:1], OPTIONS) == ((LOUD,), 0.0)


@pytest.mark.parametrize("gain", [0.02, 0.05, 0.1])
def test_echo_between_own_turns(two_sided: np.ndarray, gain: float) -> None:
    """The customer speaks as soon as the agent is silent; his echo joins the agent's two turns into one stretch."""
    sound = np.stack([two_sided[0] + gain * two_sided[1], two_sided[1]])
    channels = [detect_speech(samples, OPTIONS) for samples in sound]
    (agent, customer), seconds = without_leaks(channels, sound, OPTIONS)
    assert [span.start for span in agent.spans] == pytest.approx([1.0, 8.0], abs=0.2)
    assert [span.end for span in agent.spans] == pytest.approx([4.93, 11.93], abs=0.2)
    assert customer.spans == channels[1].spans
    assert seconds > 0


@pytest.mark.parametrize("decibel", [-20, -14, -10, -6])
@pytest.mark.parametrize("late_samples", [0, 80, 400])
def test_crosstalk_goes_to_the_side_it_comes_from(two_sided: np.ndarray, decibel: int, late_samples: int) -> None:
    gain = 10 ** (decibel / 20)
    sound = two_sided + gain * np.roll(two_sided[::-1], late_samples, axis=1)
    channels = [detect_speech(samples, OPTIONS) for samples in sound]
    (agent, customer), seconds = without_leaks(channels, sound, OPTIONS)
    assert [span.start for span in agent.spans] == pytest.approx([1.0, 8.0], abs=0.2)
    assert [span.start for span in customer.spans] == pytest.approx([5.0], abs=0.2)
    assert seconds > 9.0


def test_two_voices_at_once_are_no_crosstalk(sentences: dict, lay: Callable) -> None:
    agent, customer = sentences["agent"].samples, sentences["customer"].samples
    sound = np.stack([lay(8, (1.0, agent)), lay(8, (1.5, 0.4 * customer))])
    channels = [detect_speech(samples, OPTIONS) for samples in sound]
    kept, seconds = without_leaks(channels, sound, OPTIONS)
    assert [channel.spans for channel in kept] == [channel.spans for channel in channels]
    assert seconds == 0.0
