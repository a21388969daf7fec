"""What no document can hold: control characters, halves of characters, and the code points that are none."""

import re

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def writable(text: str) -> str:
    """``text`` without what XML, and with it XLSX and HTML, cannot hold, and what moves the cursor of a terminal.

    For the moment of writing out: what is stored keeps every character, for spans count them.
    """
    return _UNWRITABLE.sub("", text) if _UNWRITABLE.search(text) else text
