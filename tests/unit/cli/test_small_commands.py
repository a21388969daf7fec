"""What stands between a command and the service: files written, children watched, messages."""

import subprocess
import sys
from pathlib import Path

import pytest

from qa_engine.cli import serve
from qa_engine.cli.app import main
from qa_engine.cli.demo import _refuse_foreign_data
from qa_engine.cli.output import open_output, write_file
from qa_engine.cli.transcribe import TranscriptFormat, _free
from qa_engine.errors import ConflictError, UsageError
from qa_engine.service import FixedJudge, MemoryBell, ScriptedTranscriber, ingest_paths, open_app
from qa_engine.settings import load_settings


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("before")

    def break_off() -> None:
        with open_output(target) as write:
            write("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]
    assert target.read_text() == "before"
    with open_output(target) as write:
        write("一\n")
    assert target.read_bytes() == "一\n".encode()


@pytest.mark.parametrize(("name", "words"), [("", "is a folder"), ("no/x.json", "no such folder")])
def test_a_place_that_cannot_be_written_is_wrong_usage(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        write_file(tmp_path / name, b"x")
    assert list(tmp_path.iterdir()) == []


def test_an_operating_systems_refusal_is_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    out = tmp_path / "file" / "transcripts"
    monkeypatch.setattr(sys, "argv", ["qa-engine", "transcribe", "a.wav", "--out-dir", str(out)])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    told = "".join(capsys.readouterr().err.split())
    assert "Notadirectory" in told
    assert "transcripts" in told


def test_recordings_of_one_name_get_a_transcript_each(tmp_path: Path) -> None:
    taken: set[Path] = set()
    names = [_free(tmp_path, "1.wav", TranscriptFormat.SRT, taken).name for _ in range(3)]
    assert names == ["1.wav.srt", "1.wav-2.srt", "1.wav-3.srt"]


def test_workers_that_stop_beside_the_web_service_are_told_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serve, "WATCH_SECONDS", 0.05)
    command = [sys.executable, "-S", "-c"]
    with (
        subprocess.Popen([*command, "raise SystemExit(3)"]) as worker,
        subprocess.Popen([*command, "input(); raise SystemExit(5)"], stdin=subprocess.PIPE) as web,
    ):
        worker.wait(20)
        assert web.stdin is not None

        def tell(message: str) -> None:
            told.append(message)
            web.stdin.close()  # type: ignore[union-attr]

        told: list[str] = []
        monkeypatch.setattr(serve, "complain", tell)
        assert serve.attend(web, worker) == 1
    assert len(told) == 1
    assert "exit code 3" in told[0]


def test_the_demo_refuses_to_mix_with_a_centres_own_calls(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home")
    with open_app(settings, transcriber=ScriptedTranscriber(), judge=FixedJudge(), bell=MemoryBell()) as app:
        (tmp_path / "demo-01.wav").write_text("of the demo")
        ingest_paths(app, [tmp_path / "demo-01.wav"])
        _refuse_foreign_data(app)
        (tmp_path / "ours.wav").write_text("ours")
        ingest_paths(app, [tmp_path / "ours.wav"])
        with pytest.raises(ConflictError, match=r"for example ours.*QA_HOME"):
            _refuse_foreign_data(app)
