"""Recordings kept elsewhere by one setting: on shared storage, or in an object store."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from qa_engine.domain.people import MACHINE
from qa_engine.errors import UsageError
from qa_engine.service import App, doctor, get_call, ingest_paths, recording_file, run_pending
from qa_engine.service.adapters.object_recordings import ObjectRecordings
from qa_engine.service.keeping.backup import back_up, restore
from qa_engine.service.keeping.forget import forget_calls
from qa_engine.settings import Settings, load_settings

OBJECTS = "memory://rec/prefix"


@pytest.fixture(params=["folder", "objects"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    memory = MemoryFileSystem()
    memory.store.clear()
    yield str(tmp_path / "share" / "recordings") if request.param == "folder" else OBJECTS
    memory.store.clear()


@pytest.fixture
def kept_there(settings: Settings, place: str) -> Settings:
    return load_settings(**settings.model_dump(exclude_none=True) | {"recording_store": place})


@pytest.fixture
def app(make_app: Callable[..., App], kept_there: Settings) -> App:
    return make_app(settings=kept_there)


def taken_in(app: App, inbox: Path) -> None:
    for name in ("a", "b"):
        (inbox / f"{name}.wav").write_text(f"sound of {name}")
    (inbox / "empty.wav").write_text("")
    ingest_paths(app, [inbox])
    run_pending(app)


def seen(app: App, place: str) -> list[str]:
    """The bytes of what is kept at the place, in the order of their hashes."""
    if place == OBJECTS:
        files = MemoryFileSystem()
        return sorted(files.cat_file(name).decode() for name in files.find("/rec"))
    return sorted(path.read_text() for path in Path(place).rglob("*") if path.is_file())


def copies(app: App) -> list[Path]:
    return [path for path in (app.settings.home / "cache").rglob("*") if path.is_file()]


def test_taken_in_heard_sent_and_forgotten(app: App, inbox: Path, place: str) -> None:
    taken_in(app, inbox)
    assert seen(app, place) == ["sound of a", "sound of b"]
    assert not (app.settings.home / "recordings").exists()
    ingest_paths(app, [inbox])
    assert seen(app, place) == ["sound of a", "sound of b"]  # once by their hashes
    detail = get_call(app, "a", who=MACHINE)
    assert detail.transcript is not None
    for path in copies(app):
        path.unlink()  # another machine, or long ago
    assert recording_file(app, "a", who=MACHINE).path.read_text() == "sound of a"
    assert forget_calls(app, ["a"], who=MACHINE, why="客户要求").recordings == 1
    assert seen(app, place) == ["sound of b"]
    assert not any("sound of a" in path.read_text() for path in copies(app))


def test_the_doctor_tries_it_out_and_looks_for_the_newest(app: App, inbox: Path, place: str) -> None:
    def told() -> tuple[bool, str]:
        return next((check.ok, check.detail) for check in doctor(app) if check.id == "recordings")

    taken_in(app, inbox)
    forget_calls(app, ["a"], who=MACHINE, why="客户要求")
    assert told() == (True, f"{place}, the newest 1 are there")
    detail = get_call(app, "b", who=MACHINE)
    assert detail.recording is not None
    app.recordings.remove(detail.recording.sha256, ".wav")
    ok, said = told()
    assert (ok, "1 of the newest 1 are missing" in said) == (False, True)


def test_a_backup_copies_files_and_counts_objects(
    app: App, make_app: Callable[..., App], kept_there: Settings, inbox: Path, place: str, tmp_path: Path
) -> None:
    taken_in(app, inbox)
    forget_calls(app, ["a"], who=MACHINE, why="客户要求")
    made, told = back_up(app, tmp_path / "b", who=MACHINE)
    copied = list((made / "recordings").rglob("*.wav")) if (made / "recordings").exists() else []
    assert (told.missing, len(copied), told.recordings + told.elsewhere) == ((), told.recordings, 1)
    assert told.elsewhere == (1 if place == OBJECTS else 0)
    given = kept_there.model_dump(exclude_none=True) | {"home": tmp_path / "other"}
    if place == OBJECTS:
        without = {name: value for name, value in given.items() if name != "recording_store"}
        with pytest.raises(UsageError, match="set QA_RECORDING_STORE"):
            restore(make_app(settings=load_settings(**without)), made, who=MACHINE)
    again = make_app(settings=load_settings(**given))
    restore(again, made, who=MACHINE)  # beside what outlived the data folder
    assert recording_file(again, "b", who=MACHINE).path.read_text() == "sound of b"
    assert seen(again, place) == ["sound of b"]
    if place != OBJECTS:
        moved = make_app(settings=load_settings(**given | {"home": tmp_path / "c", "recording_store": OBJECTS}))
        restore(moved, made, who=MACHINE)
        assert recording_file(moved, "b", who=MACHINE).path.read_text() == "sound of b"


def test_a_backup_names_what_the_store_lost(app: App, inbox: Path, place: str, tmp_path: Path) -> None:
    taken_in(app, inbox)
    detail = get_call(app, "b", who=MACHINE)
    assert detail.recording is not None
    app.recordings.remove(detail.recording.sha256, ".wav")
    _, told = back_up(app, tmp_path / "b", who=MACHINE)
    assert told.missing == (detail.recording.sha256,)


def test_a_store_that_is_away_costs_no_attempt(
    make_app: Callable[..., App], settings: Settings, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    MemoryFileSystem().store.clear()
    chosen = load_settings(**settings.model_dump(exclude_none=True) | {"recording_store": OBJECTS})
    app = make_app(settings=chosen)
    (inbox / "a.wav").write_text("sound of a")
    ingest_paths(app, [inbox])
    for path in copies(app):
        path.unlink()
    with monkeypatch.context() as patched:
        patched.setattr(MemoryFileSystem, "open", lambda *_, **__: 1 / 0)
        run_pending(app)
    (job,) = get_call(app, "a", who=MACHINE).jobs
    assert (job.attempts, job.state) == (0, "queued")
    assert isinstance(app.recordings, ObjectRecordings)
