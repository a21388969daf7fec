"""Numbers that identify a person, masked in place: the length never changes, so spans of evidence stay right."""

import re
from collections.abc import Iterator

from qa_engine.text.normalised import Normalised, normalise

_SEP = r"[ \-]?"
_MOBILE = re.compile(rf"(?<![0-9])1[3-9](?:{_SEP}[0-9]){{9}}(?![0-9])")
_LANDLINE = re.compile(rf"(?<![0-9])0[0-9]{{2,3}}{_SEP}[2-9][0-9]{{6,7}}(?![0-9])")
_IDENTITY = re.compile(r"(?<![0-9])[1-9](?:[ ]?[0-9]){16}[ ]?[0-9x](?![0-9a-z])")
_BANK = re.compile(rf"(?<![0-9a-z])[3-6](?:{_SEP}[0-9]){{15,18}}(?![0-9])")


def mask_private(text: str) -> str:
    """Mobile and landline numbers, identity cards and bank cards with ``*`` in their middle, spoken ones too.

    Mobile 139****5678, identity 110***********1234, bank the last four only. Same length as ``text``.
    """
    normal = normalise(text)
    chars = list(text)
    for digits, keep_head, keep_tail in _numbers(normal):
        hidden = digits[keep_head : len(digits) - keep_tail]
        for at in hidden:
            start, end = normal.span_to_source(at, at + 1)
            chars[start:end] = "*" * (end - start)
    return "".join(chars)


def _numbers(normal: Normalised) -> Iterator[tuple[list[int], int, int]]:
    """Positions of the digits of each private number, and how many stay visible at its head and tail."""
    for match in _IDENTITY.finditer(normal.text):
        digits = _digits(match)
        if _is_identity("".join(normal.text[i] for i in digits)):
            yield digits, 3, 4
    for match in _BANK.finditer(normal.text):
        digits = _digits(match)
        near = normal.text[max(0, match.start() - 6) : match.start()]
        if "卡" in near or _luhn("".join(normal.text[i] for i in digits)):
            yield digits, 0, 4
    for match in _MOBILE.finditer(normal.text):
        yield _digits(match), 3, 4
    for match in _LANDLINE.finditer(normal.text):
        yield _digits(match), 3, 2


def _digits(match: re.Match[str]) -> list[int]:
    return [i for i, char in enumerate(match.group(), match.start()) if char.isalnum()]


def _is_identity(number: str) -> bool:
    month, day = int(number[10:12]), int(number[12:14])
    return number[6:8] in ("19", "20") and 1 <= month <= 12 and 1 <= day <= 31


def _luhn(number: str) -> bool:
    total = 0
    for place, char in enumerate(reversed(number)):
        digit = int(char) * (1 + place % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0
