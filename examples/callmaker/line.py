"""The telephone line: band, noise, cross-talk, and the two sides mixed onto the channels of a recording."""

import zlib

import numpy as np

from callmaker.performance import LINE_RATE, Performance
from callmaker.source import ROLES

BAND_HZ = (200.0, 3400.0)
FFT_BLOCK = 4096
"""Work on a multiple of so many samples: an FFT over a prime number of them is very slow."""
CEILING = 0.95
"""Largest sample; louder ones are bent, as an overdriven line does."""


def record(performance: Performance) -> np.ndarray:
    """The call as it arrives at the recorder: float32 in [-1, 1], shape (channels, samples) at ``LINE_RATE``.

    Two channels with the agent where the source says it; one when the source says ``mixed``.
    """
    source = performance.source
    rng = np.random.default_rng(zlib.crc32(f"line of {source.call_id}".encode()))
    length = int(performance.seconds * LINE_RATE)
    count = -(-length // FFT_BLOCK) * FFT_BLOCK
    clean = {role: _band(_side(performance, role, count)) for role in ROLES}
    sides = []
    for role, other, noise_db in zip(ROLES, reversed(ROLES), source.line.noise_db, strict=True):
        side = clean[role] + _noise(count, rng) * 10 ** (noise_db / 20)
        if source.line.leak_db is not None:
            side = side + clean[other] * 10 ** (source.line.leak_db / 20)
        sides.append(_bend(side))
    channels = [_bend(sides[0] + sides[1])] if source.mono else sides
    if source.agent_channel == "right":
        channels.reverse()
    return np.stack(channels)[:, :length].astype(np.float32)


def _side(performance: Performance, role: str, count: int) -> np.ndarray:
    side = np.zeros(count)
    for turn in performance.turns:
        if turn.source.role == role:
            begin = round(turn.start * LINE_RATE)
            piece = turn.samples[: count - begin]
            side[begin : begin + len(piece)] += piece
    return side


def _band(wave: np.ndarray) -> np.ndarray:
    spectrum = np.fft.rfft(wave)
    frequency = np.maximum(np.fft.rfftfreq(len(wave), 1 / LINE_RATE), 1.0)
    low, high = BAND_HZ
    gain = 1 / np.sqrt(1 + (low / frequency) ** 6) / np.sqrt(1 + (frequency / high) ** 24)
    return np.fft.irfft(spectrum * gain, len(wave))


def _noise(count: int, rng: np.random.Generator) -> np.ndarray:
    """Line noise of unit power, a little stronger in the low band."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    frequency = np.maximum(np.fft.rfftfreq(count, 1 / LINE_RATE), 60.0)
    coloured = np.fft.irfft(spectrum * (frequency / 1000) ** -0.4, count)
    return coloured / coloured.std()


def _bend(wave: np.ndarray) -> np.ndarray:
    knee = 0.7
    over = np.abs(wave) > knee
    bent = knee + (CEILING - knee) * np.tanh((np.abs(wave) - knee) / (CEILING - knee))
    return np.where(over, np.sign(wave) * bent, wave)
