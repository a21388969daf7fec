"""Collecting what is wrong with a pack, in words that say what to do."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from qa_engine.errors import Fault
from qa_engine.located.source import Document, Path

Model = TypeVar("Model", bound=BaseModel)

_EXPECTED = {
    "string_type": "应为文本；数字请加引号",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "tuple_type": "应为列表",
    "list_type": "应为列表",
    "dict_type": "应为「键: 值」",
    "mapping_type": "应为「键: 值」",
    "model_type": "应为「键: 值」",
    "model_attributes_type": "应为「键: 值」",
    "missing": "缺少这一项",
    "date_from_datetime_parsing": "应为日期，例如 2026-01-31",
    "date_parsing": "应为日期，例如 2026-01-31",
    "date_type": "应为日期，例如 2026-01-31",
    "finite_number": "应为有限的数字",
}

_LIMITS = {
    "less_than_equal": "应不大于 {le:g}",
    "less_than": "应小于 {lt:g}",
    "greater_than_equal": "应不小于 {ge:g}",
    "greater_than": "应大于 {gt:g}",
    "too_short": "至少要有 {min_length} 项",
}


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """「，是否想写「…」？」 for the nearest known name, or the known ones when they are few, or nothing."""
    options = sorted(known)
    close = difflib.get_close_matches(name, options, n=1, cutoff=0.6)
    if close:
        return f"，是否想写「{close[0]}」？"
    return f"；可用：{'、'.join(options)}" if 0 < len(options) <= 40 else ""


class Faults:
    """The faults of one document under one subject (a rule id, or None)."""

    def __init__(self, document: Document, collected: list[Fault], subject: str | None = None) -> None:
        self.document = document
        self.collected = collected
        self.subject = subject

    def about(self, subject: str | None) -> "Faults":
        return Faults(self.document, self.collected, subject)

    def add(self, path: Path, message: str, *, shift: int = 0) -> None:
        self.collected.append(self.document.fault(path, message, subject=self.subject, shift=shift))

    def validate(self, model: type[Model], data: Any, path: Path) -> Model | None:
        """``data`` as ``model``, or None with every fault of it collected."""
        try:
            return model.model_validate(data)
        except ValidationError as error:
            details = error.errors(include_url=False)
            for detail in details:
                if detail["type"] == "too_short" and _has_inner(detail["loc"], details):
                    continue  # it is only empty because what is in it is faulty
                location = tuple(part for part in detail["loc"] if part != "[key]")
                self.add((*path, *location), _message(model, detail, location))
        return None


def _message(model: type[BaseModel], detail: Any, location: Sequence[str | int]) -> str:
    kind = detail["type"]
    name = next((str(part) for part in reversed(location) if isinstance(part, str)), "")
    if kind == "extra_forbidden":
        return f"不认识的字段「{name}」{did_you_mean(name, _siblings(model, location))}"
    if kind == "missing":
        return f"缺少必填字段「{name}」"
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind in ("literal_error", "enum"):
        options = detail["ctx"]["expected"].replace(" or ", "、").replace(", ", "、").replace("'", "")
        return f"「{name}」不能是「{detail['input']}」，可用：{options}"
    if kind in _LIMITS:
        return f"「{name}」{_LIMITS[kind].format(**detail['ctx'])}"
    if kind in _EXPECTED:
        return f"「{name}」{_EXPECTED[kind]}" if name else _EXPECTED[kind]
    return f"「{name}」不正确：{detail['msg']}"


def _has_inner(location: tuple[str | int, ...], details: Sequence[Any]) -> bool:
    return any(d["loc"][: len(location)] == location and len(d["loc"]) > len(location) for d in details)


def _siblings(model: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """The field names that were possible where an unknown one stands."""
    current: type[BaseModel] | None = model
    for part in location[:-1]:
        if isinstance(part, int) or current is None:
            continue
        by_alias = {(f.alias or key): f for key, f in current.model_fields.items()}
        current = _model_in(by_alias[part].annotation) if part in by_alias else current
    return [f.alias or key for key, f in current.model_fields.items()] if current else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
