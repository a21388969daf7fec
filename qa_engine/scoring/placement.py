"""Whether the rules of a pack and the lines of the scorecards meet: a rule without a line would change no total."""

from collections.abc import Iterator, Sequence
from itertools import product

from qa_engine.domain import Call, Channel, Direction, Severity
from qa_engine.errors import Fault, NotFoundError
from qa_engine.located.faults import did_you_mean
from qa_engine.rules import Level, LintNote, Rule, RulePack
from qa_engine.rules.written.applies import why_not
from qa_engine.rules.written.models import AppliesTo
from qa_engine.scoring.choosing import choose_scorecard
from qa_engine.scoring.scorecard import ItemMode, Scorecard

_ANOTHER_SCENARIO = "其他场景"


def placement_faults(pack: RulePack, scorecards: Sequence[Scorecard], *, named: str | None = None) -> tuple[Fault, ...]:
    """A fault, at the rule, for every scorecard that may score a call of the rule without having its line.

    ``scorecards`` are all there are: each call is on the one chosen for it. With ``named``, only that one is looked at:
    for the calls it would be chosen for, or for every call when it never is. Rules of severity info change nothing and
    a veto needs no line, so both may stand anywhere.
    """
    calls: Sequence[tuple[Call, Scorecard | None]] = list(_kinds_of_calls(pack, scorecards))
    if named is not None:
        alone = next(scorecard for scorecard in scorecards if scorecard.id == named)
        meant = [(call, scorecard) for call, scorecard in calls if scorecard is alone]
        calls = meant or [(call, alone) for call, _ in calls]
    faults = [fault for rule in pack.rules for fault in _misplaced(rule, calls)]
    return tuple(sorted(faults, key=lambda fault: (fault.where, fault.line or 0, fault.message)))


def _misplaced(rule: Rule, calls: Sequence[tuple[Call, Scorecard | None]]) -> Iterator[Fault]:
    if rule.severity in (Severity.INFO, Severity.VETO):
        return
    troubles: dict[str, dict[str, None]] = {}  # what is wrong → the scorecards of which it is true
    for call, scorecard in calls:
        if scorecard is not None and _meant_for(rule, call):
            trouble = _trouble(rule, scorecard)
            if trouble:
                troubles.setdefault(trouble, {})[scorecard.id] = None
    for trouble, names in troubles.items():
        message = f"这条规则改变不了得分：考评表「{'、'.join(sorted(names))}」{trouble}"
        yield Fault(rule.file, rule.line, None, message, rule.id)


def placement_findings(
    pack: RulePack, scorecards: Sequence[Scorecard], *, named: str | None = None
) -> tuple[LintNote, ...]:
    """What of the scorecards no rule of the pack fills: those lines count for nobody.

    Without ``named``, only scorecards are looked at of which the pack fills half or more: others are for other packs.
    """
    meant = [s for s in scorecards if (s.id == named if named is not None else _fills_half(pack, s))]
    return tuple(finding for scorecard in meant for finding in _unfilled(pack, scorecard))


def _fed(pack: RulePack) -> set[tuple[str, str]]:
    return {(rule.section, rule.item) for rule in pack.rules if rule.severity is not Severity.VETO}


def _fills_half(pack: RulePack, scorecard: Scorecard) -> bool:
    fed = _fed(pack)
    machine = [(section.id, item.id) in fed for section, item in scorecard.items() if not item.manual]
    return 2 * sum(machine) >= len(machine) > 0


def _unfilled(pack: RulePack, scorecard: Scorecard) -> Iterator[LintNote]:
    fed = _fed(pack)
    empty = [
        f"{section.id}/{item.id}"
        for section, item in scorecard.items()
        if not item.manual and (section.id, item.id) not in fed
    ]
    if empty:
        message = f"没有规则填写细项 {'、'.join(empty)}，它们也不是人工细项，永远不计分"
        yield LintNote(Level.WARNING, "unfilled-item", scorecard.id, message)
    named = {name for _, item in scorecard.items() for name in (*item.weights, *item.awards)}
    unknown = sorted((named | set(scorecard.veto.by_rule)) - {rule.id for rule in pack.rules})
    if unknown:
        message = f"weights、awards 或 veto 里的规则 {'、'.join(unknown)} 不在规则包「{pack.id}」里"
        yield LintNote(Level.WARNING, "unknown-rule", scorecard.id, message)


def _kinds_of_calls(pack: RulePack, scorecards: Sequence[Scorecard]) -> Iterator[tuple[Call, Scorecard | None]]:
    """One call for each combination of the facts that choose scorecards, with the scorecard that it gets."""
    scenarios: set[str] = {_ANOTHER_SCENARIO}
    for rule in pack.rules:
        scenarios.update(rule.applies_to.scenario)  # one that a rule leaves out is like any other to the rest
    for scorecard in scorecards:
        scenarios.update(scorecard.applies_to.scenario)
    for channel, direction, scenario in product(Channel, (*Direction, None), (*sorted(scenarios), None)):
        call = Call("placement", channel=channel, direction=direction, scenario=scenario)
        try:
            yield call, choose_scorecard(scorecards, call)
        except NotFoundError:
            yield call, None  # such a call is refused as a whole, unless a scorecard is named


def _meant_for(rule: Rule, call: Call) -> bool:
    """Whether the facts that choose scorecards leave the rule in; teams, dates and the like never choose one."""
    applies = rule.applies_to
    narrowed = AppliesTo(
        scenario=applies.scenario,
        not_scenario=applies.not_scenario,
        direction=applies.direction,
        channel=applies.channel,
    )
    return not why_not(narrowed, call, None)


def _trouble(rule: Rule, scorecard: Scorecard) -> str:
    section = next((section for section in scorecard.sections if section.id == rule.section), None)
    if section is None:
        return f"没有考评项「{rule.section}」{did_you_mean(rule.section, (s.id for s in scorecard.sections))}"
    item = next((item for item in section.items if item.id == rule.item), None)
    if item is None:
        return f"的「{section.id}」没有细项「{rule.item}」{did_you_mean(rule.item, (i.id for i in section.items))}"
    if item.manual:
        return f"的细项「{section.id}/{item.id}」由人工评分"
    if item.mode is ItemMode.ADD and rule.id not in item.awards:
        return f"的细项「{section.id}/{item.id}」是加分制，awards 里没有这条规则"
    return ""
