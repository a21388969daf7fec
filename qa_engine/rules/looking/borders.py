"""Where words begin and end: a phrase inside of other words (去死皮, 步行不行进) was not said.

Chinese is written without spaces, so the borders are jieba's, its dictionary fed with the phrase that was found; marks,
and pauses between spoken words, are borders in any case, so that only the stretch between two of them is cut into
words, and only when a hit ends in it. Particles that the dictionary ties to a word (去死吧) may follow a phrase, 请 and
pronouns may stand before it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from qa_engine.text import segment

AROUND = 12  # characters on either side of a phrase, and on to the next border, that say whether it is a word there
LONG = 5  # characters: so long a phrase is not found inside of other words
_LEADING = frozenset("请您你我他她就也都还真")  # 请稍等, 您好 are two words for us
_PARTICLES = "吧啊呀呢了吗嘛么的哦啦呗哈嘞地得着过"
_STRETCH = re.compile(r"[\w ]+")


class Borders:
    """The word borders of one text; ``breaks`` are places where a pause ends a word in any case."""

    def __init__(self, text: str, breaks: Iterable[int] = ()) -> None:
        self._origin: Sequence[int] = range(len(text))
        self._text = text
        if text.count(" ") * 3 >= len(text):  # written character by character
            self._origin = [place for place, char in enumerate(text) if char != " "]
            self._text = text.replace(" ", "")
        cuts = {0, len(self._text), *(bisect_left(self._origin, place) for place in breaks)}
        for stretch in _STRETCH.finditer(self._text):
            cuts.update(stretch.span())
        self._cuts = sorted(cuts)
        self._known: dict[int, frozenset[int]] = {}  # beginning of a stretch → the borders in it

    def stand(self, start: int, end: int, *, near: bool = False) -> bool:
        """True when the characters [start, end) are whole words; of a phrase said exactly, also when it is long."""
        if not near and end - start >= LONG:
            return True
        first, last = bisect_left(self._origin, start), bisect_left(self._origin, end)
        return (self._border(first) and self._border(last)) or (not near and self._stands_listed(first, last))

    def _stands_listed(self, first: int, last: int) -> bool:
        """Whole after all for a dictionary that knows the phrase: 烦不烦 in 烦不烦人, where 烦人 is a word."""
        after = bisect_left(self._cuts, last)
        begin, end = self._cuts[after - 1], self._cuts[after]
        if first < begin:
            return False
        known = self._inside(begin, end)
        begin = next((place for place in range(first - AROUND, begin, -1) if place in known), begin)
        end = next((place for place in range(last + AROUND, end) if place in known), end)
        return segment.stands(self._text[begin:end], first - begin, last - begin)

    def _border(self, place: int) -> bool:
        at = bisect_left(self._cuts, place)
        if at == len(self._cuts) or self._cuts[at] == place:
            return True
        return place in self._inside(self._cuts[at - 1], self._cuts[at])

    def _inside(self, begin: int, end: int) -> frozenset[int]:
        """The borders in a stretch, which is cut into words once."""
        known = self._known.get(begin)
        if known is None:
            known = self._known[begin] = frozenset(_within(self._text[begin:end], begin))
        return known


def _within(text: str, at: int) -> Iterator[int]:
    """The borders in a stretch that begins at ``at``, its ends left out or not."""
    places = [at]
    for word in segment.words(text):
        at += len(word)
        places.append(at)
    yield from places
    for begin, end in pairwise(places):
        word = text[begin - places[0] : end - places[0]]
        tail = len(word) - len(word.rstrip(_PARTICLES))
        if 0 < tail < len(word):
            yield from range(end - tail, end)
        if len(word) > 1 and word[0] in _LEADING and word[1] != "们":
            yield begin + 1
