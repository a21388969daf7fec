"""Every handing in is a row, every file of it has its outcome and reason, and a refused recording leaves nothing."""

import io
from pathlib import Path

import pytest

from qa_engine.domain.people import MACHINE
from qa_engine.errors import ManifestError, UsageError
from qa_engine.service import App, ingest_paths, ingest_upload
from qa_engine.settings import Settings
from qa_engine.store import batches
from qa_engine.store.night_tables import Batch


def told(app: App) -> tuple[list[Batch], dict[str, tuple[str, str]]]:
    """The batches, the newest first, and what became of each file of the newest."""
    with app.database.read() as session:
        found = list(batches.newest(session, limit=10))
        files = batches.files(session, found[0].id)
    return found, {file.name: (file.outcome, file.reason) for file in files}


def counts(batch: Batch) -> dict[str, int]:
    names = ("seen", "taken", "duplicate", "waiting", "refused", "skipped")
    return {name: getattr(batch, name) for name in names if getattr(batch, name)}


def copies(settings: Settings) -> list[str]:
    return [path.name for path in settings.recordings_dir.rglob("*") if path.is_file()]


def test_each_file_of_a_folder_is_written_down_with_its_outcome(app: App, inbox: Path) -> None:
    for name, content in {"a": "one", "b": "two", "c": "one", "d": ""}.items():
        (inbox / f"{name}.wav").write_text(content)
    (inbox / "readme.doc").write_text("x")
    (inbox / ".hidden.wav").write_text("x")
    (inbox / "manifest.csv").write_text("file,call_id\na.wav,c-1\nb.wav,c-2\nc.wav,c-3\nd.wav,c-4\nlost.wav,c-5\n")
    report = ingest_paths(app, [inbox])
    (batch,), files = told(app)
    assert report.batch == batch.id
    assert counts(batch) == {"seen": 7, "taken": 3, "duplicate": 1, "refused": 1, "skipped": 2}
    assert (batch.kind, batch.source, batch.manifest, batch.day) == ("ingest", str(inbox), "manifest.csv", None)
    assert batch.manifest_digest is not None
    assert batch.finished_at is not None
    assert files["a.wav"] == ("taken", "")
    assert files["c.wav"] == ("duplicate", "")
    assert files["d.wav"] == (
        "taken",
        f"empty: {inbox / 'd.wav'}: the file is empty (0 bytes). Export the recording again.",
    )
    assert files["manifest.csv"] == ("refused", "'lost.wav': no such file")
    assert files["readme.doc"] == ("skipped", "not a recording")
    assert files[".hidden.wav"] == ("skipped", "hidden, passed over")


def test_a_second_ingest_is_a_batch_of_duplicates(app: App, inbox: Path) -> None:
    (inbox / "a.wav").write_text("one")
    ingest_paths(app, [inbox])
    ingest_paths(app, [inbox])
    found, _ = told(app)
    assert [counts(batch) for batch in found] == [{"seen": 1, "duplicate": 1}, {"seen": 1, "taken": 1}]


def test_a_refused_recording_leaves_no_copy(app: App, settings: Settings, inbox: Path) -> None:
    (inbox / "a.wav").write_text("one")
    (inbox / "b.wav").write_text("two")
    (inbox / "manifest.csv").write_text("file,call_id\na.wav,c-1\n")
    ingest_paths(app, [inbox / "a.wav"])
    (inbox / "manifest.csv").write_text("file,call_id\nb.wav,c-1\n")
    assert ingest_paths(app, [inbox / "b.wav"]).faults
    (batch, *_), files = told(app)
    assert counts(batch) == {"seen": 1, "refused": 1}
    assert "c-1 already belongs to another recording" in files["b.wav"][1]
    assert len(copies(settings)) == 1


@pytest.mark.parametrize(
    ("name", "facts", "error", "reason"),
    [
        ("b.wav", {"call_id": "c-1"}, ManifestError, "c-1 already belongs to another recording"),
        ("b.wav", {"started_at": "yesterday"}, ManifestError, "yesterday"),
    ],
)
def test_a_refused_upload_stands_in_the_table_and_leaves_no_copy(
    app: App, settings: Settings, name: str, facts: dict[str, str], error: type[Exception], reason: str
) -> None:
    ingest_upload(app, io.BytesIO(b"one"), filename="a.wav", facts={"call_id": "c-1"}, who=MACHINE)
    with pytest.raises(error):
        ingest_upload(app, io.BytesIO(b"two"), filename=name, facts=facts, who=MACHINE)
    (refused, taken), files = told(app)
    assert (refused.kind, counts(refused), counts(taken)) == (
        "upload",
        {"seen": 1, "refused": 1},
        {"seen": 1, "taken": 1},
    )
    assert reason in files[name][1]
    assert len(copies(settings)) == 1


def test_a_refused_upload_that_somebody_has_keeps_the_copy(app: App, settings: Settings) -> None:
    ingest_upload(app, io.BytesIO(b"one"), filename="a.wav", facts={"call_id": "c-1"}, who=MACHINE)
    again = ingest_upload(app, io.BytesIO(b"one"), filename="b.wav", facts={"call_id": "c-2"}, who=MACHINE)
    assert again.call_id == "c-1"
    assert len(copies(settings)) == 1


def test_an_upload_that_is_too_large_is_refused_in_the_table(app: App, settings: Settings) -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return b"\0" * size

    with pytest.raises(UsageError):
        ingest_upload(app, Endless(), filename="a.wav", facts={}, who=MACHINE)  # type: ignore[arg-type]
    (batch,), files = told(app)
    assert counts(batch) == {"seen": 1, "refused": 1}
    assert "larger than" in files["a.wav"][1]
    assert copies(settings) == []


def test_a_manifest_that_cannot_be_read_is_a_refusal(app: App, inbox: Path) -> None:
    manifest = inbox / "m.csv"
    manifest.write_text("name\nx\n")
    with pytest.raises(ManifestError):
        ingest_paths(app, [inbox], manifest=manifest)
    (batch,), files = told(app)
    assert counts(batch) == {"seen": 1, "refused": 1}
    assert "the column file is missing" in files["m.csv"][1]
    assert batch.finished_at is not None


def test_what_cannot_be_written_is_left_out_of_reasons(app: App) -> None:
    with pytest.raises(ManifestError):
        ingest_upload(app, io.BytesIO(b"x"), filename="a\x07.wav", facts={"call_id": "a\x00b"}, who=MACHINE)
    _, files = told(app)
    assert list(files) == ["a.wav"]
