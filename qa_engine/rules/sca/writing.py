"""YAML as an author writes it: block for conditions, flow within a line, quotes only where they are needed."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*")
_WORDS = {"true", "false", "null"}


def scalar(value: Any) -> str:
    """A text, number or truth value within a line, flow sequences included."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:.10g}" if abs(value) < 1e9 else f"{value:.0f}"
    text = str(value)
    if not text.isprintable():
        inner = "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
        return f'"{inner}"'
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return "'" + text.replace("'", "''") + "'"


def flow(value: Any) -> str:
    """A value within one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    return scalar(value)


def comments(lines: Iterable[str], indent: str) -> list[str]:
    """Each as one line of comment, whatever is in it."""
    cleaned = ("".join(c for c in " ".join(line.split()) if c.isprintable()) for line in lines)
    return [f"{indent}# {line}" for line in cleaned]
