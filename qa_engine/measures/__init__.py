"""What is measured on a transcript alone: silences, overlaps, holds, reply waits, rates, shares; each defined once."""

from qa_engine.measures.call import Measures
from qa_engine.measures.limits import (
    BACKCHANNELS,
    LEAST_OVERLAP_CHARS,
    LEAST_OVERLAP_SECONDS,
    LEAST_SILENCE_SECONDS,
    LONG_SILENCE_SECONDS,
    RATE_CHARS,
    RATE_SECONDS,
    VOICE_SECONDS,
)
from qa_engine.measures.overlap import Overlap
from qa_engine.measures.replies import Wait
from qa_engine.measures.silence import Silence
from qa_engine.measures.speech import loudness, pitch, rate, turn_rate

__all__ = [
    "BACKCHANNELS",
    "LEAST_OVERLAP_CHARS",
    "LEAST_OVERLAP_SECONDS",
    "LEAST_SILENCE_SECONDS",
    "LONG_SILENCE_SECONDS",
    "RATE_CHARS",
    "RATE_SECONDS",
    "VOICE_SECONDS",
    "Measures",
    "Overlap",
    "Silence",
    "Wait",
    "loudness",
    "pitch",
    "rate",
    "turn_rate",
]
