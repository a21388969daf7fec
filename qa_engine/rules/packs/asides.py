"""What a pack says beside its rules: situations in which rules are not asked, and how often rules were right."""

from collections.abc import Mapping, Sequence

from qa_engine.domain import Severity
from qa_engine.located.faults import Faults
from qa_engine.rules.packs.one_rule import RuleLoader
from qa_engine.rules.packs.pack import Rule
from qa_engine.rules.packs.prepare import Workshop
from qa_engine.rules.written.models import LIST_ID, Measured, PackFile, RuleModel, Situation

Opened = Sequence[tuple[PackFile, Faults]]


def load_situations(opened: Opened, workshop: Workshop) -> dict[str, Rule]:
    """Name → the situation as a rule whose fault is that it holds; faults are collected where they stand."""
    found: dict[str, Rule] = {}
    section = next(iter(workshop.header.sections), "")
    for file, faults in opened:
        for name, raw in file.situations.items():
            path = ("situations", name)
            named = faults.about(f"situation {name}")
            if not LIST_ID.fullmatch(name):
                named.add(path, f"情形的名字「{name}」只能用字母、数字、下划线和汉字")
                continue
            if name in found:
                named.add(path, f"情形「{name}」重复定义")
                continue
            written = named.validate(Situation, raw, path)
            if written is None:
                continue
            model = RuleModel(
                id="situation",
                title=written.title,
                section=section,
                severity=Severity.INFO,
                conditions=written.conditions,
                fault=written.when,
                message="",
            )
            rule = RuleLoader(model, named, path, workshop).load()
            if rule is not None:
                found[name] = rule
    return found


def load_measured(opened: Opened) -> Mapping[str, Measured]:
    """Rule id → how often its faults were right; what a later file counts takes the place of the same count before."""
    found: dict[str, Measured] = {}
    for file, faults in opened:
        for name, raw in file.measured.items():
            counts = faults.validate(Measured, raw, ("measured", name))
            if counts is not None:
                said = {field: getattr(counts, field) for field in counts.model_fields_set}
                found[name] = found.get(name, counts).model_copy(update=said)
    return found
