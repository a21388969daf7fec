"""A real worker whose recogniser does what the recording says: is heard, kills its process, hangs, or finds no room.

Run as a program; settings come from the environment. With names of files it takes those in instead; with ``nightly``
and its arguments it is that command. ``ROOM_FILE``:
while it lies there, the disk is full.
"""

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from qa_engine.domain import Call, Transcript
from qa_engine.service import App, FixedJudge, ScriptedTranscriber, ingest_paths, open_app
from qa_engine.settings import current_settings
from workers import run


class Obedient(ScriptedTranscriber):
    def transcribe(
        self, path: Path, call: Call, *, agent_channel: str | None, progress: Callable[[float, float], None] | None
    ) -> Transcript:
        said = path.read_text()
        if Path(os.environ["ROOM_FILE"]).exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        if said.startswith("poison"):
            os.kill(os.getpid(), signal.SIGSEGV)
        if said.startswith("hang"):
            threading.Event().wait()
        threading.Event().wait(0.05)  # long enough to be struck in the middle
        return super().transcribe(path, call, agent_channel=agent_channel, progress=progress)


def main() -> int:
    settings = current_settings()

    def make() -> App:
        return open_app(settings, transcriber=Obedient(), judge=FixedJudge())

    if sys.argv[1:2] == ["nightly"]:
        from qa_engine import service
        from qa_engine.cli import main as command

        service.open_app = lambda _: make()  # type: ignore[assignment]
        command()
        return 0
    if sys.argv[1:]:
        with make() as app:
            ingest_paths(app, [Path(name) for name in sys.argv[1:]])
        return 0
    return run(settings, processes=2, app_factory=make)


if __name__ == "__main__":
    sys.exit(main())
