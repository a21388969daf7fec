"""The engine's edition: a digest of everything in the engine itself that can change a judgement.

It is part of a result's key, so that a mended release judges anew where it would have answered with the old verdict.
A digest and not a number that somebody raises: a number can be forgotten, and then a wrong verdict stays for ever. The
price is that a release which only rewords a comment judges anew, too, when a call is inspected again.
"""

from functools import lru_cache
from importlib import metadata
from pathlib import Path

from qa_engine.domain import digest, sha256_hex

JUDGING_ROOMS = ("domain", "text", "measures", "classify", "acts", "tone", "rules", "scoring")
"""The packages whose sources decide a verdict. Models and rule packs have digests of their own."""

JUDGING_LIBRARIES = ("jieba", "OpenCC", "pyahocorasick", "pypinyin", "rapidfuzz", "regex", "scikit-learn")
"""Distributions whose version can change what matches, and how well."""


@lru_cache(maxsize=1)
def engine_edition() -> str:
    """``sha256:…`` of the judging sources and of the versions of the libraries that judge with them."""
    return edition_of(Path(__file__).resolve().parent, {name: metadata.version(name) for name in JUDGING_LIBRARIES})


def edition_of(package: Path, libraries: dict[str, str]) -> str:
    """The edition of the engine in the folder ``package``; a room that is not there counts for nothing."""
    sources = {
        path.relative_to(package).as_posix(): sha256_hex(path.read_bytes())
        for room in JUDGING_ROOMS
        for path in sorted((package / room).rglob("*.py"))
    }
    return digest({"sources": sources, "libraries": libraries})
