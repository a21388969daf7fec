"""One character in, one character out: width, case and Traditional characters folded away.

OpenCC's phrase dictionaries may change the length of a text, which would break offsets; its *character* table never
does. So every character is folded alone, and the answer is kept: the table fills itself with what calls contain.
Words that Taiwan and Hong Kong have for things of their own are another matter (see ``regional``).
"""

import re
import unicodedata
from functools import cache

import opencc

# Variants that OpenCC leaves alone or that it treats as words of their own; all are one character for us.
_EXTRA = {"妳": "你", "裡": "里", "裏": "里", "麽": "么", "喫": "吃", "囉": "啰", "枱": "台", "祂": "他", "牠": "它"}

# Characters that are Traditional in some words and at home in Simplified in others (等著 and 著名, 答覆 and 覆盖). To
# compare texts they are one with the Simplified character wherever they stand: phrase and turn are folded alike.
_MERGED = {
    "著": "着",
    "覆": "复",
    "瞭": "了",
    "祇": "只",
    "衹": "只",
    "藉": "借",
    "甚": "什",
    "乾": "干",
    "徵": "征",
    "鍾": "钟",
}

# Radicals that look like characters, as text copied from documents has them; NFKC knows only those of Kangxi.
_RADICALS = dict(
    zip(
        "⺁⺃⺅⺈⺉⺊⺋⺌⺍⺎⺏⺒⺓⺔⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱"
        "⺲⺶⺷⺸⺹⺺⺼⺽⺾⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞"
        "⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
        "厂乙人刀刀卜卩小小兀尣巳幺彑心心手攴旡日月歹母民水水火爪爿牛犬王疋目示示竹糸丝网"
        "网羊羊羊老聿肉臼艹艹虎衣覀西见角角讠贝足车辶辶辶邑钅长镸长门阜阜雨青韦页风飞食食"
        "食饣首马骨鬼鱼鸟卤麦黄黾齐齐齿齿龙龙龟龟龟",
        strict=True,
    )
)


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
    if unicodedata.category(char) == "Cf":  # marks that nobody sees: blanks of no width, directions
        return ""
    folded = unicodedata.normalize("NFKC", _RADICALS.get(char, char))
    return "".join(_MERGED.get(c) or simplify_char(c) for c in folded).lower()


class _Folds(dict[int, str]):
    """``fold_char`` as a table for ``str.translate`` that fills itself.

    ``uneven``: what is not one character then; ``traditional``: what only Traditional text has.
    """

    def __init__(self) -> None:
        super().__init__()
        self.uneven: set[str] = set()
        self.traditional: set[str] = set()

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = fold_char(char)
        if len(folded) != 1:
            self.uneven.add(char)
        if "\u3400" <= char <= "\u9fff" and char not in _MERGED and simplify_char(char) != char:
            self.traditional.add(char)
        self[code] = folded
        return folded


_FOLDS = _Folds()


def fold_text(text: str) -> tuple[str, bool]:
    """Every character folded, and whether each became exactly one, so that places in both texts are the same."""
    return text.translate(_FOLDS), _FOLDS.uneven.isdisjoint(text)


def is_traditional(text: str) -> bool:
    """Whether a text that ``fold_text`` has seen holds characters that only Traditional text has."""
    return not _FOLDS.traditional.isdisjoint(text)


# Where 著 is at home in Simplified text; everywhere else it is 着 (看著, 等著).
_WRITTEN = re.compile("著(?=[名作者称述录])|(?<=[名原巨专论译编显卓昭土拙合])著")


def simplified_text(text: str) -> str:
    """Traditional text as Simplified, by words where a character alone does not tell (看著, 著名); the length stays.

    Real Whisper mixes both scripts, and 著 for 着 most of all.
    """
    found = "".join(map(simplify_char, text))
    if "著" not in found:
        return found
    kept = {match.start() for match in _WRITTEN.finditer(found)}
    return "".join("着" if char == "著" and at not in kept else char for at, char in enumerate(found))


def to_simplified(text: str) -> str:
    """Traditional characters as Simplified ones, character by character: the length never changes."""
    return "".join(map(simplify_char, text))
