"""The port to an agent's long-run baselines: how the agent spoke in the calls before this one.

Rate and pitch of different calls can be compared as they are. Loudness cannot: the gain of the line is in it. What is
remembered of loudness is therefore only how far turns usually rise over the median of their own call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain
from statistics import median, quantiles
from types import MappingProxyType
from typing import Protocol

from qa_engine.domain import Speaker, Transcript
from qa_engine.measures import loudness, pitch, turn_rate

_MIN_LOUDNESS_TURNS = 4


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


@dataclass(frozen=True, slots=True)
class CallVoice:
    """The agent's turns of one call as they were measured; ``rises``: dB of each over the median of them all."""

    rates: tuple[float, ...]
    pitches: tuple[float, ...]
    rises: tuple[float, ...]


def call_voice(transcript: Transcript) -> CallVoice:
    """What a call adds to the baselines of its agent: turns that were judged and are long enough to be measured."""
    rates: list[float] = []
    pitches: list[float] = []
    levels: list[float] = []
    for turn in transcript.turns_of(Speaker.AGENT):
        heard = turn.prosody is not None and turn.prosody.chars_per_minute is not None  # a rate by times is a guess
        rate = turn_rate(turn) if heard else None
        for kept, value in ((rates, rate), (pitches, pitch(turn)), (levels, loudness(turn))):
            if value is not None:
                kept.append(value)
    middle = median(levels) if len(levels) >= _MIN_LOUDNESS_TURNS else None
    rises = () if middle is None else tuple(level - middle for level in levels)
    return CallVoice(tuple(rates), tuple(pitches), rises)


def usual(measure: VoiceMeasure, calls: Sequence[CallVoice]) -> Baseline | None:
    """The baseline out of an agent's earlier calls, rounded as it is shown; None when nothing was measured."""
    of_calls = [_values(measure, call) for call in calls]
    values = list(chain.from_iterable(of_calls))
    if not values:
        return None
    if measure is not VoiceMeasure.LOUDNESS:
        value = median(values)
    else:
        value = max(0.0, quantiles(values, n=10, method="inclusive")[-1])
    return Baseline(round(value, 1), len(values), sum(bool(found) for found in of_calls))


def _values(measure: VoiceMeasure, call: CallVoice) -> tuple[float, ...]:
    match measure:
        case VoiceMeasure.SPEECH_RATE:
            return call.rates
        case VoiceMeasure.PITCH:
            return call.pitches
        case VoiceMeasure.LOUDNESS:
            return call.rises


class FixedBaselines:
    """Says what it was told to, whatever the moment; for tests. Keys are (agent id, measure)."""

    def __init__(self, known: Mapping[tuple[str, VoiceMeasure], Baseline]) -> None:
        self._known = MappingProxyType(dict(known))

    def before(self, *, measure: VoiceMeasure, agent_id: str, moment: datetime) -> Baseline | None:
        return self._known.get((agent_id, measure))
