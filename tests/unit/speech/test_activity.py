"""Where somebody speaks: edges against the synthesiser's times, long sounds, leakage of the other side."""

from collections.abc import Callable

import numpy as np
import pytest

from qa_engine.domain import Span
from qa_engine.speech import ActivityOptions
from qa_engine.speech.activity import ChannelSpeech, detect_speech, frame_levels, without_leaks

OPTIONS = ActivityOptions()


def speech(*spans: tuple[float, float, float], seconds: float = 20.0) -> ChannelSpeech:
    """A channel at -80 dB with speech of the given level: (start, end, dB)."""
    level = np.full(round(seconds * 100), -80.0, np.float32)
    for start, end, decibel in spans:
        level[round(start * 100) : round(end * 100)] = decibel
    return ChannelSpeech(tuple(Span(start, end) for start, end, _ in spans), level)


def telephone(samples: np.ndarray) -> np.ndarray:
    hertz = np.maximum(np.fft.rfftfreq(len(samples), 1 / 16_000), 1.0)
    gain = 1 / np.sqrt(1 + (300 / hertz) ** 6) / np.sqrt(1 + (hertz / 3400) ** 24)
    return np.fft.irfft(np.fft.rfft(samples) * gain, len(samples)).astype(np.float32)


@pytest.mark.parametrize("gain", [1.0, 0.25])
@pytest.mark.parametrize("noise", [0.0, 0.0005, 0.003])
def test_edges_are_those_of_the_sound(sentences: dict, lay: Callable, gain: float, noise: float) -> None:
    agent, customer = sentences["agent"], sentences["customer"]
    channel = lay(16, (2.0, gain * agent.samples), (10.0, gain * customer.samples), noise=noise * gain)
    found = detect_speech(channel, OPTIONS).spans
    assert len(found) == 2
    for span, start, spoken in zip(found, (2.0, 10.0), (agent, customer), strict=True):
        assert span.start == pytest.approx(start + spoken.characters[0][1], abs=0.15)
        assert span.end == pytest.approx(start + spoken.characters[-1][2], abs=0.15)


@pytest.mark.parametrize("gain", [1.0, 0.25])
@pytest.mark.parametrize("who", ["agent", "customer"])
def test_edges_on_a_noisy_telephone_line(sentences: dict, lay: Callable, who: str, gain: float) -> None:
    """Band of 300 to 3400 Hz, noise 20 dB under the voice; synthetic calls try it harder (test_prosody_truth)."""
    spoken = sentences[who]
    channel = telephone(lay(8, (2.0, spoken.samples), noise=0.0))
    loud = np.sqrt(np.mean(channel[2 * 16_000 : 5 * 16_000] ** 2))
    found = detect_speech(gain * (channel + lay(8, noise=0.1 * loud)), OPTIONS).spans
    assert found[0].start == pytest.approx(2.0 + spoken.characters[0][1], abs=0.15)
    assert found[-1].end == pytest.approx(2.0 + spoken.characters[-1][2], abs=0.15)


@pytest.mark.parametrize("kind", ["silence", "noise", "dial tone"])
def test_no_speech(lay: Callable, kind: str) -> None:
    time = np.arange(5 * 16_000) / 16_000
    sound = {
        "silence": np.zeros(5 * 16_000, np.float32),
        "noise": lay(5, noise=0.02),
        "dial tone": (0.2 * np.sin(2 * np.pi * 450 * time)).astype(np.float32),
    }[kind]
    assert detect_speech(sound, OPTIONS).spans == ()


def test_speech_across_the_ten_minute_blocks(sentences: dict, lay: Callable) -> None:
    """Nothing is lost or cut where the sound is handed to the network in parts."""
    spoken = sentences["agent"]
    starts = [1.0, 597.5, 606.0]
    found = detect_speech(lay(612, *((start, spoken.samples) for start in starts)), OPTIONS).spans
    assert [span.start for span in found] == pytest.approx(starts, abs=0.15)
    assert [span.seconds for span in found] == pytest.approx([spoken.seconds] * 3, abs=0.2)


def test_frame_levels_are_decibels_of_full_scale() -> None:
    levels = frame_levels(np.full(1605, 0.1, np.float32))
    assert levels.shape == (10,)
    np.testing.assert_allclose(levels, -20.0, atol=1e-3)
    np.testing.assert_allclose(frame_levels(np.zeros(320, np.float32)), [-120.0, -120.0], atol=1e-3)


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
    (own, untouched), seconds = without_leaks([speech(*spans), other], OPTIONS)
    assert np.array([(span.start, span.end) for span in own.spans]) == pytest.approx(np.array(kept), abs=0.1)
    assert untouched.spans == other.spans
    lost = sum(end - start for start, end, _ in spans) - sum(end - start for start, end in kept)
    assert seconds == pytest.approx(lost, abs=0.1)


def test_one_channel_cannot_leak() -> None:
    assert without_leaks([LOUD], OPTIONS) == ((LOUD,), 0.0)


@pytest.mark.parametrize("gain", [0.02, 0.05, 0.1])
def test_echo_between_own_turns(two_sided: np.ndarray, gain: float) -> None:
    """The customer speaks as soon as the agent is silent; his echo joins the agent's two turns into one stretch."""
    channels = [detect_speech(samples, OPTIONS) for samples in (two_sided[0] + gain * two_sided[1], two_sided[1])]
    (agent, customer), seconds = without_leaks(channels, OPTIONS)
    assert [span.start for span in agent.spans] == pytest.approx([1.0, 8.0], abs=0.2)
    assert [span.end for span in agent.spans] == pytest.approx([4.93, 11.93], abs=0.2)
    assert customer.spans == channels[1].spans
    assert seconds > 0
