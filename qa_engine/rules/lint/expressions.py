"""Expressions whose answer is settled before the call: always, never, or whatever one condition says."""

import itertools
from collections.abc import Iterator

from qa_engine.rules.lint.base import Level, LintNote, check
from qa_engine.rules.packs.one_rule import EXPRESSIONS
from qa_engine.rules.packs.pack import RulePack
from qa_engine.rules.written.expression import Node, evaluate, names
from qa_engine.rules.written.truth import Truth

_MAX_NAMES = 10  # a truth table has 2**n rows


@check
def settled_expressions(pack: RulePack) -> Iterator[LintNote]:
    for rule in pack.rules:
        for field in EXPRESSIONS:
            node = getattr(rule, field)
            if node is None:
                continue
            for code, message in _settled(node):
                yield LintNote(Level.ERROR, code, rule.id, f"{field}：{message}", rule.file, rule.line)


def _settled(node: Node) -> Iterator[tuple[str, str]]:
    different = sorted({name.name for name in names(node)})
    if len(different) > _MAX_NAMES:
        return
    rows = list(itertools.product((False, True), repeat=len(different)))
    answers = {row: _value(node, dict(zip(different, row, strict=True))) for row in rows}
    if len(set(answers.values())) == 1:
        always = next(iter(answers.values()))
        yield (
            "contradiction",
            f"表达式「{node}」恒为{'真' if always else '假'}，规则{'总是' if always else '永远不会'}成立",
        )
        return
    for place, name in enumerate(different):
        flips = ((*row[:place], not row[place], *row[place + 1 :]) for row in rows)
        if all(answers[row] == answers[other] for row, other in zip(rows, flips, strict=True)):
            yield "dead-condition", f"条件「{name}」对结果没有影响"


def _value(node: Node, facts: dict[str, bool]) -> bool:
    return evaluate(node, lambda name: Truth.TRUE if facts[name] else Truth.FALSE) is Truth.TRUE
