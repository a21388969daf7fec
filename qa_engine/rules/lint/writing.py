"""Rules that are not finished: no examples, no reason, no price."""

from collections.abc import Iterator

from qa_engine.domain import Severity
from qa_engine.rules.lint.base import Level, LintNote, check
from qa_engine.rules.lint.tone import only_flags
from qa_engine.rules.packs.one_rule import EXPRESSIONS
from qa_engine.rules.packs.pack import RulePack


@check
def missing_examples(pack: RulePack) -> Iterator[LintNote]:
    for rule in pack.rules:
        examples = rule.model.examples
        found = ("uncertain", examples.uncertain) if only_flags(rule) else ("hit", examples.hit)
        lacking = [title for title, has in (found, ("miss", examples.miss)) if not has]
        if lacking:
            message = f"缺少例句 {'、'.join(lacking)}：写上至少一个应判和一个不应判的对话"
            yield LintNote(Level.WARNING, "missing-examples", rule.id, message, rule.file, rule.line)


@check
def missing_why(pack: RulePack) -> Iterator[LintNote]:
    for rule in pack.rules:
        if not rule.model.why.strip():
            yield LintNote(Level.WARNING, "missing-why", rule.id, "缺少 why：写明依据的制度条文", rule.file, rule.line)


@check
def no_price(pack: RulePack) -> Iterator[LintNote]:
    for rule in pack.rules:
        costs = rule.model.points.each or rule.model.repeat
        if rule.severity in (Severity.MINOR, Severity.MAJOR) and not costs:
            message = "没有扣分：写 points，或把 severity 改为 info"
            yield LintNote(Level.INFO, "no-points", rule.id, message, rule.file, rule.line)


@check
def duplicate_rules(pack: RulePack) -> Iterator[LintNote]:
    first: dict[tuple[object, ...], str] = {}
    for rule in pack.rules:
        conditions = tuple((name, c.fields) for name, c in rule.conditions.items())
        key = (*(str(getattr(rule, field)) for field in EXPRESSIONS), conditions, repr(rule.applies_to))
        if key in first:
            message = f"与规则 {first[key]} 的条件完全相同，同一问题会扣两次"
            yield LintNote(Level.WARNING, "duplicate-rule", rule.id, message, rule.file, rule.line)
        else:
            first[key] = rule.id
