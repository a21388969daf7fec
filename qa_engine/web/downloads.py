"""Rendered reports as downloads."""

from typing import Any

from starlette.responses import Response

from qa_engine.service import MEDIA_TYPES, Rendered
from qa_engine.web.headers import content_disposition

# A downloaded form may carry its own little script; opened from here it would run as this site.
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


_BYTES = {"schema": {"type": "string", "format": "binary"}}
_OBJECT = {"schema": {"type": "object"}}
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {
            (plain := kind.partition(";")[0]): _OBJECT if plain == "application/json" else _BYTES
            for kind in MEDIA_TYPES.values()
        },
    }
}
"""For the OpenAPI document: what reports come as."""
SOUND: dict[int | str, dict[str, Any]] = {
    200: {"description": "The recording", "content": {"audio/*": _BYTES, "application/octet-stream": _BYTES}},
    206: {"description": "The range of it", "content": {"audio/*": _BYTES, "application/octet-stream": _BYTES}},
    304: {"description": "Not changed"},
    416: {"description": "The range begins behind the end"},
}
"""For the OpenAPI document: recordings, whole or in part."""


def rendered_response(rendered: Rendered) -> Response:
    """The bytes as an attachment with its Chinese name."""
    return Response(
        rendered.content,
        media_type=rendered.media_type,
        headers={
            "content-disposition": content_disposition(rendered.filename),
            "content-security-policy": SANDBOX,
        },
    )
