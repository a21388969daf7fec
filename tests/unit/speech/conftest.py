"""Sounds for the tests: synthesised in memory, or the two spoken sentences beside this file.

``data/agent.flac`` and ``data/customer.flac`` were spoken by espeak-ng (voices f2 and m3, 8 kHz); ``data/truth.json``
holds their words with the times the synthesiser reported.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
import soxr

RATE = 16_000
DATA = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence: float32 samples at 16 kHz, and (character, start, end) in seconds."""

    text: str
    samples: np.ndarray
    characters: tuple[tuple[str, float, float], ...]

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


@pytest.fixture(scope="session")
def sentences() -> dict[str, Spoken]:
    """``agent`` and ``customer``."""
    truth = json.loads((DATA / "truth.json").read_text(encoding="utf-8"))
    found = {}
    for name, facts in truth.items():
        samples, rate = soundfile.read(DATA / f"{name}.flac", dtype="float32")
        times = tuple((text, start, end) for text, start, end in facts["characters"])
        found[name] = Spoken(facts["text"], soxr.resample(samples, rate, RATE), times)
    return found


@pytest.fixture(scope="session")
def lay() -> Callable[..., np.ndarray]:
    """``lay(seconds, (start, samples), …, noise=…)``: sounds laid on a channel of faint line noise."""

    def lay_out(seconds: float, *sounds: tuple[float, np.ndarray], noise: float = 0.0005) -> np.ndarray:
        channel = np.random.default_rng(7).normal(0, noise, round(seconds * RATE)).astype(np.float32)
        for start, samples in sounds:
            first = round(start * RATE)
            channel[first : first + len(samples)] += samples
        return channel

    return lay_out


@pytest.fixture(scope="session")
def two_sided(sentences: dict[str, Spoken], lay: Callable[..., np.ndarray]) -> np.ndarray:
    """A call of 12 s, shape (2, n): the agent at 1 s and at 8 s on the left, the customer at 5 s on the right."""
    agent, customer = sentences["agent"].samples, sentences["customer"].samples
    return np.stack([lay(12, (1.0, agent), (8.0, agent)), lay(12, (5.0, customer))])


@pytest.fixture
def write_wav(tmp_path: Path) -> Callable[..., Path]:
    """``write_wav(samples, name=…, rate=…, subtype=…)`` for samples of shape (channels, n) or (n,) at ``rate``."""

    def write(
        samples: np.ndarray, name: str = "call.wav", *, rate: int = RATE, subtype: str = "PCM_16", **options: str
    ) -> Path:
        path = tmp_path / name
        soundfile.write(path, samples.T, rate, subtype=subtype, **options)
        return path

    return write


@pytest.fixture
def encode(tmp_path: Path) -> Callable[..., Path]:
    """``encode(samples, name, container, codec, rate)``: a file made by PyAV out of (channels, n) at 16 kHz."""

    def write(samples: np.ndarray, name: str, container: str, codec: str, rate: int, bit_rate: int = 0) -> Path:
        path = tmp_path / name
        layout = "mono" if len(samples) == 1 else "stereo"
        with av.open(str(path), "w", format=container) as target:
            stream = target.add_stream(codec, rate=rate, layout=layout)
            if bit_rate:
                stream.bit_rate = bit_rate
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
            frame.sample_rate = RATE
            resampler = av.AudioResampler(format=stream.format, layout=layout, rate=rate)
            fifo = av.AudioFifo()
            for piece in [*resampler.resample(frame), *resampler.resample(None)]:
                piece.pts = None
                fifo.write(piece)
            while (piece := fifo.read(stream.codec_context.frame_size or 1024, partial=True)) is not None:
                target.mux(stream.encode(piece))
            target.mux(stream.encode(None))
        return path

    return write
