"""Conditions that can never hold, or say the same twice."""

from collections.abc import Iterator
from itertools import combinations, permutations

from qa_engine.rules.lint.base import Level, LintNote, check
from qa_engine.rules.looking.matching import PhraseSet
from qa_engine.rules.looking.patterns import Pattern
from qa_engine.rules.packs.pack import Condition, Rule, RulePack
from qa_engine.rules.written.expression import And, Name, Node, Or
from qa_engine.rules.written.fields import Located


@check
def duplicate_conditions(pack: RulePack) -> Iterator[LintNote]:
    for rule in pack.rules:
        first: dict[object, str] = {}
        for name, condition in rule.conditions.items():
            if condition.fields in first:
                message = f"条件「{name}」与「{first[condition.fields]}」完全相同"
                yield LintNote(Level.WARNING, "duplicate-condition", rule.id, message, rule.file, condition.line)
            first.setdefault(condition.fields, name)


@check
def shadowed_conditions(pack: RulePack) -> Iterator[LintNote]:
    """In ``a or b`` a condition adds nothing when the other looks for all its phrases, and more, in the same place."""
    for rule in pack.rules:
        for first, second in permutations(_alternatives(rule.fault), 2):
            narrow, wide = rule.conditions[first], rule.conditions[second]
            alike = _how(narrow) == _how(wide) and _place(narrow) == _place(wide)
            if alike and not narrow.fields.inverts and _phrases(narrow) < _phrases(wide):
                message = f"条件「{first}」找的话条件「{second}」都找，在 or 里是多余的"
                yield LintNote(Level.WARNING, "shadowed-condition", rule.id, message, rule.file, narrow.line)


def _how(condition: Condition) -> object:
    """How a phrase condition looks: near hits too, how many."""
    return condition.fields.model_dump(include=set(_WHAT - {"lists", "phrases"}))


@check
def contradictory_conditions(pack: RulePack) -> Iterator[LintNote]:
    """``a and b`` where one wants what the other wants missing, in the same place."""
    for rule in pack.rules:
        for first, second in combinations(_together(rule.fault), 2):
            one, other = rule.conditions[first], rule.conditions[second]
            if one.fields.inverts == other.fields.inverts or _place(one) != _place(other):
                continue
            found, missing = (other, one) if one.fields.inverts else (one, other)
            if _phrases(found) <= _phrases(missing):
                message = f"条件「{first}」与「{second}」在同一处一个要有、一个要没有同样的话，不会同时成立"
                yield LintNote(Level.ERROR, "contradictory-condition", rule.id, message, rule.file, other.line)


def _alternatives(node: Node) -> tuple[str, ...]:
    return tuple(part.name for part in node.parts if isinstance(part, Name)) if isinstance(node, Or) else ()


def _together(node: Node) -> tuple[str, ...]:
    return tuple(part.name for part in node.parts if isinstance(part, Name)) if isinstance(node, And) else ()


_WHAT = frozenset({"operator", "need", "lists", "phrases", "patterns", "steps", "fuzzy_threshold", "tones", "intent"})


def _place(condition: Condition) -> object:
    """Where a phrase condition looks, and what excuses a hit; another operator is like none."""
    return condition.fields.model_dump(exclude=set(_WHAT)) if _phrases(condition) else object()


def _phrases(condition: Condition) -> frozenset[tuple[str, tuple[Pattern, ...]]]:
    """The phrases a condition looks for with what makes them innocent; none for operators that do not."""
    prepared = getattr(condition.prepared, "phrases", condition.prepared)
    entries = prepared.entries if isinstance(prepared, PhraseSet) else ()
    return frozenset((entry.pattern.shown, entry.innocents) for entry in entries)


@check
def impossible_windows(pack: RulePack) -> Iterator[LintNote]:
    for rule, condition in _located(pack):
        window = condition.fields.window
        low, high = window.from_percent or 0.0, 100.0 if window.to_percent is None else window.to_percent
        ends = [end for end in (window.first_seconds, window.to_seconds) if end is not None]
        problems = [
            ((window.skip_turns or 0) >= (window.first_turns or 10**9), "skip_turns 跳过了 first_turns 的全部话轮"),
            ((window.from_seconds or 0.0) >= min(ends, default=1e9), "窗口的开始不早于结束"),
            (low >= high, "from_percent 不小于 to_percent"),
        ]
        for wrong, message in problems:
            if wrong:
                text = f"条件「{condition.name}」的窗口是空的：{message}"
                yield LintNote(Level.ERROR, "empty-window", rule.id, text, rule.file, condition.line)


@check
def impossible_roles(pack: RulePack) -> Iterator[LintNote]:
    for rule, condition in _located(pack):
        anchor = condition.fields.anchor
        other = rule.conditions.get(anchor.to) if anchor is not None else None
        if anchor is None or other is None or anchor.where != "same_turn":
            continue
        theirs = other.fields.who
        if theirs in ("agent", "customer") and condition.fields.who in ("agent", "customer"):
            if theirs != condition.fields.who:
                text = f"条件「{condition.name}」要在「{anchor.to}」所在话轮里找，但两者说话人不同，永远找不到"
                yield LintNote(Level.ERROR, "role-impossible", rule.id, text, rule.file, condition.line)
        elif theirs is None:
            text = f"条件「{anchor.to}」不在任何话轮里，same_turn 永远找不到"
            yield LintNote(Level.ERROR, "role-impossible", rule.id, text, rule.file, condition.line)


@check
def sound_in_chat(pack: RulePack) -> Iterator[LintNote]:
    for rule in pack.rules:
        if rule.applies_to.channel != ("chat",):
            continue
        for name, condition in rule.conditions.items():
            if condition.operator.sound:
                text = f"条件「{name}」（{condition.operator.title}）需要录音，而规则只适用于在线渠道"
                yield LintNote(Level.ERROR, "channel-impossible", rule.id, text, rule.file, condition.line)


def _located(pack: RulePack) -> Iterator[tuple[Rule, "_LocatedCondition"]]:
    for rule in pack.rules:
        for condition in rule.conditions.values():
            if isinstance(condition.fields, Located):
                yield rule, _LocatedCondition(condition, condition.fields)


class _LocatedCondition:
    """A condition whose fields are known to have a window and an anchor."""

    def __init__(self, condition: Condition, fields: Located) -> None:
        self.name = condition.name
        self.line = condition.line
        self.fields = fields
