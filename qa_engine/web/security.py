"""What stands in front of every request: whose name it was called by, where it comes from, what a page may load.

A browser also runs pages of strangers, so three doors are shut to them: a foreign host name that points here (DNS
rebinding), a form or script of another site (cross-site request forgery), and script that came in with the data
(content security policy). Without sign-in the service trusts everybody on this machine, and nobody else reaches it.
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa_engine.settings import Settings
from qa_engine.web.deps import SAFE_METHODS
from qa_engine.web.errors import problem
from qa_engine.web.headers import HEADERS, NO_STORE

NAMES = frozenset({"localhost"})
MOST_BYTES = 2**20
"""Of a body that is no recording; those are counted where they are read."""
TAKES_RECORDINGS = ("/upload", "/api/v1/calls", "/api/v1/uploads")
WRONG_HOST = (
    "请求的主机名不是本机地址，已拒绝。请通过 http://127.0.0.1、http://localhost，或设置 QA_WEB_NAMES 中的名称访问。"
)
WRONG_ORIGIN = "该请求来自其他网站，已拒绝。请在本系统的页面上操作。"
WRONG_PROXY = (
    "浏览器的地址与服务收到的不一致，已拒绝。请管理员检查反向代理：Host 须带端口原样传来，"
    "X-Forwarded-Proto 须为 https，代理的地址须在 QA_TRUSTED_PROXIES 中。"
)


def host_is_ours(host: str, names: frozenset[str] = NAMES, *, any_address: bool = False) -> bool:
    """True for ``names`` and loopback addresses, with or without a port; ``any_address``: for every address.

    An address in figures is no danger where people sign in: only a name can be made to point elsewhere.
    """
    try:
        parts = urlsplit(f"//{host}")
        name, _ = parts.hostname, parts.port  # the port must be a number, whichever: tunnels change it
    except ValueError:
        return False
    if name is None or parts.path or parts.query or parts.fragment or parts.username is not None:
        return False
    if name in names:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback or any_address
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
    """ASGI middleware: checks host, origin and size, and adds the security headers to every answer."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._signed = settings.sign_in
        given = frozenset(name.strip().lower() for name in settings.web_names.split(",") if name.strip())
        self._names = NAMES | given if settings.sign_in else NAMES

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
        bounded = receive if scope["path"].startswith(TAKES_RECORDINGS) else _bounded(receive)
        await (refusal or self._app)(scope, bounded, send_with_headers)

    def _refusal(self, scope: Scope, receive: Receive) -> Response | None:
        request = Request(scope, receive)
        if not host_is_ours(request.headers.get("host", ""), self._names, any_address=self._signed):
            return problem(request, 400, WRONG_HOST)
        if request.method not in SAFE_METHODS and comes_from_elsewhere(request.headers, request.url.scheme):
            own = request.headers.get("sec-fetch-site") == "same-origin"  # browsers alone can say so
            return problem(request, 403, WRONG_PROXY if own else WRONG_ORIGIN)
        return None


def _bounded(receive: Receive) -> Receive:
    """``receive`` that stops a body which grows too large, whatever length was announced."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MOST_BYTES:
            raise HTTPException(413)
        return message

    return counted
