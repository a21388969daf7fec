"""What an SCA file holds, whichever interface it came from: UploadRule, GetRuleDetail or the pages of the browser.

They spell one thing as ``check_range``, ``checkRange`` and ``CheckRange``, name it ``lambda`` or ``OperLambda``, and
wrap lists as ``{"Operator": [...]}``; a number may be a text.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from qa_engine.located.source import Path

_WIDTH = 40
_TOLD_NAMES = 20  # of the conditions that there are, where one is missing
_LONG_QUOTE = re.compile(r"「([^「」]{61,})」")
_EMPTY: tuple[Any, ...] = (None, "", False, 0, "0", [], {})


class UnfitError(Exception):
    """Something that cannot be carried over as it stands; ``path`` is its place in the file."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(brief(message))
        self.path = path


def brief(message: str) -> str:
    """A message whose quotes are short enough to be read: of a long one the beginning and the end."""
    return _LONG_QUOTE.sub(lambda found: f"「{found[1][:30]}…{found[1][-10:]}」", message)


def around(text: str, column: int) -> str:
    """The part of a text that lies around a column, with … for what is left out."""
    if len(text) <= _WIDTH:
        return text
    start = max(0, min(column - _WIDTH // 2, len(text) - _WIDTH))
    end = start + _WIDTH
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def plain(name: str) -> str:
    """A name without its spelling: ``Check_range`` and ``checkRange`` are one."""
    return name.replace("_", "").replace("-", "").lower()


class Entry:
    """A JSON object, asked by names in any spelling; remembers which it was asked for. Wrong kinds raise UnfitError."""

    def __init__(self, data: Any, path: Path) -> None:
        if not isinstance(data, Mapping):
            raise UnfitError(path, "这里应是 {名称: 值}")
        self.path = path
        self._found = {plain(key): (key, value) for key, value in data.items()}
        self._asked: set[str] = set()

    def get(self, *names: str) -> Any:
        """The value under the first of the names that has one, else None."""
        self._asked.update(names)
        return next((self._found[n][1] for n in names if n in self._found and self._found[n][1] is not None), None)

    def at(self, *names: str) -> Path:
        """The place of that value."""
        return next(((*self.path, self._found[n][0]) for n in names if n in self._found), self.path)

    def text(self, *names: str) -> str:
        value = self.get(*names)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value).strip()
        if value is None:
            return ""
        raise UnfitError(self.at(*names), f"「{self.at(*names)[-1]}」应是文本")

    def texts(self, *names: str) -> list[str]:
        found, path = self._items(*names)
        if not all(isinstance(one, str) for one in found):
            raise UnfitError(path, f"「{path[-1]}」应是文本的列表")
        return [one.strip() for one in found if one.strip()]

    def number(self, *names: str) -> float | None:
        value = self.get(*names)
        if value is None or value == "":
            return None
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            raise UnfitError(self.at(*names), f"「{self.at(*names)[-1]}」应是数字，写的是「{value}」")
        return number

    def whole(self, *names: str) -> int | None:
        number = self.number(*names)
        if number is not None and number != int(number):
            raise UnfitError(self.at(*names), f"「{self.at(*names)[-1]}」应是整数，写的是「{number:g}」")
        return None if number is None else int(number)

    def flag(self, *names: str) -> bool | None:
        value = self.get(*names)
        if value is None or isinstance(value, bool):
            return value
        if value in (0, 1):
            return bool(value)
        if isinstance(value, str) and value.lower() in ("true", "false", "0", "1", ""):
            return value.lower() in ("true", "1")
        raise UnfitError(self.at(*names), f"「{self.at(*names)[-1]}」应是 true 或 false")

    def entry(self, *names: str) -> "Entry":
        """The object under a name; an empty one where there is none."""
        value = self.get(*names)
        return Entry({} if value in (None, "") else value, self.at(*names))

    def entries(self, *names: str) -> "list[Entry]":
        found, path = self._items(*names)
        return [Entry(one, (*path, number)) for number, one in enumerate(found)]

    def _items(self, *names: str) -> tuple[Sequence[Any], Path]:
        value, path = self.get(*names), self.at(*names)
        if isinstance(value, Mapping) and len(value) == 1:  # {"Operator": [...]}
            (inner, value), *_ = value.items()
            path = (*path, inner)
        if value in (None, ""):
            return (), path
        if not isinstance(value, list):
            raise UnfitError(path, f"「{path[-1]}」应是列表")
        return value, path

    def unasked(self) -> Iterator[tuple[str, Path]]:
        """Names with a value that says something and that nobody asked for, each with its place."""
        for name, (key, value) in self._found.items():
            if name not in self._asked and not any(value is empty or value == empty for empty in _EMPTY):
                yield key, (*self.path, key)


def first_of(named: Iterable[str]) -> str:
    """The first names."""
    first = list(islice(named, _TOLD_NAMES + 1))
    return "、".join(first[:_TOLD_NAMES]) + (" 等" if len(first) > _TOLD_NAMES else "")
