"""The data folder is its owner's alone, whatever comes first and whatever was there before."""

import os
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from qa_engine.private import private_folder
from qa_engine.service import doctor, open_app
from qa_engine.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]


def recording(folder: Path) -> Path:
    path = folder / "c-1.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\1" * 24_000)
    return path


def open_to_others(folder: Path) -> list[str]:
    everything = [folder, *folder.rglob("*")]
    return [str(path.relative_to(folder)) for path in everything if path.stat().st_mode & 0o077]


def ingest(home: Path, path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QA_")}
    subprocess.run(
        [sys.executable, "-m", "qa_engine", "ingest", str(path)],
        env=environment | {"QA_HOME": str(home), "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        umask=0o022,
    )


def test_everything_that_an_ingest_makes(tmp_path: Path) -> None:
    home = tmp_path / "not" / "there" / "yet"
    ingest(home, recording(tmp_path))
    names = {path.name for path in home.rglob("*")}
    assert {"qa.db", "recordings", "queue"} <= names
    assert open_to_others(home) == []


def test_a_recording_that_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store of recordings makes the data folder when nothing else has yet."""
    before = os.umask(0o022)
    try:
        with open_app(load_settings(home=tmp_path / "home")) as app, recording(tmp_path).open("rb") as stream:
            app.recordings.store(stream, name="c-1.wav")
    finally:
        os.umask(before)
    assert open_to_others(tmp_path / "home") == []


def test_an_older_folder_is_closed_and_doctor_looks(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "recordings").mkdir(parents=True)
    for folder in (home, home / "recordings"):
        folder.chmod(0o755)
    with open_app(load_settings(home=home)) as app:
        found = {check.id: check for check in doctor(app)}["private"]
        assert not found.ok
        assert "recordings" in found.detail
        assert found.fix == f"take the rights of others: chmod -R go= {home}"
        (home / "recordings").chmod(0o700)
        app.database.ping()
        assert home.stat().st_mode & 0o777 == 0o700
        assert {check.id: check for check in doctor(app)}["private"].ok


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    with pytest.raises(NotADirectoryError):
        private_folder(tmp_path / "home")
