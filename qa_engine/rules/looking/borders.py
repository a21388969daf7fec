"""Where words begin and end: a phrase inside of other words (去死皮, 步行不行进) was not said.

Chinese is written without spaces, so the borders are jieba's, over the text with its marks; a pause between two spoken
words is a border, too. Particles that the dictionary ties to a word (去死吧) may follow a phrase.
"""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise

from qa_engine.text import segment

_LEADING = frozenset("请您你我他她就也都还真")  # 请稍等, 您好 are two words for us
_PARTICLES = frozenset("吧啊呀呢了吗嘛么的哦啦呗哈嘞地得着过")


class Borders:
    """The word borders of one text; ``breaks`` are places where a pause ends a word in any case."""

    def __init__(self, text: str, breaks: Iterable[int] = ()) -> None:
        spaced = text.count(" ") * 3 >= len(text)  # written character by character
        origin = [place for place, char in enumerate(text) if not (spaced and char == " ")]
        bare = "".join([text[place] for place in origin])
        cuts = {bisect_left(origin, place) for place in breaks}
        places = {0, len(bare)}
        for begin, end in pairwise(sorted({0, len(bare), *cuts})):
            at = begin
            for word in segment.words(bare[begin:end]):
                places.add(at)
                at += len(word)
                # A word ends before its particles, too: 去死 in 去死吧, 听不懂 in 听不懂了.
                tail = len(word) - len(word.rstrip("".join(_PARTICLES)))
                if 0 < tail < len(word):
                    places.update(range(at - tail, at))
                if len(word) > 1 and word[0] in _LEADING and word[1] != "们":
                    places.add(at - len(word) + 1)
            places.add(at)
        self._starts = frozenset(origin[place] for place in places if place < len(origin))
        self._ends = frozenset(origin[place - 1] + 1 for place in places if place > 0)

    def stand(self, start: int, end: int) -> bool:
        """True when the characters [start, end) are whole words."""
        return start in self._starts and end in self._ends
