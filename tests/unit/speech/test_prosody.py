"""Rate, loudness and pitch against sounds whose values are known."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from qa_engine.domain import Prosody, Span, Word
from qa_engine.speech import ActivityOptions
from qa_engine.speech.activity import ChannelSpeech, detect_speech, frame_levels
from qa_engine.speech.pitch import yin
from qa_engine.speech.prosody import measure

RATE = 16_000


def voice(hertz: float, seconds: float = 2.0, *, glide: float = 0.0) -> np.ndarray:
    """A buzz with twenty harmonics, like the source of a voice; its pitch glides by so many semitones."""
    time = np.arange(round(seconds * RATE)) / RATE
    pitch = hertz * 2 ** (glide * (time / seconds - 0.5) / 12)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    buzz = sum(np.sin(k * phase) / k for k in range(1, 21) if k * hertz < 7000)
    return (0.1 * buzz).astype(np.float32)


def telephone(samples: np.ndarray) -> np.ndarray:
    """300 to 3400 Hz, the fundamental of most voices taken away."""
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    spectrum[(hertz < 300) | (hertz > 3400)] = 0
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)


def heard(samples: np.ndarray, *spans: Span) -> ChannelSpeech:
    return ChannelSpeech(spans or (Span(0.0, len(samples) / RATE),), frame_levels(samples))


def pitch_of(samples: np.ndarray) -> float | None:
    return measure(samples, heard(samples), Span(0.0, len(samples) / RATE), 8).pitch_hz


@pytest.mark.parametrize("hertz", [70.3, 101.7, 133.3, 222.2, 311.1, 437.0])
def test_yin_finds_pitches_between_whole_samples(hertz: float) -> None:
    frames = np.lib.stride_tricks.sliding_window_view(voice(hertz, 0.3), 768)[::320]
    pitches, periodicity = yin(frames)
    assert np.abs(12 * np.log2(pitches / hertz)).max() < 0.1, "a tenth of a semitone"
    assert periodicity.min() > 0.9


def test_yin_does_not_hear_how_loud_it_is() -> None:
    frames = np.lib.stride_tricks.sliding_window_view(voice(200.0, 0.3), 768)[::320]
    assert yin(frames)[0] == pytest.approx(yin(frames * 1e-3)[0], rel=1e-6)


def test_yin_calls_nothing_and_noise_not_periodic() -> None:
    noise = np.random.default_rng(4).normal(0, 0.1, (20, 768)).astype(np.float32)
    for frames in (np.zeros((3, 768), np.float32), noise):
        pitches, periodicity = yin(frames)
        assert np.isfinite(pitches).all()
        assert periodicity.max() < 0.5
    assert [len(each) for each in yin(np.zeros((0, 768), np.float32))] == [0, 0]


@pytest.mark.parametrize("hertz", [85.0, 120.0, 180.0, 240.0, 330.0])
@pytest.mark.parametrize("band", ["wide", "telephone"])
def test_pitch(hertz: float, band: str) -> None:
    sound = voice(hertz) if band == "wide" else telephone(voice(hertz))
    pitch = pitch_of(sound)
    assert pitch is not None
    assert abs(12 * np.log2(pitch / hertz)) < 0.25, "within a quarter of a semitone"


def test_pitch_in_noise_of_20_db(lay: Callable) -> None:
    sound = telephone(voice(200.0))
    noisy = sound + lay(2.0, noise=float(np.sqrt(np.mean(sound**2)) / 10))
    pitch = pitch_of(noisy)
    assert pitch is not None
    assert abs(12 * np.log2(pitch / 200)) < 0.25


def test_pitch_is_that_of_most_of_the_turn_whatever_octave_some_frames_fall_into() -> None:
    sound = np.concatenate([voice(150.0, 1.5), voice(300.0, 0.6), voice(75.0, 0.4)])
    pitch = pitch_of(sound)
    assert pitch == pytest.approx(150.0, rel=0.03)


@pytest.mark.parametrize("sound", [np.zeros(RATE, np.float32), np.random.default_rng(2).normal(0, 0.1, RATE)])
def test_no_pitch_in_silence_or_noise(sound: np.ndarray) -> None:
    assert pitch_of(sound.astype(np.float32)) is None


def test_no_pitch_in_a_moment_of_sound() -> None:
    assert pitch_of(voice(200.0, 0.05)) is None


@pytest.mark.parametrize("step_db", [-12.0, -3.0, 6.0])
def test_loudness_step(step_db: float, lay: Callable) -> None:
    """The pause between the syllables counts for nothing: it is gated away."""
    gain = 10 ** (step_db / 20)
    syllables = np.concatenate([voice(150.0, 0.5), np.zeros(4000, np.float32), voice(150.0, 0.5)])
    quiet = syllables + lay(len(syllables) / RATE, noise=1e-4)
    loud = gain * syllables + lay(len(syllables) / RATE, noise=1e-4)
    values = [measure(s, heard(s), Span(0.0, len(s) / RATE), 4).loudness_db for s in (quiet, loud)]
    assert values[1] - values[0] == pytest.approx(step_db, abs=0.3)


def test_loudness_is_speech_gated_rms() -> None:
    time = np.arange(RATE) / RATE
    sine = (0.2 * np.sin(2 * np.pi * 200 * time)).astype(np.float32)
    padded = np.concatenate([sine, np.zeros(RATE, np.float32)])
    loudness = measure(padded, heard(padded), Span(0.0, 2.0), 4).loudness_db
    assert loudness == pytest.approx(20 * np.log10(0.2 / np.sqrt(2)), abs=0.1)


@pytest.mark.parametrize(
    ("spans", "chars", "voiced", "rate"),
    [
        ([Span(0, 3)], 12, 3.0, 240.0),
        ([Span(0, 1), Span(2, 3)], 12, 2.0, 360.0),  # the pause is not voiced time
        ([Span(0, 0.2)], 2, 0.2, None),  # too short for a rate
        ([Span(0, 3)], 0, 3.0, None),
        ([Span(-5, 1), Span(2, 9)], 10, 2.0, 300.0),  # only what lies in the turn
        ([Span(5, 9)], 4, 0.0, None),
    ],
)
def test_rate(spans: list[Span], chars: int, voiced: float, rate: float | None) -> None:
    sound = np.zeros(10 * RATE, np.float32)
    prosody = measure(sound, heard(sound, *spans), Span(0.0, 3.0), chars)
    assert (prosody.voiced_seconds, prosody.chars_per_minute) == (voiced, rate)
    assert (prosody.loudness_db, prosody.pitch_hz) == (None, None)


def test_rate_of_real_speech(sentences: dict, lay: Callable) -> None:
    """Within 5 % of the synthesiser's own times, pauses left out."""
    spoken = sentences["agent"]
    sound = lay(6, (1.0, spoken.samples))
    speech = detect_speech(sound, ActivityOptions())
    prosody = measure(sound, speech, Span(0.9, 5.1), len(spoken.characters))
    true = 60 * len(spoken.characters) / (spoken.characters[-1][2] - spoken.characters[0][1])
    assert prosody.chars_per_minute == pytest.approx(true, rel=0.05)


