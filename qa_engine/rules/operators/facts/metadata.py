"""metadata: any fact of the call, compared or matched."""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from pydantic import Field, model_validator

from qa_engine.domain import plain
from qa_engine.fact_wording import fact_said, fact_title, fact_value
from qa_engine.rules.looking.outcome import Outcome, not_applicable
from qa_engine.rules.looking.regexes import SafeRegex
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.looking.view import CallView
from qa_engine.rules.operators.base import Preparer, operator
from qa_engine.rules.written.fields import ConditionFields
from qa_engine.rules.written.truth import Truth

Scalar: TypeAlias = bool | int | float | str

_TESTS = (
    "equals", "not_equals", "in_", "not_in", "above", "below", "at_least", "at_most", "matches", "contains", "present",
)  # fmt: skip


class MetadataFields(ConditionFields):
    operator: Literal["metadata"]
    field: str
    equals: Scalar | None = None
    not_equals: Scalar | None = None
    in_: tuple[Scalar, ...] | None = Field(default=None, alias="in")
    not_in: tuple[Scalar, ...] | None = None
    above: float | None = None
    below: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    matches: str | None = None
    contains: str | None = None
    present: bool | None = None

    @model_validator(mode="after")
    def _some_test(self) -> "MetadataFields":
        if all(getattr(self, name) is None for name in _TESTS):
            names = "、".join(name.rstrip("_") for name in _TESTS)
            raise ValueError(f"metadata 要写明一个比较：{names}")
        return self


def prepare(fields: MetadataFields, preparer: Preparer) -> tuple[SafeRegex, ...]:
    return preparer.regexes([fields.matches] if fields.matches is not None else [], "matches")


_WORDS = {
    "equals": "为", "not_equals": "不为", "in_": "为", "not_in": "不为", "above": "大于 ", "below": "小于 ",
    "at_least": "至少 ", "at_most": "至多 ", "matches": "符合 ", "contains": "包含",
}  # fmt: skip


def describe(fields: MetadataFields) -> str:
    tests = [
        f"{_WORDS[name]}{_shown(fields.field, getattr(fields, name))}"
        for name in _TESTS
        if name in _WORDS and getattr(fields, name) is not None
    ]
    if fields.present is not None:
        tests.insert(0, "已填写" if fields.present else "没有填写")
    return fact_said(fields.field, "、".join(tests))


def _shown(field: str, wanted: object) -> str:
    """In words; several ways to write one value are told once."""
    options = wanted if isinstance(wanted, tuple) else (wanted,)
    return "或".join(dict.fromkeys(fact_value(field, option) for option in options))


@operator("metadata", title="通话数据", fields=MetadataFields, prepare=prepare, describe=describe)
def metadata(scope: Scope) -> Outcome:
    fields: MetadataFields = scope.fields
    value, title = lookup(scope.call, fields.field), fact_title(fields.field)
    if fields.present is not None:
        if (value is not None) is not fields.present:
            return Outcome(Truth.FALSE)
        if value is None:
            return Outcome(Truth.TRUE, (scope.about_call(f"通话数据里没有「{title}」"),))
    if value is None:
        return not_applicable(f"通话数据里没有「{title}」")
    try:
        holds = _holds(fields, value, scope.prepared)
    except TypeError:
        return not_applicable(f"{title}的值「{fact_value(fields.field, value)}」不能这样比较")
    if not holds:
        return Outcome(Truth.FALSE)
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    said, actual = describe(fields), fact_value(fields.field, value)
    told = said if said == fact_said(fields.field, f"为{actual}") else f"{said}（实际为 {actual}）"
    return Outcome(Truth.TRUE, (scope.about_call(told, value=number),))


def lookup(call: CallView, name: str) -> object:
    """A field of the call, of its agent (``agent.team``), or of its metadata; None when it is not there."""
    facts = call.transcript.call
    if name == "duration":
        return call.duration
    if name.startswith("agent."):
        return getattr(facts.agent, name.removeprefix("agent."), None)
    if name in ("call_id", "channel", "direction", "scenario", "started_at", "customer_number"):
        return plain(getattr(facts, name))
    current: object = facts.metadata
    for part in name.removeprefix("metadata.").split("."):
        current = current.get(part) if isinstance(current, Mapping) else None
    return current


def _holds(fields: MetadataFields, value: Any, regexes: tuple[SafeRegex, ...]) -> bool:
    checks = (
        fields.equals is None or _same(value, fields.equals),
        fields.not_equals is None or not _same(value, fields.not_equals),
        fields.in_ is None or any(_same(value, option) for option in fields.in_),
        fields.not_in is None or not any(_same(value, option) for option in fields.not_in),
        fields.above is None or _number(value) > fields.above,
        fields.below is None or _number(value) < fields.below,
        fields.at_least is None or _number(value) >= fields.at_least,
        fields.at_most is None or _number(value) <= fields.at_most,
        fields.contains is None or _contains(value, fields.contains),
        all(regex.found(str(value)) for regex in regexes),
    )
    return all(checks)


def _same(value: object, wanted: Scalar) -> bool:
    """Equal as written: a manifest out of CSV has texts where JSON has numbers and booleans."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        return str(value).lower() == str(wanted).lower()
    if isinstance(value, int | float) and isinstance(wanted, int | float):
        return value == wanted
    return str(value) == str(wanted)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    try:
        return float(value)
    except ValueError as error:
        raise TypeError from error


def _contains(value: object, wanted: str) -> bool:
    if isinstance(value, list | tuple):
        return wanted in [str(item) for item in value]
    return wanted in str(value)
