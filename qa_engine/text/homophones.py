"""Characters that stand for one another because they sound alike and mean the same where words are reported: 的地得,
你您, 他她它. A recogniser, and many a typist, writes one for another."""

FOLDED = frozenset("得地您妳她它牠祂")  # what becomes another character
_FOLDS = str.maketrans("得地您妳她它牠祂", "的的你你他他他他")


def fold_homophones(text: str) -> str:
    """``text`` with one character for each group; the length stays.

    An expression that reads folded text has to be folded, too.
    """
    return text.translate(_FOLDS)
