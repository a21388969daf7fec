"""Recordings made playable: once, beside this process, and no more of them than there is room for."""

import os
import subprocess
import sys
import threading
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from qa_engine.domain import Call, Span
from qa_engine.errors import ConflictError, RecordingError
from qa_engine.service.adapters.speech import SpeechTranscriber
from qa_engine.service.reading import play_copies
from qa_engine.service.reading.play_copies import copy_of
from qa_engine.settings import Settings, load_settings
from qa_engine.speech import ScriptedRecogniser

HASH = "ab" * 32


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home")


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "call.aiff"
    soundfile.write(path, np.random.default_rng(1).normal(0, 0.1, (24_000, 2)), 8000)
    return path


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The processes that were started to make copies."""
    commands: list[str] = []
    run = subprocess.run

    def counted(command: list[str], **options: object) -> object:
        commands.append(" ".join(command))
        return run(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(play_copies.subprocess, "run", counted)
    return commands


def test_once_however_many_ask_at_the_same_time(settings: Settings, recording: Path, started: list[str]) -> None:
    found: list[Path] = []
    askers = [threading.Thread(target=lambda: found.append(copy_of(settings, recording, HASH))) for _ in range(3)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(started) == 1
    assert set(found) == {settings.home / "cache" / "play" / f"{HASH}.wav"}
    with wave.open(str(found[0])) as copy:
        assert (copy.getnchannels(), copy.getframerate(), copy.getsampwidth()) == (2, 16_000, 2)
        assert abs(copy.getnframes() - 48_000) < 100
    assert not list(found[0].parent.glob(".play-*"))


def test_what_cannot_be_decoded_is_told_and_leaves_nothing(settings: Settings, tmp_path: Path) -> None:
    text = tmp_path / "call.aiff"
    text.write_text("no sound at all")
    with pytest.raises(RecordingError, match="not a sound file") as caught:
        copy_of(settings, text, HASH)
    assert caught.value.reason == "unreadable"
    assert [path.name for path in (settings.home / "cache" / "play").iterdir()] == [".lock-a"]


def test_the_cache_is_bounded(settings: Settings, recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = settings.model_copy(update={"play_cache_gb": 500_000 / 2**30})  # two copies and a half
    hashes = [digit * 64 for digit in "abcd"]
    for age, sha in enumerate(hashes[:2]):
        os.utime(copy_of(small, recording, sha), (age, age))
    copy_of(small, recording, hashes[0])  # played again
    copy_of(small, recording, hashes[2])
    names = {path.stem for path in (settings.home / "cache" / "play").glob("*.wav")}
    assert names == {hashes[0], hashes[2]}


def test_those_who_come_when_many_wait_are_told(
    settings: Settings, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(play_copies, "_waiting", threading.BoundedSemaphore(1))
    with play_copies._waiting, pytest.raises(ConflictError, match="try again"):
        copy_of(settings, recording, HASH)
    assert copy_of(settings, recording, HASH).is_file()


class Hungry(ScriptedRecogniser):
    def recognise(self, clips: object) -> list:  # type: ignore[type-arg,override]
        raise MemoryError


def test_running_out_of_memory_is_the_recordings_fault(settings: Settings, sound_of_speech: Path) -> None:
    transcriber = SpeechTranscriber(settings, recogniser=Hungry())
    with pytest.raises(RecordingError, match="QA_WORKER_MEMORY_GB") as caught:
        transcriber.transcribe(sound_of_speech, Call("c"), agent_channel=None, progress=None)
    assert caught.value.reason == "memory"


@pytest.fixture
def sound_of_speech() -> Path:
    from qa_engine.resources import example_calls_dir

    return next(path for path in sorted(example_calls_dir().glob("demo-*")) if path.suffix == ".wav")


@pytest.mark.skipif(sys.platform != "linux", reason="the bound is the kernel's: RLIMIT_DATA of Linux")
def test_a_process_is_held_to_its_memory() -> None:
    code = """
import numpy as np
from qa_engine.memory import limit_memory
limit_memory(0.5)
np.ones(10_000_000)
try:
    np.ones(100_000_000)
except MemoryError:
    print("held")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "held\n"


def test_stretches_without_sound(settings: Settings, recording: Path) -> None:
    """A copy of its own for every list of stretches; outside of them not a sample is another."""
    plain = copy_of(settings, recording, HASH)
    quiet = copy_of(settings, recording, HASH, silenced=[Span(0.5, 1.0), Span(2.9, 99.0)])
    assert quiet != plain
    assert copy_of(settings, recording, HASH, silenced=[Span(0.5, 1.0)]) not in (quiet, plain)
    before, after = soundfile.read(plain)[0], soundfile.read(quiet)[0]
    assert before.shape == after.shape
    hidden = np.zeros(len(before), bool)
    hidden[8000:16_001] = hidden[46_400:] = True
    assert not after[hidden].any()
    assert np.array_equal(before[~hidden], after[~hidden])
    assert np.abs(before[hidden]).max() > 0.1
