"""Watched folders and stores: what is new comes in once, what grows waits, what is known is not read again."""

import errno
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qa_engine.domain.people import MACHINE
from qa_engine.errors import InputError, SettingsError, StoreError, UsageError
from qa_engine.service import App, FixedClock, MemoryBell, list_calls, night_tick, run_pending, watch_now
from qa_engine.service.night.watching import look_at
from qa_engine.settings import Settings, load_settings

OLD = 3600.0


@pytest.fixture
def watching(make_app: Callable[..., App], settings: Settings, inbox: Path) -> App:
    given = settings.model_dump(exclude_none=True)
    return make_app(settings=load_settings(**{**given, "watch_folders": (str(inbox),)}))


def put(folder: Path, name: str, text: str, *, age: float = OLD) -> Path:
    path = folder / name
    path.write_text(text)
    at = time.time() - age
    os.utime(path, (at, at))
    return path


def calls(app: App) -> list[str]:
    return sorted(row.call_id for row in list_calls(app, who=MACHINE).rows)


def test_what_is_new_comes_in_once(watching: App, inbox: Path) -> None:
    put(inbox, "a.wav", "a")
    report = look_at(watching, str(inbox))
    assert report is not None
    assert [call.call_id for call in report.calls] == ["a"]
    assert look_at(watching, str(inbox)) is None
    put(inbox, "b.wav", "b")
    assert calls(watching) == ["a"]
    assert look_at(watching, str(inbox)) is not None
    assert calls(watching) == ["a", "b"]


def test_a_file_of_a_moment_ago_waits_whatever_its_format(watching: App, inbox: Path) -> None:
    growing = put(inbox, "a.mp3", "half", age=1.0)
    assert look_at(watching, str(inbox)) is None
    put(inbox, growing.name, "half and half")
    assert look_at(watching, str(inbox)) is not None
    assert calls(watching) == ["a"]


def test_a_time_in_the_future_keeps_nobody_waiting(watching: App, inbox: Path) -> None:
    put(inbox, "a.wav", "a", age=-7200.0)
    assert look_at(watching, str(inbox)) is not None


def test_files_that_are_still_brought_under_another_name_are_left(watching: App, inbox: Path) -> None:
    put(inbox, "a.wav.part", "x")
    put(inbox, ".b.wav.swp", "x")
    assert look_at(watching, str(inbox)) is None


def test_the_facts_come_from_the_manifest_of_the_folder(watching: App, inbox: Path) -> None:
    put(inbox, "a.wav", "a")
    put(inbox, "manifest.csv", "录音文件,工号,开始时间\na.wav,0026,2026/3/2 9:15\n")
    look_at(watching, str(inbox))
    (row,) = list_calls(watching, who=MACHINE).rows
    assert (row.agent_id, str(row.day)) == ("0026", "2026-03-02")


def test_a_folder_that_is_gone_is_told(watching: App, inbox: Path) -> None:
    inbox.rmdir()
    with pytest.raises(InputError, match="not there"):
        look_at(watching, str(inbox))
    ((place, report, error),) = watch_now(watching)
    assert (place, report) == (str(inbox), None)
    assert error is not None


def test_nothing_watched_is_told(app: App) -> None:
    with pytest.raises(UsageError, match="QA_WATCH_FOLDERS"):
        list(watch_now(app))


def test_the_tick_asks_for_one_look_at_a_time(watching: App, clock: FixedClock, bell: MemoryBell, inbox: Path) -> None:
    put(inbox, "a.wav", "a")
    assert night_tick(watching).watched == (str(inbox),)
    assert night_tick(watching).watched == ()  # the first look still waits for a worker
    run_pending(watching)
    assert calls(watching) == ["a"]
    assert night_tick(watching).watched == ()  # looked at just now
    clock.advance(61)
    bell.take_all()
    assert night_tick(watching).watched == (str(inbox),)
    assert len(bell.rings["night"]) == 1


@pytest.fixture
def store() -> Iterator[str]:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.store.clear()
    yield "memory://centre/rec"
    memory.store.clear()


def upload(name: str, content: bytes) -> None:
    import fsspec

    fsspec.filesystem("memory").pipe_file(f"/centre/rec/{name}", content)


def test_an_object_store_is_a_watched_folder(app: App, settings: Settings, store: str) -> None:
    upload("2026/a.wav", b"a")
    upload("2026/manifest.csv", "录音文件,工号,开始时间\na.wav,0026,2026/3/2 9:15\n".encode("gb18030"))
    upload("notes.docx", b"x")
    report = look_at(app, store)
    assert report is not None
    assert [(call.call_id, call.outcome.value) for call in report.calls] == [("a", "new")]
    (row,) = list_calls(app, who=MACHINE).rows
    assert (row.agent_id, row.source_name) == ("0026", "a.wav")
    assert look_at(app, store) is None
    upload("2026/b.wav", b"b")
    upload("2026/manifest.csv", "录音文件,工号\na.wav,0026\nb.wav,0027\nc.wav,0028\n".encode("gb18030"))
    second = look_at(app, store)
    assert second is not None
    assert [str(fault) for fault in second.faults] == [  # a is known and was not fetched again
        "memory://centre/rec/2026/manifest.csv:4: [file] 'c.wav': no such file"
    ]
    assert calls(app) == ["a", "b"]
    assert not list((settings.home / "staging").iterdir())


class _Away(Exception):  # noqa: N818  # what the library of a store raises, which is no OSError
    pass


@pytest.mark.parametrize(
    ("error", "told"), [(_Away("no answer"), InputError), (OSError(errno.ENOSPC, "No space left"), StoreError)]
)
def test_a_store_that_is_away_is_told_and_a_full_disk_is_the_machines(
    app: App, store: str, monkeypatch: pytest.MonkeyPatch, error: Exception, told: type[Exception]
) -> None:
    import fsspec

    def find(*_: object, **__: object) -> object:
        raise error

    monkeypatch.setattr(type(fsspec.filesystem("memory")), "find", find)
    with pytest.raises(told, match=r"no answer|No space left"):
        look_at(app, store)


def test_a_store_nobody_can_open_is_told(app: App) -> None:
    with pytest.raises(SettingsError, match="objects"):
        look_at(app, "nosuchstore://x")


def test_an_object_never_leads_out_of_the_staging_folder(app: App, settings: Settings, store: str) -> None:
    upload("../../evil.wav", b"x")
    look_at(app, store)
    assert not list(settings.home.parent.glob("evil*"))
