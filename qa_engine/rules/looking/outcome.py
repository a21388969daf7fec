"""What a condition found: hits, an answer, and the proof when nothing was found."""

from typing import TypeAlias

from qa_engine.domain import Ladder, Searched, Speaker
from qa_engine.domain.values import dataclass
from qa_engine.rules.written.truth import Truth

# (index of a turn, character in its shown text): before and after are decided by these, times may be unknown.
Position: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found. ``certain`` is False when a person must look before it costs anything.

    ``doubt`` (Chinese) says why, where the ladder and the confidence of the turn do not say it already.
    ``begin`` and ``finish`` order hits in the call; ``span`` is [start, end) in the shown text of the turn, None for
    measures. ``start``/``end`` are seconds; ``value`` is the measure that ``{value}`` shows.
    """

    begin: Position
    finish: Position
    speaker: Speaker | None
    text: str
    explanation: str
    turn: int | None = None
    span: tuple[int, int] | None = None
    start: float | None = None
    end: float | None = None
    pattern: str | None = None
    ladder: Ladder | None = None
    score: float = 100.0
    certain: bool = True
    value: float | None = None
    doubt: str = ""
    witnesses: tuple[str, ...] = ()  # what spoke for it, where the condition asks for more than words


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of a condition. ``reason`` (Chinese) explains every answer that is neither TRUE nor FALSE.

    ``note`` (Chinese) names what an answer rests on that is not in the transcript.
    """

    truth: Truth
    hits: tuple[Hit, ...] = ()
    searched: tuple[Searched, ...] = ()
    reason: str = ""
    note: str = ""

    @property
    def certain_hits(self) -> tuple[Hit, ...]:
        return tuple(hit for hit in self.hits if hit.certain)


NOTHING = Outcome(Truth.FALSE)
"""What most conditions answer in most calls."""


def not_applicable(reason: str) -> Outcome:
    return Outcome(Truth.NOT_APPLICABLE, reason=reason)
