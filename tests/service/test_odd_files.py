"""What is odd in a folder, a name, a row or the machine is told of that file, and the rest of the batch is done."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from qa_engine.domain.people import MACHINE
from qa_engine.errors import ConflictError, StoreError
from qa_engine.service import (
    App,
    IngestOutcome,
    JobState,
    MemoryBell,
    get_call,
    ingest_paths,
    run_pending,
    sweep,
)
from qa_engine.service.intake import ingest as ingest_room


def write(folder: Path, **files: str) -> None:
    for name, content in files.items():
        (folder / f"{name}.wav").write_text(content)


def test_links_hidden_files_and_others_in_a_folder(app: App, inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.wav").write_text("outside")
    (inbox / "link.wav").symlink_to(tmp_path / "outside.wav")
    (inbox / "notes.docx").write_text("notes")
    (inbox / "readme.txt").write_text("坐席：您好")
    (inbox / ".hidden.wav").write_text("hidden")
    report = ingest_paths(app, [inbox, tmp_path / "nowhere"])
    assert report.calls == ()
    assert [Path(name).name for name in report.skipped] == ["notes.docx", "readme.txt"]
    assert [fault.message for fault in report.faults] == [
        "a link that leads out of the folder",
        "no such file or folder",
    ]


def test_a_recording_whose_row_is_faulty_waits(app: App, inbox: Path) -> None:
    write(inbox, a="one", b="two")
    (inbox / "manifest.csv").write_text("file,call_id,csat\na.wav,c-1,good\nb.wav,c-2,5\n")
    report = ingest_paths(app, [inbox])
    assert [call.call_id for call in report.calls] == ["c-2"]
    assert [fault.line for fault in report.faults] == [2]


def test_a_broken_bell_loses_nothing(app: App, bell: MemoryBell, inbox: Path) -> None:
    write(inbox, a="one", b="two")
    bell.broken = True
    assert {call.outcome for call in ingest_paths(app, [inbox]).calls} == {IngestOutcome.NEW}
    assert bell.take_all() == []
    bell.broken = False
    assert sweep(app).rung == 2
    assert len(bell.take_all()) == 2


def test_a_full_disk_is_a_fault_of_the_file_not_of_the_batch(make_app: Callable[..., App], inbox: Path) -> None:
    class Full:
        def store(self, stream: object, *, name: str, max_bytes: int | None = None) -> object:
            raise StoreError(f"{name}: cannot be copied: No space left on device")

    app = make_app(recordings=Full())
    write(inbox, a="one", b="two")
    report = ingest_paths(app, [inbox])
    assert [fault.subject for fault in report.faults] == ["file", "file"]
    assert "No space left" in report.faults[0].message


ODD_ROWS = {
    "half a character": ('{"file": "a.wav", "call_id": "c-1", "agent_name": "\\ud800"}', "agent_name"),
    "half a character in metadata": ('{"file": "a.wav", "call_id": "c-1", "note": ["\\ud800"]}', "note"),
    "half a character in a column": ('{"file": "a.wav", "call_id": "c-1", "\\ud800": "x"}', "\\ud800"),
    "a NUL": ('{"file": "a.wav", "call_id": "c-1", "team": "a\\u0000b"}', "team"),
    "no number": ('{"file": "a.wav", "call_id": "c-1", "cost": 1e999}', "cost"),
    "the year 1": ('{"file": "a.wav", "call_id": "c-1", "started_at": "0001-01-01 00:00:00"}', "started_at"),
    "the end of time": ('{"file": "a.wav", "call_id": "c-1", "started_at": "9999-12-31T23:59-08:00"}', "started_at"),
    "an id too long for a file name": (json.dumps({"file": "a.wav", "call_id": "字" * 100}), "call_id"),
}


@pytest.mark.parametrize("name", ODD_ROWS)
def test_a_row_that_no_database_takes_is_a_fault_and_the_rest_is_done(app: App, inbox: Path, name: str) -> None:
    row, subject = ODD_ROWS[name]
    write(inbox, a="one", b="two")
    (inbox / "manifest.jsonl").write_text(row + '\n{"file": "b.wav", "call_id": "c-2"}\n', encoding="utf-8")
    report = ingest_paths(app, [inbox])
    assert [(fault.line, fault.subject) for fault in report.faults] == [(1, subject)]
    assert [call.call_id for call in report.calls] == ["c-2"]


@pytest.mark.parametrize(
    ("name", "call_id"), [("投诉".encode("gb18030"), "投诉"), (b"\xff\xfe", "call"), (("字" * 80).encode(), "字" * 60)]
)
def test_file_names_of_any_bytes(app: App, inbox: Path, name: bytes, call_id: str) -> None:
    for number, content in enumerate((b"sound", b"broken")):
        (inbox / str(number)).mkdir()
        (inbox / str(number) / f"{os.fsdecode(name)}.wav").write_bytes(content)
    first, second = ingest_paths(app, [inbox]).calls
    assert (first.call_id, first.outcome) == (call_id, IngestOutcome.NEW)
    assert second.call_id.startswith(f"{call_id}-")
    assert (second.outcome, second.reason) == (IngestOutcome.ASIDE, "unreadable")
    run_pending(app)
    assert get_call(app, call_id, who=MACHINE).jobs[-1].state is JobState.DONE, "its form is written"


def test_an_empty_file_does_not_hide_behind_a_call_of_its_name(app: App, inbox: Path) -> None:
    for folder, content in (("one", "sound"), ("two", "")):
        (inbox / folder).mkdir()
        write(inbox / folder, call=content)
    report = ingest_paths(app, [inbox])
    assert [call.outcome for call in report.calls] == [IngestOutcome.NEW]
    assert "the file is empty" in report.faults[0].message


def test_folders_that_are_not_walked_are_told(app: App, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (inbox / "closed").mkdir()
    (inbox / "open").mkdir()
    write(inbox / "open", a="one")
    (inbox / "linked").symlink_to(inbox / "open")
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    report = ingest_paths(app, [inbox])
    assert [call.call_id for call in report.calls] == ["a"]
    assert sorted((Path(fault.where).name, fault.message.split(":")[0]) for fault in report.faults) == [
        ("closed", "the folder cannot be read"),
        ("linked", "a linked folder is not followed; name it itself"),
    ]


def test_a_conflict_over_one_file_does_not_stop_the_batch(
    app: App, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ingest_room.register

    def register(app: App, arrival: ingest_room.Arrival) -> ingest_room.Registered:
        if arrival.stem == "a":
            raise ConflictError("others keep changing the same call; try again")
        return real(app, arrival)

    monkeypatch.setattr(ingest_room, "register", register)
    write(inbox, a="one", b="two")
    report = ingest_paths(app, [inbox])
    assert [call.call_id for call in report.calls] == ["b"]
    assert "try again" in report.faults[0].message
