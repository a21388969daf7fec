"""Rendered reports as downloads."""

from starlette.responses import Response

from qa_engine.service import Rendered
from qa_engine.web.headers import content_disposition

# A downloaded form may carry its own little script; opened from here it would run as this site.
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


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
