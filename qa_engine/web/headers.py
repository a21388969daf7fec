"""Response headers: the ones every answer carries, and the name of a download."""

from urllib.parse import quote

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",  # the forms set widths of bars in style attributes; their values are numbers
        "img-src 'self' data:",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
NO_STORE = "no-store"  # forms and lists carry customers' words; they have no place in a cache


def content_disposition(filename: str, *, inline: bool = False) -> str:
    """``attachment`` with the name twice: plain ASCII for old readers, UTF-8 by RFC 5987 for the rest."""
    name = "".join(char for char in filename if char.isprintable()).replace("/", "_").replace("\\", "_").strip(". ")
    name = name or "download"
    plain = "".join(char if char.isascii() and char not in '"%;' else "_" for char in name)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
