"""Long turns are read in parts: one bad clause in a minute of explanation would drown in the rest."""

import re
from collections.abc import Iterator, Mapping

from qa_engine.domain import AgentTone, CustomerMood

WHOLE = 60  # characters; up to here a turn is as long as utterances that the classifiers learn from, and read whole
LONGEST = 40  # of a part
SHORTEST = 10
_SENTENCE_END = re.compile(r"[。！？!?；;\n…]")
_MARK = re.compile(r"[，,、\s]")
_ORDINARY = frozenset({AgentTone.NEUTRAL.value, CustomerMood.CALM.value})
_GOOD = frozenset({AgentTone.WARM.value})


def parts(text: str) -> Iterator[tuple[int, str]]:
    """(start, part) of ``text``, cut behind a sentence, a clause, or where there is no mark, at 40 characters."""
    at = 0
    while len(text) - at > (LONGEST if at else WHOLE):
        end = _cut(text, at + SHORTEST, at + LONGEST)
        yield at, text[at:end]
        at = end
    yield at, text[at:]


def _cut(text: str, start: int, end: int) -> int:
    for marks in (_SENTENCE_END, _MARK):
        found = [mark.end() for mark in marks.finditer(text, start, end)]
        if found:
            return found[-1]
    return end


def telling(probabilities: Mapping[str, float]) -> tuple[float, float]:
    """Orders readings of parts: by what is bad in them, then by anything out of the ordinary.

    What is bad counts only where it is likelier than not; less is doubt.
    """
    bad = sum(p for label, p in probabilities.items() if label not in _ORDINARY | _GOOD)
    return (bad if bad >= 0.5 else 0.0), sum(p for label, p in probabilities.items() if label not in _ORDINARY)
