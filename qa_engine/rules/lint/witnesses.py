"""Rules that cost points on one witness alone, and duties by meaning that nobody can tell the meaning of."""

from collections.abc import Iterator

from qa_engine.domain import Severity
from qa_engine.rules.lint.base import Level, LintNote, check
from qa_engine.rules.operators.witness import witness_of
from qa_engine.rules.packs.one_rule import EXPRESSIONS
from qa_engine.rules.packs.pack import Condition, Rule, RulePack
from qa_engine.rules.written.expression import names
from qa_engine.rules.written.fields import Spoken


@check
def one_witness(pack: RulePack) -> Iterator[LintNote]:
    """In a pack that has second witnesses at all: one that never asks for acts is judged by words throughout."""
    if not any(witness_of(c.fields) is not None for rule in pack.rules for c in rule.conditions.values()):
        return
    for rule in pack.rules:
        if rule.model.duty == "wording" or rule.severity is Severity.INFO or not _costs(rule):
            continue
        for condition in _asked(rule):
            if condition.operator.evidence != "words" or not isinstance(condition.fields, Spoken):
                continue
            if condition.fields.takes_witness and condition.fields.witness is None:
                kind = "duty: meaning 的规则里" if rule.model.duty == "meaning" else "扣分规则里"
                message = (
                    f"{kind}条件「{condition.name}」只有字句一个证据：写 witness（服务行为），"
                    "或写明 witness: wording（字句本身就是依据）"
                )
                yield LintNote(Level.INFO, "one-witness", rule.id, message, rule.file, condition.line)


@check
def unmeasured_meaning(pack: RulePack) -> Iterator[LintNote]:
    """A duty by meaning must have somebody who can tell a meaning."""
    for rule in pack.rules:
        if rule.model.duty != "meaning":
            continue
        acts = [c for c in rule.conditions.values() if witness_of(c.fields) is not None or "acts" in c.fields.reads]
        if not acts:
            message = "duty: meaning 的规则没有一个条件看服务行为：写 witness，或把 duty 改为 wording"
            yield LintNote(Level.ERROR, "meaning-without-act", rule.id, message, rule.file, rule.line)


@check
def measured_strangers(pack: RulePack) -> Iterator[LintNote]:
    known = {rule.id for rule in pack.rules}
    for name in sorted(set(pack.measured) - known):
        message = f"measured 里的规则「{name}」不在规则包里"
        yield LintNote(Level.WARNING, "measured-stranger", name, message)


def _costs(rule: Rule) -> bool:
    return bool(rule.model.points.each or rule.model.repeat or rule.severity is Severity.VETO)


def _asked(rule: Rule) -> Iterator[Condition]:
    """The conditions that make the fault or its premise, not those that are only places."""
    named = {name.name for field in EXPRESSIONS if (node := getattr(rule, field)) is not None for name in names(node)}
    yield from (condition for name, condition in rule.conditions.items() if name in named)
