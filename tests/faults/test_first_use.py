"""Nothing that processes share is made at its first use in a way that breaks when several are first at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE
from qa_engine.service import CallFilter, FixedJudge, ScriptedTranscriber, list_calls, open_app
from qa_engine.settings import load_settings

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("first_use.py")
PROCESSES = 6
ROUNDS = int(os.environ.get("FAULT_ROUNDS", "20"))


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """As many recordings of the same sentence as there are processes, a little louder each."""
    folder = tmp_path_factory.mktemp("recordings")
    samples, rate = soundfile.read(ROOT / "tests/unit/speech/data/agent.flac", dtype="float32")
    paths = [folder / f"c-{number}.wav" for number in range(PROCESSES)]
    for number, path in enumerate(paths):
        soundfile.write(path, samples * (0.5 + 0.05 * number), rate)
    return paths


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("QA_", "COV_", "PYTEST", "XDG_"))}
    own = {"HOME": str(home), "TMPDIR": str(home / "tmp"), "QA_HOME": str(home / "data"), "PYTHONPATH": str(ROOT)}
    return kept | own | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@pytest.mark.timeout(1200)
def test_six_processes_at_once_again_and_again(tmp_path: Path, recordings: list[Path]) -> None:
    home = tmp_path / "home"
    (home / "tmp").mkdir(parents=True)
    command = [sys.executable, str(PROGRAM), str(tmp_path / "rounds"), str(ROUNDS), *map(str, recordings)]
    done = subprocess.run(command, env=environment(home), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    for number in range(ROUNDS):
        settings = load_settings(home=tmp_path / "rounds" / str(number) / "data")
        with open_app(settings, transcriber=ScriptedTranscriber(), judge=FixedJudge()) as app:
            calls = list_calls(app, CallFilter(), who=MACHINE).rows
        assert {call.call_id: call.state for call in calls} == {path.stem: CallState.CLEAN for path in recordings}


def test_six_fresh_processes_hear_with_the_real_recogniser(tmp_path: Path, recordings: list[Path]) -> None:
    """Nothing preloaded: the command as people start it, the bundled recogniser, rules and tone."""
    (tmp_path / "tmp").mkdir()
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "qa_engine", "check", str(path)],
            env=environment(tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for path in recordings
    ]
    for process, path in zip(running, recordings, strict=True):
        said, complained = process.communicate(timeout=280)
        assert process.returncode == 0, complained[-2000:]
        assert f'"call_id": "{path.stem}"' in said
