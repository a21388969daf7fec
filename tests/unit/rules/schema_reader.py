"""As much of JSON Schema 2020-12 as the exported schema uses; a keyword that it does not know is an error.

Written apart from the code under test, and small, so that the tests need no further package.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_NOTES = frozenset({"$schema", "$defs", "title", "description", "default", "format"})
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,), "number": (int, float),
    "boolean": (bool,), "null": (type(None),),
}  # fmt: skip


def faults(schema: Mapping[str, Any], value: Any) -> list[str]:
    """``path: keyword`` of everything in ``value`` that the schema refuses; empty when it is valid."""
    return [f"{'.'.join(map(str, path))}: {keyword}" for path, keyword in _faults(schema, schema, value, ())]


def _faults(root: Any, schema: Any, value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], str]]:
    if schema is True:
        return
    if schema is False:
        yield path, "false"
        return
    for keyword, wanted in schema.items():
        if keyword in _NOTES:
            continue
        found = [] if keyword == "then" else list(_KEYWORDS[keyword](root, schema, wanted, value, path))
        yield from found


def _valid(root: Any, schema: Any, value: Any) -> bool:
    return not any(True for _ in _faults(root, schema, value, ()))


def _type(_: Any, __: Any, wanted: Any, value: Any, path: Any) -> Any:
    names = [wanted] if isinstance(wanted, str) else wanted
    kinds = tuple(kind for name in names for kind in _TYPES[name])
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        yield path, "type"


def _ref(root: Any, _: Any, wanted: str, value: Any, path: Any) -> Any:
    target = root
    for part in wanted.removeprefix("#/").split("/"):
        target = target[part]
    yield from _faults(root, target, value, path)


def _properties(root: Any, _: Any, wanted: Any, value: Any, path: Any) -> Any:
    for name, inner in wanted.items():
        if isinstance(value, dict) and name in value:
            yield from _faults(root, inner, value[name], (*path, name))


def _additional(root: Any, schema: Any, wanted: Any, value: Any, path: Any) -> Any:
    for name in value if isinstance(value, dict) else ():
        if name not in schema.get("properties", {}):
            yield from _faults(root, wanted, value[name], (*path, name))


def _names(root: Any, _: Any, wanted: Any, value: Any, path: Any) -> Any:
    for name in value if isinstance(value, dict) else ():
        yield from _faults(root, wanted, name, (*path, name))


def _required(_: Any, __: Any, wanted: Any, value: Any, path: Any) -> Any:
    yield from ((path, f"required {n}") for n in wanted if isinstance(value, dict) and n not in value)


def _items(root: Any, _: Any, wanted: Any, value: Any, path: Any) -> Any:
    for at, item in enumerate(value if isinstance(value, list) else ()):
        yield from _faults(root, wanted, item, (*path, at))


def _prefix(root: Any, _: Any, wanted: Any, value: Any, path: Any) -> Any:
    for at, (inner, item) in enumerate(zip(wanted, value if isinstance(value, list) else (), strict=False)):
        yield from _faults(root, inner, item, (*path, at))


def _any_of(root: Any, _: Any, wanted: Any, value: Any, path: Any) -> Any:
    if not any(_valid(root, inner, value) for inner in wanted):
        yield path, "anyOf"


def _one_of(root: Any, _: Any, wanted: Any, value: Any, path: Any) -> Any:
    if sum(_valid(root, inner, value) for inner in wanted) != 1:
        yield path, "oneOf"


def _all_of(root: Any, _: Any, wanted: Any, value: Any, path: Any) -> Any:
    for inner in wanted:
        yield from _faults(root, inner, value, path)


def _if(root: Any, schema: Any, wanted: Any, value: Any, path: Any) -> Any:
    if _valid(root, wanted, value):
        yield from _faults(root, schema["then"], value, path)


def _check(keyword: str, kind: Any, holds: Any) -> Any:
    def check(_: Any, __: Any, wanted: Any, value: Any, path: Any) -> Any:
        if isinstance(value, kind) and not isinstance(value, bool) and not holds(value, wanted):
            yield path, keyword

    return check


def _same(value: Any, wanted: Any) -> bool:
    return bool(value == wanted) and isinstance(value, bool) == isinstance(wanted, bool)


_KEYWORDS: dict[str, Any] = {
    "type": _type, "$ref": _ref, "properties": _properties, "additionalProperties": _additional,
    "propertyNames": _names, "required": _required, "items": _items, "prefixItems": _prefix,
    "anyOf": _any_of, "oneOf": _one_of,
    "allOf": _all_of, "if": _if,
    "enum": lambda _, __, wanted, value, path: () if any(_same(value, w) for w in wanted) else [(path, "enum")],
    "const": lambda _, __, wanted, value, path: () if _same(value, wanted) else [(path, "const")],
    "pattern": _check("pattern", str, lambda value, wanted: re.search(wanted, value)),
    "minLength": _check("minLength", str, lambda value, wanted: len(value) >= wanted),
    "maxItems": _check("maxItems", list, lambda value, wanted: len(value) <= wanted),
    "minItems": _check("minItems", list, lambda value, wanted: len(value) >= wanted),
    "minProperties": _check("minProperties", dict, lambda value, wanted: len(value) >= wanted),
    "minimum": _check("minimum", int | float, lambda value, wanted: value >= wanted),
    "maximum": _check("maximum", int | float, lambda value, wanted: value <= wanted),
    "exclusiveMinimum": _check("exclusiveMinimum", int | float, lambda value, wanted: value > wanted),
    "exclusiveMaximum": _check("exclusiveMaximum", int | float, lambda value, wanted: value < wanted),
}  # fmt: skip
