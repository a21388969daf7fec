"""Regular expressions of rule authors: checked when a pack is loaded, bounded in time when they run."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import regex

try:  # Python 3.11 and later keep the parser here; the module is private, its tree is what ``re`` itself compiles.
    from re import _constants as constants  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:  # pragma: no cover - an interpreter without it: the time limit still protects
    constants = parser = None

_REPEATS = () if constants is None else (constants.MAX_REPEAT, constants.MIN_REPEAT)
TIMEOUT_SECONDS = 0.25
_MAX_CHARS = 2_000
_SYNTAX = (
    ("missing )", "缺少右括号"),
    ("unbalanced parenthesis", "多了一个右括号"),
    ("trailing characters", "多了一个右括号"),
    ("unterminated character set", "方括号没有配对"),
    ("bad character range", "方括号里的范围前后颠倒"),
    ("nothing to repeat", "* + ? 前面没有可以重复的内容"),
    ("multiple repeat", "连写了两个重复符号"),
    ("bad escape", "反斜杠后面的字符没有意义"),
)
_RECURSION = re.compile(r"(?<!\\)(?:\\\\)*\(\?(?:R|[0-9]+|&\w+|P>\w+)\)")
_FEW_WAYS = 10_000  # in which an expression can be tried at one place
_LONG_TEXT = 2_000  # characters
_LONG_REPEAT = 20  # characters or more: no matter in how many ways
_MANY_WAYS = 100  # how often a piece may be cut in two by repetition within counted repetition
_HAN = re.compile("[\u3400-\u9fff]")
_MOST_NEEDED = 16  # ways to write what a match must hold; to look for more is no faster than to search
_BORDER = re.compile(r"(?<!\\)(?:\\\\)*\\[bBW]")


class RegexError(ValueError):
    """The expression cannot be used; the message says why."""


@dataclass(frozen=True)
class SafeRegex:
    """A compiled expression; ``finditer`` raises TimeoutError when it takes longer than the limit.

    One that can read a text in few ways only runs without a clock on a text that is not long: to start the clock takes
    longer than most searches.
    """

    source: str

    @cached_property
    def _few_ways(self) -> bool:
        return ways(self.source) <= _FEW_WAYS

    def limit(self, text: str) -> float | None:
        """Seconds that a search in ``text`` may take; None where it cannot take long."""
        return None if self._few_ways and len(text) <= _LONG_TEXT else TIMEOUT_SECONDS

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """Of which every match holds at least one; empty where that cannot be told."""
        return needed(self.source)

    def cannot_match(self, text: str) -> bool:
        """True of most texts, and told in a tenth of the time that a search takes. True of each line of a text, too."""
        for needs in self.needs:  # any() takes twice as long, and this is asked of every turn
            if needs in text:
                return False
        return bool(self.needs)

    @cached_property
    def compiled(self) -> Any:
        return regex.compile(self.source, regex.V0 | regex.IGNORECASE)

    def finditer(self, text: str, pos: int = 0, endpos: int | None = None) -> Iterator[tuple[int, int]]:
        """(start, end) of each match that is not empty."""
        if self.cannot_match(text):
            return iter(())
        end = len(text) if endpos is None else endpos
        limit = self.limit(text)
        try:
            if self.compiled.search(text, pos, end, timeout=limit) is None:  # in most turns
                return iter(())
            matches = self.compiled.finditer(text, pos, end, timeout=limit)
            return iter([match.span() for match in matches if match.end() > match.start()])
        except TimeoutError as error:
            message = f"正则「{self.source}」在 {TIMEOUT_SECONDS:g} 秒内没有算完，请改写"
            raise TimeoutError(message) from error

    def found(self, text: str) -> bool:
        """True when it matches anywhere, an empty match included."""
        if self.cannot_match(text):
            return False
        try:
            return self.compiled.search(text, timeout=self.limit(text)) is not None
        except TimeoutError as error:
            message = f"正则「{self.source}」在 {TIMEOUT_SECONDS:g} 秒内没有算完，请改写"
            raise TimeoutError(message) from error


def compile_regex(source: str) -> SafeRegex:
    """The expression, ready; raises RegexError when it is malformed, never matches in Chinese, or can run away."""
    if not source:
        raise RegexError("正则是空的")
    if len(source) > _MAX_CHARS:
        raise RegexError(f"正则超过 {_MAX_CHARS} 个字符，请拆成几条")
    if _BORDER.search(source):
        raise RegexError(f"正则「{source}」用了 \\b、\\B 或 \\W：中文没有词边界，它们在句中永远不会按预期匹配")
    if _RECURSION.search(source):
        raise RegexError(f"正则「{source}」用了递归，可能失控")
    checked = SafeRegex(source)
    try:
        checked.compiled  # noqa: B018 - compiles now, so that the fault shows now
    except regex.error as error:
        said = next((said for words, said in _SYNTAX if words in str(error)), str(error))
        at: int | None = getattr(error, "pos", None)
        place = f"（第 {at + 1} 个字符）" if at is not None else ""
        raise RegexError(f"正则「{source}」有语法错误：{said}{place}") from error
    trouble = runaway(source)
    if trouble:
        raise RegexError(f"正则「{source}」可能失控：{trouble}")
    return checked


def runaway(source: str) -> str | None:
    """Why an expression may need exponential time (nested or overlapping unbounded repetition), or None."""
    if parser is None:  # pragma: no cover
        return None
    try:
        tree = parser.parse(source)
    except (re.error, RecursionError, OverflowError):
        return None  # syntax that only ``regex`` knows; the time limit remains
    return _inspect(tree)


def _inspect(tree: Any) -> str | None:
    for _, arguments in tree:
        for inner in _subtrees(arguments):
            trouble = _inspect(inner)
            if trouble:
                return trouble
    for kind, arguments in tree:
        if kind in _REPEATS and _unbounded(arguments):
            body = arguments[2]
            if _has_unbounded(body):
                return "重复里又套着不限次数的重复，例如 (a+)+"
            if _overlapping_branches(body):
                return "不限次数的重复里有相互重叠的选项，例如 (a|a)*"
        if kind in _REPEATS and arguments[1] * _loose(arguments[2]) > _MANY_WAYS:
            return "重复里又套着重复，切分的方式太多，例如 (a{1,9}){1,30}"
    return _adjacent(tree)


def ways(source: str) -> float:
    """In how many ways an expression can be tried at one place, at most; infinite when that cannot be told."""
    if parser is None:  # pragma: no cover
        return math.inf
    try:
        return _ways(parser.parse(source))
    except (re.error, RecursionError, OverflowError):
        return math.inf


def _ways(tree: Any) -> float:
    found = 1.0
    for kind, arguments in tree:
        if kind in _REPEATS:
            least, most, body = arguments
            if most > _LONG_REPEAT:
                return math.inf
            inner = _ways(body)
            found *= sum(inner**times for times in range(least, most + 1))
        elif kind is constants.BRANCH:
            found *= sum(map(_ways, arguments[1]))
        elif kind is constants.LITERAL and arguments == ord("{"):
            return math.inf  # to ``regex`` it may begin a fuzzy match, such as (?:退款){e<=2}
        else:
            found *= math.prod(map(_ways, _subtrees(arguments)))
    return found


def needed(source: str) -> tuple[str, ...]:
    """Han texts of which every match holds at least one; empty when that cannot be told."""
    if parser is None:  # pragma: no cover
        return ()
    try:
        return _needed(parser.parse(source)) or ()
    except (re.error, RecursionError, OverflowError, ValueError):
        return ()


def _needed(tree: Any) -> tuple[str, ...] | None:
    """Of all that a match must hold the longest, then the one with the fewest ways to be written.

    Raises ValueError for what may be syntax that only ``regex`` knows.
    """
    found: list[tuple[str, ...] | None] = []
    run = ""
    for kind, arguments in [*tree, (None, None)]:
        if kind is constants.LITERAL and _HAN.match(chr(arguments)):
            run += chr(arguments)
            continue
        if run:
            found.append((run,))
            run = ""
        if kind is constants.LITERAL and arguments == ord("{"):
            raise ValueError("{")  # to ``regex`` it may begin a fuzzy match, such as (?:退款){e<=2}
        if kind is constants.SUBPATTERN or (kind in _REPEATS and arguments[0] >= 1):
            found.append(_needed(arguments[-1]))
        elif kind in _REPEATS:
            _needed(arguments[-1])
        elif kind is constants.BRANCH:
            ways = [_needed(branch) for branch in arguments[1]]
            every = [needs for needs in ways if needs is not None]
            found.append(tuple(dict.fromkeys(chain.from_iterable(every))) if len(every) == len(ways) else None)
        elif kind is constants.IN and all(k is constants.LITERAL and _HAN.match(chr(c)) for k, c in arguments):
            found.append(tuple(chr(c) for _, c in arguments))
    few = [needs for needs in found if needs is not None and len(needs) <= _MOST_NEEDED]
    return max(few, key=lambda needs: (min(map(len, needs)), -len(needs)), default=None)


def _loose(tree: Any) -> int:
    """The longest repetition of a body that is nothing but repetition of varying length; 0 when something is fixed."""
    longest = 0
    for kind, arguments in tree:
        if kind is constants.SUBPATTERN:
            inner = _loose(arguments[-1])
        elif kind in _REPEATS and arguments[0] != arguments[1]:
            inner = min(int(arguments[1]), _MANY_WAYS)
        else:
            inner = 0
        if not inner:
            return 0
        longest = max(longest, inner)
    return longest


def _unbounded(arguments: Any) -> bool:
    return bool(arguments[1] >= 50)


def _subtrees(arguments: Any) -> Iterator[Any]:
    if isinstance(arguments, parser.SubPattern):
        yield arguments
    elif isinstance(arguments, tuple | list):
        for part in arguments:
            yield from _subtrees(part)


def _has_unbounded(tree: Any) -> bool:
    for kind, arguments in tree:
        if kind in _REPEATS and _unbounded(arguments):
            return True
        if any(_has_unbounded(inner) for inner in _subtrees(arguments)):
            return True
    return False


def _overlapping_branches(tree: Any) -> bool:
    for kind, arguments in tree:
        if kind is constants.BRANCH and _ambiguous([_word(branch) for branch in arguments[1]]):
            return True
        if any(_overlapping_branches(inner) for inner in _subtrees(arguments)):
            return True
    return False


def _ambiguous(words: list[tuple[str, ...] | None]) -> bool:
    """True when one branch can begin with another, so that a repetition has many ways to read one text."""
    if any(not word for word in words):
        return True
    known = [word for word in words if word]
    return any(
        a[: len(b)] == b for i, a in enumerate(known) for j, b in enumerate(known) if i != j and len(b) <= len(a)
    )


def _word(branch: Any) -> tuple[str, ...] | None:
    """A branch as its literals and classes; None when it has anything else, the empty tuple when it is empty."""
    word = []
    for kind, arguments in branch:
        if kind not in (constants.LITERAL, constants.IN):
            return None
        word.append(repr(arguments))
    return tuple(word)


def _adjacent(tree: Any) -> str | None:
    """Three unbounded wildcards in one row (.*.*.*) need cubic time on a long turn."""
    wide = 0
    for kind, arguments in tree:
        if kind in _REPEATS and _unbounded(arguments):
            body = list(arguments[2])
            if len(body) == 1 and body[0][0] in (constants.ANY, constants.NOT_LITERAL, constants.IN):
                wide += 1
    return "三个以上不限长度的通配，请改成 .{0,20} 这样的有限长度" if wide >= 3 else None
