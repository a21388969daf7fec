"""``unless``: what stands near a hit and takes its meaning away: a negation, a question, somebody else's words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from qa_engine.domain.values import dataclass
from qa_engine.rules.looking.clauses import clause_of
from qa_engine.rules.looking.matching import PhraseSet
from qa_engine.rules.looking.regex_trees import needed
from qa_engine.rules.looking.regexes import SafeRegex
from qa_engine.rules.looking.view import CallView, TurnView
from qa_engine.rules.written.fields import Clause, speaker_of
from qa_engine.text import SENTENCE_END, SOUNDS
from qa_engine.text.homophones import fold_homophones


@dataclass(frozen=True, slots=True)
class ReadyClause:
    """A clause with its phrases registered and its regex compiled. ``regex`` and ``folded`` read folded text.

    ``folded``: of each phrase its parts and its expression. ``signs``: characters of which every folded text in which
    the clause matches holds one; empty where that cannot be told, or where it looks into other texts than the turn.
    """

    clause: Clause
    phrases: PhraseSet | None
    regex: SafeRegex | None
    folded: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = ()
    signs: frozenset[str] = frozenset()


def signs_of(
    clause: Clause, regex: SafeRegex | None, folded: Iterable[tuple[tuple[str, ...], re.Pattern[str]]]
) -> frozenset[str]:
    """``ReadyClause.signs`` of what a clause looks for."""
    if clause.near not in _NEAR_BY:
        return frozenset()
    needs = needed(regex.source, _MOST_SIGNS) if regex is not None else ()
    wanted = [*needs, *(parts[0] for parts, _ in folded)]
    if (regex is not None and not needs) or not all(wanted):
        return frozenset()
    signs = frozenset([text[-1] for text in wanted])
    return signs if SOUNDS.isdisjoint(signs) else frozenset()


def folded_phrases(phrases: PhraseSet) -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
    """The phrases as they are looked for near a hit, where a homophone more or less changes nothing."""
    patterns = [entry.pattern for entry in phrases.entries]
    return tuple(
        (tuple(map(fold_homophones, (p.anchor, *p.others))), re.compile(fold_homophones(p.regex.pattern)))
        for p in patterns
    )


@dataclass(frozen=True, slots=True)
class ReadyExclusion:
    """A named exclusion (or one written in place) that can be asked."""

    title: str
    clauses: tuple[ReadyClause, ...]

    def excuses(self, call: CallView, view: TurnView, place: tuple[int, int]) -> bool:
        """True when a clause matches near ``place`` ([start, end) in the normalised text of the turn)."""
        asked = id(self), view.order, place
        known = call.excused.get(asked)
        if known is None:
            known = call.excused[asked] = self._excuses(call, view, place)
        return known

    def _excuses(self, call: CallView, view: TurnView, place: tuple[int, int]) -> bool:
        chars = view.scanned.chars
        for clause in self.clauses:
            if clause.signs and clause.signs.isdisjoint(chars):  # most clauses end here
                continue
            if _matches(clause, call, view, place):
                return True
        return False


# Clauses look at most 200 characters away; marks and spaces between them do not count.
_FARTHEST = 500
_MOST_SIGNS = 64  # ways to write what a clause needs: they cost no more than a few, being looked for as a set
_NEAR_BY = frozenset({"before", "after", "around"})
_QUOTES = tuple(map(tuple, ("《》", "“”", "「」", "『』", "‘’", "【】")))
_DROPPED = re.compile(rf"(?:[^\w!?。;]|[_{''.join(sorted(SOUNDS))}])+")  # spaces, commas, hesitation sounds


@dataclass(frozen=True, slots=True)
class _Sentence:
    """The sentence around a hit, folded, without spaces, commas and sounds; the hit is ``text[start:end]``.

    ``clause``: [begin, end) of the clause of the hit within it.
    """

    text: str
    start: int
    end: int
    clause: tuple[int, int]


@lru_cache(maxsize=16)  # the clauses of an exclusion ask for the same one, one after the other
def _sentence(view: TurnView, place: tuple[int, int]) -> _Sentence:
    base = view.scanned.plain.base.text
    low, high = max(0, place[0] - _FARTHEST), min(len(base), place[1] + _FARTHEST)
    begin = max((m.end() for m in SENTENCE_END.finditer(base, low, place[0])), default=low)
    stop = SENTENCE_END.search(base, place[1], high)
    end = high if stop is None else stop.start() + 1  # the mark itself stays: ？ makes a question
    before, after = _bare(base[begin : place[0]]), _bare(base[place[1] : end])
    hit = "".join([c for c in base[slice(*place)] if c.isalnum()]) or base[slice(*place)]
    first, last = clause_of(base, place, view.pauses)
    lead = len(_bare(base[max(begin, first) : place[0]]))
    tail = len(_bare(base[place[1] : min(end, last)]))
    clause = (len(before) - lead, len(before) + len(hit) + tail)
    return _Sentence(fold_homophones(before + hit + after), len(before), len(before) + len(hit), clause)


def _between_marks(view: TurnView, place: tuple[int, int]) -> bool:
    """True when the hit stands in 《》, quotation marks or the like: a title, a name, somebody's words."""
    base = view.scanned.plain.base.text
    return any(
        (opened := base.rfind(left, 0, place[0])) >= 0
        and base.find(right, opened + 1, place[0]) < 0
        and base.find(right, place[1]) >= 0
        for left, right in _QUOTES
    )


