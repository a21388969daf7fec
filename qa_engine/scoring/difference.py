"""What another inspection of the same call changed."""

from dataclasses import dataclass

from qa_engine.domain import CallResult, RuleResult, Status


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that comes out otherwise; a status is None where the pack does not have the rule."""

    id: str
    title: str
    before: Status | None
    after: Status | None
    points_before: float
    points_after: float


@dataclass(frozen=True, slots=True)
class ResultDifference:
    """Two results of one call, and the rules that come out otherwise, in the order of the later pack."""

    before: CallResult
    after: CallResult
    rules: tuple[RuleChange, ...]

    @property
    def changed(self) -> bool:
        """Whether anything that counts is another: total, grade, veto, or a rule's status or points."""
        return bool(self.rules) or _verdict(self.before) != _verdict(self.after)


def difference(before: CallResult, after: CallResult) -> ResultDifference:
    """What changed between two results of the same call."""
    old = {rule.id: rule for rule in before.rules}
    new = {rule.id: rule for rule in after.rules}
    order = [*new, *(id for id in old if id not in new)]
    changes = (_change(id, old.get(id), new.get(id)) for id in order)
    return ResultDifference(before, after, tuple(change for change in changes if change is not None))


def _change(id: str, old: RuleResult | None, new: RuleResult | None) -> RuleChange | None:
    known = new or old
    assert known is not None
    before, after = (rule.status if rule is not None else None for rule in (old, new))
    points_before, points_after = (rule.points if rule is not None else 0.0 for rule in (old, new))
    if (before, points_before) == (after, points_after):
        return None
    if {before, after} <= {None, Status.PASS, Status.NOT_APPLICABLE}:
        return None  # a new rule that was kept, or one that has nothing to say here, changes nothing
    return RuleChange(id, known.title, before, after, points_before, points_after)


def _verdict(result: CallResult) -> tuple[float, float, str, bool, bool]:
    return result.total, result.possible, result.grade, result.veto, result.pending
