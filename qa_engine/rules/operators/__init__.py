"""The operators: importing this package enters the built-in ones in the registry."""

from qa_engine.rules.operators import absence, hang_up, loudness, metadata, overlap, phrase, regex, sequence, silence
from qa_engine.rules.operators import speech_rate as speech_rate
from qa_engine.rules.operators.base import Operator, Preparer, operator, registry

__all__ = [
    "Operator",
    "Preparer",
    "absence",
    "hang_up",
    "loudness",
    "metadata",
    "operator",
    "overlap",
    "phrase",
    "regex",
    "registry",
    "sequence",
    "silence",
    "speech_rate",
]
