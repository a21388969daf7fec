"""Where somebody speaks: edges against the synthesiser's times, long sounds."""

from collections.abc import Callable

import numpy as np
import pytest

from qa_engine.speech import ActivityOptions
from qa_engine.speech.activity import detect_speech, frame_levels

OPTIONS = ActivityOptions()


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
