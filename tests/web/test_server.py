"""The real server: listens, answers, stops when told, and says when it cannot listen."""

import http.client
import socket
import threading
import time
from pathlib import Path

import pytest

from qa_engine.errors import SettingsError
from qa_engine.settings import load_settings
from qa_engine.web import serve
from qa_engine.web.server import listen


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def ask(port: int, address: str) -> tuple[int, str]:
    deadline = time.monotonic() + 20
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", address)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
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


def test_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        with pytest.raises(SettingsError, match="QA_WEB_PORT"):
            serve(load_settings(home=tmp_path, web_port=port))
