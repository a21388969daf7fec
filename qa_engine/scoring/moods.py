"""How a call sounded from beginning to end, as figures beside the score; they never change it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from qa_engine.domain import AgentTone, CallResult, CustomerMood, Speaker, ToneReading, Transcript
from qa_engine.rules import CUSTOMER_MOODS, UNFRIENDLY, mean_by_length, readings_of, thirds
from qa_engine.text import count_chars

_WORSE: Mapping[str, int] = {mood.value: step for step, mood in enumerate(CustomerMood)}


def with_tones(
    result: CallResult, transcript: Transcript, readings: Mapping[int, ToneReading], tone_model: str
) -> CallResult:
    """``result`` with what was read of its turns, and the figures of it; ``tone_model`` is the digest of the model.

    The words behind a reading are left out: those of a hit are in its evidence.
    """
    kept = tuple(replace(readings[turn], words=()) for turn in sorted(readings))
    figures = {**result.metrics, **tone_metrics(transcript, readings)}
    return replace(result, metrics=figures, tones=kept, tone_model=tone_model)


def tone_metrics(transcript: Transcript, readings: Mapping[int, ToneReading]) -> dict[str, float]:
    """Figures by name, only those that could be measured.

    ``mood_start`` and ``mood_end``: the customer's mood over the first and the last third of the customer's readable
    turns, at least three of them, as mean of `mood_level`, each turn weighing as many 字 as it has.
    ``agent_warm_share`` and ``agent_unfriendly_share``: of the agent's readable turns those that sound most of all
    warm, or impatient, dismissive or confrontational, 0–1.
    """
    figures: dict[str, float] = {}
    parts = thirds(readings_of(transcript, readings, Speaker.CUSTOMER))
    if parts is not None:
        chars = {turn.index: count_chars(turn.text) for turn in transcript.turns_of(Speaker.CUSTOMER)}
        for name, part in (("mood_start", parts[0]), ("mood_end", parts[-1])):
            figures[name] = round(mean_by_length((mood_level(reading), chars[reading.turn]) for reading in part), 2)
    agent = readings_of(transcript, readings, Speaker.AGENT)
    if agent:
        figures["agent_warm_share"] = _mean([float(reading.label == AgentTone.WARM) for reading in agent])
        figures["agent_unfriendly_share"] = _mean([float(reading.label in UNFRIENDLY) for reading in agent])
    return figures


def mood_level(reading: ToneReading) -> float:
    """The expected mood of a customer's turn: 0 calm, 1 dissatisfied, 2 angry, and what lies between."""
    return sum(probability * _WORSE[name] for name, probability in reading.probabilities)


def friendliness(reading: ToneReading) -> float:
    """Of an agent's turn: the probability of warm less that of impatient, dismissive, confrontational, −1 to 1."""
    return _sum(reading, (AgentTone.WARM.value,)) - _sum(reading, UNFRIENDLY)


def mood_title(level: float) -> str:
    """The mood that a level is nearest to, in Chinese."""
    nearest = min(range(len(CUSTOMER_MOODS)), key=lambda step: abs(step - level))
    return tuple(CUSTOMER_MOODS.values())[nearest]


def _sum(reading: ToneReading, names: Sequence[str]) -> float:
    return sum(probability for name, probability in reading.probabilities if name in names)


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 2)
