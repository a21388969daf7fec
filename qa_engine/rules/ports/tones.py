"""The port to whoever reads tone out of words; the tone room answers, rules only ask."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol, TypeVar

from qa_engine.domain import AgentTone, CustomerMood, Speaker, ToneReading, Transcript

AGENT_TONES: Mapping[str, str] = MappingProxyType(
    {
        AgentTone.WARM.value: "热情",
        AgentTone.NEUTRAL.value: "平和",
        AgentTone.IMPATIENT.value: "不耐烦",
        AgentTone.DISMISSIVE.value: "推诿冷漠",
        AgentTone.CONFRONTATIONAL.value: "争辩顶撞",
    }
)
"""Class → what people call it, the best first."""

CUSTOMER_MOODS: Mapping[str, str] = MappingProxyType(
    {CustomerMood.CALM.value: "平静", CustomerMood.DISSATISFIED.value: "不满", CustomerMood.ANGRY.value: "激动"}
)
"""Class → what people call it, from calm to angry."""

TONE_TITLE: Mapping[str, str] = MappingProxyType({**AGENT_TONES, **CUSTOMER_MOODS})
UNFRIENDLY = (AgentTone.IMPATIENT.value, AgentTone.DISMISSIVE.value, AgentTone.CONFRONTATIONAL.value)
NO_MODEL = "none"
T = TypeVar("T")


class ToneReader(Protocol):
    """Readings of the turns of a call; the same transcript gives equal readings on any day."""

    @property
    def digest(self) -> str:
        """``sha256:…`` of the model and everything else that changes a reading; part of what a result is keyed by.

        `NO_MODEL` when there is none.
        """

    @property
    def sure_from(self) -> Mapping[str, float]:
        """Class → the probability from which at least nine in ten held-out hits were right.

        A class that never was that precise, or was not measured, is left out: it cannot cost points.
        """

    def read(self, transcript: Transcript) -> Mapping[int, ToneReading]:
        """Turn index → reading. Turns that cannot be read (excluded, unknown role, too short) are left out."""


class NoTones:
    """Reads nothing: tone conditions are not applicable."""

    digest = NO_MODEL
    sure_from: Mapping[str, float] = MappingProxyType({})

    def read(self, transcript: Transcript) -> Mapping[int, ToneReading]:
        return MappingProxyType({})


class FixedTones:
    """Says of each turn what it was told to say: in tests, and for a call that was read already."""

    def __init__(
        self,
        readings: Mapping[int, ToneReading],
        digest: str = "sha256:fixed",
        sure_from: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self.digest = digest
        self.sure_from: Mapping[str, float] = MappingProxyType(dict(sure_from))
        self._readings = MappingProxyType(dict(readings))

    def read(self, transcript: Transcript) -> Mapping[int, ToneReading]:
        return self._readings


def readings_of(
    transcript: Transcript, readings: Mapping[int, ToneReading], speaker: Speaker
) -> tuple[ToneReading, ...]:
    """The readings of a speaker's judged turns, in the order of the call."""
    return tuple(readings[turn.index] for turn in transcript.turns_of(speaker) if turn.index in readings)


def mean_by_length(values: Iterable[tuple[float, int]]) -> float:
    """Mean of (value, 字) pairs: what a long turn says counts for more than a 没有了, which tells little of a mood."""
    weighted = [(value, max(1, chars)) for value, chars in values]
    return sum(value * chars for value, chars in weighted) / sum(chars for _, chars in weighted)


def thirds(items: Sequence[T]) -> tuple[Sequence[T], Sequence[T], Sequence[T]] | None:
    """Beginning, middle and end of a speaker's readings, by their number; None for fewer than three.

    By number and not by seconds, so that a chat without times has thirds, too, and none of them is empty.
    """
    if len(items) < 3:
        return None
    first, last = len(items) // 3, len(items) - len(items) // 3
    return items[:first], items[first:last], items[last:]
