"""Real worker processes over a real broker, with a recogniser that stops where the test wants to strike."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from qa_engine.domain.people import MACHINE
from qa_engine.service import App, FixedJudge, ScriptedTranscriber, get_call, open_app
from qa_engine.settings import load_settings

SCRIPT = Path(__file__).with_name("gated_worker.py")
LEASE_SECONDS = 5
PATIENCE_SECONDS = 60.0


def wait_for(what: str, look: Callable[[], object], *, seconds: float = PATIENCE_SECONDS) -> object:
    """What ``look`` gives as soon as it gives something; fails when it never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    return pytest.fail(f"waited {seconds:g} s in vain for {what}")


@dataclass
class Centre:
    """A data folder, the processes that work on it, and the gate of their recogniser."""

    root: Path
    environment: Mapping[str, str]
    app: App
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def gate(self) -> Path:
        return self.root / "gate"

    def start_worker(self) -> "subprocess.Popen[bytes]":
        """A worker in a process group of its own, so that all of it can be killed at once."""
        with (self.root / f"worker-{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-W", "error", str(SCRIPT), str(self.gate)],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.root.glob("worker-*.log")))

    def child_in_recording(self) -> int:
        """The pid of a child that is in the middle of a recording; its note is taken away."""
        note = wait_for("a recording to begin", lambda: next(self.gate.glob("started-*"), None))
        assert isinstance(note, Path)
        note.unlink()
        return int(note.name.removeprefix("started-"))

    def open_gate(self) -> None:
        (self.gate / "go").touch()

    def settled(self, call_id: str, *, seconds: float = PATIENCE_SECONDS) -> None:
        try:
            wait_for(
                f"{call_id} to settle",
                lambda: get_call(self.app, call_id, who=MACHINE).row.state.settled,
                seconds=seconds,
            )
        except BaseException:
            print(self.logs())
            raise

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)


@pytest.fixture
def make_centre(tmp_path: Path) -> Iterator[Callable[..., Centre]]:
    """Makes a centre; keyword arguments are settings, as text."""
    centres: list[Centre] = []

    def make(**settings: str) -> Centre:
        root = tmp_path / f"centre-{len(centres)}"
        (root / "gate").mkdir(parents=True)
        chosen = {"home": str(root / "home"), "lease_seconds": str(LEASE_SECONDS)} | settings
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("QA_", "COV_", "PYTEST"))}
        environment = kept | {f"QA_{name.upper()}": value for name, value in chosen.items()}
        environment["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
        app = open_app(load_settings(**chosen), transcriber=ScriptedTranscriber(), judge=FixedJudge())
        centre = Centre(root, environment, app)
        centres.append(centre)
        return centre

    yield make
    for centre in centres:
        centre.stop()
        centre.app.close()
