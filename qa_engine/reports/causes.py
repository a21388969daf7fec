"""Why customers complain: what the centre noted of a complaint, else its own words. Word statistics, no meaning."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from qa_engine.reports.topics import Said, clause, telling

_LEAST = 2
_LEAST_SHARE = 0.02
_CAUSES = 8
_NAMED = 3
_SHOWN = 3
_SAYS_ONLY_THAT = ("投诉", "举报", "控告")  # of words: that it is a complaint, not why


@dataclass(frozen=True, slots=True)
class Complained:
    """What a customer said in a call that is a complaint; ``noted``: its cause as the centre has it, empty if none."""

    said: Said
    noted: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """Complaints of one cause. ``words`` name it: what the centre noted (``noted``), or what customers said, the word
    that all of them have first; ``clause`` is what they say of it. ``calls``: some of them."""

    words: tuple[str, ...]
    count: int
    calls: tuple[str, ...]
    noted: bool = False
    clause: str = ""


def causes(complaints: Sequence[Complained], others: Sequence[Said]) -> tuple[tuple[Cause, ...], int]:
    """Every complaint under one cause, the most frequent first; and how many have none.

    Those without a note are taken apart by words: again and again the word that weighs most in what is left, by the
    calls that have it and by how rare it is in all calls (Spärck Jones 1972), those of ``others`` included. A word of
    fewer than `_LEAST` complaints, or of less than `_LEAST_SHARE` of them, is no cause.
    """
    known = telling([*(one.said for one in complaints), *others])
    said = {one.said.call_id: one.said for one in complaints}
    noted: dict[str, list[str]] = {}
    left: dict[str, frozenset[str]] = {}
    for one in complaints:
        if one.noted:
            noted.setdefault(one.noted, []).append(one.said.call_id)
        else:
            left[one.said.call_id] = frozenset(
                w for w in one.said.words if w in known and not any(n in w for n in _SAYS_ONLY_THAT)
            )
    found = [Cause((name,), len(calls), tuple(sorted(calls)[:_SHOWN]), True) for name, calls in noted.items()]
    everywhere = {one.call_id: frozenset(one.words) for one in others} | left
    frequency = Counter(word for words in everywhere.values() for word in words)
    least = max(_LEAST, _LEAST_SHARE * len(left))

    def weights() -> dict[str, float]:
        counts = Counter(word for words in left.values() for word in words)
        return {
            word: count * log((len(everywhere) + 1) / frequency[word])
            for word, count in counts.items()
            if count >= least
        }

    for _ in range(_CAUSES):
        weighed = weights()
        if not weighed:
            break
        first = max(weighed, key=lambda word: (weighed[word], word))
        mine = {call: words for call, words in left.items() if first in words}
        together = Counter(word for words in mine.values() for word in words)
        beside = [w for w, n in together.items() if w != first and w in weighed and 2 * n >= len(mine)]
        beside.sort(key=lambda word: (-weighed[word], word))
        words = (first, *beside[: _NAMED - 1])
        told = clause(words, (said[call] for call in sorted(mine)))
        found.append(Cause(words, len(mine), tuple(sorted(mine)[:_SHOWN]), clause=told))
        for call in mine:
            del left[call]
    return tuple(sorted(found, key=lambda cause: (-cause.count, cause.words))), len(left)
