"""Collecting what is wrong with a pack, in words that say what to do."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from qa_engine.errors import Fault, FaultKind
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
    "date_from_datetime_inexact": "应为日期，不带时刻，例如 2026-01-31",
    "finite_number": "应为有限的数字",
    "invalid_key": "里的名称应为文本",
    "string_too_short": "不能是空的",
}

_LIMITS = {
    "less_than_equal": "应不大于 {le:g}",
    "less_than": "应小于 {lt:g}",
    "greater_than_equal": "应不小于 {ge:g}",
    "greater_than": "应大于 {gt:g}",
    "too_short": "至少要有 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "string_pattern_mismatch": "写法不对，应符合 {pattern}",
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

    def add(
        self,
        path: Path,
        message: str,
        *,
        shift: int = 0,
        kind: FaultKind = FaultKind.OTHER,
        values: tuple[str, ...] = (),
    ) -> None:
        self.collected.append(
            self.document.fault(path, message, subject=self.subject, shift=shift, kind=kind, values=values)
        )

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
                message, kind, values = _told(model, detail, location)
                self.add((*path, *location), message, kind=kind, values=values)
        return None


def _told(model: type[BaseModel], detail: Any, location: Sequence[str | int]) -> tuple[str, FaultKind, tuple[str, ...]]:
    """The message, and the kind with its values for whoever has words for the names of fields."""
    kind = detail["type"]
    name = next((str(part) for part in reversed(location) if isinstance(part, str)), "")
    if kind == "extra_forbidden":
        known = did_you_mean(name, _siblings(model, location))
        return f"不认识的字段「{name}」{known}", FaultKind.FIELD_UNKNOWN, (name, known)
    if kind == "missing":
        return f"缺少必填字段「{name}」", FaultKind.FIELD_MISSING, (name,)
    if kind == "value_error":
        return str(detail["ctx"]["error"]), FaultKind.OTHER, ()
    if kind in ("literal_error", "enum"):
        options = detail["ctx"]["expected"].replace(" or ", "、").replace(", ", "、").replace("'", "")
        said = str(detail["input"])
        return f"「{name}」不能是「{said}」，可用：{options}", FaultKind.FIELD_CHOICE, (name, said, options)
    wanted = _LIMITS[kind].format(**detail["ctx"]) if kind in _LIMITS else _EXPECTED.get(kind)
    if wanted is None:
        return f"「{name}」不正确：{detail['msg']}", FaultKind.BAD_FIELD, (name,)
    return f"「{name}」{wanted}" if name else wanted, FaultKind.FIELD_VALUE if name else FaultKind.OTHER, (name, wanted)


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
