"""Initials, finals and tones of Mandarin, as classes for the helper head that names every frame's sound."""

SILENCE = 0
# fmt: off
INITIALS = (
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c", "s",
    "y", "w",
)
# fmt: on
# fmt: off
FINALS = (
    "a", "ai", "an", "ang", "ao", "e", "ei", "en", "eng", "er", "i", "ia", "ian", "iang", "iao", "ie", "in",
    "ing", "iong", "iu", "n", "ng", "o", "ong", "ou", "u", "ua", "uai", "uan", "uang", "ue", "ui", "un", "uo",
    "v", "van", "ve", "vn",
)
# fmt: on
COUNT = 1 + len(INITIALS) + len(FINALS)
TONES = 6
"""0 is silence or an initial, 1–4 the tones, 5 the neutral one."""

INITIAL_SHARE = 0.35
"""The part of a syllable that its initial takes, near enough."""

_INITIAL_CLASS = {name: 1 + index for index, name in enumerate(INITIALS)}
_FINAL_CLASS = {name: 1 + len(INITIALS) + index for index, name in enumerate(FINALS)}


def split(pinyin: str) -> tuple[int, int, int]:
    """(initial, final, tone) classes of a syllable such as ``zhong1``; no initial is SILENCE.

    Raises KeyError for what is no syllable.
    """
    tone = int(pinyin[-1]) if pinyin[-1].isdigit() else 5
    body = pinyin.rstrip("012345")
    for initial in INITIALS:
        if body.startswith(initial):
            rest = body[len(initial) :]
            return _INITIAL_CLASS[initial], _FINAL_CLASS[rest or "e"], tone
    return SILENCE, _FINAL_CLASS[body], tone
