"""Asking another server by HTTP: bounded in time and size, never led elsewhere."""

import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any

from qa_engine.errors import QaError

TIMEOUT_SECONDS = 10.0


class DeliveryError(QaError):
    """The other side did not take what it was sent; it may be tried again later."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is sent is meant, and maybe signed, for one address, and goes nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def post(request: urllib.request.Request) -> bytes:
    """Send a request; the first 64 KB of the answer. Raises DeliveryError for anything but 2xx."""
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return bytes(answer.read(65_536))
    except urllib.error.HTTPError as error:
        with error:
            raise DeliveryError(f"answered {error.code}") from None
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None)
        raise DeliveryError(f"not reached: {reason or type(error).__name__}") from None
