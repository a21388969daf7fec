"""The boolean expression of a rule: names of conditions, ``and``, ``or``, ``not`` and brackets.

expression := term ("or" term)*
term       := factor ("and" factor)*
factor     := "not" factor | "(" expression ")" | name
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from qa_engine.domain.values import dataclass
from qa_engine.rules.written.truth import Truth, all_of, any_of, negate

NAME = re.compile(r"[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*")
_TOKEN = re.compile(rf"\s*(?:(?P<name>{NAME.pattern})|(?P<bracket>[()（）]))")
_MAX_DEPTH = 50


class ExpressionError(ValueError):
    """The expression cannot be read; ``column`` counts characters from 0."""

    def __init__(self, column: int, message: str) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    column: int

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Not:
    inner: "Node"

    def __str__(self) -> str:
        return f"not {_bracketed(self.inner)}"


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " and ".join(_bracketed(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " or ".join(_bracketed(part) for part in self.parts)


Node: TypeAlias = Name | Not | And | Or


def _bracketed(node: Node) -> str:
    return f"({node})" if isinstance(node, And | Or) else str(node)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression; ``column`` counts characters from 0."""

    kind: str  # name, and, or, not, (, ), end
    text: str
    column: int


def parse(text: str) -> Node:
    """The tree of an expression; raises ExpressionError with the column of the first thing that is wrong."""
    return tree_of(_tokens(text))


def tree_of(tokens: Iterable[Token]) -> Node:
    """The tree of words that were read elsewhere, the last of kind ``end``; raises ExpressionError as ``parse``."""
    return _Parser(tuple(tokens)).whole()


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            column = at + len(text[at:]) - len(text[at:].lstrip())
            raise ExpressionError(column, f"表达式里不能出现「{text[column]}」，只能用条件名、and、or、not 和括号")
        if name := match["name"]:
            kind = name.lower() if name.lower() in ("and", "or", "not") else "name"
            yield Token(kind, name, match.start("name"))
        else:
            bracket = match["bracket"].replace("（", "(").replace("）", ")")
            yield Token(bracket, bracket, match.start("bracket"))
        at = match.end()
    yield Token("end", "", end)


class _Parser:
    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def whole(self) -> Node:
        if self._next.kind == "end":
            raise ExpressionError(0, "表达式是空的")
        node = self._or(0)
        if self._next.kind != "end":
            token = self._next
            what = "多了一个右括号" if token.kind == ")" else f"「{token.text}」前面缺少 and 或 or"
            raise ExpressionError(token.column, what)
        return node

    def _or(self, depth: int) -> Node:
        parts = [self._and(depth)]
        while self._next.kind == "or":
            self._take()
            parts.append(self._and(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self, depth: int) -> Node:
        parts = [self._factor(depth)]
        while self._next.kind == "and":
            self._take()
            parts.append(self._factor(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _factor(self, depth: int) -> Node:
        token = self._take()
        if depth > _MAX_DEPTH:
            raise ExpressionError(token.column, f"括号或 not 超过 {_MAX_DEPTH} 层")
        if token.kind == "name":
            return Name(token.text, token.column)
        if token.kind == "not":
            return Not(self._factor(depth + 1))
        if token.kind == "(":
            node = self._or(depth + 1)
            if self._next.kind != ")":
                raise ExpressionError(token.column, "左括号没有对应的右括号")
            self._take()
            return node
        where = "结尾" if token.kind == "end" else f"「{token.text}」处"
        raise ExpressionError(token.column, f"表达式在{where}缺少条件名")


def evaluate(node: Node, truth_of: Callable[[str], Truth]) -> Truth:
    """The value of the tree. Every condition is asked, so that its evidence is complete."""
    if isinstance(node, Name):
        return truth_of(node.name)
    if isinstance(node, Not):
        return negate(evaluate(node.inner, truth_of))
    combined = all_of if isinstance(node, And) else any_of
    return combined([evaluate(part, truth_of) for part in node.parts])


def settled(node: Node, truth_of: Callable[[str], Truth]) -> Truth:
    """As ``evaluate``, where nobody wants the evidence: what cannot change the value any more is not asked."""
    if isinstance(node, Name):
        return truth_of(node.name)
    if isinstance(node, Not):
        return negate(settled(node.inner, truth_of))
    decides, combined = (Truth.FALSE, all_of) if isinstance(node, And) else (Truth.TRUE, any_of)
    values = []
    for part in node.parts:
        value = settled(part, truth_of)
        if value is decides:
            return value
        values.append(value)
    return combined(values)


def names(node: Node) -> Iterator[Name]:
    """The names of the tree from left to right, repeated ones too."""
    match node:
        case Name():
            yield node
        case Not(inner):
            yield from names(inner)
        case And(parts) | Or(parts):
            for part in parts:
                yield from names(part)


@dataclass(frozen=True, slots=True)
class Polarity:
    """How a condition is used: ``positive`` its TRUE speaks for the fault, ``negative`` its FALSE does."""

    positive: bool = False
    negative: bool = False

    def __or__(self, other: "Polarity") -> "Polarity":
        return Polarity(self.positive or other.positive, self.negative or other.negative)

    def flipped(self) -> "Polarity":
        return Polarity(self.negative, self.positive)

    @property
    def harmful(self) -> frozenset[Truth]:
        """The answers that speak for the fault: beside a place that is not sure they are no sure ones.

        A customer who was perhaps angry and was comforted in any case needs no inspector.
        """
        found = frozenset({Truth.TRUE} if self.positive or not self.negative else ())
        return found | frozenset({Truth.FALSE} if self.negative or not self.positive else ())


def polarities(node: Node, *, negated: bool = False) -> Mapping[str, Polarity]:
    """For each name of the tree, on which side of ``not`` it stands."""
    if isinstance(node, Name):
        return {node.name: Polarity(positive=not negated, negative=negated)}
    if isinstance(node, Not):
        return polarities(node.inner, negated=not negated)
    found: dict[str, Polarity] = {}
    for part in node.parts:
        for name, polarity in polarities(part, negated=negated).items():
            found[name] = found.get(name, Polarity()) | polarity
    return found
