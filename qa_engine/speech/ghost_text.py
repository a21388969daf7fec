"""Text that a recogniser made up: subtitle credits out of silence, and loops.

Whisper learnt from subtitled videos and writes their credits where nothing is said. faster-whisper's own defence, the
compression ratio, misses these and suspects an honest 嗯嗯嗯; the tests here look at the words themselves. What is
found is marked, kept and shown, never deleted.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa_engine.domain import Exclusion, Word

# Patterns over text without punctuation and spaces, Simplified, lower case. Only what nobody says on the phone:
# 谢谢, 再见, 谢谢大家 and a bare 订阅 are honest words.
_CREDITS = (
    r"请?不吝点赞(?:订阅|转发|打赏|支持|明镜|点点|栏目|频道|与|和)*",
    r"(?:支持)?明镜(?:与|和|需要您的支持)?点点(?:栏目)?",
    r"(?:请|记得|欢迎|别忘了|不要忘记)*(?:点赞|订阅|转发|打赏){2,}(?:支持)?",
    r"(?:请|记得|欢迎|别忘了|不要忘记)*(?:点赞|订阅|关注)*(?:订阅|关注)(?:我们?的|本|这个)?(?:油管)?频道",
    r"(?:谢谢|感谢|多谢)(?:大家|各位|您|你|你们)?(?:的)?(?:观看|收看|收听)",
    r"(?:我们)?下(?:期|集|一期|一集|个视频|期节目|期视频)(?:再见|再会|见)",
    r"(?:中文|简体|繁体|本)?字幕由[\u4e00-\u9fffa-z]{1,14}?(?:提供|制作|翻译|校对)",
    r"(?:中文|简体|繁体|本)?字幕(?:志愿者|提供者?|制作|组|翻译|校对|by)(?:[\u4e00-\u9fff]{2,3})?",
    r"(?:字幕)?由?amaraorg社[区群](?:提供)?(?:的字幕)?",
    r"优优独播剧场(?:yoyo)?(?:televisionseries)?(?:exclusive)?",
    r"(?:(?:作词|作曲|编曲|演唱)[\u4e00-\u9fff]{2,4}?)+(?:作词|作曲|编曲|演唱)[\u4e00-\u9fff]{2,3}",
    r"本(?:集|期|节目)(?:完|播放完毕)",
    r"未经(?:作者|许可|授权)*(?:请勿|不得|禁止)转载",
    r"(?:thanks?|thankyou)(?:so)?(?:much)?forwatching",
    r"subtitlesby(?:the)?[a-z]*(?:community)?",
)
CREDITS = re.compile("|".join(f"(?:{pattern})" for pattern in _CREDITS))

_SOUND = "音乐|背景音乐|掌声|笑声|铃声|无声|静音|music|applause|silence"
_SOUND_TAG = re.compile(rf"[\[(（【<《♪♫\s]*(?:{_SOUND})?[\])）】>》♪♫\s]*")
_BRACKETS = frozenset("[(（【<《♪♫")

_MAX_UNIT = 30
_FAST_CHARS_PER_SECOND = 9.0
"""Nobody repeats himself at 540 characters a minute; a loop whose words have almost no time does."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Words [start, end) that are not judged."""

    start: int
    end: int
    reason: Exclusion


def find_invented(words: Sequence[Word]) -> list[Mark]:
    """Credits and loops in one run of words without long pauses; marks in order, not overlapping."""
    text, owner = _compact(words)
    marks = [_mark(match.span(), owner, Exclusion.GHOST_TEXT) for match in CREDITS.finditer(text) if match.group()]
    whole = "".join(word.text for word in words)
    if words and _BRACKETS & set(whole) and _SOUND_TAG.fullmatch(whole.lower()):
        marks.append(Mark(0, len(words), Exclusion.GHOST_TEXT))
    marks += [_mark(place, owner, Exclusion.LOOP) for place in find_loops(text, [words[i] for i in owner])]
    return _without_overlap(marks)


def find_loops(text: str, spoken: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Places [start, end) in ``text`` where one unit is repeated as no person does; ``spoken[i]`` says character i.

    How often a unit must come back depends on its length: 嗯嗯嗯, 对对对对 and 好的好的好的 are speech. Fewer times
    are enough when they come faster than anybody talks.
    """
    position = 0
    while position < len(text):
        place = _loop_at(text, position, spoken)
        if place is None:
            position += 1
        else:
            yield place
            position = place[1]


def _loop_at(text: str, start: int, spoken: Sequence[Word]) -> tuple[int, int] | None:
    for length in range(1, min(_MAX_UNIT, (len(text) - start) // 3) + 1):
        unit = text[start : start + length]
        end = start + length
        while text.startswith(unit, end):
            end += length
        repeats = (end - start) // length
        certain, hurried = _limits(length)
        if repeats >= certain or (repeats >= hurried and _rate(spoken[start:end]) > _FAST_CHARS_PER_SECOND):
            return start, end
    return None


def _limits(length: int) -> tuple[int, int]:
    """(repeats that are a loop at any speed, repeats that are one when hurried) for a unit of so many characters."""
    if length == 1:
        return 16, 8
    if length == 2:
        return 9, 5
    if length == 3:
        return 7, 4
    return (6, 3) if length < 8 else (4, 3)


def _rate(words: Sequence[Word]) -> float:
    seconds = words[-1].end - words[0].start
    return len(words) / seconds if seconds > 0 else float("inf")


def _compact(words: Sequence[Word]) -> tuple[str, list[int]]:
    """Letters, digits and Hanzi only, lower case; and for each of them the word it belongs to."""
    characters, owner = [], []
    for index, word in enumerate(words):
        for character in unicodedata.normalize("NFKC", word.text).lower():
            if character.isalnum():
                characters.append(character)
                owner.append(index)
    return "".join(characters), owner


def _mark(place: tuple[int, int], owner: Sequence[int], reason: Exclusion) -> Mark:
    return Mark(owner[place[0]], owner[place[1] - 1] + 1, reason)


def _without_overlap(marks: Sequence[Mark]) -> list[Mark]:
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda m: (m.start, -m.end)):
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
        elif mark.end > kept[-1].end:
            kept[-1] = Mark(kept[-1].start, mark.end, kept[-1].reason)
    return kept
