"""A wheel built from the tree runs by itself: rules, starter model and templates travel inside it."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = out.glob("*.whl")
    return built


def test_the_data_travels_and_nothing_private_does(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in (
        "qa_engine/_data/rules/scorecards/standard.yaml",
        "qa_engine/_data/models/asr-starter/weights/model.bin",
        "qa_engine/_data/models/tone/weights/tone.json",
        "qa_engine/_data/models/tone/weights/agent.skops",
        "qa_engine/_data/models/tone/data/agent_plain.tsv",
        "qa_engine/_data/examples/calls/manifest.csv",
        "qa_engine/py.typed",
        "qa_engine/reports/render/templates/forms.css",
        "workers/__init__.py",
    ):
        assert wanted in names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.startswith("qa_engine-")} == {"qa_engine", "workers"}


def test_it_checks_a_transcript_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    """Installed beside the dependencies of this environment, with the checkout out of sight."""
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "call.json").write_text(
        json.dumps({"version": 1, "call_id": "c-1", "turns": [{"speaker": "agent", "text": "这个不归我管。"}]}),
        encoding="utf-8",
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("QA_", "PYTHON"))}
    environment["PYTHONPATH"] = os.pathsep.join([str(site), sysconfig.get_path("purelib")])
    script = "import qa_engine, sys; print(qa_engine.__file__, file=sys.stderr); from qa_engine.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-S", "-c", script, "check", "call.json"],
        cwd=empty,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert str(site) in done.stderr
    assert json.loads(done.stdout)["call_id"] == "c-1"
