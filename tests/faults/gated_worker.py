"""A real worker whose recogniser stops in the middle of a recording until a file says go.

Run as a program: ``python gated_worker.py GATE_FOLDER``; settings come from the environment.
"""

import errno
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from qa_engine.domain import Call, Transcript
from qa_engine.service import App, FixedJudge, ScriptedTranscriber, open_app
from qa_engine.settings import current_settings
from workers import run


class GatedTranscriber(ScriptedTranscriber):
    """Leaves a note ``started-<pid>`` when it begins, and goes on when ``go`` lies in the folder.

    Where ``full`` lies, the disk is full.
    """

    def __init__(self, gate: Path) -> None:
        super().__init__()
        self._gate = gate

    def transcribe(
        self, path: Path, call: Call, *, agent_channel: str | None, progress: Callable[[float, float], None] | None
    ) -> Transcript:
        if (self._gate / "full").exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        (self._gate / f"started-{os.getpid()}").touch()
        never = threading.Event()
        while not (self._gate / "go").exists():
            never.wait(0.02)
            if progress:
                progress(0.0, 30.0)
        return super().transcribe(path, call, agent_channel=agent_channel, progress=progress)


def main() -> int:
    gate = Path(sys.argv[1])
    settings = current_settings()

    def make() -> App:
        return open_app(settings, transcriber=GatedTranscriber(gate), judge=FixedJudge())

    return run(settings, processes=1, app_factory=make)


if __name__ == "__main__":
    sys.exit(main())
