"""The port to whoever reads tone out of words; the tone room answers, rules only ask."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from qa_engine.domain import ToneReading, Transcript


class ToneReader(Protocol):
    """Readings of the turns of a call; the same transcript gives equal readings on any day."""

    @property
    def digest(self) -> str:
        """``sha256:…`` of the model and everything else that changes a reading; part of what a result is keyed by."""

    def read(self, transcript: Transcript) -> Mapping[int, ToneReading]:
        """Turn index → reading. Turns that cannot be read (excluded, unknown role, too short) are left out."""


class NoTones:
    """Reads nothing: tone conditions are not applicable."""

    digest = "none"

    def read(self, transcript: Transcript) -> Mapping[int, ToneReading]:
        return MappingProxyType({})


class FixedTones:
    """Says of each turn what it was told to say; for tests."""

    def __init__(self, readings: Mapping[int, ToneReading], digest: str = "sha256:fixed") -> None:
        self.digest = digest
        self._readings = MappingProxyType(dict(readings))

    def read(self, transcript: Transcript) -> Mapping[int, ToneReading]:
        return self._readings
