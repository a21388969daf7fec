"""Sounds of telephone lines that are no speech: 8 kHz mono, float32, each some 20 s, made from nothing but a seed."""

from collections.abc import Callable

import numpy as np

RATE = 8000
SECONDS = 20


def _time() -> np.ndarray:
    return np.arange(SECONDS * RATE) / RATE


def _every(on: float, off: float) -> np.ndarray:
    return (_time() % (on + off)) < on


def _tone(*hertz: float) -> np.ndarray:
    return np.sum([np.sin(2 * np.pi * h * _time()) for h in hertz], axis=0) / len(hertz)


def _noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, SECONDS * RATE)


def _pink(seed: int) -> np.ndarray:
    spectrum = np.fft.rfft(_noise(seed))
    spectrum /= np.sqrt(np.maximum(1, np.arange(len(spectrum))))
    sound = np.fft.irfft(spectrum, SECONDS * RATE)
    return sound / np.abs(sound).max()


def _music(seed: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    time, sound = _time(), np.zeros(SECONDS * RATE)
    for place in range(SECONDS * 3):
        since = time - place / 3
        hertz = 196 * 2 ** (chance.choice([0, 2, 4, 5, 7, 9, 11, 12]) / 12)
        ringing = np.exp(-np.clip(since, 0, None) * 3) * (since >= 0)
        sound += sum(ringing * np.sin(2 * np.pi * hertz * h * since) / h for h in (1, 2, 3, 4))
    return sound / np.abs(sound).max()


def _dtmf() -> np.ndarray:
    keys = [(697, 1209), (770, 1336), (852, 1477), (941, 1336)]
    time, sound = _time(), np.zeros(SECONDS * RATE)
    for place in range(SECONDS * 2):
        pressed = (time >= place / 2) & (time < place / 2 + 0.12)
        sound += pressed * _tone(*keys[place % len(keys)])
    return sound


def _breath(seed: int) -> np.ndarray:
    swell = np.clip(np.sin(2 * np.pi * _time() / 4), 0, None) ** 2
    band = np.convolve(_noise(seed), np.hanning(9) / np.hanning(9).sum(), "same")
    return band * swell


def _clicks(seed: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    sound = np.zeros(SECONDS * RATE)
    for place in chance.integers(0, len(sound) - 200, 40):
        sound[place : place + 200] += chance.normal(0, 1, 200) * np.exp(-np.arange(200) / 30)
    return sound


def _siren() -> np.ndarray:
    return np.sin(2 * np.pi * np.cumsum(700 + 300 * np.sin(2 * np.pi * _time() / 3)) / RATE)


NOISES: dict[str, Callable[[], np.ndarray]] = {
    "ring-back": lambda: 0.3 * _tone(425) * _every(1, 4),
    "busy": lambda: 0.3 * _tone(425) * _every(0.35, 0.35),
    "dtmf": lambda: 0.3 * _dtmf(),
    "music": lambda: 0.3 * _music(1),
    "other music": lambda: 0.25 * _music(2),
    "white noise": lambda: 0.05 * _noise(3),
    "pink noise": lambda: 0.2 * _pink(4),
    "breath": lambda: 0.05 * _breath(5),
    "clicks": lambda: 0.3 * _clicks(6),
    "siren": lambda: 0.2 * _siren(),
    "silence": lambda: 0.0005 * _noise(7),
}


def noise(name: str) -> np.ndarray:
    """A noise by name: float32, shape (n,), at ``RATE``."""
    return NOISES[name]().astype(np.float32)
