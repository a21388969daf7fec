"""Bytes of a text file → text. Chinese files come as UTF-8, with or without a mark, or as GBK from older programs."""

import codecs
import os
import unicodedata
from pathlib import Path

from qa_engine.errors import Fault, FaultKind, TranscriptError

_NAMES = ("utf-8", "gb18030")  # Windows machines in China pack archives with GBK names
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def readable(path: Path | str) -> str:
    """A path as text that can be stored and shown, whatever bytes the file system has for it."""
    raw = os.fsencode(path)
    for encoding in _NAMES:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def decode_text(data: bytes, where: str) -> str:
    """Text of a whole file: by its mark, else UTF-8, else GB18030. Raises TranscriptError with the faulty line."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    try:
        return data.decode(marked or "utf-8")
    except UnicodeDecodeError as error:
        if marked is None and (text := _gb18030(data)) is not None:
            return text
        line = data[: error.start].count(b"\n") + 1
        told = "neither UTF-8 nor GB18030 text. Save it as UTF-8."
        raise TranscriptError([Fault(where, line, None, told, kind=FaultKind.ENCODING)]) from None


def decode_json_bytes(data: bytes, where: str, line: int | None = None) -> str:
    """JSON is UTF-8; a mark at the start is forgiven. Raises TranscriptError."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = line or data[: error.start].count(b"\n") + 1
        raise TranscriptError(
            [Fault(where, place, None, "not UTF-8. Save it as UTF-8.", kind=FaultKind.ENCODING)]
        ) from None


def _gb18030(data: bytes) -> str | None:
    """GB18030 takes almost any bytes; private-use and control characters in the outcome betray a wrong guess."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    wrong = any(unicodedata.category(c) in {"Co", "Cc", "Cn"} and c not in "\r\n\t\f" for c in text)
    return None if wrong else text
