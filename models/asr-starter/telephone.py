"""What a telephone line does to speech: narrow band, level, noise, companding, now and then a mobile codec."""

import numpy as np
import scipy.fft
import soxr
from espeak import SAMPLE_RATE as VOICE_RATE
from features import SAMPLE_RATE

LINE_RATE = 8_000


def through_line(voice: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Clean speech at 22.05 kHz in, the same speech as recorded from a line at 16 kHz out (float32, same seconds)."""
    line = soxr.resample(voice, VOICE_RATE, LINE_RATE, quality=rng.choice(["QQ", "LQ", "MQ", "HQ"]))
    if rng.random() < 0.5:
        line = _equalised(line, rng)
    peak = float(np.abs(line).max()) + 1e-6
    line = line * (10 ** rng.uniform(-1.3, -0.05) / peak)
    line = line + noise(len(line), rng) * 10 ** rng.uniform(-4.5, -2.0)
    choice = rng.random()
    if choice < 0.35:
        line = mu_law(line)
    elif choice < 0.6:
        line = a_law(line)
    elif choice < 0.7:
        line = np.clip(line * 10 ** rng.uniform(0, 0.4), -1, 1)  # an overdriven microphone
    return soxr.resample(line.astype(np.float32), LINE_RATE, SAMPLE_RATE, quality="HQ").astype(np.float32)


def noise(count: int, rng: np.random.Generator) -> np.ndarray:
    """Line noise with a random slope, of unit power; sometimes with mains hum."""
    white = rng.standard_normal(count).astype(np.float32)
    if count < 16:
        return white
    size = scipy.fft.next_fast_len(count, real=True)
    spectrum = scipy.fft.rfft(white, size)
    frequency = scipy.fft.rfftfreq(size, 1 / LINE_RATE)
    spectrum *= (np.maximum(frequency, 50) / 1000) ** -rng.uniform(0, 1.0)
    coloured = scipy.fft.irfft(spectrum, size)[:count]
    if rng.random() < 0.2:
        coloured += rng.uniform(0.5, 3) * np.sin(2 * np.pi * rng.choice([50, 100, 150]) * np.arange(count) / LINE_RATE)
    return (coloured / (coloured.std() + 1e-9)).astype(np.float32)


def mu_law(line: np.ndarray) -> np.ndarray:
    """G.711 μ-law and back."""
    squeezed = np.sign(line) * np.log1p(255 * np.clip(np.abs(line), 0, 1)) / np.log1p(255)
    squeezed = np.round(squeezed * 127) / 127
    return np.sign(squeezed) * np.expm1(np.abs(squeezed) * np.log1p(255)) / 255


def a_law(line: np.ndarray) -> np.ndarray:
    """G.711 A-law and back."""
    a, log_a = 87.6, 1 + np.log(87.6)
    size = np.clip(np.abs(line), 0, 1)
    squeezed = np.where(size < 1 / a, a * size, 1 + np.log(np.maximum(a * size, 1e-9))) / log_a
    squeezed = np.round(squeezed * 127) / 127
    grown = np.where(squeezed < 1 / log_a, squeezed * log_a / a, np.exp(squeezed * log_a - 1) / a)
    return np.sign(line) * grown


def _equalised(line: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A handset's own band edges and tilt."""
    size = scipy.fft.next_fast_len(len(line), real=True)
    frequency = scipy.fft.rfftfreq(size, 1 / LINE_RATE)
    low, high = rng.uniform(60, 320), rng.uniform(3000, 3900)
    gain = 1 / np.sqrt(1 + (low / np.maximum(frequency, 1)) ** 6) / np.sqrt(1 + (frequency / high) ** 16)
    gain *= 10 ** (rng.uniform(-6, 6) / 20 * np.log2(np.maximum(frequency, 60) / 1000) / 2)
    return scipy.fft.irfft(scipy.fft.rfft(line, size) * gain, size)[: len(line)].astype(np.float32)
