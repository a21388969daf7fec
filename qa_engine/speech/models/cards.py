"""The card of a model: what it is, where it comes from, how it wants to be used, and the digests of its files."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from qa_engine.errors import ModelError

CARD_NAME = "qa_engine_model.json"
WEIGHTS_NAME = "model.bin"
NEEDED = (WEIGHTS_NAME, "config.json", "tokenizer.json")

_READ_SIZE = 1 << 22

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class FileFacts(BaseModel):
    """One file of a model."""

    sha256: Sha256
    bytes: Annotated[int, Field(ge=0)]


class ModelCard(BaseModel):
    """``qa_engine_model.json`` in a model's folder; every key may be left out, unknown ones are ignored.

    ``clip_seconds`` (2 to 30) is for a model that does not hear longer clips well. ``confidence_floor`` (0 to 1) is the
    mean word probability of a turn under which this model has not understood it; it can only raise the floor that the
    service sets for every model. ``beam_size`` is the widest beam that brings this model anything; a wider setting is
    narrowed. ``notice`` is shown wherever the model is used. ``files`` are verified before loading.
    """

    name: str | None = None
    version: str | None = None
    notice: str | None = None
    clip_seconds: Annotated[float, Field(ge=2, le=30)] | None = None
    confidence_floor: Annotated[float, Field(ge=0, le=1)] | None = None
    beam_size: Annotated[int, Field(ge=1, le=20)] | None = None
    source: str | None = None
    licence: str | None = None
    languages: list[str] | None = None
    files: dict[str, FileFacts] = {}

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files.values())


def read_card(path: Path) -> ModelCard:
    """The card in a file; an empty one where there is no file. Raises ModelError with the place."""
    if not path.is_file():
        return ModelCard()
    try:
        return ModelCard.model_validate_json(path.read_bytes())
    except (OSError, ValidationError, ValueError) as error:
        raise ModelError(f"{path} cannot be read: {error}. Correct it or remove it.") from error


def file_facts(folder: Path, names: Sequence[str]) -> dict[str, FileFacts]:
    return {
        name: FileFacts(sha256=file_digest(folder / name), bytes=(folder / name).stat().st_size)
        for name in sorted(names)
    }


def faults_of(folder: Path, files: Mapping[str, FileFacts]) -> list[str]:
    """What is wrong with the files of a model, against its card; empty when all of them are as they were."""
    found = []
    for name, facts in sorted(files.items()):
        path = folder / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif path.stat().st_size != facts.bytes:
            found.append(f"{name} has {path.stat().st_size} bytes instead of {facts.bytes}")
        elif file_digest(path) != facts.sha256:
            found.append(f"{name} is damaged or was replaced: its sha256 is not that of the card")
    return found


def file_digest(path: Path) -> str:
    """The sha256 of a file in hex, as ``sha256sum`` prints it; computed once a process and file version."""
    facts = path.stat()
    return _digest(path.resolve(), facts.st_size, facts.st_mtime_ns)


@lru_cache(maxsize=64)
def _digest(path: Path, size: int, modified_ns: int) -> str:
    """Size and time are only part of the key: a replaced file is hashed anew."""
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_READ_SIZE):
            sha.update(piece)
    return sha.hexdigest()
