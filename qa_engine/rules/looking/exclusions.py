"""``unless``: what stands near a hit and takes its meaning away: a negation, a question, somebody else's words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from qa_engine.rules.looking.lexicon import Scanned
from qa_engine.rules.looking.matching import PhraseSet
from qa_engine.rules.looking.regexes import SafeRegex
from qa_engine.rules.looking.view import CallView, TurnView
from qa_engine.rules.written.fields import Clause, speaker_of
from qa_engine.text import SENTENCE_END, SOUNDS


@dataclass(frozen=True, slots=True)
class ReadyClause:
    """A clause with its phrases registered and its regex compiled."""

    clause: Clause
    phrases: PhraseSet | None
    regex: SafeRegex | None


@dataclass(frozen=True, slots=True)
class ReadyExclusion:
    """A named exclusion (or one written in place) that can be asked."""

    title: str
    clauses: tuple[ReadyClause, ...]

    def excuses(self, call: CallView, view: TurnView, place: tuple[int, int]) -> bool:
        """True when a clause matches near ``place`` ([start, end) in the normalised text of the turn)."""
        return any(_matches(clause, call, view, place) for clause in self.clauses)


# Clauses look at most 200 characters away; marks and spaces between them do not count.
_FARTHEST = 500


@dataclass(frozen=True, slots=True)
class _Sentence:
    """The sentence around a hit without spaces, commas and sounds; the hit is ``text[start:end]``."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=16)  # the clauses of an exclusion ask for the same one, one after the other
def _sentence(scanned: Scanned, place: tuple[int, int]) -> _Sentence:
    base = scanned.plain.base.text
    low, high = max(0, place[0] - _FARTHEST), min(len(base), place[1] + _FARTHEST)
    begin = max((m.end() for m in SENTENCE_END.finditer(base, low, place[0])), default=low)
    stop = SENTENCE_END.search(base, place[1], high)
    end = high if stop is None else stop.start() + 1  # the mark itself stays: ？ makes a question
    before, after = _bare(base[begin : place[0]]), _bare(base[place[1] : end])
    hit = "".join([c for c in base[slice(*place)] if c.isalnum()]) or base[slice(*place)]
    return _Sentence(before + hit + after, len(before), len(before) + len(hit))


def _bare(text: str) -> str:
    return "".join([c for c in text if (c.isalnum() and c not in SOUNDS) or c in "!?。;"])


def _matches(ready: ReadyClause, call: CallView, view: TurnView, place: tuple[int, int]) -> bool:
    near = ready.clause.near
    if near in ("previous_turn", "next_turn"):
        step = -1 if near == "previous_turn" else 1
        # Where nobody knows who spoke, the words of anybody excuse.
        speaker = speaker_of(ready.clause.speaker) if call.roles_known else None
        neighbour = call.neighbour(view.order, step, speaker)
        return neighbour is not None and _anywhere(ready, neighbour)
    if near == "turn":
        return _anywhere(ready, view)
    sentence = _sentence(view.scanned, place)
    within = ready.clause.within
    if near == "before":
        return _in_text(ready, sentence.text[max(0, sentence.start - within) : sentence.start])
    if near == "after":
        return _in_text(ready, sentence.text[sentence.end : sentence.end + within])
    low, high = sentence.start - within, sentence.end + within
    return any(
        low <= start and end <= high and start < sentence.end and sentence.start < end
        for start, end in _places(ready, sentence.text)
    )


def _anywhere(ready: ReadyClause, view: TurnView) -> bool:
    if ready.phrases is not None and ready.phrases.exact(view.scanned):
        return True
    return ready.regex is not None and ready.regex.found(view.scanned.plain.text)


def _in_text(ready: ReadyClause, text: str) -> bool:
    if ready.regex is not None and ready.regex.found(text):
        return True
    return ready.phrases is not None and any(True for _ in _phrase_places(ready.phrases, text))


def _places(ready: ReadyClause, text: str) -> Iterator[tuple[int, int]]:
    if ready.regex is not None:
        yield from ready.regex.finditer(text)
    if ready.phrases is not None:
        yield from _phrase_places(ready.phrases, text)


def _phrase_places(phrases: PhraseSet, text: str) -> Iterator[tuple[int, int]]:
    for entry in phrases.entries:
        pattern = entry.pattern
        if pattern.anchor in text and all(map(text.__contains__, pattern.others)):
            yield from (match.span() for match in pattern.regex.finditer(text))


def titles(exclusions: Sequence[ReadyExclusion]) -> str:
    """The names of exclusions for a Chinese sentence."""
    return "、".join(exclusion.title for exclusion in exclusions)
