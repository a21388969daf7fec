"""One voice on two channels, however it was bent; and true calls, which are never taken for it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soxr

from qa_engine.speech.decoding import decode
from qa_engine.speech.probing import probe
from qa_engine.speech.same_sound import same_sound

RATE = 16_000


@pytest.fixture(scope="module")
def mixed(two_sided: np.ndarray) -> np.ndarray:
    return two_sided.sum(axis=0)


def through(encode: Callable[..., Path], samples: np.ndarray, codec: tuple[str, str, str, int]) -> np.ndarray:
    path = encode(samples[None], *codec)
    heard = decode(path, probe(path))[0][: len(samples)]
    return np.pad(heard, (0, len(samples) - len(heard)))


def hiss(samples: np.ndarray, decibel: float) -> np.ndarray:
    power = float(np.sqrt(np.square(samples).mean())) * 10 ** (decibel / 20)
    return np.random.default_rng(5).normal(0, power, len(samples)).astype(np.float32)


BENT = {
    "equal": lambda sound: sound,
    "2 dB quieter": lambda sound: sound * 0.8,
    "10 dB quieter and inverted": lambda sound: sound * -0.316,
    "1 ms late": lambda sound: np.roll(sound, 16),
    "30 ms late": lambda sound: np.roll(sound, 480),
    "hiss 20 dB under it": lambda sound: sound + hiss(sound, -20),
    "hiss 10 dB under it": lambda sound: sound + hiss(sound, -10),
    "telephone rate": lambda sound: soxr.resample(soxr.resample(sound, RATE, 8_000), 8_000, RATE)[: len(sound)],
}


@pytest.mark.parametrize("kind", BENT)
def test_one_voice_on_two_channels(mixed: np.ndarray, kind: str) -> None:
    assert same_sound(np.stack([mixed, BENT[kind](mixed)]).astype(np.float32)) is not None


@pytest.mark.parametrize(
    "codec", [("c.mp3", "mp3", "libmp3lame", 8_000), ("c.opus", "ogg", "libopus", 8_000)], ids=["mp3", "opus"]
)
def test_one_voice_through_two_codecs(mixed: np.ndarray, encode: Callable[..., Path], codec: tuple) -> None:
    assert same_sound(np.stack([mixed, through(encode, mixed, codec)])) is not None


def test_the_clearer_channel_is_named(mixed: np.ndarray) -> None:
    assert same_sound(np.stack([mixed * 0.7 + hiss(mixed, -15), mixed])) == 1


@pytest.mark.parametrize("decibel", [None, -20, -14, -10, -6, -3])
def test_a_true_call_with_crosstalk_is_two_voices(two_sided: np.ndarray, decibel: float | None) -> None:
    gain = 0.0 if decibel is None else 10 ** (decibel / 20)
    assert same_sound(two_sided + gain * np.roll(two_sided[::-1], 80, axis=1)) is None


def test_a_dead_channel_is_not_the_same_sound(mixed: np.ndarray) -> None:
    assert same_sound(np.stack([mixed, np.zeros_like(mixed)])) is None
    assert same_sound(np.zeros((2, RATE), np.float32)) is None


def test_somebody_heard_on_one_channel_only(mixed: np.ndarray, sentences: dict) -> None:
    """An announcement lies on both channels, but the customer speaks on the second alone."""
    second = mixed.copy()
    customer = sentences["customer"].samples
    second[-len(customer) :] += customer
    first = mixed.copy()
    first[-len(customer) :] *= 0.01
    assert same_sound(np.stack([first, second])) is None
