"""The shape of a recording, to be drawn."""

from pathlib import Path

import numpy as np

from qa_engine.speech.audio_facts import RawFormat, declared_format
from qa_engine.speech.decoding import read_peaks
from qa_engine.speech.probing import probe


def peaks_of_file(path: Path, *, per_second: int, max_seconds: float, raw: RawFormat | None = None) -> np.ndarray:
    """How far each channel swings in every 1/``per_second`` of a second: uint8, shape (channels, steps).

    ``raw``: the format of headerless files. Raises RecordingError.
    """
    return read_peaks(path, probe(path, declared_format(path, raw)), per_second=per_second, max_seconds=max_seconds)
