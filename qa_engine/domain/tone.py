"""How a turn sounds in its words: classes, probabilities, and the words that speak for a class."""

from enum import StrEnum

from qa_engine.domain.values import dataclass


class AgentTone(StrEnum):
    """From the best to the worst; each class is a kind of its own, the order only breaks ties."""

    WARM = "warm"
    NEUTRAL = "neutral"
    IMPATIENT = "impatient"  # 催促、不耐烦
    DISMISSIVE = "dismissive"  # 推诿、冷漠
    CONFRONTATIONAL = "confrontational"  # 争辩、讽刺、辱骂


class CustomerMood(StrEnum):
    """Ordered: each is worse than the one before."""

    CALM = "calm"
    DISSATISFIED = "dissatisfied"
    ANGRY = "angry"


@dataclass(frozen=True, slots=True)
class ToneWord:
    """A word that pushed the decision; ``weight`` > 0 speaks for the label, < 0 against it (log-odds)."""

    text: str
    span: tuple[int, int]  # [start, end) in characters of the shown text of the turn
    weight: float


@dataclass(frozen=True, slots=True)
class ToneReading:
    """What the classifier says about one turn. ``probabilities`` are calibrated, in the order of the classes, sum 1."""

    turn: int
    label: str  # a value of AgentTone or CustomerMood, by the speaker of the turn
    probabilities: tuple[tuple[str, float], ...]
    words: tuple[ToneWord, ...] = ()  # strongest first

    @property
    def probability(self) -> float:
        """Of the label."""
        return dict(self.probabilities)[self.label]
