"""JSON with places: data, and where each value stands, as ``source.read`` does for YAML."""

import re
from bisect import bisect_right
from json import JSONDecodeError, JSONDecoder
from typing import Any

from qa_engine.errors import Fault
from qa_engine.located.source import Document, Mark, Path, SourceFile

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None}
_MAX_DEPTH = 40
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


class _BadJsonError(Exception):
    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at = at


def read_json(source: SourceFile) -> Document:
    """The document of a JSON text. A syntax error leaves ``data`` None; duplicate keys leave the first of them."""
    document = Document(source.name, None)
    reader = _Reader(document, source.text)
    try:
        document.data = reader.whole()
    except _BadJsonError as error:
        mark = reader.mark(error.at)
        document.faults.append(Fault(source.name, mark.line, mark.column, f"JSON 语法错误：{error}"))
    return document


class _Reader:
    def __init__(self, document: Document, text: str) -> None:
        self._document = document
        self._text = text
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def mark(self, at: int) -> Mark:
        line = bisect_right(self._lines, at)
        return Mark(line, at - self._lines[line - 1] + 1)

    def whole(self) -> Any:
        value, at = self._value(self._skip(0), ())
        at = self._skip(at)
        if at < len(self._text):
            raise _BadJsonError(at, "内容结束以后还有文字")
        return value

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def _value(self, at: int, path: Path) -> tuple[Any, int]:
        if len(path) > _MAX_DEPTH:
            raise _BadJsonError(at, f"嵌套超过 {_MAX_DEPTH} 层")
        self._document.marks[path] = self.mark(at)
        match self._text[at : at + 1]:
            case "{":
                return self._object(at, path)
            case "[":
                return self._array(at, path)
            case '"':
                return self._string(at)
        for word, value in _WORDS.items():
            if self._text.startswith(word, at):
                return value, at + len(word)
        number = _NUMBER.match(self._text, at)
        if number is None or len(number.group()) > 40:
            raise _BadJsonError(at, "这里应是一个值（文本要用双引号）" if at < len(self._text) else "文件在这里中断了")
        return (float if number[1] or number[2] else int)(number.group()), number.end()

    def _string(self, at: int) -> tuple[str, int]:
        try:
            text, end = JSONDecoder().raw_decode(self._text, at)
        except JSONDecodeError as error:
            raise _BadJsonError(error.pos, "引号没有配对，或文本里有不能直接写的字符") from None
        if _HALF_CHARACTER.search(text):
            raise _BadJsonError(at, "文本里有半个字符（单独的代理码位），请重新导出")
        return text, end

    def _object(self, at: int, path: Path) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        at = self._skip(at + 1)
        if self._text.startswith("}", at):
            return found, at + 1
        while True:
            if not self._text.startswith('"', at):
                raise _BadJsonError(at, "这里应是带双引号的名称")
            key_at = at
            key, at = self._string(at)
            at = self._expect(":", self._skip(at))
            if key in found:
                mark = self.mark(key_at)
                message = f"重复的名称「{key}」"
                self._document.faults.append(Fault(self._document.name, mark.line, mark.column, message))
                _, at = self._value(at, (*path, key, "重复"))
            else:
                found[key], at = self._value(at, (*path, key))
            at = self._skip(at)
            if self._text.startswith("}", at):
                return found, at + 1
            at = self._expect(",", at)

    def _array(self, at: int, path: Path) -> tuple[list[Any], int]:
        found: list[Any] = []
        at = self._skip(at + 1)
        if self._text.startswith("]", at):
            return found, at + 1
        while True:
            value, at = self._value(at, (*path, len(found)))
            found.append(value)
            at = self._skip(at)
            if self._text.startswith("]", at):
                return found, at + 1
            at = self._expect(",", at)

    def _expect(self, sign: str, at: int) -> int:
        if not self._text.startswith(sign, at):
            raise _BadJsonError(at, f"这里缺少「{sign}」")
        return self._skip(at + 1)
