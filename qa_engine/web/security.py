"""What stands in front of every request: whose name it was called by, where it comes from, what a page may load.

Without sign-in the service trusts everybody on this machine. A browser on this machine also runs pages of strangers, so
three doors are shut to them: a foreign host name that points here (DNS rebinding), a form or script of another site
(cross-site request forgery), and script that came in with the data (content security policy).
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa_engine.web.errors import problem
from qa_engine.web.headers import HEADERS, NO_STORE

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
NAMES = frozenset({"localhost"})
WRONG_HOST = "请求的主机名不是本机地址，已拒绝。请通过 http://127.0.0.1 或 http://localhost 访问。"
WRONG_ORIGIN = "该请求来自其他网站，已拒绝。请在本系统的页面上操作。"


def host_is_ours(host: str) -> bool:
    """True for ``localhost`` and loopback addresses, with or without a port."""
    try:
        parts = urlsplit(f"//{host}")
        name, _ = parts.hostname, parts.port  # the port must be a number, whichever: tunnels change it
    except ValueError:
        return False
    if name is None or parts.path or parts.query or parts.fragment or parts.username is not None:
        return False
    if name in NAMES:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def comes_from_elsewhere(headers: Headers, scheme: str) -> bool:
    """True when a browser says that another site sent this request. Programs send neither header."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and origin.lower() != f"{scheme}://{headers.get('host', '').lower()}"


class Gate:
    """ASGI middleware: checks host and origin, and adds the security headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", NO_STORE)
            await send(message)

        refusal = self._refusal(scope, receive)
        await (refusal or self._app)(scope, receive, send_with_headers)

    @staticmethod
    def _refusal(scope: Scope, receive: Receive) -> Response | None:
        request = Request(scope, receive)
        if not host_is_ours(request.headers.get("host", "")):
            return problem(request, 400, WRONG_HOST)
        if request.method not in SAFE_METHODS and comes_from_elsewhere(request.headers, request.url.scheme):
            return problem(request, 403, WRONG_ORIGIN)
        return None
