"""A rule in plain Chinese: what it looks for, where, what it costs and why. For supervisors and for agents."""

import re
from collections.abc import Iterator, Mapping

from qa_engine.domain import Severity
from qa_engine.fact_wording import fact_said, fact_value
from qa_engine.rules.operators.witness import describe_witness
from qa_engine.rules.packs.example_lines import line_said
from qa_engine.rules.packs.pack import Condition, Rule, RulePack
from qa_engine.rules.ports.acts import DUTIES
from qa_engine.rules.written.expression import And, Name, Node, Not, Or
from qa_engine.rules.written.fields import WHERE_TITLE, WHO_TITLE, Located, Window, lists_of
from qa_engine.rules.written.models import AppliesTo, PhraseList
from qa_engine.wording import SEVERITIES, cited

_APPLIES = {
    "scenario": ("业务场景", "scenario"), "not_scenario": ("业务场景不是", "scenario"),
    "direction": ("呼叫方向", "direction"), "channel": ("渠道", "channel"), "team": ("班组", "agent.team"),
    "business_line": ("业务线", "business_line"),
}  # fmt: skip
OWN_GROUNDS = "去掉只有字句的依据后仍判为问题"
_SHOWN = 8  # phrases of a list
_MENTION = re.compile("〔([^〔〕]+)〕")


def describe_rule(pack: RulePack, rule_id: str) -> str:
    """The rule in plain Chinese lines; NotFoundError when the pack has no such rule."""
    return "\n".join(_lines(pack, pack.rule(rule_id)))


def conditions_said(pack: RulePack, rule_id: str) -> Mapping[str, str]:
    """What each condition of a rule looks for, in plain Chinese, by its name. Raises NotFoundError."""
    conditions = pack.rule(rule_id).conditions
    return {name: pack.titled(condition_text(one, conditions)) for name, one in conditions.items()}


def sentence(pack: RulePack, rule: Rule) -> str:
    """One Chinese sentence of what makes the rule a fault."""
    said = f"当{_expression(rule, rule.fault)}时，判为问题"
    if rule.only_if is not None:
        said = f"仅在{_expression(rule, rule.only_if)}时检查：{said}"
    if rule.sure_if is not None:
        said += f"；只有{_expression(rule, rule.sure_if)}时才由机器直接扣分，否则只提示复核"
    if rule.model.left_out is not None:
        own = OWN_GROUNDS if rule.left_out_if is None else _expression(rule, rule.left_out_if)
        said += f"；看整通话的行为和用词，{DUTIES[rule.model.left_out]}，且{own}时也直接扣分，否则只提示复核"
    return pack.titled(f"{said}，{cost_words(rule)}。")


def _lines(pack: RulePack, rule: Rule) -> Iterator[str]:
    model = rule.model
    section = pack.sections.get(rule.section, rule.section)
    yield f"{rule.id}　{rule.title}"
    yield f"考评项：{section}　严重程度：{SEVERITIES[rule.severity]}"
    yield sentence(pack, rule)
    applies = "；".join(applies_words(model.applies_to))
    yield f"适用：{applies or '所有通话'}"
    for name, said in conditions_said(pack, rule.id).items():
        yield f"条件 {name}：{said}"
    for name in _lists_of(pack, rule):
        yield _list_line(name, pack.lists[name])
    if model.repeat is not None:
        steps = "，".join(f"第 {count} 通起每次扣 {-points:g} 分" for count, points in model.repeat.steps.items())
        yield f"屡犯：同一坐席 {model.repeat.within_days} 天内{steps}"
    if model.rate:
        yield f"报表：没有这个问题的通话所占的比例，计为「{model.rate}」"
    if model.why:
        yield f"依据：{cited(model.why, pack.header.sources)}"
    for text in model.false_positives:
        yield f"可能误判：{text}"
    kinds = (("算", model.examples.hit), ("不算", model.examples.miss), ("须复核", model.examples.uncertain))
    for title, dialogues in kinds:
        for dialogue in dialogues[:3]:
            yield f"{title}：{' / '.join(map(line_said, dialogue.turns))}"


def _lists_of(pack: RulePack, rule: Rule) -> Iterator[str]:
    """The phrase lists of a rule by name, each followed by the lists it takes in; every list once."""
    named = {name for condition in rule.conditions.values() for name in lists_of(condition.fields)}
    seen: set[str] = set()

    def walk(name: str) -> Iterator[str]:
        if name in seen:
            return
        seen.add(name)
        yield name
        for other in pack.lists[name].include:
            yield from walk(other)

    for name in sorted(named):
        yield from walk(name)


def _list_line(name: str, phrases: PhraseList) -> str:
    shown = [phrase.text for phrase in phrases.phrases]
    own = "、".join(shown[:_SHOWN]) + (f"…等 {len(shown)} 条" if len(shown) > _SHOWN else "")
    taken_in = f"包含短语表 {'、'.join(phrases.include)}" if phrases.include else ""
    return f"短语表 {name}（{phrases.title}）：{'；'.join(filter(None, (own, taken_in)))}"


