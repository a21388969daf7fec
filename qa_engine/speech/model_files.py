"""The folder of a recogniser model: where it is, the digest of its weights, what it says about itself."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from qa_engine.errors import RecogniserError
from qa_engine.resources import starter_model_dir

STARTER = "starter"
STARTER_NOTICE = "演示识别模型"
CARD_NAME = "qa_engine_model.json"
WEIGHTS_NAME = "model.bin"

_NEEDED = (WEIGHTS_NAME, "config.json", "tokenizer.json")
_READ_SIZE = 1 << 22


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A faster-whisper model on this disk. All but its ``path`` comes from its card, if it has one.

    The card is ``qa_engine_model.json`` in the folder; all of its keys may be left out:
    ``{"name": "…", "notice": "演示识别模型", "clip_seconds": 12, "confidence_floor": 0.7}``. ``clip_seconds`` (2 to 30)
    is for a small model, trained on single sentences, that does not hear longer clips well; Whisper itself takes 30.
    ``confidence_floor`` (0 to 1) is for a model that is sure of itself even where it understands nothing: turns below
    it are not judged. It can only raise the floor that the service sets for every model.
    """

    path: Path
    name: str
    notice: str | None
    clip_seconds: float | None = None
    confidence_floor: float | None = None

    @property
    def weights_digest(self) -> str:
        """``sha256:…`` of ``model.bin`` (as ``sha256sum`` prints it), computed once a process and file version."""
        weights = self.path / WEIGHTS_NAME
        try:
            facts = weights.stat()
            return _file_digest(weights.resolve(), facts.st_size, facts.st_mtime_ns)
        except OSError as error:
            raise RecogniserError(f"{weights} cannot be read: {error}") from error


def find_model(model: str) -> ModelFolder:
    """The folder of a model: ``starter``, a folder, or a name that the model hub (or its local cache) knows.

    Raises RecogniserError with what to do when it is not there.
    """
    if model == STARTER:
        return _from_folder(starter_model_dir(), STARTER_NOTICE)
    folder = Path(model).expanduser()
    if folder.is_dir():
        return _from_folder(folder, None)
    if folder.is_absolute() or model.startswith(("./", "../", "~")):
        raise RecogniserError(f"recogniser model {model}: no such folder. Set QA_ASR_MODEL to a faster-whisper folder.")
    return ModelFolder(_from_hub(model), model, None)


def _from_folder(folder: Path, default_notice: str | None) -> ModelFolder:
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if missing:
        raise RecogniserError(
            f"recogniser model {folder}: {', '.join(missing)} is missing, so it is no faster-whisper model folder."
            " Convert a Whisper model with ct2-transformers-converter, or give a model name instead."
        )
    card = _read_card(folder / CARD_NAME)
    name, notice = card.name or folder.resolve().name, card.notice or default_notice
    return ModelFolder(folder, name, notice, card.clip_seconds, card.confidence_floor)


class _Card(BaseModel):
    """What a model says about itself."""

    name: str | None = None
    notice: str | None = None
    clip_seconds: Annotated[float, Field(ge=2, le=30)] | None = None
    confidence_floor: Annotated[float, Field(ge=0, le=1)] | None = None


def _read_card(path: Path) -> _Card:
    if not path.is_file():
        return _Card()
    try:
        return _Card.model_validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RecogniserError(f"{path} cannot be read: {error}. Correct it or remove it.") from error


def _from_hub(model: str) -> Path:
    from faster_whisper.utils import download_model

    try:
        try:
            return Path(download_model(model, local_files_only=True))
        except (OSError, ValueError):  # not in the local cache, or not a name at all: the second try says which
            return Path(download_model(model))
    except ValueError as error:
        raise RecogniserError(f"recogniser model {model!r}: {error}") from error
    except _hub_errors() as error:
        raise RecogniserError(
            f"recogniser model {model!r} is not on this machine and the model hub cannot be reached ({error})."
            " On a machine with internet access download it, copy the folder here, and set QA_ASR_MODEL to that folder;"
            " or use QA_ASR_MODEL=starter, the bundled demonstration model."
        ) from error


def _hub_errors() -> tuple[type[Exception], ...]:
    """What the hub client raises depends on the HTTP library that its version uses; older ones raise OSErrors only."""
    errors: list[type[Exception]] = [OSError, RuntimeError]
    for name in ("httpx", "httpx2"):
        with suppress(ImportError):
            library = import_module(name)
            errors += [library.HTTPError, library.InvalidURL]
    return tuple(errors)


@lru_cache(maxsize=8)
def _file_digest(path: Path, size: int, modified_ns: int) -> str:
    """Size and time are only part of the key: a replaced file is hashed anew."""
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_READ_SIZE):
            sha.update(piece)
    return f"sha256:{sha.hexdigest()}"
