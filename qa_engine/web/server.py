"""Running the web service: where it may listen, and how it stops."""

import ipaddress
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn

from qa_engine.collecting import BETWEEN_PAGES, settle
from qa_engine.errors import SettingsError
from qa_engine.settings import Settings
from qa_engine.web.app import create_app
from qa_engine.web.connections import BoundedConnection

STOP_SECONDS = 10
BACKLOG = 128

log = structlog.get_logger(__name__)


class _Server(uvicorn.Server):
    """Stops on SIGINT and SIGTERM and then returns to its caller.

    uvicorn's own way ends with the signal once more, which would kill this process before its caller could stop the
    workers it started.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def ensure_loopback(host: str) -> str:
    """The address to bind for ``host``; a `SettingsError` when other machines could reach it.

    Names other than ``localhost`` are refused rather than looked up: what a name points to can change after the check.
    """
    if host.strip().lower() == "localhost":
        return "127.0.0.1"
    try:
        address = ipaddress.ip_address(host.strip().strip("[]"))
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise SettingsError(
            f"setting QA_WEB_HOST: {host!r} is not an address of this machine alone, and anybody there could do "
            "everything; turn sign-in on (QA_SIGN_IN=true, after qa-engine people add), or use 127.0.0.1, ::1 or "
            "localhost (and a tunnel such as `ssh -L 8640:127.0.0.1:8640` from elsewhere)"
        )
    return str(address)


def bind_address(settings: Settings) -> str:
    """Where to listen: on any address of this machine with sign-in, else on loopback. Raises SettingsError."""
    host = settings.web_host.strip().strip("[]")
    if not settings.sign_in:
        return ensure_loopback(host)
    try:
        return str(ipaddress.ip_address("127.0.0.1" if host.lower() == "localhost" else host))
    except ValueError:
        raise SettingsError(
            f"setting QA_WEB_HOST: {host!r} is no address; write one of this machine in figures, 0.0.0.0 or :: for all"
        ) from None


def listen(address: str, port: int) -> socket.socket:
    """A listening socket; a `SettingsError` when the port is taken or the address is not of this machine."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {address}:{port} ({error.strerror}); set QA_WEB_HOST to an address of this machine, or "
            "another port with QA_WEB_PORT"
        ) from error


def url_of(address: str, port: int) -> str:
    """Where a person finds what listens at an address."""
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


def serve(settings: Settings, stop: threading.Event | None = None) -> None:
    """Serve until SIGINT or SIGTERM, or until ``stop`` is set; requests under way are finished first."""
    if not settings.sign_in and settings.trusted_proxies:
        raise SettingsError("setting QA_TRUSTED_PROXIES: a proxy lets others in; turn QA_SIGN_IN on first")
    with listen(bind_address(settings), settings.web_port) as listener:
        config = uvicorn.Config(
            create_app(settings),
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies,
            http=BoundedConnection,
            log_config=None,
            access_log=False,  # the requests' own log line carries no query: names are searched for in it
            server_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        server = _Server(config)
        settle(BETWEEN_PAGES)
        if stop is not None:
            threading.Thread(target=_stop_when_set, args=(server, stop), name="web-stop", daemon=True).start()
        log.info("web_listening", url=url_of(*listener.getsockname()[:2]))
        server.run(sockets=[listener])


def _stop_when_set(server: uvicorn.Server, stop: threading.Event) -> None:
    stop.wait()
    server.should_exit = True
