"""Tone conditions that mean to cost points where the model was never measured to be precise enough."""

from collections.abc import Iterator, Mapping

from qa_engine.rules.lint.base import Level, LintNote
from qa_engine.rules.operators.words.tone import ToneFields
from qa_engine.rules.packs.pack import Condition, Rule, RulePack
from qa_engine.rules.ports.tones import TONE_TITLE


def tone_deductions(pack: RulePack, sure_from: Mapping[str, float]) -> Iterator[LintNote]:
    """``sure_from``: class → probability from which nine in ten held-out hits were right; empty without a model."""
    for rule in pack.rules:
        for condition in rule.conditions.values():
            fields = condition.fields
            if not isinstance(fields, ToneFields) or fields.deduct_above is None:
                continue
            for name in fields.classes:
                yield from _of_class(rule, condition, name, fields.deduct_above, sure_from)


def _of_class(
    rule: Rule, condition: Condition, name: str, deduct_above: float, sure_from: Mapping[str, float]
) -> Iterator[LintNote]:
    what = f"条件「{condition.name}」的 deduct_above {deduct_above:g}（「{TONE_TITLE[name]}」）"
    if not sure_from:
        message = f"{what}不起作用：没有启用语气模型"
        yield LintNote(Level.ERROR, "tone-no-model", rule.id, message, rule.file, condition.line)
    elif name not in sure_from:
        message = f"{what}不起作用：模型在留出数据上达不到九成准确，这一类只能提示复核；请删去 deduct_above"
        yield LintNote(Level.ERROR, "tone-no-threshold", rule.id, message, rule.file, condition.line)
    elif deduct_above < sure_from[name]:
        message = (
            f"{what}低于模型实测九成准确的把握 {sure_from[name]:g}：两者之间的不会扣分；请写 {sure_from[name]:g} 或更高"
        )
        yield LintNote(Level.ERROR, "tone-below-threshold", rule.id, message, rule.file, condition.line)


def only_flags(rule: Rule) -> bool:
    """True when a condition on tone or acts can never be certain against the agent, so that no example can be a hit."""
    return any(
        not condition.fields.can_be_certain(against=condition.polarity.positive and not condition.loose)
        for condition in rule.conditions.values()
    )
