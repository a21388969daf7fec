"""A machine's result and what people decided become the final result. The total is worked out, never typed in.

* The newest decision about a line counts; one about the whole line sets aside what was said about its hits before.
* A confirmed doubt costs what was at stake; an overturned fault costs nothing and counts as kept.
* A rule that took nothing because a dearer one had taken it takes its points again when the dearer one falls.
* A veto counts only where a person confirmed it, or where the pack let the machine say it and nobody overturned it.
* What nobody decided stays as the machine said it: a fault stands, a doubt costs nothing, a suspected veto nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from qa_engine.domain import Call, CallResult, RuleResult, Severity, Status
from qa_engine.domain.review import Decision, DecisionKind, Lane, Target, countable_hits, hit_mark
from qa_engine.errors import UsageError
from qa_engine.scoring.events import one_event
from qa_engine.scoring.points import cents, points
from qa_engine.scoring.score import suspected
from qa_engine.scoring.scorecard import Scorecard
from qa_engine.scoring.tally import grade_of, tally

_K = DecisionKind


@dataclass(slots=True)
class _Said:
    """What stands about one rule: the newest word about the whole, and those about its hits since."""

    whole: Decision | None = None
    hits: dict[str, Decision] = field(default_factory=dict)


def standing(decisions: Sequence[Decision]) -> Mapping[Target, Decision]:
    """The decision that counts for each line and hit, of those in the order in which they were made."""
    found: dict[Target, Decision] = {}
    for decision in decisions:
        if decision.kind is _K.LOOK:
            continue
        target = decision.target
        if target.hit is None and target.rule is not None:
            for other in [one for one in found if one.rule == target.rule]:
                del found[other]
        found.pop(target, None)
        if decision.kind is not _K.WITHDRAW:
            found[target] = decision
    return found


def reviewed(result: CallResult, scorecard: Scorecard, call: Call, decisions: Sequence[Decision]) -> CallResult:
    """The final result of a call on the scorecard that its machine result was made on.

    ``decisions`` are in the order in which they were made; those of calibration are left out. Raises UsageError for
    another scorecard, and for points that a manual item cannot have.
    """
    if scorecard.id != result.scorecard.partition("@")[0]:
        raise UsageError(f"call {result.call_id} was scored on {result.scorecard}, not on {scorecard.label}")
    said, answers = _by_line(scorecard, [d for d in decisions if d.lane is not Lane.CALIBRATION])
    decided = [_decided(_alone(rule), said.get(rule.id)) for rule in result.rules]
    rules = _events(decided, scorecard, said)
    sums = tally(scorecard, call, rules, answers)
    return replace(
        result,
        total=points(sums.total),
        possible=points(sums.possible),
        grade=grade_of(scorecard.grades, sums.percent),
        veto=bool(sums.vetoes),
        sections=sums.sections,
        rules=rules,
        veto_suspected=any(suspected(rule) for rule in rules),
        pending=not sums.possible,
        needs_review=False,
        review_reasons=(),
    )


def undecided(result: CallResult, decisions: Sequence[Decision]) -> tuple[Target, ...]:
    """What a person has to say before the form can be signed: suspected vetoes, doubts, broken rules, manual items.

    A quiet doubt may stay open. In the order of the form: the gravest rules first, then the manual items.
    """
    counted = [d for d in decisions if d.lane is not Lane.CALIBRATION]
    stands = standing(counted)
    asked = [Target(rule=rule.id) for rule in needs_word(result.rules)]
    manual = [
        Target(section=section.id, item=item.id) for section in result.sections for item in section.items if item.manual
    ]
    return tuple(target for target in (*asked, *manual) if target not in stands)


def needs_word(rules: Sequence[RuleResult]) -> tuple[RuleResult, ...]:
    """The rules that a person has to decide, the gravest first."""
    wanted = [
        rule
        for rule in rules
        if suspected(rule) or rule.status is Status.ERROR or (rule.status is Status.UNCERTAIN and not rule.quiet)
    ]
    return tuple(sorted(wanted, key=lambda rule: (rule.severity is not Severity.VETO, rule.status is Status.ERROR)))


def _by_line(
    scorecard: Scorecard, decisions: Sequence[Decision]
) -> tuple[dict[str, _Said], dict[tuple[str, str], float]]:
    said: dict[str, _Said] = {}
    answers: dict[tuple[str, str], float] = {}
    for target, decision in standing(decisions).items():
        if target.rule is None:
            _answer(scorecard, target, decision, answers)
            continue
        line = said.setdefault(target.rule, _Said())
        if target.hit is None:
            line.whole = decision
        else:
            line.hits[target.hit] = decision
    return said, answers


def _answer(scorecard: Scorecard, target: Target, decision: Decision, answers: dict[tuple[str, str], float]) -> None:
    assert target.section is not None
    assert target.item is not None
    found = scorecard.find(target.section, target.item)
    if found is None or not found[1].manual:
        raise UsageError(f"{scorecard.id}: {target.section}/{target.item} is no manual item of this scorecard")
    if decision.kind is not _K.SCORE or decision.points is None:
        return  # exempt: in neither sum
    if decision.points > found[1].points:
        most = found[1].points
        raise UsageError(f"{scorecard.id}: {target.section}/{target.item} takes 0 to {most:g}, not {decision.points:g}")
    answers[target.section, target.item] = decision.points


def _alone(rule: RuleResult) -> RuleResult:
    """The rule with what it would take if no dearer one had found the same event."""
    if not rule.same_event:
        return rule
    whole = rule.stake or points(cents(rule.each) * max(1, rule.hits))
    return replace(rule, points=whole, same_event="", stake=0.0)


def _decided(rule: RuleResult, said: _Said | None) -> RuleResult:
    if said is None:
        return rule
    if said.whole is not None:
        rule = _as_a_whole(rule, said.whole)
    return _hit_by_hit(rule, said.hits) if said.hits and rule.status is Status.FAIL else rule


def _as_a_whole(rule: RuleResult, decision: Decision) -> RuleResult:
    kind = decision.kind
    if kind is _K.CONFIRM:
        if rule.status is Status.FAIL:
            return replace(rule, confirmed=True)
        return _fault(rule, rule.stake) if rule.status is Status.UNCERTAIN else rule
    if kind is _K.OVERTURN:
        found = rule.status in (Status.FAIL, Status.UNCERTAIN, Status.ERROR)
        return _without_fault(rule, Status.PASS, decision.reason) if found else rule
    if kind is _K.EXEMPT:
        return _without_fault(rule, Status.NOT_APPLICABLE, decision.reason)
    if kind in (_K.POINTS, _K.MISSED) and decision.points is not None:
        return _fault(rule, decision.points)
    return rule


def _fault(rule: RuleResult, taken: float) -> RuleResult:
    return replace(
        rule,
        status=Status.FAIL,
        points=0.0 if rule.severity is Severity.VETO else taken,
        each=taken,
        stake=0.0,
        hits=max(1, rule.hits),
        reason="",
        confirmed=True,
    )


def _without_fault(rule: RuleResult, status: Status, reason: str) -> RuleResult:
    return replace(
        rule, status=status, points=0.0, each=0.0, stake=0.0, hits=0, message="", reason=reason, confirmed=False
    )


def _hit_by_hit(rule: RuleResult, hits: Mapping[str, Decision]) -> RuleResult:
    """Without the hits that were overturned; the rule counts as kept when none is left."""
    gone = {mark for mark, decision in hits.items() if decision.kind is _K.OVERTURN}
    left = tuple(evidence for evidence in rule.evidence if hit_mark(evidence) not in gone)
    dropped = len(rule.evidence) - len(left)
    if not dropped:
        return rule
    if not left:
        return _without_fault(rule, Status.PASS, next(hits[mark].reason for mark in hits if mark in gone))
    if not countable_hits(rule):
        return replace(rule, evidence=left)
    count = rule.hits - dropped
    return replace(rule, evidence=left, hits=count, points=points(max(cents(rule.points), cents(rule.each) * count)))


def _events(rules: Sequence[RuleResult], scorecard: Scorecard, said: Mapping[str, _Said]) -> tuple[RuleResult, ...]:
    """One event costs once, but what a person gave points for costs what the person said."""
    fixed = {id for id, line in said.items() if line.whole is not None and line.whole.kind in (_K.POINTS, _K.MISSED)}
    freed = [replace(rule, about=()) if rule.id in fixed else rule for rule in rules]
    settled = one_event(freed, scorecard)
    return tuple(replace(new, about=old.about) for new, old in zip(settled, rules, strict=True))
