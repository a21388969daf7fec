"""Numbers that identify a person, masked in place: the length never changes, so spans of evidence stay right.

A number may be written or said, in one piece or in groups: ``幺三八，零零零零，零零零零``, ``139—0000—0000``,
``+86 138 0000 0000``. Groups are parted by blanks, light punctuation, dashes or a hesitation, and a number is made of
whole groups: twelve digits in one piece hold no mobile number. An identity card is known by its check digit (GB 11643),
or where the text calls it one; a bank card by its check digit (Luhn), as a card of China UnionPay (62…), or where the
text calls it a card. So an 18-digit waybill number stays.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from qa_engine.text.normalised import SOUNDS, Normalised, normalise
from qa_engine.text.numerals import DIGITS

_DIGITS = {
    **{char: str(value) for char, value in DIGITS.items()},
    **{char: str(value) for value, char in enumerate("壹贰叁肆伍陆柒捌玖", start=1)},
    **{char: char for char in "0123456789"},
}
_BETWEEN = rf"(?:[ ,、.\-‐‑–—―－_/·~。…()]|[{''.join(sorted(SOUNDS))}]){{0,6}}"
_ONE_IN_A_WORD = "下会些样般定直共切旦起边"  # 等一下, 一会儿, 一样: no digit is said there, but for 零一二一下午
_DIGIT = f"(?:[{''.join(_DIGITS).replace('一', '')}]|一(?![{_ONE_IN_A_WORD}])|(?<=[{''.join(_DIGITS)}])一)"
_TIMES = {"双": 2, "两": 2, "俩": 2, **{char: value for char, value in DIGITS.items() if value >= 2}}
_REPEATED = re.compile(
    rf"(?P<times>[{''.join(_TIMES)}2-9]个|双)(?P<digit>{_DIGIT})(?!个)"
)  # 四个零 is 0000, 双八 is 88
_UNIT = rf"(?:{_REPEATED.pattern.replace('?P<times>', '?:').replace('?P<digit>', '?:')}|{_DIGIT})"
_TWO = f"(?:(?<=[{''.join(_DIGITS)}两])两|两(?=两{{0,3}}{_DIGIT}))"  # beside a digit it is one: 零零两两，两零零零
_RUN = re.compile(rf"(?:{_UNIT}|两(?={_DIGIT}{{2}}))(?:{_BETWEEN}(?:{_UNIT}|{_TWO}))*(?:{_BETWEEN}x(?![a-z0-9]))?")
_CALLED_IN_LETTERS = re.compile(r"(?:tel|phone|mobile|mob|cell|call|wechat|vx|wx|qq)$")
_LEAST_DIGITS = 10  # the shortest private number, a landline with its area code
_MOST_DIGITS = 19
_MOBILE = re.compile(r"(?:(?:00)?86)?(?P<number>1[3-9][0-9]{9})")
_LANDLINE = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})[2-9][0-9]{6,7}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10x98765432"
_CARD_CALLED = re.compile(r"卡|银行|账号|账户")
_IDENTITY_CALLED = re.compile(r"身份|证件|证号")
CALLED_WITHIN = 16  # characters before a number in which it may be called by its name


@dataclass(frozen=True, slots=True)
class Group:
    """Digits in one piece, and where each stands in the normalised text."""

    digits: str
    places: tuple[int, ...]


class Hidden(NamedTuple):
    """Digits of a prefix that is no part of a number, and how many stay visible at its head and its tail."""

    skip: int
    head: int
    tail: int


def mask_private(text: str) -> str:
    """Mobile and landline numbers, identity cards and bank cards with ``*`` in their middle, spoken ones too.

    Mobile 139****5678, identity 110***********1234, bank the last four only. Same length as ``text``.
    """
    normal = normalise(text)
    hidden: list[int] = []
    for start, end in runs(normal.text):
        groups = groups_of(normal.text, start, end)
        for first, taken, found in private_numbers(groups, normal.text[max(0, start - CALLED_WITHIN) : start]):
            places = [at for group in groups[first : first + taken] for at in group.places]
            hidden += places[found.skip + found.head : len(places) - found.tail]
    return hide(normal, hidden)


def hide(normal: Normalised, places: Iterable[int]) -> str:
    """The shown text with ``*`` at some places of the normalised one; the length stays."""
    chars = list(normal.source)
    for at in places:
        start, end = normal.span_to_source(at, at + 1)
        chars[start:end] = "*" * (end - start)
    return "".join(chars)


def runs(text: str) -> Iterator[tuple[int, int]]:
    """[start, end) of every stretch of digits in a normalised text, however they are grouped."""
    for run in _RUN.finditer(text):
        before = text[run.start() - 1 : run.start()]
        of_a_parcel = before.isalpha() and before.isascii()  # SF1391234567890
        called = _CALLED_IN_LETTERS.search(text[max(0, run.start() - 8) : run.start()])
        if not of_a_parcel or called or text[run.end() : run.end() + 1] == "@":
            yield run.span()


def groups_of(text: str, start: int, end: int) -> list[Group]:
    """The digits of a run in one piece each. What may be no part of the number is alone: 一 behind it may begin a word
    (一下), and so may x (139…78 X先生)."""
    found: list[tuple[list[str], list[int]]] = []  # the digits and places of each group
    repeated = {place: match for match in _REPEATED.finditer(text, start, end) for place in range(*match.span())}
    for at in range(start, end):
        if (match := repeated.get(at)) is not None:
            if at == match.start():
                found.append(_group_of(match))
            continue
        char = text[at]
        digit = "x" if char == "x" else "2" if char == "两" else _DIGITS.get(char)
        if digit is None:
            continue
        beside = bool(found) and found[-1][1][-1] == at - 1 and char.isascii() == text[at - 1].isascii()
        if beside and digit != "x":
            found[-1][0].append(digit)
            found[-1][1].append(at)
        else:
            found.append(([digit], [at]))
    return [Group("".join(digits), tuple(places)) for digits, places in found]


def _group_of(repeated: re.Match[str]) -> tuple[list[str], list[int]]:
    """四个零 as the four digits it stands for, each with a place of its own as far as there are any."""
    said = repeated["times"][0]
    times = int(said) if said.isascii() else _TIMES[said]
    first, last = repeated.start(), repeated.end() - 1
    places = [first, last] if times == 2 else [*range(first, last), *[last] * (times - last + first)]
    return [_DIGITS[repeated["digit"]]] * times, places


def private_numbers(
    groups: Sequence[Group], before: str, *, overlapping: bool = False
) -> Iterator[tuple[int, int, Hidden]]:
    """(first group, how many groups, what to hide) of each private number; ``before`` is what is said in front.

    ``overlapping``: also those that begin within another. Of what is said over many turns the last groups of one number
    may look like another together with the first of the next.
    """
    until = 0
    for at in range(len(groups)):
        if at < until and not overlapping:
            continue
        found = _longest(groups[at : at + _MOST_DIGITS], before)  # each has a digit at least
        if found is not None:
            yield at, *found
            until = at + found[0]


def _longest(groups: Sequence[Group], before: str) -> tuple[int, Hidden] | None:
    """The longest private number that begins with the first group: how many groups it takes, and what to hide."""
    number = ""
    best: tuple[int, Hidden] | None = None
    for taken, group in enumerate(groups, start=1):
        number += group.digits
        if len(number) > _MOST_DIGITS:
            break
        if len(number) >= _LEAST_DIGITS and (kept := _kept(number, before)) is not None:
            best = taken, kept
    return best


def _kept(number: str, before: str) -> Hidden | None:
    """What to hide of a number; None when it is no private one."""
    if len(number) == 18 and _is_identity(number, called=_IDENTITY_CALLED.search(before) is not None):
        return Hidden(0, 3, 4)
    if len(number) == 15 and number.isdecimal() and _IDENTITY_CALLED.search(before) and _is_date("19" + number[6:12]):
        return Hidden(0, 3, 4)
    if number.isdecimal() and _is_card(number, called=_CARD_CALLED.search(before) is not None):
        return Hidden(0, 0, 4)
    mobile = _MOBILE.fullmatch(number)
    if mobile is not None:
        return Hidden(mobile.start("number"), 3, 4)
    return Hidden(0, 3, 2) if _LANDLINE.fullmatch(number) else None


def _is_identity(number: str, *, called: bool) -> bool:
    """By its check digit; where the text calls it one, or where it ends with X, a digit may have been misheard."""
    if number[0] == "0" or not number[:17].isdecimal() or not _is_date(number[6:14]):
        return False
    check = _CHECKS[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11]
    return number[17] == check or number[17] == "x" or called


def _is_date(digits: str) -> bool:
    return digits[:2] in ("18", "19", "20") and 1 <= int(digits[4:6]) <= 12 and 1 <= int(digits[6:8]) <= 31


def _is_card(number: str, *, called: bool) -> bool:
    if not 16 <= len(number) <= 19 or number[0] not in "3456":
        return False
    return called or _luhn(number) or (number.startswith("62") and len(number) in (16, 19))


def _luhn(number: str) -> bool:
    total = 0
    for place, char in enumerate(reversed(number)):
        digit = int(char) * (1 + place % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0
