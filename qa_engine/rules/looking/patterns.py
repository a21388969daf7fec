"""The writing of a phrase: 「工号[是]{digits}」, 「不归(我|我们)管」, and what it becomes.

``[x]`` is optional, ``(a|b)`` alternatives; both are spelled out into separate patterns when a pack is loaded.
``{any}``, ``{digits}``, ``{number}`` and ``{name}`` are wildcards, every other ``{slot}`` stands for its values.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from qa_engine.text import SOUNDS, compared
from qa_engine.text.homophones import FOLDED, fold_homophones

MAX_VARIANTS = 256
_MAX_ANY = 60
_WILDCARD = re.compile(r"\{(?P<name>[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff]*)(?::(?P<size>[0-9]+))?\}")
_TO_ASCII = str.maketrans("（）［］｛｝｜：", "()[]{}|:")


class PatternError(ValueError):
    """The phrase is not well written; the message says how."""


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A part of a pattern that stands for many texts; ``size`` is None where the phrase gives none."""

    name: str
    size: int | None = None

    @property
    def least_chars(self) -> int:
        if self.name == "any":
            return 0
        return self.size or 1 if self.name == "digits" else 1

    def regex(self) -> str:
        """Bounded, without nested repetition: it cannot run away."""
        match self.name:
            case "any":
                return f".{{0,{8 if self.size is None else self.size}}}?"
            case "digits":
                one = "[0-9一二三四五六七八九]"
                return f"{one}{{{self.size}}}(?![0-9])" if self.size else f"(?:[0-9]+|{one})"
            case "number":
                return "(?:[0-9]+|[一二两三四五六七八九十半])"
        return "[\u4e00-\u9fff]{1,4}?"


_wildcard = lru_cache(maxsize=None)(Wildcard)  # a pack has thousands of a few kinds
Part = str | Wildcard


@dataclass(frozen=True, eq=False)
class Pattern:
    """One spelled-out phrase. ``parts`` are compared text and wildcards; ``shown`` is what people read.

    ``literal``: the whole pattern as compared text when it has no wildcard. ``syllables``: characters of the literal
    parts. ``key``: the longest literal part as written, by which it is compared by sound. ``anchor``: the part by which
    it is looked for, ``others`` the other ones; where one is missing, the pattern cannot match. ``keeps_sounds``: the
    pattern is compared with the text as written, as it has hesitation sounds, or is about the very character that is
    folded elsewhere (您 alone, 得 for must). Others are folded: a homophone (说的, 说得) makes no other phrase.
    ``open``: anything at all may stand between its parts; by sound it is found nearly everywhere. A pack has tens of
    thousands of patterns: all this is worked out once.
    """

    shown: str
    written: tuple[Part, ...]
    parts: tuple[Part, ...] = field(init=False)
    literal: str | None = field(init=False)
    syllables: int = field(init=False)
    key: str = field(init=False)
    anchor: str = field(init=False)
    others: tuple[str, ...] = field(init=False)
    keeps_sounds: bool = field(init=False)
    open: bool = field(init=False)

    def __post_init__(self) -> None:
        # One update of the instance's own dict: field by field through ``object`` takes four times as long.
        self.__dict__.update(_literal_facts(self.written) or _facts(self.written))

    @property
    def least_chars(self) -> int:
        """字 of the shortest text that matches."""
        return sum(len(p) if isinstance(p, str) else p.least_chars for p in self.parts)

    @cached_property
    def regex(self) -> re.Pattern[str]:
        return re.compile("".join(re.escape(p) if isinstance(p, str) else p.regex() for p in self.parts))


def _literal_facts(written: tuple[Part, ...]) -> dict[str, object] | None:
    """``_facts`` of a pattern that is one text, as nearly all are; None of another."""
    text = written[0]
    if len(written) > 1 or not isinstance(text, str):
        return None
    keeps = _keeps_sounds(text)
    literal = text if keeps else fold_homophones(text)
    return {
        "parts": (literal,),
        "literal": literal,
        "syllables": len(literal),
        "key": text,
        "anchor": literal,
        "others": (),
        "keeps_sounds": keeps,
        "open": False,
    }


def _facts(written: tuple[Part, ...]) -> dict[str, object]:
    """What ``Pattern`` says about itself, from its parts as written."""
    said = [part for part in written if isinstance(part, str)]
    keeps = any(map(_keeps_sounds, said))
    parts = written if keeps else tuple(fold_homophones(p) if isinstance(p, str) else p for p in written)
    texts = [part for part in parts if isinstance(part, str)]
    # Of equally long parts the last one: phrases begin alike (你们…, 给您…) and end differently.
    anchor = max(reversed(texts), key=len)
    return {
        "parts": parts,
        "literal": texts[0] if len(parts) == 1 else None,
        "syllables": sum(map(len, texts)),
        "key": max(said, key=len),
        "anchor": anchor,
        "others": tuple(text for text in texts if text is not anchor),
        "keeps_sounds": keeps,
        "open": any(isinstance(part, Wildcard) and part.name == "any" for part in written),
    }


