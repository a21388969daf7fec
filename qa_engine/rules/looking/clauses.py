"""Where the clause around a hit begins and ends: what denies, asks, reports or supposes does so within its clause only.

A recogniser sets few marks or none, so a clause also ends at a pause, in front of a connective, and where a finished
predicate (…了, …的话, …就好) is followed by another subject or time.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache

_TAG = "(?:对|是|没错|对不|是不)(?:吗|么|吧|对|是)(?![^,。!?;])"
# A clause that ends with a verb of saying goes on with what was said; a tag (是吗, 对吧) belongs to what it asks about.
_MARK = rf"(?<![说讲道问示复称写])[,:](?! ?{_TAG})|[、。!?;\n]|\.{{2,}}"
_FINAL = "(?<=[了吧呢吗嘛啊呀哦呗啦])|(?<=就好)|(?<=就行)|(?<=就可以)|(?<=的话)|(?<=算了)"
_SUBJECT = "我|你|您|咱|他|她|它|这|那|现在|目前|今天|明天|后天|请|麻烦|先|后面|不知道|不行|不可以|没办法"
_CONNECTIVE = (
    "但是|可是|不过|所以|因此|而且|并且|然后|否则|不然|要不然|如果|要是|假如|万一|因为|由于|只要|除非|虽然|既然"
    "|反正|其实"
)
# 我 opens a clause unless somebody says, gives or asks it, or a clause has just begun.
_SPEAKER = (
    "(?<![说讲给跟和向对让叫把被找问帮替为是的与同信骂诉知道怕要等请望得以想看由归除连在比像到于关管果但因所而那这])"
    "(?<![没不就也都还,。!?;: ])"
    "(?<!^)(?=我们?(?:也|都|就|这边|这里|可|先|会|来|马上|真|没|不|帮|给))"
)
_BORDER = re.compile(rf"(?:{_MARK})|(?:{_FINAL})(?={_SUBJECT})|(?={_CONNECTIVE})|{_SPEAKER}|(?<=的话)")


def clause_of(text: str, place: tuple[int, int], pauses: Sequence[int] = ()) -> tuple[int, int]:
    """[begin, end) of the clause in which the characters ``place`` of a normalised text stand, with its mark."""
    start, end = place
    starts, ends = _borders(text)
    last, following = bisect_right(ends, start), bisect_left(starts, end)
    begin = ends[last - 1] if last else 0
    stop = ends[following] if following < len(starts) else len(text)
    before, after = bisect_right(pauses, start), bisect_left(pauses, end)
    if before:
        begin = max(begin, pauses[before - 1])
    if after < len(pauses):
        stop = min(stop, pauses[after])
    return begin, stop


@lru_cache(maxsize=64)  # a long turn is asked for the clause of each of its hits
def _borders(text: str) -> tuple[Sequence[int], Sequence[int]]:
    """Where the borders between clauses begin and where they end, both rising."""
    places = [border.span() for border in _BORDER.finditer(text)]
    return [start for start, _ in places], [end for _, end in places]
