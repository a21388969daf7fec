"""Spoken numbers as digits: 八零二六 → 8026, 四十八 → 48, while 一定 and 第三方 stay words.

Two readings exist. A number read *digit by digit* (工号, 单号, 电话) is a run of three or more digit
characters, or of two with 零, 〇 or 幺 among them; each character becomes one digit, spaces inside stay. 两 is a digit
inside of such a run only.
A *value* (四十八小时, 两万三) is a run with 十百千万亿 in it that follows the grammar of Chinese numbers;
the whole run becomes its decimal form. Single digits and anything that is neither (三五天, 乱七八糟, 十分,
千万) are left alone. 一 at the edge of a run that belongs to a word (八零二六一定, 万一八点) is not part of
the number.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

DIGITS = {
    "〇": 0,
    "○": 0,
    "零": 0,
    "幺": 1,
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_VALUES = {**DIGITS, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}

NUMERAL_CHARS = frozenset([*_VALUES, *_UNITS])  # a text with none of them has no spoken number

# 一 before one of these, or behind one of those, starts or ends a word.
_AFTER_ONE = frozenset("定下个样起直般共点些次位遍会切边旦种天年月分条家方致律儿步句声辈生概心")
_AFTER_ONE_ALWAYS = frozenset("定下样起直般共些切旦致律概")  # also behind 十: 二十一定, but 三十一条, 十一点
_BEFORE_ONE = frozenset("万统唯同不专单之")

_DIGIT_CLASS = "0-9〇○零幺一二三四五六七八九"
_RUN = re.compile(rf"(?<![0-9.])[{_DIGIT_CLASS}两十](?: ?[{_DIGIT_CLASS}两十百千万亿])+")
_SPOKEN = re.compile(rf"[{_DIGIT_CLASS}](?: ?(?:[{_DIGIT_CLASS}]|两(?=(?: ?两)* ?[{_DIGIT_CLASS}])))+")  # 八零两六
_D = "(?:[0-9]+|[一二两三四五六七八九])"
_SECTION = f"(?:{_D}千)?零?(?:{_D}百)?零?(?:{_D}?十)?零?{_D}?"
_VALUE = re.compile(f"(?:(?P<yi>{_SECTION})亿)?(?:(?P<wan>{_SECTION})万)?(?P<rest>{_SECTION})")
_COLLOQUIAL = re.compile(r"(?P<unit>[百千万])(?P<digit>[一二三四五六七八九])$")
_PART = re.compile(f"({_D})?([千百十])|({_D})")


class Numeral(NamedTuple):
    """``digits`` replaces the characters [start, end) of the folded text."""

    start: int
    end: int
    digits: str


def find_numerals(text: str) -> Iterator[Numeral]:
    """The spoken numbers of a folded text, from left to right, without overlap."""
    for run in _RUN.finditer(text):
        start, end = _trim(text, run.start(), run.end())
        body = text[start:end]
        if not _is_chinese(body):
            continue
        value = _value_of(body.replace(" ", "")) if any(c in _UNITS for c in body) else None
        if value is not None:
            yield Numeral(start, end, str(value))
        else:
            yield from _spoken(text, start, end)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    words = _AFTER_ONE_ALWAYS if text[end - 2] in _UNITS else _AFTER_ONE
    if text[end - 1] == "一" and text[end : end + 1] in words:
        end = len(text[: end - 1].rstrip())
    if start > 0 and text[start] == "一" and text[start - 1] in _BEFORE_ONE:
        start += 1
        start += len(text[start:end]) - len(text[start:end].lstrip())
    return start, max(start, end)


def _is_chinese(body: str) -> bool:
    return any(c in _VALUES or c in _UNITS for c in body)


def _spoken(text: str, start: int, end: int) -> Iterator[Numeral]:
    for run in _SPOKEN.finditer(text, start, end):
        if set(run.group()) <= {"○", " "}:  # 张○○: somebody left out, not a number
            continue
        count = sum(c != " " for c in run.group())
        if count < 3 and not any(c in "〇○零幺" for c in run.group()):
            continue
        for at, char in enumerate(run.group(), run.start()):
            if char in _VALUES:
                yield Numeral(at, at + 1, str(_VALUES[char]))


def _value_of(body: str) -> int | None:
    """The value of a number with units, or None when it does not follow the grammar (三五百, 八零二六百)."""
    extra = 0
    match = _COLLOQUIAL.search(body)
    if match and len(body) > 2:
        # 一百五 is 150 and 两万三 is 23000, but 一百零五 is 105.
        extra = _VALUES[match["digit"]] * _UNITS[match["unit"]] // 10
        body = body[:-1]
    whole = _VALUE.fullmatch(body)
    if whole is None:
        return None
    total = 0
    for name, scale in (("yi", 100_000_000), ("wan", 10_000), ("rest", 1)):
        part = whole[name]
        if part is None:
            continue
        if name != "rest" and not part:
            return None
        total += _section(part) * scale
    return total + extra


def _section(part: str) -> int:
    total = 0
    for match in _PART.finditer(part):
        count, unit, single = match.groups()
        if single:
            total += _plain(single)
        else:
            total += (_plain(count) if count else 1) * _UNITS[unit]
    return total


def _plain(digit: str) -> int:
    return _VALUES[digit] if digit in _VALUES else int(digit)


def number_value(text: str) -> int | None:
    """The value of one written or spoken number (48, 四十八, 两, 八零二六), or None when it is none."""
    if text.isdecimal():
        return int(text)
    if len(text) == 1:
        return 10 if text == "十" else _VALUES.get(text)
    if text and all(c in DIGITS or c.isdecimal() for c in text):
        return int("".join(str(DIGITS.get(c, c)) for c in text))
    return _value_of(text) if text else None
