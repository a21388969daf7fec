"""What Taiwan and Hong Kong say otherwise than the mainland: 簡訊 is 短信, 網路 is 网络.

The words are those of OpenCC's regional dictionaries that the mainland does not use in a sense of its own. They are
looked for in Traditional text only, after its characters were folded.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("regional_words.tsv")


@cache
def regional_words() -> Mapping[str, str]:
    """Regional word → word of the mainland, both in Simplified characters."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


@cache
def regional_pattern() -> re.Pattern[str]:
    """Finds every regional word, the longest first."""
    return re.compile("|".join(sorted(map(re.escape, regional_words()), key=len, reverse=True)))
