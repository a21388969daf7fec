"""A folder as telephone systems and people leave it: files that grow, broken manifests, and everything told."""

import os
import shutil
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qa_engine.domain import CallState
from qa_engine.domain.people import MACHINE
from qa_engine.service import App, IngestOutcome, get_call, ingest_paths, list_calls, preview_paths, run_pending
from qa_engine.settings import Settings, load_settings

MANIFESTS = Path(__file__).parents[1] / "unit" / "field" / "inputs" / "manifests"
SOUND = b"".join(struct.pack("<h", (n * 37) % 2000 - 1000) for n in range(8000))


def wav(sound: bytes, *, is_open: bool = False, size: int | None = None) -> bytes:
    declared = 0 if is_open else len(sound) if size is None else size
    rate = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", 16) + rate + b"data" + struct.pack("<I", declared) + sound
    return b"RIFF" + struct.pack("<I", 0 if is_open else len(body)) + body


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def faults(app: App, folder: Path) -> list[str]:
    return [str(fault) for fault in ingest_paths(app, [folder]).faults]


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_recording_that_is_still_written_waits(app: App, inbox: Path, size: int) -> None:
    path = inbox / "a.wav"
    path.write_bytes(wav(SOUND[:4000], size=size))
    report = ingest_paths(app, [inbox])
    assert report.calls == ()
    assert "still being written" in str(report.faults[0])
    age(path, 3600)  # nobody comes back to close it
    assert [call.outcome for call in ingest_paths(app, [inbox]).calls] == [IngestOutcome.NEW]


@pytest.mark.parametrize("manifest", ["", "file,call_id\na.wav,c-1\n"])
@pytest.mark.parametrize("judged", [False, True])
def test_a_recording_that_grew_replaces_its_beginning(app: App, inbox: Path, manifest: str, judged: bool) -> None:
    if manifest:
        (inbox / "manifest.csv").write_text(manifest)
    path = inbox / "a.wav"
    path.write_bytes(wav(SOUND[:4000]))
    (first,) = ingest_paths(app, [inbox]).calls
    if judged:
        run_pending(app)
    path.write_bytes(wav(SOUND))
    (second,) = ingest_paths(app, [inbox]).calls
    assert (second.call_id, second.outcome) == (first.call_id, IngestOutcome.REPLACED)
    assert any("the recording grew" in warning for warning in second.warnings)
    run_pending(app)
    assert list_calls(app, who=MACHINE).total == 1
    assert get_call(app, first.call_id, who=MACHINE).row.state is CallState.CLEAN
    assert [call.outcome for call in ingest_paths(app, [inbox]).calls] == [IngestOutcome.DUPLICATE]


def test_another_recording_of_the_same_name_is_another_call(app: App, inbox: Path) -> None:
    (inbox / "a.wav").write_bytes(wav(SOUND[:4000]))
    ingest_paths(app, [inbox])
    (inbox / "a.wav").write_bytes(wav(SOUND[2:]))
    (call,) = ingest_paths(app, [inbox]).calls
    assert call.outcome is IngestOutcome.NEW
    assert list_calls(app, who=MACHINE).total == 2


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04\x00", b"", "名称,工号\na.wav,1\n".encode(), b"\xff\xfe\x00a", b"file,file\na.wav,b\n"]
)
def test_a_manifest_that_cannot_be_read_stops_its_folder(app: App, inbox: Path, content: bytes) -> None:
    (inbox / "a.wav").write_bytes(b"sound")
    other = inbox / "other"
    other.mkdir()
    (other / "b.wav").write_bytes(b"more")
    (inbox / "manifest.csv").write_bytes(content)
    report = ingest_paths(app, [inbox])
    assert [call.call_id for call in report.calls] == ["b"]
    assert any("nothing of this folder is taken in" in str(fault) for fault in report.faults)
    (inbox / "manifest.csv").write_text("file,agent_id\na.wav,8026\n")
    ingest_paths(app, [inbox])
    assert get_call(app, "a", who=MACHINE).row.agent_id == "8026"


def test_a_file_that_stands_behind_the_break_of_a_manifest_waits(app: App, inbox: Path) -> None:
    for name in ("a", "b"):
        (inbox / f"{name}.wav").write_bytes(name.encode())
    (inbox / "manifest.csv").write_text('file,agent_id\na.wav,8026\nb.wav,"80\n')
    report = ingest_paths(app, [inbox])
    assert [call.call_id for call in report.calls] == ["a"]
    assert any("b.wav" in str(fault) and "waits" in str(fault) for fault in report.faults)


