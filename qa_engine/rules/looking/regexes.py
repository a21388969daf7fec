"""Regular expressions of rule authors: checked when a pack is loaded, bounded in time when they run."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import regex

from qa_engine.domain.values import cached_property
from qa_engine.rules.looking.regex_trees import is_plain, needed, runaway, ways

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
_SHORT_TEXT = 100  # characters, as nearly all turns are: no repetition is longer there, and the places are few
_WAYS_IN_SHORT = _FEW_WAYS * _LONG_TEXT // _SHORT_TEXT
_BORDER = re.compile(r"(?<!\\)(?:\\\\)*\\[bBW]")


class RegexError(ValueError):
    """The expression cannot be used; the message says why."""


@dataclass(frozen=True)
class SafeRegex:
    """A compiled expression; ``finditer`` raises TimeoutError when it takes longer than the limit.

    One that can read a text in few ways only runs without a clock on a text that is not long: to start the clock takes
    longer than most searches. Then the standard library's engine searches where it reads the expression as ``regex``
    does, in a third of the time.
    """

    source: str

    @cached_property
    def unclocked(self) -> int:
        """The characters of the longest text in which a search cannot take long, so that it needs no limit."""
        if ways(self.source) <= _FEW_WAYS:
            return _LONG_TEXT
        return _SHORT_TEXT if ways(self.source, _SHORT_TEXT) <= _WAYS_IN_SHORT else -1

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

    @cached_property
    def _plain(self) -> re.Pattern[str] | None:
        return re.compile(self.source) if is_plain(self.source) else None

    def finditer(self, text: str) -> Sequence[tuple[int, int]]:
        """(start, end) of each match that is not empty."""
        for needs in self.needs:  # most searches end here, so that it is not asked in a call of its own
            if needs in text:
                break
        else:
            if self.needs:
                return ()
        plain, limit = self._plain, None if len(text) <= self.unclocked else TIMEOUT_SECONDS
        if limit is None and plain is not None:
            if plain.search(text) is None:  # in most turns
                return ()
            return [match.span() for match in plain.finditer(text) if match.end() > match.start()]
        try:
            if self.compiled.search(text, timeout=limit) is None:
                return ()
            matches = self.compiled.finditer(text, timeout=limit)
            return [match.span() for match in matches if match.end() > match.start()]
        except TimeoutError as error:
            message = f"正则「{self.source}」在 {TIMEOUT_SECONDS:g} 秒内没有算完，请改写"
            raise TimeoutError(message) from error

    def found(self, text: str) -> bool:
        """True when it matches anywhere, an empty match included."""
        if self.cannot_match(text):
            return False
        plain, limit = self._plain, None if len(text) <= self.unclocked else TIMEOUT_SECONDS
        if limit is None and plain is not None:
            return plain.search(text) is not None
        try:
            return self.compiled.search(text, timeout=limit) is not None
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
        said = next((said for words, said in _SYNTAX if words in str(error)), "这里的写法不能识别")
        at: int | None = getattr(error, "pos", None)
        place = f"（第 {at + 1} 个字符）" if at is not None else ""
        raise RegexError(f"正则「{source}」有语法错误：{said}{place}") from error
    trouble = runaway(source)
    if trouble:
        raise RegexError(f"正则「{source}」可能失控：{trouble}")
    return checked
