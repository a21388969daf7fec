"""The whole thing from outside: commands as a user types them, in a folder of their own."""

import subprocess
from pathlib import Path

import pytest

from qa_engine.resources import example_calls_dir
from tests.acceptance.running import Run, run_command


@pytest.fixture
def qa(tmp_path: Path) -> Run:
    """``qa("status")`` runs the command on a data folder of this test."""
    home = tmp_path / "var"

    def run(*arguments: object, **variables: str) -> "subprocess.CompletedProcess[str]":
        return run_command(*arguments, home=home, **variables)

    return run


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after one real ``qa-engine demo``; what it printed lies beside it (demo.out, demo.err)."""
    home = tmp_path_factory.mktemp("demo") / "var"
    done = run_command("demo", home=home, timeout=900)
    (home.parent / "demo.out").write_text(done.stdout, encoding="utf-8")
    (home.parent / "demo.err").write_text(done.stderr, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture(scope="session")
def example_calls() -> Path:
    return example_calls_dir()
