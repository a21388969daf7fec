"""Long turns are read in parts, too: one bad clause would drown in a long explanation."""

import re
from collections.abc import Iterator

WHOLE = 40  # characters; nearly all utterances that the classifiers learn from are shorter
LONGEST = 24  # of a part
SHORTEST = 8
OVERLAP = 8  # of parts that no mark parts
_SENTENCE_END = re.compile(r"[。！？!?；;\n…]")
_MARK = re.compile(r"[，,、\s]")


def parts(text: str) -> Iterator[tuple[int, str]]:
    """(start, part) of ``text``, cut behind a sentence or a clause; without marks, parts of one length that overlap."""
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
