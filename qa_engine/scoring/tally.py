"""From rule results to sections and a total, in whole hundredths of a point.

Every function here is pure arithmetic; what the words mean is said in :mod:`qa_engine.scoring.scorecard`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from qa_engine.domain import Call, ItemScore, RuleResult, SectionScore, Severity, Status
from qa_engine.scoring.points import cents, percent, points, weighted
from qa_engine.scoring.scorecard import GradeBand, Item, ItemMode, Scorecard, Section, VetoEffect, VetoScope

Answers = Mapping[tuple[str, str], float]
"""Points a person gave, by (section id, item id)."""


@dataclass(frozen=True, slots=True)
class Tally:
    """``total`` and ``possible`` are hundredths; ``percent`` is of what is possible, to 0.01.

    ``vetoes`` are those that stand; one that is only suspected changes nothing.
    """

    sections: tuple[SectionScore, ...]
    total: int
    possible: int
    vetoes: tuple[RuleResult, ...]

    @property
    def percent(self) -> Decimal:
        return percent(self.total, self.possible)


@dataclass(frozen=True, slots=True)
class _ItemTally:
    line: ItemScore
    score: int | None  # None: in neither sum
    possible: int
    lost: int


def tally(scorecard: Scorecard, call: Call, results: Sequence[RuleResult], answers: Answers) -> Tally:
    """Add up the scorecard for one call."""
    fed: dict[tuple[str, str], list[RuleResult]] = defaultdict(list)
    for result in results:
        if result.severity is not Severity.VETO:
            fed[result.section, result.item].append(result)
    vetoes = tuple(r for r in results if r.severity is Severity.VETO and r.status is Status.FAIL and r.confirmed)
    effects = [scorecard.veto.of(result.id) for result in vetoes]
    zeroed = {effect.section for effect in effects if effect.scope is VetoScope.SECTION}
    sections: list[SectionScore] = []
    total = possible = 0
    for section in scorecard.sections:
        lines = [
            _tally_item(item, call, fed.get((section.id, item.id), ()), answers.get((section.id, item.id)))
            for item in section.items
        ]
        section_score, section_possible = _sum_section(section, lines)
        if section.id in zeroed:
            section_score = 0
        sections.append(
            SectionScore(
                id=section.id,
                title=section.title,
                score=points(section_score),
                possible=points(section_possible),
                items=tuple(line.line for line in lines),
            )
        )
        total += weighted(section_score, section.weight)
        possible += weighted(section_possible, section.weight)
    return Tally(tuple(sections), _vetoed(min(total, possible), possible, effects), possible, vetoes)


def grade_of(bands: Sequence[GradeBand], reached: Decimal) -> str:
    """The best band reached; the last one when none is."""
    for band in bands:
        if reached >= Decimal(repr(float(band.at_least_percent))):
            return band.grade
    return bands[-1].grade


def _tally_item(item: Item, call: Call, results: Sequence[RuleResult], answer: float | None) -> _ItemTally:
    whole = cents(item.points)
    judged = [result for result in results if result.status is not Status.NOT_APPLICABLE]
    score: int | None
    lost = 0
    if not item.applies_to.fits(call):
        score = None
    elif item.manual:
        score = None if answer is None else min(max(cents(answer), 0), whole)
        lost = 0 if score is None else whole - score
    elif not judged:
        score = None
    elif item.mode is ItemMode.ADD:
        score = min(whole, sum(cents(item.awards.get(r.id, 0.0)) for r in judged if _earned(item, r)))
        lost = whole - score
    else:
        limit = whole if item.cap is None else min(whole, cents(item.cap))
        lost = min(limit, sum(_taken(item, result) for result in judged))
        score = whole - lost
    line = ItemScore(
        id=item.id,
        title=item.title,
        score=None if score is None else points(score),
        possible=item.points,
        manual=item.manual,
        rules=tuple(result.id for result in results),
        anchors=item.anchors,
    )
    counts_as_possible = score is not None and not item.bonus
    return _ItemTally(line, score, whole if counts_as_possible else 0, 0 if item.bonus else lost)


def _earned(item: Item, result: RuleResult) -> bool:
    """A doubt never takes points away, and never adds any to a bonus."""
    return result.status is Status.PASS or (not item.bonus and result.status in (Status.UNCERTAIN, Status.ERROR))


def _taken(item: Item, result: RuleResult) -> int:
    """Hundredths that a failed rule takes: never negative, so no rule can pay for another's fault."""
    if result.status is not Status.FAIL:
        return 0
    return weighted(max(0, -cents(result.points)), item.weights.get(result.id, 1.0))


def _sum_section(section: Section, lines: Sequence[_ItemTally]) -> tuple[int, int]:
    """(score, possible). A cap limits what is lost by the counted items together; bonus comes on top of that."""
    possible = sum(line.possible for line in lines)
    lost = sum(line.lost for line in lines)
    if section.cap is not None:
        lost = min(lost, cents(section.cap))
    bonus = sum(line.score or 0 for line in lines if line.possible == 0)
    return possible - lost + bonus, possible


def _vetoed(total: int, possible: int, effects: Sequence[VetoEffect]) -> int:
    for effect in effects:
        if effect.scope is VetoScope.TOTAL:
            return 0
        if effect.scope is VetoScope.CAP and effect.at_most_percent is not None:
            total = min(total, weighted(possible, effect.at_most_percent / 100))
    return total
