"""One character in, one character out: width, case and Traditional characters folded away.

OpenCC's phrase dictionaries may change the length of a text, which would break offsets; its *character* table never
does. So every character is folded alone, and the answer is kept: the table fills itself with what calls contain.
"""

import unicodedata
from functools import cache

import opencc

# Variants that OpenCC leaves alone or that it treats as words of their own; all are one character for us.
_EXTRA = {"妳": "你", "裡": "里", "裏": "里", "甚": "什", "麽": "么", "喫": "吃", "囉": "啰", "咁": "咁"}


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def simplify_char(char: str) -> str:
    """The Simplified form of one character; always exactly one character."""
    if char in _EXTRA:
        return _EXTRA[char]
    if not ("\u3400" <= char <= "\u9fff" or char >= "\U00020000"):  # a lone surrogate out of JSON comes here, too
        return char
    simple: str = _converter().convert(char)
    return simple if len(simple) == 1 else char


@cache
def fold_char(char: str) -> str:
    """NFKC, Simplified and lower-case of one character: zero, one or several characters."""
    folded = unicodedata.normalize("NFKC", char)
    return "".join(simplify_char(c) for c in folded).lower()


class _Folds(dict[int, str]):
    """``fold_char`` as a table for ``str.translate`` that fills itself; ``uneven``: what is not one character then."""

    def __init__(self) -> None:
        super().__init__()
        self.uneven: set[str] = set()

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = fold_char(char)
        if len(folded) != 1:
            self.uneven.add(char)
        self[code] = folded
        return folded


_FOLDS = _Folds()


def fold_text(text: str) -> tuple[str, bool]:
    """Every character folded, and whether each became exactly one, so that places in both texts are the same."""
    return text.translate(_FOLDS), _FOLDS.uneven.isdisjoint(text)


def to_simplified(text: str) -> str:
    """Traditional characters as Simplified ones, character by character: the length never changes."""
    return "".join(map(simplify_char, text))
