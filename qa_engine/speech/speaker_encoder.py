"""A voice as a vector: 1 s of one person's speech → 256 numbers of length 1; the same person's lie close together.

The network is Resemblyzer's (Apache-2.0; GE2E loss, Wan et al. 2018; trained on English read speech and interviews).
Its weights travel in ``models/voices/weights``, made from the package by ``models/voices/build.py``. It runs in
onnxruntime, which faster-whisper needs anyway. Its features are mel powers (40 bands, 25 ms every 10 ms),
not their logarithms, of speech at -30 dB of full scale.
"""

from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from qa_engine.resources import speaker_encoder_file
from qa_engine.speech.decoding import SAMPLE_RATE

HOP = SAMPLE_RATE // 100
BANDS = 40

_FRAME = SAMPLE_RATE // 40
_LINEAR_HZ = 200.0 / 3  # Slaney's mel scale: linear to 1 kHz, logarithmic above
_CORNER_HZ = 1000.0
_LOG_STEP = np.log(6.4) / 27
_BATCH = 64


class SpeakerEncoder(Protocol):
    """Port: mel powers, float32 of shape (windows, frames, ``BANDS``), to vectors (windows, n) of length 1."""

    def encode(self, mels: np.ndarray) -> np.ndarray: ...


class OnnxSpeakerEncoder:
    """The bundled network; loaded when the first recording asks for it."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or speaker_encoder_file()

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # equal answers on every machine, and no thread beside the recogniser's
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(str(self._path), options, providers=["CPUExecutionProvider"])

    def encode(self, mels: np.ndarray) -> np.ndarray:
        parts = [
            self._session.run(None, {"mel": np.ascontiguousarray(mels[first : first + _BATCH], np.float32)})[0]
            for first in range(0, len(mels), _BATCH)
        ]
        return np.concatenate(parts)


def mel_powers(samples: np.ndarray) -> np.ndarray:
    """Mel powers of each 10 ms (centred windows of 25 ms): float32, shape (n // HOP + 1, ``BANDS``)."""
    window = np.hanning(_FRAME + 1)[:-1].astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, _FRAME // 2), _FRAME)[::HOP]
    found = np.empty((len(frames), BANDS), np.float32)
    for first in range(0, len(frames), 6000):  # a minute at a time
        part = frames[first : first + 6000] * window
        found[first : first + len(part)] = np.abs(np.fft.rfft(part, axis=1)) ** 2 @ _FILTERS.T
    return found


def _mel(hertz: np.ndarray) -> np.ndarray:
    above = _CORNER_HZ / _LINEAR_HZ + np.log(np.maximum(hertz, 1.0) / _CORNER_HZ) / _LOG_STEP
    return np.asarray(np.where(hertz >= _CORNER_HZ, above, hertz / _LINEAR_HZ))


def _hertz(mel: np.ndarray) -> np.ndarray:
    corner = _CORNER_HZ / _LINEAR_HZ
    above = _CORNER_HZ * np.exp(_LOG_STEP * (mel - corner))
    return np.asarray(np.where(mel >= corner, above, mel * _LINEAR_HZ))


def _filter_bank() -> np.ndarray:
    """Triangles of equal area, shape (BANDS, _FRAME // 2 + 1)."""
    edges = _hertz(np.linspace(_mel(np.array(0.0)), _mel(np.array(SAMPLE_RATE / 2)), BANDS + 2))
    bins = np.linspace(0, SAMPLE_RATE / 2, _FRAME // 2 + 1)
    slopes = edges[:, None] - bins[None]
    widths = np.diff(edges)[:, None]
    rising, falling = -slopes[:-2] / widths[:-1], slopes[2:] / widths[1:]
    triangles = np.maximum(0.0, np.minimum(rising, falling)) * (2.0 / (edges[2:] - edges[:-2]))[:, None]
    return np.asarray(triangles, np.float32)


_FILTERS = _filter_bank()
