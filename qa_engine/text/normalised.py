"""Text as it is compared, with the way back to the text as it is shown.

``normalise`` folds width, Traditional characters, case and spoken numbers. Punctuation and spaces stay: operators that
look at sentences need them. ``Skeleton`` is the same text without them, which is what phrases are matched on, because a
recogniser sets punctuation where it likes or not at all.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain

from qa_engine.domain.values import dataclass
from qa_engine.text.numerals import NUMERAL_CHARS, find_numerals
from qa_engine.text.regional import regional_pattern, regional_words
from qa_engine.text.simplify import fold_char, fold_text, is_traditional
from qa_engine.text.spacing import BETWEEN_CHARS, is_spaced

# Hesitation sounds carry no meaning in a phrase. 额 (金额) and 呀, 吧, 吗, 呢 (questions) are not among them.
SOUNDS = frozenset("嗯呃啊哦喔噢诶欸哎唉唔呣")
_KEPT = re.compile(r"[^\W_]+")  # letters, digits and Han characters, as ``str.isalnum`` has it
_SAID = re.compile(rf"[^\W_{''.join(sorted(SOUNDS))}]+")
SENTENCE_END = re.compile(r"[。!?;\n]|\.{2,}")  # in normalised text, where … has become ...


@dataclass(frozen=True, slots=True)
class Normalised:
    """``text`` in its compared form; character i came from ``source[starts[i]:ends[i]]``.

    The stretches never cross and never go back: ``starts`` and ``ends`` both rise. Several characters may share one
    stretch (㈱ → (株), 四十八 → 48).
    """

    source: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span_to_source(self, start: int, end: int) -> tuple[int, int]:
        """[start, end) of the compared text as [start, end) of the shown text, 0 ≤ start ≤ end ≤ len(text)."""
        if not 0 <= start <= end <= len(self.text):
            raise IndexError(f"span [{start}, {end}) is outside of a text of {len(self.text)} characters")
        if start == end:
            at = self.starts[start] if start < len(self.text) else len(self.source)
            return at, at
        return self.starts[start], self.ends[end - 1]


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The letters, digits and Han characters of a normalised text; character i is ``base.text[origin[i]]``."""

    base: Normalised
    text: str
    origin: tuple[int, ...]

    def span_to_base(self, start: int, end: int) -> tuple[int, int]:
        """[start, end) of the skeleton as [start, end) of the normalised text; an empty span has no place."""
        if not 0 <= start < end <= len(self.text):
            raise IndexError(f"span [{start}, {end}) is outside of a skeleton of {len(self.text)} characters")
        return self.origin[start], self.origin[end - 1] + 1

    def span_to_source(self, start: int, end: int) -> tuple[int, int]:
        """[start, end) of the skeleton as [start, end) of the shown text."""
        return self.base.span_to_source(*self.span_to_base(start, end))


@lru_cache(maxsize=4096)
def normalise(text: str) -> Normalised:
    """Width, Traditional, case, blanks between characters and spoken numbers folded, with an offset map.

    Equal input gives the same object.
    """
    folded, even = fold_text(text)
    traditional = is_traditional(text)
    if even and not traditional and NUMERAL_CHARS.isdisjoint(folded) and not is_spaced(folded):  # most turns
        return Normalised(text, folded, tuple(range(len(text))), tuple(range(1, len(text) + 1)))
    starts = list(range(len(text))) if even else [at for at, char in enumerate(text) for _ in fold_char(char)]
    draft = _Draft(folded, starts, [at + 1 for at in starts])
    if is_spaced(folded):
        draft = draft.replaced((*match.span(), "") for match in BETWEEN_CHARS.finditer(folded))
    if traditional:
        words = regional_words()
        draft = draft.replaced((*m.span(), words[m.group()]) for m in regional_pattern().finditer(draft.text))
    draft = draft.replaced((numeral.start, numeral.end, numeral.digits) for numeral in find_numerals(draft.text))
    return Normalised(text, draft.text, tuple(draft.starts), tuple(draft.ends))


@dataclass(frozen=True, slots=True)
class _Draft:
    """A text on its way, character i of it from ``[starts[i], ends[i])`` of the source."""

    text: str
    starts: list[int]
    ends: list[int]

    def replaced(self, places: Iterable[tuple[int, int, str]]) -> "_Draft":
        """With other text at some places ([start, end), rising), character by character where the length stays."""
        out: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for start, end, new in places:
            out += self.text[done:start], new
            even = len(new) == end - start
            starts += self.starts[done : end if even else start]
            ends += self.ends[done : end if even else start]
            if not even:
                starts += [self.starts[start]] * len(new)
                ends += [self.ends[end - 1]] * len(new)
            done = end
        if not done:
            return self
        out.append(self.text[done:])
        return _Draft("".join(out), starts + self.starts[done:], ends + self.ends[done:])


def compared(text: str) -> str:
    """``skeleton(text, keep_sounds=True).text`` without the way back: for phrases, of which there are many."""
    folded, _ = fold_text(text)
    if is_traditional(text) or not NUMERAL_CHARS.isdisjoint(folded):
        folded = normalise(text).text
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))


@lru_cache(maxsize=4096)
def skeleton(text: str, *, keep_sounds: bool = False) -> Skeleton:
    """The normalised text of ``text`` without punctuation, spaces and (unless kept) hesitation sounds."""
    base = normalise(text)
    if keep_sounds and SOUNDS.isdisjoint(base.text):
        return skeleton(text)
    runs = [run.span() for run in (_KEPT if keep_sounds else _SAID).finditer(base.text)]
    text = "".join([base.text[start:end] for start, end in runs])
    return Skeleton(base, text, tuple(chain.from_iterable([range(start, end) for start, end in runs])))