def _bare(text: str) -> str:
    return _DROPPED.sub("", text)


def _matches(ready: ReadyClause, call: CallView, view: TurnView, place: tuple[int, int]) -> bool:
    near = ready.clause.near
    if near not in _NEAR_BY:
        return _matches_beyond(ready, call, view, place)
    # So many characters before and after the hit as are ``within``, as far as the clause reaches.
    sentence, within = _sentence(view, place), ready.clause.within
    low, high = (0, len(sentence.text)) if ready.clause.reach == "sentence" else sentence.clause
    if near == "before":
        return _in_text(ready, sentence.text[max(low, sentence.start - within) : sentence.start])
    if near == "after":
        return _in_text(ready, sentence.text[sentence.end : min(high, sentence.end + within)])
    low, high = max(low, sentence.start - within), min(high, sentence.end + within)
    # What lies in the hit itself is part of the phrase: 买不买 in 爱买不买 asks nothing.
    for first, last in _places(ready, sentence.text[low:high]):
        start, end = low + first, low + last
        if start < sentence.end and sentence.start < end and (start < sentence.start or sentence.end < end):
            return True
    return False


def _matches_beyond(ready: ReadyClause, call: CallView, view: TurnView, place: tuple[int, int]) -> bool:
    """Of clauses that ask for more than words in the sentence of the hit."""
    near = ready.clause.near
    if near == "marks":
        return _between_marks(view, place)
    if near == "turn":
        return _anywhere(ready, view)
    # Where nobody knows who spoke, the words of anybody excuse.
    speaker = speaker_of(ready.clause.speaker) if call.roles_known else None
    neighbour = call.neighbour(view.order, -1 if near == "previous_turn" else 1, speaker)
    return neighbour is not None and _anywhere(ready, neighbour)


def _anywhere(ready: ReadyClause, view: TurnView) -> bool:
    """Asked for each hit, and the same for all of a turn."""
    if id(ready) not in view.holds:
        view.holds[id(ready)] = _found(ready, view)
    return view.holds[id(ready)]


def _found(ready: ReadyClause, view: TurnView) -> bool:
    if ready.phrases is not None and ready.phrases.exact(view.scanned):
        return True
    return ready.regex is not None and ready.regex.found(fold_homophones(view.scanned.plain.text))


def _in_text(ready: ReadyClause, text: str) -> bool:
    if ready.regex is not None and ready.regex.found(text):
        return True
    for parts, expression in ready.folded:
        if all(map(text.__contains__, parts)) and expression.search(text) is not None:
            return True
    return False


def _places(ready: ReadyClause, text: str) -> Iterator[tuple[int, int]]:
    if ready.regex is not None:
        yield from ready.regex.finditer(text)
    yield from _phrase_places(ready, text)


def _phrase_places(ready: ReadyClause, text: str) -> Iterator[tuple[int, int]]:
    for parts, expression in ready.folded:
        if all(map(text.__contains__, parts)):
            yield from (match.span() for match in expression.finditer(text))


def titles(exclusions: Sequence[ReadyExclusion]) -> str:
    """The names of exclusions for a Chinese sentence."""
    return "、".join(exclusion.title for exclusion in exclusions)
