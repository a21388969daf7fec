"""Names from outside: of files, of calls. Shown as readable text, made into call ids that fit a file name."""

import re
from pathlib import Path

from qa_engine.contract import readable
from qa_engine.text import mask_private

MOST_ID_BYTES = 200
"""A call id names files too, and a file name has 255 bytes: room for ``.html`` and a piece of a hash is left."""

_UNFIT = re.compile(r"[^\w.@:+=-]+")
_EDGES = ".:+=-"
__all__ = ["MOST_ID_BYTES", "cut", "id_of_file", "id_of_name", "last_part", "plain_id", "readable"]


def last_part(source: str) -> str:
    """The file name of a path from outside, on one line."""
    name = readable(source).replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char if char.isprintable() else "�" for char in name)


def id_of_file(path: Path) -> str:
    """A call id out of a file name."""
    return id_of_name(Path(last_part(str(path))).stem)


def id_of_name(name: str) -> str:
    """A call id out of what a file is called; ids are shown to everybody, so the numbers of customers are hidden."""
    return plain_id(mask_private(name).replace("*", "x"))


def plain_id(text: str) -> str:
    """``text`` with what a call id may not hold replaced by dashes, and with private numbers in it hidden.

    A call id stands in addresses, lists and logs, and telephone systems write the customer's number into file names.
    """
    plain = _UNFIT.sub("-", mask_private(text).replace("*", "x")).strip(_EDGES)[:100]
    return cut(plain, MOST_ID_BYTES - 20).strip(_EDGES) or "call"


def cut(text: str, most_bytes: int) -> str:
    """The beginning of a text that takes no more than so many bytes."""
    return text.encode()[:most_bytes].decode("utf-8", "ignore")
