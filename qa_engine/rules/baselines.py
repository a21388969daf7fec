"""The port to an agent's long-run baselines: how the agent spoke in the calls before this one.

Rate and pitch of different calls can be compared as they are. Loudness cannot: the gain of the line is in it. What is
remembered of loudness is therefore only how far turns usually rise over the median of their own call.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol


class VoiceMeasure(StrEnum):
    """What of a turn can have a long-run baseline."""

    SPEECH_RATE = "speech_rate"  # 字/分钟 over voiced time: the median of the turns
    PITCH = "pitch"  # Hz: the median of the turns
    LOUDNESS = "loudness"  # dB over the median of the turn's own call: what nine turns in ten stay below


@dataclass(frozen=True, slots=True)
class Baseline:
    """A usual value, and on how much it rests."""

    value: float
    turns: int
    calls: int


class Baselines(Protocol):
    """Earlier calls of agents; whoever keeps the transcripts answers."""

    def before(self, *, measure: VoiceMeasure, agent_id: str, moment: datetime) -> Baseline | None:
        """The agent's usual value in the calls that began before ``moment``; None when nothing was measured."""


class FixedBaselines:
    """Says what it was told to, whatever the moment; for tests. Keys are (agent id, measure)."""

    def __init__(self, known: Mapping[tuple[str, VoiceMeasure], Baseline]) -> None:
        self._known = MappingProxyType(dict(known))

    def before(self, *, measure: VoiceMeasure, agent_id: str, moment: datetime) -> Baseline | None:
        return self._known.get((agent_id, measure))
