"""The lambda of an SCA rule or condition: ``1&&(2||!3)``, read into the tree of our own expressions."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from qa_engine.rules.sca.source import UnfitError, around
from qa_engine.rules.written.expression import And, ExpressionError, Name, Node, Not, Or, Token, tree_of

_TOKEN = re.compile(
    r"\s*(?:(?P<and>&&)|(?P<or>\|\|)|(?P<not>!)|(?P<bracket>[()])|(?P<name>[0-9A-Za-z_.\-\u4e00-\u9fff]+))"
)
_NARROW = str.maketrans("＆｜！（）", "&|!()")


def parse_lambda(text: str) -> Node:
    """The tree of a lambda, its names the ids as written. ``!`` binds before ``&&``, ``&&`` before ``||``.

    Raises ExpressionError with the column, from 0, of the first thing that is wrong.
    """
    return tree_of(_tokens(text.translate(_NARROW)))


def _tokens(text: str) -> Iterator[Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            column = at + len(text[at:]) - len(text[at:].lstrip())
            raise ExpressionError(column, f"「{text[column]}」不认识：只能有编号、&&、||、! 和括号")
        kind = match.lastgroup or ""
        word = match[kind]
        yield Token(word if kind == "bracket" else kind, word, match.start(kind))
        at = match.end()
    yield Token("end", "", end)


def parsed(text: str, path: tuple[Any, ...]) -> Node:
    try:
        return parse_lambda(text)
    except ExpressionError as error:
        raise UnfitError(path, f"lambda「{around(text, error.column)}」第 {error.column + 1} 个字符：{error}") from None


def positive(logic: Node) -> frozenset[str]:
    """Names that a tree asks for by themselves: those it joins with ``&&``."""
    parts = logic.parts if isinstance(logic, And) else (logic,)
    return frozenset(part.name for part in parts if isinstance(part, Name))


def renamed(logic: Node, ours: Mapping[str, str]) -> Node:
    match logic:
        case Name(name, column):
            return Name(ours[name], column)
        case Not(inner):
            return Not(renamed(inner, ours))
        case And(parts):
            return And(tuple(renamed(part, ours) for part in parts))
        case Or(parts):
            return Or(tuple(renamed(part, ours) for part in parts))
