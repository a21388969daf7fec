"""The lambda of an SCA rule or condition: ``1&&(2||!3)``, read into the tree of our own expressions."""

import re
from collections.abc import Iterator

from qa_engine.rules.written.expression import ExpressionError, Node, Token, tree_of

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
