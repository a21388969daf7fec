"""Characters that stand for one another because they sound alike and mean the same where words are reported: 的地得,
你您, 他她它. A recogniser, and many a typist, writes one for another."""

FOLDED = frozenset("得地您妳她它牠祂")  # what becomes another character
_PAIRS = (
    ("您", "你"),
    ("得", "的"),
    ("地", "的"),
    ("她", "他"),
    ("它", "他"),
    ("妳", "你"),
    ("牠", "他"),
    ("祂", "他"),
)


def fold_homophones(text: str) -> str:
    """``text`` with one character for each group; the length stays.

    An expression that reads folded text has to be folded, too.
    """
    for char, folded in _PAIRS:  # no faster where it is asked first whether any is there; a table takes twice as long
        text = text.replace(char, folded)
    return text
