"""Files over HTTP, whole or in part (RFC 9110, section 14): what makes a recording seekable in a browser.

One range is answered with 206. Several ranges, unknown units and malformed headers are answered with the whole file, as
the RFC allows; a range beyond the end with 416.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from qa_engine.web.headers import content_disposition

CHUNK_BYTES = 1 << 16
REVALIDATE = "private, no-cache"  # a better copy may replace a recording; the tag tells
_ONE_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes ``first`` to ``last``, both included; ``last`` < ``first``: nothing of the file is in the range."""

    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1


class UnsatisfiableRangeError(Exception):
    """The range begins behind the end of the file."""


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """The one range of a ``Range`` header; None when the whole file is to be sent. Raises `UnsatisfiableRangeError`."""
    found = _ONE_RANGE.fullmatch(header) if header else None
    if found is None:
        return None
    first, last = found.groups()
    if not first:
        if not last:
            return None
        if int(last) == 0 or size == 0:
            raise UnsatisfiableRangeError
        return ByteRange(max(0, size - int(last)), size - 1)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise UnsatisfiableRangeError
    return ByteRange(int(first), min(int(last), size - 1) if last else size - 1)


def file_response(
    request: Request, path: Path, *, media_type: str, etag: str, filename: str, inline: bool = True
) -> Response:
    """The file as the request asks for it. ``etag`` (without quotes) names the content for ever."""
    size = path.stat().st_size
    tag = f'"{etag}"'
    headers = {
        "accept-ranges": "bytes",
        "etag": tag,
        "cache-control": REVALIDATE,
        "content-disposition": content_disposition(filename, inline=inline),
    }
    if _matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    condition = request.headers.get("if-range")
    try:
        wanted = parse_range(request.headers.get("range"), size) if condition in (None, tag) else None
    except UnsatisfiableRangeError:
        return Response(status_code=416, headers={**headers, "content-range": f"bytes */{size}"})
    sent = wanted or ByteRange(0, size - 1)
    headers["content-length"] = str(sent.size)
    if wanted is not None:
        headers["content-range"] = f"bytes {wanted.first}-{wanted.last}/{size}"
    status = 200 if wanted is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=media_type)
    return StreamingResponse(_chunks(path, sent), status_code=status, headers=headers, media_type=media_type)


def _matches(header: str | None, tag: str) -> bool:
    if header is None:
        return False
    tags = [part.strip().removeprefix("W/") for part in header.split(",")]
    return "*" in tags or tag in tags


def _chunks(path: Path, sent: ByteRange) -> Iterator[bytes]:
    left = sent.size
    with path.open("rb") as file:
        file.seek(sent.first)
        while left > 0 and (chunk := file.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk
