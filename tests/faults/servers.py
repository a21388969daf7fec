"""Private servers for tests: Redis and PostgreSQL on free ports, in a folder of the test."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def need(name: str, *places: Path) -> str:
    """The program, or a skip that says what is missing (with CI set a skip is a failure)."""
    found = shutil.which(name) or next((str(place / name) for place in places if (place / name).exists()), None)
    return found or pytest.skip(f"{name} is not installed")


def wait_for_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"no server on port {port}; exit code {process.poll()}")


def wait_for_answer(port: int) -> None:
    """A PostgreSQL that listens may still be starting up."""
    import psycopg

    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="qa", dbname="postgres").close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """The address of a Redis that keeps nothing."""
    port = free_port()
    command = [need("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for_port(port, process)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(20)


class Redis:
    """A Redis that can be killed and started again on the same port, and forgets everything by that."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        self._command = [need("redis-server"), *options]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        wait_for_port(self.port, self._process)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)

    def flush(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(b"FLUSHALL\r\n")
            connection.recv(16)


class Postgres:
    """A PostgreSQL that can be stopped and started again on the same port. It refuses root, so root hands it to its
    own user."""

    def __init__(self, data: Path, server: str, user: list[str]) -> None:
        self.port = free_port()
        options = ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={data}"]
        self._command = [*user, server, "-D", str(data), "-p", str(self.port), *options]
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextmanager
    def made(cls) -> "Iterator[Postgres]":
        """An empty one that runs."""
        places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        initdb, server = need("initdb", *places), need("postgres", *places)
        # not below pytest's folder: that one is closed to other users
        data = Path(tempfile.mkdtemp(prefix="qa-postgres-"))
        user: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(data, "postgres", "postgres")
            user = [need("setpriv"), "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        try:
            subprocess.run(
                [*user, initdb, "-D", data, "-U", "qa", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"],
                check=True,
                stdout=subprocess.DEVNULL,
                cwd="/",
            )
            one = cls(data, server, user)
            one.start()
            try:
                yield one
            finally:
                one.stop()
        finally:
            shutil.rmtree(data)

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://qa@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        wait_for_port(self.port, self._process)
        wait_for_answer(self.port)

    def stop(self, number: int = signal.SIGINT) -> None:
        """SIGINT does not wait for clients; SIGQUIT is a crash."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(30)


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    with Postgres.made() as one:
        yield one.url
