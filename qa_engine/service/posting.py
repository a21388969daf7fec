"""Asking another server by HTTP: bounded in time and size, never led elsewhere."""

import ipaddress
import urllib.error
import urllib.request
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any

from qa_engine.errors import QaError

TIMEOUT_SECONDS = 10.0


class DeliveryError(QaError):
    """The other side did not take what it was sent; it may be tried again later."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is sent is meant, and maybe signed, for one address, and goes nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def own_address(host: str) -> bool:
    """Whether an IP address is this machine, its link (the metadata of clouds) or nobody's; False for a name."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return found.is_loopback or found.is_link_local or found.is_multicast or found.is_unspecified


class _Away(HTTPConnection):
    """Speaks to no address of this machine, whatever a name resolves to; from there it would speak to itself."""

    def connect(self) -> None:
        super().connect()
        there = self.sock.getpeername()[0]
        if own_address(there) or there == self.sock.getsockname()[0]:
            self.close()
            raise OSError("an address of this machine")


class _AwayTls(_Away, HTTPSConnection):
    pass


class _HttpAway(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> HTTPResponse:
        return self.do_open(HTTPConnection if req.has_proxy() else _Away, req)


class _HttpsAway(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> HTTPResponse:
        return self.do_open(HTTPSConnection if req.has_proxy() else _AwayTls, req)


def post(request: urllib.request.Request, *, away: bool = False) -> bytes:
    """Send a request; the first 64 KB of the answer. Raises DeliveryError for anything but 2xx.

    ``away``: to another machine only; the address was written by somebody who may not look around on this one.
    """
    opener = urllib.request.build_opener(_NoRedirect, *((_HttpAway, _HttpsAway) if away else ()))
    try:
        with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return bytes(answer.read(65_536))
    except urllib.error.HTTPError as error:
        with error:
            raise DeliveryError(f"answered {error.code}") from None
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None)
        raise DeliveryError(f"not reached: {reason or type(error).__name__}") from None
