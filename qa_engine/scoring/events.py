"""One event, one deduction: of the rules that found the same event only the dearest takes points.

Rules say what they are about. Two faults about the same thing are one event where they touch the same turns: those of
their evidence and those that were searched in vain. A fault that names no turn at all is about the whole call.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa_engine.domain import RuleResult, Severity, Status
from qa_engine.scoring.points import cents, points, weighted
from qa_engine.scoring.scorecard import Scorecard


@dataclass(frozen=True, slots=True)
class _Kept:
    """A fault that takes points, and where; no turns: the whole call."""

    rule: RuleResult
    turns: frozenset[int]


def one_event(results: Sequence[RuleResult], scorecard: Scorecard) -> tuple[RuleResult, ...]:
    """The results with points only where nobody dearer takes them; the others name that rule in ``same_event``, and
    keep in ``stake`` what they would take if that one fell.

    A rule that counts its hits keeps what it takes for hits elsewhere. Equally dear ones: the first of the pack.
    """
    kept: list[_Kept] = []
    changed: dict[str, RuleResult] = {}
    order = {result.id: place for place, result in enumerate(results)}
    costly = [(r, cost) for r in results if r.about and (cost := _cost(r, scorecard)) > 0]
    for result, _ in sorted(costly, key=lambda pair: (-pair[1], order[pair[0].id])):
        turns = _turns(result)
        dearer = next((one for one in kept if _same(one, result, turns)), None)
        if dearer is None:
            kept.append(_Kept(result, turns))
            continue
        rest = _elsewhere(result, dearer)
        changed[result.id] = replace(result, points=rest, same_event=dearer.rule.id, stake=result.points)
        if rest:
            kept.append(_Kept(result, turns - dearer.turns))
    return tuple(changed.get(result.id, result) for result in results)


def _cost(result: RuleResult, scorecard: Scorecard) -> int:
    """Hundredths that the fault takes on this scorecard; 0 where it has no line there."""
    if result.status is not Status.FAIL or result.severity is Severity.VETO:
        return 0
    found = scorecard.find(result.section, result.item)
    if found is None:
        return 0
    return weighted(max(0, -cents(result.points)), found[1].weights.get(result.id, 1.0))


def _turns(result: RuleResult) -> frozenset[int]:
    named = {evidence.turn for evidence in result.evidence if evidence.turn is not None}
    return frozenset(named.union(*(searched.turns for searched in result.searched)))


def _same(kept: _Kept, result: RuleResult, turns: frozenset[int]) -> bool:
    if not set(kept.rule.about) & set(result.about):
        return False
    return not kept.turns or not turns or bool(kept.turns & turns)


def _elsewhere(result: RuleResult, dearer: _Kept) -> float:
    """What a rule that counts its hits still takes for those in other turns; 0.0 for any other rule."""
    if result.hits < 2 or not dearer.turns:
        return 0.0
    hits = [evidence.turn for evidence in result.evidence if evidence.turn is not None]
    outside = sum(turn not in dearer.turns for turn in hits)
    if not outside:
        return 0.0
    return points(max(cents(result.points), cents(result.each) * min(outside, result.hits)))