def copy_manifests(inbox: Path, name: str) -> None:
    for path in MANIFESTS.glob("t*.json"):
        shutil.copy(path, inbox)
    shutil.copy(MANIFESTS / name, inbox / "manifest.csv")


def test_trailing_commas_change_nothing(app: App, inbox: Path) -> None:
    copy_manifests(inbox, "trailing_commas.csv")
    report = ingest_paths(app, [inbox])
    assert (report.faults, report.notes) == ((), ())
    assert {row.call_id: row.agent_id for row in list_calls(app, who=MACHINE).rows} == {
        "t0": "8020", "t1": "8021", "t2": "8022", "t3": "8023",
    }  # fmt: skip


def test_look_alike_ids_are_told(app: App, inbox: Path) -> None:
    copy_manifests(inbox, "lookalike_ids.csv")
    report = ingest_paths(app, [inbox])
    assert report.notes == ("agents 0026, 26 look like one person: set QA_AGENT_ID_DIGITS or mend the manifest",)
    assert {row.agent_id for row in list_calls(app, who=MACHINE).rows} == {"0026", "26"}


def test_look_alike_ids_are_one_person_where_the_centre_says_their_form(
    make_app: Callable[..., App], settings: Settings, inbox: Path
) -> None:
    app = make_app(settings=load_settings(home=settings.home, agent_id_digits=4))
    copy_manifests(inbox, "lookalike_ids.csv")
    assert ingest_paths(app, [inbox]).notes == ()
    assert {row.agent_id for row in list_calls(app, who=MACHINE).rows} == {"0026"}


def test_an_empty_sidecar_is_passed_over_and_hidden_files_are_told(app: App, inbox: Path) -> None:
    (inbox / "a.wav").write_bytes(b"sound")
    (inbox / "a.json").touch()
    (inbox / ".a.wav.part").touch()
    report = ingest_paths(app, [inbox])
    assert [(call.call_id, call.outcome) for call in report.calls] == [("a", IngestOutcome.NEW)]
    assert report.faults == ()
    assert [note.rpartition("/")[2] for note in report.notes] == [
        ".a.wav.part: hidden, passed over", "a.json: empty, passed over",
    ]  # fmt: skip


def test_a_dry_run_shows_every_row_and_stores_nothing(app: App, inbox: Path, settings: Settings) -> None:
    copy_manifests(inbox, "lookalike_ids.csv")
    (inbox / "extra.wav").write_bytes(wav(SOUND, is_open=True))
    (inbox / "notes.doc").touch()
    preview = preview_paths(app, [inbox])
    assert [(Path(row.file).name, row.line, row.facts.agent.id, row.remark) for row in preview.rows] == [
        ("extra.wav", None, None, "waits: still being written"),
        ("t0.json", 2, "0026", ""),
        ("t1.json", 3, "26", ""),
        ("t2.json", 4, "0026", ""),
        ("t3.json", 5, "0026", ""),
    ]
    assert [Path(name).name for name in preview.skipped] == ["notes.doc"]
    assert len(preview.notes) == 1
    assert not settings.home.exists()


def test_names_in_other_bytes_emoji_and_long_ones_are_taken_in(app: App, inbox: Path) -> None:
    names = ["坐席8026".encode("gbk"), "😀".encode(), b"x" * 251]
    for number, name in enumerate(names):
        (inbox / os.fsdecode(name + b".wav")).write_bytes(b"sound %d" % number)
    report = ingest_paths(app, [inbox])
    assert report.faults == ()
    assert len({call.call_id for call in report.calls}) == 3
    assert any("坐席8026" in call.source for call in report.calls)


def test_a_manifest_finds_the_file_whose_name_is_in_the_bytes_of_gbk(app: App, inbox: Path) -> None:
    (inbox / os.fsdecode("中文录音.wav".encode("gbk"))).write_bytes(b"sound")
    (inbox / "manifest.csv").write_bytes("录音文件,工号\n中文录音.wav,0028\n中文缺失.wav,0029\n".encode("gbk"))
    report = ingest_paths(app, [inbox])
    assert [fault.message for fault in report.faults] == ["'中文缺失.wav': no such file"]
    (row,) = list_calls(app, who=MACHINE).rows
    assert (row.agent_id, row.source_name) == ("0028", "中文录音.wav")
