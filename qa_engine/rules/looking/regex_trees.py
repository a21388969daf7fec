"""What can be told of a regular expression by its parsed form: in how many ways it reads a text, and what it needs."""

import math
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

try:  # Python 3.11 and later keep the parser here; the module is private, its tree is what ``re`` itself compiles.
    from re import _constants as constants  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:  # pragma: no cover - an interpreter without it: the time limit still protects
    constants = parser = None

_REPEATS = () if constants is None else (constants.MAX_REPEAT, constants.MIN_REPEAT)
_PLAIN = _REPEATS if constants is None else (
    *_REPEATS, constants.BRANCH, constants.ANY, constants.AT,
    constants.ASSERT, constants.ASSERT_NOT, constants.GROUPREF,
)  # fmt: skip
_LONG_REPEAT = 20  # characters or more: no matter in how many ways
_MANY_WAYS = 100  # how often a piece may be cut in two by repetition within counted repetition
_FUTURE_SETS = ("[[", "--", "&&", "~~", "||")  # of which ``re`` warns that they will mean sets of sets
_HAN = re.compile("[\u3400-\u9fff]")
_MOST_NEEDED = 16  # ways to write what a match must hold; to look for more is no faster than to search


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


def ways(source: str, chars: int | None = None) -> float:
    """In how many ways an expression can be tried at one place, at most; infinite when that cannot be told.

    ``chars``: of a text that is no longer.
    """
    if parser is None:  # pragma: no cover
        return math.inf
    try:
        return _ways(parser.parse(source), chars)
    except (re.error, RecursionError, OverflowError):
        return math.inf


def _ways(tree: Any, chars: int | None) -> float:
    found = 1.0
    for kind, arguments in tree:
        if kind in _REPEATS:
            least, most, body = arguments
            if chars is not None:
                most = min(most, max(least, chars))
            elif most > _LONG_REPEAT:
                return math.inf
            inner = _ways(body, chars)
            found *= sum(inner**times for times in range(least, most + 1))
        elif kind is constants.BRANCH:
            found *= _ways_of_one(arguments[1], chars)
        elif kind is constants.LITERAL and arguments == ord("{"):
            return math.inf  # to ``regex`` it may begin a fuzzy match, such as (?:退款){e<=2}
        else:
            found *= math.prod([_ways(inner, chars) for inner in _subtrees(arguments)])
    return found


def _ways_of_one(branches: Sequence[Any], chars: int | None) -> float:
    """Of alternatives: those that begin with different characters are never tried to their ends at one place."""
    anywhere, by_first = 0.0, dict[int, float]()
    for branch in branches:
        own, firsts = _ways(branch, chars), _firsts(branch)
        if not firsts:
            anywhere += own
        for first in firsts:
            by_first[first] = by_first.get(first, 0.0) + own
    return anywhere + max(by_first.values(), default=0.0)


def _firsts(tree: Any) -> frozenset[int]:
    """The characters with which all that matches begins; empty where that cannot be told."""
    for kind, arguments in tree:
        if kind is constants.SUBPATTERN:
            return _firsts(arguments[3])
        literals = [(kind, arguments)] if kind is constants.LITERAL else arguments if kind is constants.IN else ()
        if all(k is constants.LITERAL and _caseless(code, code) for k, code in literals):
            return frozenset([code for _, code in literals])
        break
    return frozenset()


def is_plain(source: str) -> bool:
    """True when ``re`` reads an expression as ``regex`` does, ignoring case or not: one of characters that have no
    case, sets and repetitions of them, alternatives and what stands before or behind."""
    if parser is None or any(text in source for text in _FUTURE_SETS):
        return False
    try:
        tree = parser.parse(source)
        re.compile(source)  # refuses what may stand behind in several lengths
    except (re.error, RecursionError, OverflowError):
        return False
    return not tree.state.flags & ~re.UNICODE and _is_plain(tree)


def _is_plain(tree: Any) -> bool:
    for kind, arguments in tree:
        if kind in (constants.LITERAL, constants.NOT_LITERAL):
            if chr(arguments) == "{" or not _caseless(arguments, arguments):
                return False
        elif kind is constants.IN:
            if not all(_plain_member(*member) for member in arguments):
                return False
        elif kind is constants.SUBPATTERN:
            if arguments[1] or arguments[2] or not _is_plain(arguments[3]):
                return False
        elif kind in _PLAIN:
            if not all(map(_is_plain, _subtrees(arguments))):
                return False
        else:
            return False
    return True


def _plain_member(kind: Any, argument: Any) -> bool:
    """Of a set. ``regex`` knows classes such as [[:alpha:]]."""
    if kind is constants.RANGE:
        return _caseless(*argument)
    return kind is constants.NEGATE or (
        kind is constants.LITERAL and chr(argument) != "[" and _caseless(argument, argument)
    )


def _caseless(first: int, last: int) -> bool:
    return all(chr(code).lower() == chr(code).upper() for code in range(first, last + 1))


def needed(source: str, most: int = _MOST_NEEDED) -> tuple[str, ...]:
    """Han texts, no more than ``most``, of which every match holds at least one; empty when that cannot be told."""
    if parser is None:  # pragma: no cover
        return ()
    try:
        return _needed(parser.parse(source), most) or ()
    except (re.error, RecursionError, OverflowError, ValueError):
        return ()


def _needed(tree: Any, most: int) -> tuple[str, ...] | None:
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
            found.append(_needed(arguments[-1], most))
        elif kind in _REPEATS:
            _needed(arguments[-1], most)
        elif kind is constants.BRANCH:
            ways = [_needed(branch, most) for branch in arguments[1]]
            every = [needs for needs in ways if needs is not None]
            found.append(tuple(dict.fromkeys(chain.from_iterable(every))) if len(every) == len(ways) else None)
        elif kind is constants.IN and all(k is constants.LITERAL and _HAN.match(chr(c)) for k, c in arguments):
            found.append(tuple(chr(c) for _, c in arguments))
    few = [needs for needs in found if needs is not None and len(needs) <= most]
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