def _keeps_sounds(text: str) -> bool:
    return not SOUNDS.isdisjoint(text) or text[0] == "得" or FOLDED.issuperset(text)


def compile_phrase(text: str, slots: Mapping[str, Sequence[str]]) -> tuple[Pattern, ...]:
    """All patterns of a phrase, longest first; raises PatternError."""
    if not text.strip():
        raise PatternError("短语是空的")
    variants = _spell_out(_fill_slots(text.translate(_TO_ASCII), slots))
    patterns: dict[tuple[Part, ...], Pattern] = {}
    for variant in variants:
        pattern = _pattern(variant)
        patterns.setdefault(pattern.written, pattern)
    return tuple(sorted(patterns.values(), key=lambda p: (-len(p.shown), p.shown)))


def _fill_slots(text: str, slots: Mapping[str, Sequence[str]]) -> str:
    """Slots become alternatives; a value is literal, so its own brackets and bars are dropped by normalising."""

    def fill(match: re.Match[str]) -> str:
        name = match["name"]
        if name in ("any", "digits", "number", "name"):
            return match.group()
        if name not in slots:
            known = "、".join(sorted([*slots, "any", "digits", "number", "name"]))
            raise PatternError(f"不认识的槽位 {{{name}}}；可用：{known}")
        values = [re.sub(r"[()\[\]{}|]", "", value) for value in slots[name]]
        if not values:
            raise PatternError(f"槽位 {{{name}}} 没有值，请在 slots 或设置里填写")
        return f"({'|'.join(values)})"

    return _WILDCARD.sub(fill, text)


def _spell_out(text: str) -> list[str]:
    variants, rest = _alternatives(text, 0, None)
    if rest != len(text):
        raise PatternError(f"短语「{text}」里多了一个「{text[rest]}」")
    return variants


def _alternatives(text: str, at: int, closing: str | None) -> tuple[list[str], int]:
    """The variants of ``a|b|c`` up to ``closing`` (or the end) and the position there."""
    found: list[str] = []
    sequence: list[list[str]] = []
    while True:
        char = text[at : at + 1]
        if char in ("", ")", "]") or (char == "|" and closing):
            if char != "|" and char != (closing or ""):
                if char == "":
                    raise PatternError(f"短语「{text}」里的括号没有配对")
                return found + _product(sequence), at
            found += _product(sequence)
            if char != "|":
                return list(dict.fromkeys(found)), at
            sequence = []
            at += 1
        elif char in "([":
            close = ")" if char == "(" else "]"
            inner, at = _alternatives(text, at + 1, close)
            if text[at : at + 1] != close:
                raise PatternError(f"短语「{text}」里的括号没有配对")
            sequence.append(inner if char == "(" else ["", *inner])
            at += 1
        elif char == "|":
            raise PatternError(f"短语「{text}」里的「|」要写在括号里，例如 (您|你)好")
        else:
            end = next((i for i in range(at, len(text)) if text[i] in "()[]|"), len(text))
            sequence.append([text[at:end]])
            at = end


def _product(sequence: list[list[str]]) -> list[str]:
    size = 1
    for options in sequence:
        size *= len(options)
    if size > MAX_VARIANTS:
        raise PatternError(f"括号展开后超过 {MAX_VARIANTS} 种说法，请拆成几条")
    return ["".join(parts) for parts in itertools.product(*sequence)]


def _pattern(variant: str) -> Pattern:
    parts: list[Part] = []
    if "{" not in variant and "}" not in variant and (literal := compared(variant)):  # nearly all of them
        return Pattern(variant, (literal,))
    done = 0
    for match in _WILDCARD.finditer(variant):
        _literal(parts, variant[done : match.start()])
        size = int(match["size"]) if match["size"] else None
        if size is not None and (not 1 <= size <= _MAX_ANY or match["name"] == "name"):
            raise PatternError(f"{match.group()} 的长度要在 1 到 {_MAX_ANY} 之间")
        parts.append(_wildcard(match["name"], size))
        done = match.end()
    _literal(parts, variant[done:])
    if "{" in variant[done:] or "}" in variant[done:]:
        raise PatternError(f"短语「{variant}」里的花括号没有配对")
    if not any(isinstance(part, str) for part in parts):
        raise PatternError(f"短语「{variant}」没有可以比对的文字")
    return Pattern(variant, tuple(parts))


_part = lru_cache(maxsize=4096)(compared)  # the variants of a phrase share the parts between their wildcards


def _literal(parts: list[Part], text: str) -> None:
    literal = _part(text)
    if literal:
        parts.append(literal)
