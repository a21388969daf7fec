"""Long turns are read in parts, too: one bad clause would drown in a long explanation."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

WHOLE = 40  # characters; nearly all utterances that the classifiers learn from are shorter
LONGEST = 24  # of a part
SHORTEST = 8
OVERLAP = 8  # of parts that no mark parts
_SENTENCE_END = re.compile(r"[。！？!?；;\n…]")
_MARK = re.compile(r"[，,、\s]")


_BLANK = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]")
_SPACED_SHARE = 0.3  # of blanks and unseen marks, from which they stand between characters and part nothing


def read_length(text: str) -> int:
    """Characters of a text as it is read: blanks that stand between all of its characters are none of them."""
    blanks = len(_BLANK.findall(text))
    return len(text) - blanks if blanks >= _SPACED_SHARE * len(text) else len(text)


def without_blanks(text: str, spans: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """Spans of a text as they are where blanks that stand between all of its characters are left out."""
    if read_length(text) == len(text):
        return spans
    place = [0, *accumulate(_BLANK.match(char) is None for char in text)]
    return [(place[start], place[end]) for start, end in spans]


def parts(text: str) -> Iterator[tuple[int, str]]:
    """(start, part) of ``text``, cut behind a sentence or a clause; without marks, parts of one length that overlap."""
    if _BLANK.sub("", text) and read_length(text) < len(text):
        places = [at for at, char in enumerate(text) if not _BLANK.match(char)]
        for at, part in parts("".join(text[place] for place in places)):
            if part:
                yield places[at], text[places[at] : places[at + len(part) - 1] + 1]
        return
    at = 0
    while len(text) - at > LONGEST:
        end = _cut(text, at + SHORTEST, at + LONGEST)
        yield at, text[at : end or at + LONGEST]
        at = end or at + LONGEST - OVERLAP
    yield at, text[at:]


def _cut(text: str, start: int, end: int) -> int | None:
    for marks in (_SENTENCE_END, _MARK):
        found = [mark.end() for mark in marks.finditer(text, start, end)]
        if found:
            return found[-1]
    return None
