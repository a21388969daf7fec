"""Blanks that part the characters or words of Chinese text (您 好 ， 工 号 8 0 2 6) and mean nothing.

Recognisers that work on words write so. A few blanks in a text are something else: people set them for a pause.
"""

import re

_HAN = "\u3007\u3400-\u9fff"
_TOKEN = re.compile(r"\S+")
_HAN_PART = re.compile(f"[{_HAN}]+")
_FEW_WORDS = 5
_LONGEST_MEAN = 2.2  # characters: words of Chinese text have 1.5 on average, what people part by a pause has more

BETWEEN_CHARS = re.compile(r"(?:(?<![0-9a-z])|(?<![0-9a-z]{2})(?=\s+[0-9a-z](?![0-9a-z])))\s+|\s+(?![0-9a-z\s])")
"""Blanks of a spaced text that part no Latin words and no groups of digits. For folded text."""


def is_spaced(folded: str) -> bool:
    """Whether blanks part the characters or words of a text from its beginning to its end."""
    if " " not in folded:
        return False
    tokens = [token for token in _TOKEN.findall(folded) if _HAN_PART.search(token)]
    lengths = [len(part) for token in tokens for part in [max(_HAN_PART.findall(token), key=len)]]
    if len(lengths) < 2:
        return False
    return max(lengths) == 1 or (len(lengths) >= _FEW_WORDS and sum(lengths) / len(lengths) <= _LONGEST_MEAN)
