"""Phrases that are swallowed by shorter ones, wanted and forbidden at once, too short, or never used."""

from collections.abc import Iterator, Mapping

from qa_engine.rules.lint.base import Level, LintNote, check
from qa_engine.rules.looking.matching import PhraseSet
from qa_engine.rules.packs.pack import RulePack, asked_of
from qa_engine.rules.written.fields import lists_of


@check
def shadowed_phrases(pack: RulePack) -> Iterator[LintNote]:
    for name, phrase_list in pack.lists.items():
        texts = [phrase.text for phrase in phrase_list.phrases if not set(phrase.text) & set("[](){}|（）［］｛｝｜")]
        plain = {phrase.text for phrase in phrase_list.phrases if not phrase.not_in}
        for text in texts:
            shorter = next((t for t in texts if t in plain and t != text and t in text), None)
            if shorter is not None:
                message = f"「{text}」包含同表的「{shorter}」，删去后结果不变"
                yield LintNote(Level.INFO, "shadowed-phrase", name, message, *pack.list_places.get(name, ()))


@check
def wanted_and_forbidden(pack: RulePack) -> Iterator[LintNote]:
    wanted = _written(pack, loose=True)
    for written, (rule_id, speaker) in _written(pack, loose=False).items():
        other = wanted.get(written)
        if other is not None and other[1] == speaker:
            message = f"「{written[0]}」在规则 {other[0]} 里是必说的话，在这里是禁说的话"
            rule = pack.rule(rule_id)
            yield LintNote(Level.WARNING, "contradictory-phrase", rule_id, message, rule.file, rule.line)


def _written(pack: RulePack, *, loose: bool) -> Mapping[tuple[str, str], tuple[str, str]]:
    """(phrase, speaker) → (rule, speaker) of what costs points when it is missing (loose) or when it is said."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for rule in pack.rules:
        triggers = _premises(rule.only_if)
        for name, condition in rule.conditions.items():
            side = condition.polarity
            applies = condition.loose if loose else (side.positive and not side.negative and name not in triggers)
            # A trigger (客户不满 and not 安抚) is no prohibition: only what alone makes the fault is one.
            alone = loose or str(rule.fault) == name
            if applies and alone and isinstance(condition.prepared, PhraseSet) and not condition.fields.inverts:
                speaker = str(condition.fields.who or "any")
                for entry in condition.prepared.entries:
                    found.setdefault((entry.written, speaker), (rule.id, speaker))
    return found


def _premises(node: object) -> frozenset[str]:
    return frozenset(str(node).replace("(", " ").replace(")", " ").split()) if node is not None else frozenset()


@check
def short_forbidden_phrases(pack: RulePack) -> Iterator[LintNote]:
    for rule in pack.rules:
        for condition in rule.conditions.values():
            if condition.proof or not rule.model.points.each or not isinstance(condition.prepared, PhraseSet):
                continue
            for entry in condition.prepared.entries:
                if entry.pattern.literal is not None and len(entry.pattern.literal) == 1 and not entry.innocents:
                    message = f"「{entry.written}」只有一个字，容易落在别的词里：请写 not_in，或写成更长的说法"
                    yield LintNote(Level.WARNING, "short-phrase", rule.id, message, rule.file, condition.line)


@check
def unused_lists(pack: RulePack) -> Iterator[LintNote]:
    used = {name for rule in asked_of(pack) for c in rule.conditions.values() for name in lists_of(c.fields)}
    used |= {name for e in pack.exclusions.values() for clause in e.any for name in clause.lists}
    complaints = pack.header.complaints
    if complaints is not None:
        used |= {*complaints.triggers, *(name for each in complaints.classes for name in each.lists)}
    todo = list(used)
    while todo:
        for other in pack.lists[todo.pop()].include:
            if other not in used:
                used.add(other)
                todo.append(other)
    for name in sorted(set(pack.lists) - used):
        yield LintNote(
            Level.INFO, "unused-list", name, f"短语表「{name}」没有规则使用", *pack.list_places.get(name, ())
        )
