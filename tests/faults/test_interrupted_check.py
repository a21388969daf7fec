"""Ctrl-C while many transcripts are judged by several processes: an end at once, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import wait_for

pytestmark = pytest.mark.slow

CALLS = 20_000  # more than can be judged before the test strikes


def crew_of(pid: int) -> list[int]:
    """The processes that judge for a command."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


@pytest.fixture(autouse=True)
def heed_ctrl_c() -> Iterator[None]:
    """What a shell starts in the background has SIGINT ignored, and would hand that down to the command."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def transcripts(tmp_path: Path) -> Path:
    turns = [{"speaker": "agent", "text": "您好，这个不行。"}, {"speaker": "customer", "text": "那我要投诉。"}]
    path = tmp_path / "many.jsonl"
    with path.open("w", encoding="utf-8") as lines:
        for number in range(CALLS):
            call = {"version": 1, "call_id": f"c-{number}", "channel": "voice", "turns": turns}
            lines.write(json.dumps(call, ensure_ascii=False) + "\n")
    return path


@pytest.mark.parametrize("moment", ["while a process starts", "while both start", "in the middle of the work"])
def test_ctrl_c_ends_all_processes_and_leaves_no_half_file(transcripts: Path, tmp_path: Path, moment: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    command = [sys.executable, "-m", "qa_engine", "check", str(transcripts), "--jobs", "2", "--format", "jsonl"]
    with subprocess.Popen(
        [*command, "--out", str(out / "results.jsonl")],
        env={**os.environ, "QA_HOME": str(tmp_path / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            wanted = 1 if moment == "while a process starts" else 2
            crew = wait_for("its processes", lambda: len(found := crew_of(process.pid)) >= wanted and found)
            time.sleep(0.05)  # their Python is there and at its imports
            if moment == "in the middle of the work":
                wait_for("results", lambda: any(path.stat().st_size for path in out.iterdir()))
            os.killpg(process.pid, signal.SIGINT)
            _, said = process.communicate(timeout=30)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 130, said.decode()
    assert "Traceback" not in said.decode()
    assert list(out.iterdir()) == []
    assert isinstance(crew, list)
    assert not [pid for pid in crew if Path(f"/proc/{pid}").exists()]
