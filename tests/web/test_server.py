"""The real server: listens, answers, stops when told, and says when it cannot listen."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_engine.errors import SettingsError
from qa_engine.settings import load_settings
from qa_engine.web import connections, serve
from qa_engine.web.server import listen, url_of


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def ask(port: int, address: str) -> tuple[int, str]:
    """The answer of a service that may still be starting: a loaded machine takes its time for that."""
    deadline = time.monotonic() + 90
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", address)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)  # nothing tells when it listens, and asking without a pause would keep it from starting
        finally:
            connection.close()


def test_serves_until_told_to_stop(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "var", web_port=free_port())
    stop = threading.Event()
    server = threading.Thread(target=serve, args=(settings, stop))
    server.start()
    try:
        assert ask(settings.web_port, "/healthz") == (200, '{"status":"ok"}')
        status, page = ask(settings.web_port, "/calls")
        assert status == 200
        assert "还没有通话" in page
    finally:
        stop.set()
        server.join(20)
    assert not server.is_alive()
    assert (tmp_path / "var" / "qa.db").is_file()
    with listen("127.0.0.1", settings.web_port):
        pass


def half_request(port: int, text: bytes = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(text)
    return connection


@pytest.fixture
def bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a service that takes eight connections and waits half a second."""
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 8)
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.5)
    settings = load_settings(home=tmp_path / "var", web_port=free_port())
    stop = threading.Event()
    server = threading.Thread(target=serve, args=(settings, stop))
    server.start()
    try:
        assert ask(settings.web_port, "/healthz")[0] == 200
        yield settings.web_port
    finally:
        stop.set()
        server.join(20)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"GET /healthz HTTP/1.1\r\nhost: local",
        b"POST /api/v1/calls HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\nabc",
        b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\n",
    ],
    ids=["nothing", "half a head", "half a body", "one and a half"],
)
def test_a_request_that_never_ends_is_closed(bounded: int, text: bytes) -> None:
    with half_request(bounded, text) as connection:
        while connection.recv(4096):
            pass  # answers, if any, and then the end: a service that waited for ever would not reach it


def test_the_number_of_connections_is_bounded(bounded: int) -> None:
    held = [half_request(bounded) for _ in range(8)]
    with half_request(bounded) as ninth:
        assert ninth.recv(4096).startswith(b"HTTP/1.1 503")
    for connection in held:
        connection.close()
    assert ask_again(bounded) == 200


def ask_again(port: int) -> int:
    """The status once the service has seen that the others are gone."""
    deadline = time.monotonic() + 30
    while (status := ask(port, "/healthz")[0]) == 503 and time.monotonic() < deadline:
        time.sleep(0.05)
    return status


PROGRAM = """
import sys
from qa_engine.settings import load_settings
from qa_engine.web import serve
serve(load_settings(home=sys.argv[1], web_port=int(sys.argv[2])))
print("the caller goes on")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_gives_the_caller_time_to_tidy_up(tmp_path: Path, number: signal.Signals) -> None:
    port = free_port()
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert ask(port, "/healthz")[0] == 200
        process.send_signal(number)
        said, complained = process.communicate(timeout=60)
    assert "the caller goes on" in said
    assert "Traceback" not in complained
    assert process.returncode == 0


def test_its_logs_are_lines_on_stderr(tmp_path: Path) -> None:
    """structlog's own defaults would print to stdout, and the variables of every traceback."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QA_")}
    environment = kept | {"QA_HOME": str(tmp_path), "QA_WEB_PORT": str(port), "QA_LOG_JSON": "true"}
    command = [sys.executable, "-m", "qa_engine.web"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert ask(port, "/healthz")[0] == 200
        process.send_signal(signal.SIGTERM)
        said, logged = process.communicate(timeout=60)
    assert said == ""
    told = [json.loads(line) for line in logged.splitlines()]
    assert f"http://127.0.0.1:{port}" in [line["url"] for line in told if line["event"] == "web_listening"]
    assert process.returncode == 0


def test_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        with pytest.raises(SettingsError, match="QA_WEB_PORT"):
            serve(load_settings(home=tmp_path, web_port=port))


@pytest.mark.parametrize(("address", "url"), [("127.0.0.1", "http://127.0.0.1:8640"), ("::1", "http://[::1]:8640")])
def test_the_address_that_is_told_can_be_opened(address: str, url: str) -> None:
    assert url_of(address, 8640) == url