def applies_words(applies: AppliesTo) -> Iterator[str]:
    """What a call has to be, one fact each."""
    for field, (title, fact) in _APPLIES.items():
        values = getattr(applies, field)
        if values:
            yield f"{title}{'、'.join(fact_value(fact, value) for value in values)}"
    if applies.min_seconds is not None:
        yield f"通话不短于 {applies.min_seconds:g} 秒"
    if applies.max_seconds is not None:
        yield f"通话不长于 {applies.max_seconds:g} 秒"
    if applies.from_date is not None:
        yield f"{applies.from_date} 起"
    if applies.until_date is not None:
        yield f"到 {applies.until_date} 为止"
    for name, wanted in applies.metadata.items():
        options = wanted if isinstance(wanted, list | tuple) else [wanted]
        said = "或".join(dict.fromkeys(fact_value(name, one) for one in options))
        yield fact_said(name, f"为{said}")


def cost_words(rule: Rule) -> str:
    """What a fault takes."""
    points = rule.model.points
    if not points.each:
        return "不扣分" if rule.severity is not Severity.VETO else "一票否决"
    amount = f"扣 {-points.each:g} 分"
    if points.per == "hit":
        amount = f"每次{amount}"
    elif points.per == "turn":
        amount = f"每句{amount}"
    if points.cap is not None:
        amount += f"，最多扣 {-points.cap:g} 分"
    return amount + ("，并一票否决" if rule.severity is Severity.VETO else "")


def _expression(rule: Rule, node: Node) -> str:
    match node:
        case Name(name):
            return f"「{condition_text(rule.conditions[name], rule.conditions)}」"
        case Not(Name(name)):
            return f"没有做到「{condition_text(rule.conditions[name], rule.conditions)}」"
        case Not(inner):
            return f"并非（{_expression(rule, inner)}）"
        case And(parts):
            return "，并且".join(_nested(rule, part) for part in parts)
        case Or(parts):
            return "，或者".join(_nested(rule, part) for part in parts)


def _nested(rule: Rule, node: Node) -> str:
    said = _expression(rule, node)
    return f"（{said}）" if isinstance(node, And | Or) else said


def named(text: str, conditions: Mapping[str, Condition]) -> str:
    """``text`` with 〔condition〕 replaced by what that condition looks for: authors know names, agents know words."""

    def words(match: re.Match[str]) -> str:
        other = conditions.get(match[1])
        return match[1] if other is None else f"「{_MENTION.sub(lambda inner: inner[1], _what(other))}」"

    return _MENTION.sub(words, text)


def condition_text(condition: Condition, conditions: Mapping[str, Condition]) -> str:
    """What a condition looks for and where, in Chinese; ``conditions`` are all of its rule."""
    return named(_whole(condition), conditions)


def _what(condition: Condition) -> str:
    """What a condition looks for, wherever."""
    fields = condition.fields
    say = condition.operator.describe
    what = say(fields) if say is not None else condition.operator.title
    spoken = isinstance(fields, Located) and condition.operator.spoken
    return f"{WHO_TITLE[fields.speaker]}{what}" if isinstance(fields, Located) and spoken else what


def _whole(condition: Condition) -> str:
    fields = condition.fields
    if not isinstance(fields, Located):
        return _what(condition)
    where = _window(fields)
    times = f"，至少 {fields.min_hits} 次" if fields.min_hits > 1 else ""
    excuses = f"（{'、'.join(e.title for e in condition.excuses)}除外）" if condition.excuses else ""
    return f"{where}{_what(condition)}{describe_witness(fields)}{times}{excuses}"


def _window(fields: Located) -> str:
    window: Window = fields.window
    who = WHO_TITLE[fields.speaker]
    parts = []
    for value, text in (
        (window.first_turns, f"{who}前 {window.first_turns} 个话轮"),
        (window.last_turns, f"{who}最后 {window.last_turns} 个话轮"),
        (window.skip_turns, f"跳过前 {window.skip_turns} 个话轮"),
        (window.first_seconds, f"前 {window.first_seconds} 秒"),
        (window.last_seconds, f"最后 {window.last_seconds} 秒"),
        (window.from_seconds, f"{window.from_seconds} 秒之后"),
        (window.to_seconds, f"{window.to_seconds} 秒之前"),
        (window.from_percent, f"通话 {window.from_percent}% 之后"),
        (window.to_percent, f"通话 {window.to_percent}% 之前"),
    ):
        if value is not None:
            parts.append(text)
    anchor = fields.anchor
    if anchor is not None:
        which = {"any": "", "first": "首次", "last": "末次", "each": "每次"}.get(str(anchor.hit), f"第 {anchor.hit} 次")
        limit = f" {anchor.turns} 个话轮内" if anchor.turns is not None else ""
        limit += f" {anchor.seconds:g} 秒内" if anchor.seconds is not None else ""
        parts.append(f"{which}〔{anchor.to}〕{WHERE_TITLE[anchor.where]}{limit}")
    return f"在{'、'.join(parts)}，" if parts else ""
