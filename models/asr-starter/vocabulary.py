"""The recogniser's tokens in their fixed order: characters, marks, ASCII, unknown, Whisper's own, timestamps.

CTranslate2 knows a Whisper model as multilingual by the empty string among its tokens, and counts languages from the
distance of ``<|startoftranscript|>`` and ``<|nospeech|>``; text ids must lie below ``<|endoftext|>``.
"""

from functools import lru_cache
from pathlib import Path

CHARACTERS_FILE = Path(__file__).with_name("characters.txt")
MARKS = "，。？！"
UNKNOWN = "\ufffd"
SPECIAL = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|zh|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
)
SECONDS_PER_TIMESTAMP = 0.02
TIMESTAMPS = 1_501


@lru_cache(maxsize=1)
def characters() -> tuple[str, ...]:
    """The Chinese characters that can be written (``characters.txt``, in the order of their ids), then the marks."""
    return (*CHARACTERS_FILE.read_text(encoding="utf-8").replace("\n", ""), *MARKS)


@lru_cache(maxsize=1)
def tokens() -> tuple[str, ...]:
    """Every token; its place is its id."""
    text = characters()
    ascii_ = tuple(chr(code) for code in range(32, 127) if chr(code) not in text)
    times = tuple(f"<|{index * SECONDS_PER_TIMESTAMP:.2f}|>" for index in range(TIMESTAMPS))
    return (*text, *ascii_, UNKNOWN, "", *SPECIAL, *times)


@lru_cache(maxsize=1)
def ids() -> dict[str, int]:
    return {token: index for index, token in enumerate(tokens())}


def timestamp_id(seconds: float) -> int:
    """The token nearest to a time in the window (0–30 s)."""
    step = min(TIMESTAMPS - 1, max(0, round(seconds / SECONDS_PER_TIMESTAMP)))
    return ids()["<|0.00|>"] + step
