"""What a condition found: hits, an answer, and the proof when nothing was found."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from qa_engine.domain import Evidence, Ladder, NearestMiss, Searched, Speaker
from qa_engine.domain.values import dataclass, replace
from qa_engine.rules.written.truth import Truth, all_of

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

    def evidence(self, condition: str, operator: str) -> Evidence:
        """As a result shows it, found by a condition."""
        return Evidence(
            condition=condition,
            operator=operator,
            turn=self.turn,
            speaker=self.speaker,
            start=self.start,
            end=self.end,
            span=self.span,
            text=self.text,
            explanation=self.explanation,
            pattern=self.pattern,
            ladder=self.ladder,
            score=self.score,
        )


@dataclass(frozen=True, slots=True)
class Sought:
    """Where was searched in vain; what came closest is only looked for where a result shows it."""

    where: Searched
    nearest: Callable[[], NearestMiss | None]

    def told(self) -> Searched:
        return replace(self.where, nearest=self.nearest())


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of a condition. ``reason`` (Chinese) explains every answer that is neither TRUE nor FALSE.

    ``note`` (Chinese) names what an answer rests on that is not in the transcript.
    """

    truth: Truth
    hits: tuple[Hit, ...] = ()
    searched: tuple[Searched | Sought, ...] = ()
    reason: str = ""
    note: str = ""

    @property
    def told(self) -> tuple[Searched, ...]:
        """``searched`` with what came closest."""
        return tuple([one.told() if isinstance(one, Sought) else one for one in self.searched])

    @property
    def certain_hits(self) -> tuple[Hit, ...]:
        return tuple(hit for hit in self.hits if hit.certain)


MOST_HITS = 2_000
"""Of one condition, the first ones of a call. No call that people had has so many: nobody would read them, and they
would fill the memory (2 GB where one turn is one word said 180,000 times)."""
NOTHING = Outcome(Truth.FALSE)
"""What most conditions answer in most calls."""


def not_applicable(reason: str) -> Outcome:
    return Outcome(Truth.NOT_APPLICABLE, reason=reason)


def first_of_each_turn(hits: Sequence[Hit]) -> list[Hit]:
    """A hit that is in no turn stands for itself."""
    seen: set[int] = set()
    kept = []
    for hit in hits:
        if hit.turn is None or hit.turn not in seen:
            kept.append(hit)
        if hit.turn is not None:
            seen.add(hit.turn)
    return kept


def hits_meant(hits: tuple[Hit, ...], which: str | int) -> tuple[Hit, ...]:
    """The hits that an anchor means; certain ones first of all, unsure ones only when there are no others."""
    sure = tuple(hit for hit in hits if hit.certain) or hits
    match which:
        case "first":
            return sure[:1]
        case "last":
            return sure[-1:]
        case int():
            return sure[which - 1 : which]
    return sure


def of_each(outcomes: list[Outcome]) -> Outcome:
    """The answer for anchors that each want one: all must hold."""
    truth = all_of([outcome.truth for outcome in outcomes])
    hits = tuple(dict.fromkeys(hit for outcome in outcomes for hit in outcome.hits))
    searched = tuple(s for outcome in outcomes if outcome.truth is truth for s in outcome.searched)
    reason = next((outcome.reason for outcome in outcomes if outcome.truth is truth and outcome.reason), "")
    note = "；".join(dict.fromkeys(outcome.note for outcome in outcomes if outcome.note))
    return Outcome(truth, hits, searched, reason, note)