def test_same_turn_at_another_gain_or_place_measures_the_same(sentences: dict, lay: Callable) -> None:
    spoken = sentences["customer"].samples
    first = lay(8, (1.0, spoken))
    later = 0.25 * lay(8, (4.0, spoken))
    a = measure(first, detect_speech(first, ActivityOptions()), Span(0.9, 4.2), 13)
    b = measure(later, detect_speech(later, ActivityOptions()), Span(3.9, 7.2), 13)
    assert a.pitch_hz == pytest.approx(b.pitch_hz, rel=0.01)
    assert a.chars_per_minute == pytest.approx(b.chars_per_minute, rel=0.03)
    assert a.loudness_db - b.loudness_db == pytest.approx(12.04, abs=0.2)


def test_pauses_inside_the_turn() -> None:
    sound = np.zeros(10 * RATE, np.float32)
    prosody = measure(sound, heard(sound, Span(1, 2), Span(2.4, 4), Span(4.6, 5), Span(7, 8)), Span(0.9, 5.1), 12)
    assert prosody.pauses == pytest.approx((0.4, 0.6))
    assert prosody.pause_share == pytest.approx(1.0 / 4.0)
    assert prosody.voiced_seconds == pytest.approx(3.0)


def test_no_pause_and_nothing_known_are_told_apart() -> None:
    assert Prosody(2.0, pauses=()).pause_share == 0.0
    assert Prosody(2.0).pause_share is None


@pytest.mark.parametrize("decibels_per_second", [-3.0, 0.0, 2.0])
def test_loudness_slope(decibels_per_second: float) -> None:
    seconds = np.arange(4 * RATE) / RATE
    sound = (voice(150.0, 4.0) * 10 ** (decibels_per_second * (seconds - 2) / 20)).astype(np.float32)
    prosody = measure(sound, heard(sound), Span(0, 4), 16)
    assert prosody.loudness_slope_db == pytest.approx(decibels_per_second, abs=0.1)
    assert prosody.pitch_slope_semitones == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("glide", [-6.0, 4.0])
def test_pitch_slope(glide: float) -> None:
    sound = voice(180.0, 3.0, glide=glide)
    prosody = measure(sound, heard(sound), Span(0, 3), 12)
    assert prosody.pitch_slope_semitones == pytest.approx(glide / 3, abs=0.15)
    assert prosody.loudness_slope_db == pytest.approx(0.0, abs=0.1)


def spoken(first: float, change: float, seconds: float) -> list[Word]:
    """Characters at a rate (字/分钟) that changes by so much a second."""
    count = int(first / 60 * seconds + change / 120 * seconds**2)
    grid = np.linspace(0, seconds, 10_000)
    said = first / 60 * grid + change / 120 * grid**2
    edges = np.interp(np.arange(count + 1), said, grid)
    return [Word("好", float(a), float(b)) for a, b in pairwise(edges)]


@pytest.mark.parametrize("change", [-30.0, 0.0, 40.0])
def test_rate_slope(change: float) -> None:
    sound = np.zeros(5 * RATE, np.float32)
    prosody = measure(sound, heard(sound, Span(0, 5)), Span(0, 5), 20, spoken(240.0, change, 5.0))
    assert prosody.rate_slope == pytest.approx(change, abs=2.0)


def test_a_pause_is_no_slowing_down() -> None:
    sound = np.zeros(7 * RATE, np.float32)
    words = spoken(240.0, 0.0, 5.0)
    later = [Word(w.text, w.start + 2, w.end + 2) if w.start >= 2.5 else w for w in words]
    prosody = measure(sound, heard(sound, Span(0, 2.5), Span(4.5, 7)), Span(0, 7), 20, later)
    assert prosody.rate_slope == pytest.approx(0.0, abs=2.0)


def test_slopes_need_two_seconds() -> None:
    sound = voice(180.0, 1.8)
    prosody = measure(sound, heard(sound), Span(0, 1.8), 12, spoken(400.0, 0.0, 1.8))
    assert (prosody.rate_slope, prosody.loudness_slope_db, prosody.pitch_slope_semitones) == (None, None, None)
    assert prosody.pitch_hz == pytest.approx(180.0, rel=0.01)
