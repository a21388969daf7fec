"""A rule for people in a hurry: one short sentence, and what it asks for as a tree of conditions."""

import re
from dataclasses import dataclass, replace

from qa_engine.rules.packs.describe import OWN_GROUNDS, applies_words, condition_text, cost_words
from qa_engine.rules.packs.pack import Rule, RulePack
from qa_engine.rules.ports.acts import DUTIES
from qa_engine.rules.written.expression import And, Name, Node, Not, Or

_BRACKETS = re.compile(r"（[^（）]*\{[^（）]*）")  # words about one call: （{count} 次）
_QUOTED = "：「{text}」"
_VALUE = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Said:
    """A condition, or a heading over ``parts``. ``but``: what is said in these ways does not count."""

    text: str
    but: tuple[str, ...] = ()
    parts: tuple["Said", ...] = ()


@dataclass(frozen=True, slots=True)
class Explained:
    """``short`` is one sentence, ``steps`` are (heading, what has to hold), ``conditions`` are how many there are."""

    short: str
    steps: tuple[tuple[str, Said], ...]
    conditions: int


def explain(pack: RulePack, rule: Rule) -> Explained:
    return Explained(short_words(pack, rule), tuple(_steps(pack, rule)), len(rule.conditions))


def short_words(pack: RulePack, rule: Rule) -> str:
    """What is wrong, in which calls, what it costs; as the rule tells agents, without what is of one call."""
    message = _VALUE.sub("…", _BRACKETS.sub("", rule.model.message.replace(_QUOTED, "")))
    calls = "、".join(applies_words(rule.model.applies_to))
    asks = rule.sure_if is not None or rule.model.left_out is not None
    doubt = "；拿不准时只提示复核" if asks and rule.model.points.each else ""
    return pack.titled(f"{message}{f'（{calls}）' if calls else ''}。{cost_words(rule)}{doubt}。")


def _steps(pack: RulePack, rule: Rule) -> list[tuple[str, Said]]:
    left_out = rule.model.left_out
    whole = f"看整通话的行为和用词，{DUTIES[left_out]}，且满足时也直接扣分" if left_out is not None else ""
    steps: list[tuple[str, Node | None]] = [
        ("只在这时检查", rule.only_if),
        ("判为问题", rule.fault),
        ("机器直接扣分，须满足", rule.sure_if),
        (whole, rule.left_out_if),
    ]
    told = [(heading, _said(pack, rule, node)) for heading, node in steps if node is not None]
    return told if not whole or rule.left_out_if is not None else [*told, (whole, Said(OWN_GROUNDS))]


def _said(pack: RulePack, rule: Rule, node: Node) -> Said:
    match node:
        case Name(name):
            condition = rule.conditions[name]
            bare = condition_text(replace(condition, excuses=()), rule.conditions)
            return Said(pack.titled(bare), tuple(pack.titled(one.title) for one in condition.excuses))
        case Not(Name() as inner):
            found = _said(pack, rule, inner)
            return replace(found, text=f"没有做到：{found.text}")
        case Not(inner):
            return Said("下面的不成立：", parts=(_said(pack, rule, inner),))
        case And(parts):
            return Said("同时满足：", parts=tuple(_said(pack, rule, part) for part in parts))
        case Or(parts):
            return Said("满足其中一条：", parts=tuple(_said(pack, rule, part) for part in parts))
