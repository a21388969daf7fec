"""The operators: importing this package enters the built-in ones in the registry."""

from qa_engine.rules.operators.base import Operator, Preparer, operator, registry
from qa_engine.rules.operators.facts import deadline, duration, hang_up, latency, metadata, talk_ratio, turn_count
from qa_engine.rules.operators.sound import hesitation, loudness, overlap, pitch, silence, silence_share, speech_rate
from qa_engine.rules.operators.words import absence, act, phrase, promise, regex, repeat, sequence, similar, time, tone

__all__ = [
    "Operator",
    "Preparer",
    "absence",
    "act",
    "deadline",
    "duration",
    "hang_up",
    "hesitation",
    "latency",
    "loudness",
    "metadata",
    "operator",
    "overlap",
    "phrase",
    "pitch",
    "promise",
    "regex",
    "registry",
    "repeat",
    "sequence",
    "silence",
    "silence_share",
    "similar",
    "speech_rate",
    "talk_ratio",
    "time",
    "tone",
    "turn_count",
]
