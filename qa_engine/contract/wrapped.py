"""What services wrap around a transcript: objects in objects, lists of one, JSON in strings."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_DEEPEST = 3


def is_one_call(items: Sequence[object]) -> bool:
    """Whether a list holds the sentences of one call (iFlytek, or Whisper's segments alone), and no calls."""
    return bool(items) and any(
        all(isinstance(item, dict) and item.keys() >= fields and "turns" not in item for item in items)
        for fields in ({"onebest"}, {"text", "start", "end"})
    )


def wrapped(obj: Mapping[str, Any], depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """The objects within an object, also those in lists of one and in strings of JSON; the outer ones first."""
    for value in obj.values():
        inner = unpacked(value)
        if isinstance(inner, list) and is_one_call(inner):
            inner = {"sentences" if "onebest" in inner[0] else "segments": inner}
        if isinstance(inner, list) and len(inner) == 1:
            inner = inner[0]
        if isinstance(inner, dict) and depth < _DEEPEST:
            yield inner
            yield from wrapped(inner, depth + 1)


def unpacked(value: Any) -> Any:
    """JSON within a string, as some services send it."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[{", "[[")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
