"""Changing single values of a YAML file and leaving all else as it was written: comments, order, quotes, spaces."""

import json
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, TypeAlias

import yaml

from qa_engine.located.source import Path, SourceFile, compose_marked, read

Value: TypeAlias = str | float | bool | Sequence[str | Mapping[str, Any]]
_PLAIN = re.compile(r"[\w\u4e00-\u9fff][\w\u4e00-\u9fff（）()|，。；、·]*")


class EditError(ValueError):
    """The file cannot be changed at this place; the message (Chinese) says why."""


def rewritten(source: SourceFile, changes: Mapping[Path, Value]) -> str:
    """The text of the file with other values at the paths, each of which is there already.

    A list is given as a whole: entries that stay keep the text that they were written with. Raises EditError for a path
    that is not there, and when the new text does not read as what was asked for.
    """
    document = read(source)
    if document.faults:
        raise EditError("这个文件现在读不通，请先在 YAML 里改好再改这里")
    root = compose_marked(source.text)
    text, expected = source.text, deepcopy(document.data)
    spans = []
    for path, value in changes.items():
        node = _at(root, path)
        old = _data_at(document.data, path)
        if old == value:
            continue
        if isinstance(node, yaml.SequenceNode) and isinstance(old, list) and isinstance(value, Sequence):
            start, end, new = _list(text, node, old, list(value))
            plain: Any = [dict(one) if isinstance(one, Mapping) else one for one in value]
        elif isinstance(node, yaml.ScalarNode) and isinstance(value, str | int | float):
            start, end, new = node.start_mark.index, node.end_mark.index, _scalar(value)
            plain = value
        else:
            raise EditError(f"{_named(path)}：这里的写法不能在页面上改，请改 YAML")
        spans.append((start, end, new))
        _put(expected, path, plain)
    for start, end, new in sorted(spans, reverse=True):
        text = text[:start] + new + text[end:]
    after = read(SourceFile(source.name, text))
    if after.faults or after.data != expected:
        raise EditError("改后的文件读不出改动，没有保存；请改 YAML")
    return text


def entry_span(source: SourceFile, path: Path) -> tuple[int, int]:
    """First and last line (from 1) of an entry of a block list."""
    root = compose_marked(source.text)
    node = _at(root, path)
    last = source.text.count("\n", 0, _end(node)) + 1
    return node.start_mark.line + 1, last


def _at(node: yaml.Node | None, path: Path) -> yaml.Node:
    for step in path:
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == str(step)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
        if found is None:
            raise EditError(f"{_named(path)}：文件里没有这一处")
        node = found
    if node is None:
        raise EditError("文件是空的")
    return node


def _data_at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _put(data: Any, path: Path, value: Any) -> None:
    for step in path[:-1]:
        data = data[step]
    data[path[-1]] = value


def _named(path: Path) -> str:
    return " / ".join(str(step) for step in path)


def _end(node: yaml.Node) -> int:
    """Where what is written of a node ends; a block ends with its last value, not where the next thing begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _list(text: str, node: yaml.SequenceNode, old: list[Any], wanted: list[Any]) -> tuple[int, int, str]:
    """The span of a list and what stands there instead."""
    start = int(node.start_mark.index)
    if node.flow_style or not node.value:
        kept = _kept(old, [text[one.start_mark.index : one.end_mark.index] for one in node.value])
        return start, int(node.end_mark.index), "[" + ", ".join(kept(one) or _entry(one) for one in wanted) + "]"
    written, before, at = [], start, start
    breaks = [n for n, sign in enumerate(text) if sign == "\n"]
    for one in node.value:
        dash = text.rindex("-", before, one.start_mark.index + 1) if one.start_mark.index > before else before
        place = bisect_right(breaks, max(_end(one) - 1, 0))
        end = breaks[place] if place < len(breaks) else len(text)
        lead = "" if at == start else text[at:dash]
        written.append((lead, text[dash:end]))
        before = at = end
    if not wanted:
        return start, at, "[]"
    kept = _kept(old, written)
    column = "\n" + " " * node.start_mark.column
    parts = []
    for number, one in enumerate(wanted):
        lead, body = kept(one) or (column, f"- {_entry(one)}")
        parts.append(body if number == 0 else (lead or column) + body)
    return start, at, "".join(parts)


def _kept(old: list[Any], written: Sequence[Any]) -> Any:
    """What gives the text of an entry that was there, once for each time it was."""
    left = [*zip(old, written, strict=True)]

    def take(one: Any) -> Any:
        for place, (data, piece) in enumerate(left):
            if data == one:
                del left[place]
                return piece
        return None

    return take


def _entry(value: str | Mapping[str, Any]) -> str:
    if isinstance(value, str):
        return _scalar(value)
    parts = (
        f"{key}: {_scalar(part) if isinstance(part, str) else '[' + ', '.join(map(_scalar, part)) + ']'}"
        for key, part in value.items()
    )
    return "{" + ", ".join(parts) + "}"


def _scalar(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:.10g}"
    plain = _PLAIN.fullmatch(value) and read(SourceFile("", value)).data == value
    return value if plain else json.dumps(value, ensure_ascii=False)
