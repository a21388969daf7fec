"""A running desk for browsers, and for looking at it by hand: ``python -m tests.desk_site PORT``."""

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from qa_engine.service import App
from qa_engine.web import create_app
from qa_engine.web.server import listen


@dataclass(frozen=True, slots=True)
class DeskSite:
    engine: App
    url: str


@contextmanager
def served(engine: App, port: int = 0) -> Iterator[DeskSite]:
    with listen("127.0.0.1", port) as listener:
        site = DeskSite(engine, f"http://127.0.0.1:{listener.getsockname()[1]}")
        server = uvicorn.Server(
            uvicorn.Config(create_app(engine), log_config=None, access_log=False, timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield site
        finally:
            server.should_exit = True
            thread.join(20)


if __name__ == "__main__":
    from tests.desk_centre import fill_desk, open_desk

    with tempfile.TemporaryDirectory() as folder, open_desk(Path(folder) / "home") as app:
        fill_desk(app)
        with served(app, int(sys.argv[1])) as running:
            print(running.url, flush=True)
            threading.Event().wait()
