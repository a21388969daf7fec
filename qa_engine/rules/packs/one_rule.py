"""One rule: checked and compiled; and what stands in for a faulty one, so that the rest of it is checked as well."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from qa_engine.located.faults import Faults, did_you_mean
from qa_engine.located.source import Path
from qa_engine.rules.operators import Operator
from qa_engine.rules.packs.pack import Condition, Rule
from qa_engine.rules.packs.prepare import Workshop, operator_of
from qa_engine.rules.ports.acts import DUTIES
from qa_engine.rules.written.expression import NAME, ExpressionError, Node, Polarity, names, parse, polarities
from qa_engine.rules.written.fields import ConditionFields
from qa_engine.rules.written.models import Header, RuleModel
from qa_engine.rules.written.profile import PARTS

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PLACEHOLDERS = ("text", "count", "time", "value")
EXPRESSIONS = ("fault", "only_if", "sure_if", "left_out_if")
"""The fields of a rule that are expressions over its conditions."""


class RuleLoader:
    """Checks and compiles one rule."""

    def __init__(self, model: RuleModel, faults: Faults, path: Path, workshop: Workshop) -> None:
        self._model = model
        self._faults = faults
        self._path = path
        self._workshop = workshop

    def load(self) -> Rule | None:
        model = self._model
        before = len(self._faults.collected)
        sections = self._workshop.header.sections
        if sections and model.section not in sections:
            message = f"没有考评项「{model.section}」{did_you_mean(model.section, sections)}"
            self._faults.add((*self._path, "section"), message)
        self._message()
        typed = self._typed()
        read = {field: self._expression(field, getattr(model, field)) for field in EXPRESSIONS}
        fault = read["fault"]
        uses = self._uses(read.values(), typed)
        if all(node is not None or getattr(model, field) is None for field, node in read.items()):
            self._unused(uses)
        self._points(fault)
        each_counts = {other for fields, _ in typed.values() for other in fields.references()} | {*model.points.of}
        conditions = {
            name: self._workshop.condition(
                name,
                fields,
                entry,
                uses.get(name, Polarity()),
                self._faults,
                (*self._path, "conditions", name),
                all_hits=name in each_counts,
            )
            for name, (fields, entry) in typed.items()
        }
        if fault is None or len(self._faults.collected) > before:
            return None
        mark = self._faults.document.mark(self._path)
        line = mark.line if mark else None
        ordered, others = self._ordered(conditions), {field: read[field] for field in EXPRESSIONS if field != "fault"}
        return Rule(model, fault, **others, conditions=ordered, file=self._faults.document.name, line=line)

    def _message(self) -> None:
        for match in _PLACEHOLDER.finditer(self._model.message):
            if match[1] not in PLACEHOLDERS:
                known = "、".join(f"{{{name}}}" for name in PLACEHOLDERS)
                self._faults.add((*self._path, "message"), f"message 里不认识的占位「{match.group()}」；可用：{known}")

    def _typed(self) -> dict[str, tuple[ConditionFields, Operator]]:
        typed = {}
        for name, raw in self._model.conditions.items():
            path = (*self._path, "conditions", name)
            if isinstance(part := raw.get("part"), str) and part not in PARTS:  # of another kind: told by the fields
                self._faults.add((*path, "part"), f"没有「{part}」这一部分{did_you_mean(part, PARTS)}")
            entry = operator_of(raw, self._faults, path)
            if entry is None:
                continue
            fields = self._faults.validate(entry.fields, raw, path)
            if fields is not None:
                typed[name] = (fields, entry)
        return typed

    def _expression(self, field: str, text: str | None) -> Node | None:
        if text is None:
            return None
        path = (*self._path, field)
        try:
            node = parse(text)
        except ExpressionError as error:
            self._faults.add(path, f"{field}：{error}", shift=error.column)
            return None
        for name in names(node):
            if name.name not in self._model.conditions:
                hint = did_you_mean(name.name, self._model.conditions)
                self._faults.add(path, f"{field} 里的条件「{name.name}」没有定义{hint}", shift=name.column)
        return node

    def _uses(
        self, written: Iterable[Node | None], typed: Mapping[str, tuple[ConditionFields, Operator]]
    ) -> dict[str, Polarity]:
        """How each condition is used: in the expressions, as an anchor, as a step."""
        uses: dict[str, Polarity] = {}
        for node in written:
            for name, side in (polarities(node) if node is not None else {}).items():
                uses[name] = uses.get(name, Polarity()) | side
        order = self._reference_order(typed)
        for name in order:
            fields, _ = typed[name]
            for other in fields.references():
                if other in typed:
                    # A step is wanted as its sequence is; an anchor is only a place.
                    use = uses.get(name, Polarity()) if fields.wants_references else Polarity()
                    uses[other] = uses.get(other, Polarity()) | use
        return uses

    def _reference_order(self, typed: Mapping[str, tuple[ConditionFields, Operator]]) -> list[str]:
        """Names with every condition before those it refers to; unknown references and circles are faults."""
        order: list[str] = []
        state: dict[str, str] = {}

        def visit(name: str) -> None:
            state[name] = "open"
            for other in typed[name][0].references():
                path = (*self._path, "conditions", name)
                if other not in self._model.conditions:
                    hint = did_you_mean(other, self._model.conditions)
                    self._faults.add(path, f"条件「{name}」引用的条件「{other}」没有定义{hint}")
                elif state.get(other) == "open":
                    self._faults.add(path, f"条件「{name}」与「{other}」互相引用")
                elif other in typed and other not in state:
                    visit(other)
            state[name] = "done"
            order.append(name)

        for name in typed:
            if name not in state:
                visit(name)
        return order[::-1]

    def _unused(self, uses: Mapping[str, Polarity]) -> None:
        for name in self._model.conditions:
            if name not in uses:
                self._faults.add((*self._path, "conditions", name), f"条件「{name}」没有用到，请在 fault 里使用或删去")

    def _points(self, fault: Node | None) -> None:
        if self._model.points.per == "once" and self._model.points.of:
            self._faults.add((*self._path, "points", "of"), "points.of 只能与 per: hit 一起用")
        for number, name in enumerate(self._model.points.of):
            if name not in self._model.conditions:
                hint = did_you_mean(name, self._model.conditions)
                self._faults.add((*self._path, "points", "of", number), f"points.of 里的条件「{name}」没有定义{hint}")
        cap, each = self._model.points.cap, self._model.points.each
        if cap is not None and cap > each:
            self._faults.add((*self._path, "points", "cap"), f"上限 {cap:g} 比一次的扣分 {each:g} 还少")

    def _ordered(self, conditions: dict[str, Condition]) -> dict[str, Condition]:
        return {name: conditions[name] for name in self._model.conditions}


def stand_in_of(raw: Mapping[str, Any], header: Header) -> RuleModel | None:
    """A faulty rule with harmless values for what is faulty or missing, so that the rest of it is checked as well."""
    given = {name: value for name, value in raw.items() if name in RuleModel.model_fields}
    wrong = set(_STAND_INS) - set(given) | {str(fault["loc"][0]) for fault in _schema_faults(given) if fault["loc"]}
    kept = {name: value for name, value in given.items() if name not in wrong}
    if "conditions" in wrong:
        wrong |= set(EXPRESSIONS)  # they name conditions that nobody can see
        for field in EXPRESSIONS:
            kept.pop(field, None)
        kept["points"] = 0
    filled = {name: value for name, value in _STAND_INS.items() if name in wrong}
    if wrong & {"left_out", "left_out_if"}:
        filled["left_out"] = next(iter(DUTIES))
    if "section" in wrong:
        filled["section"] = next(iter(header.sections), "")
    if "conditions" in kept:  # all of them are used then, so that none is called superfluous
        usable = " or ".join(name for name in kept["conditions"] if NAME.fullmatch(name))
        filled |= {field: usable for field in EXPRESSIONS if field in wrong and usable}
    rest = kept | filled
    return None if _schema_faults(rest) else RuleModel.model_validate(rest)


_STAND_INS: Mapping[str, Any] = {
    "id": "stand_in",
    "title": "",
    "section": "",
    "conditions": {"stand_in": {"operator": "duration", "above": 0}},
    "fault": "stand_in",
    "message": "",
}


def _schema_faults(raw: Mapping[str, Any]) -> Sequence[Any]:
    try:
        RuleModel.model_validate(raw)
    except ValidationError as error:
        return error.errors(include_url=False)
    return ()
