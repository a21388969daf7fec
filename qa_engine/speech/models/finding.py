"""Which folder a model's name means: the bundled one, one of the store, a folder on this disk, or the hub's cache."""

from dataclasses import dataclass
from pathlib import Path

from qa_engine.errors import ModelError
from qa_engine.resources import starter_model_dir
from qa_engine.speech.models.cards import CARD_NAME, NEEDED, WEIGHTS_NAME, ModelCard, faults_of, file_digest, read_card
from qa_engine.speech.models.floors import FLOORS
from qa_engine.wording import STARTER_NOTICE

STARTER = "starter"


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A faster-whisper model on this disk, with its card."""

    path: Path
    name: str
    notice: str | None
    card: ModelCard

    @property
    def clip_seconds(self) -> float | None:
        return self.card.clip_seconds

    @property
    def confidence_floor(self) -> float | None:
        return self._measured.confidence_floor

    @property
    def beam_size(self) -> int | None:
        return self._measured.beam_size

    @property
    def _measured(self) -> ModelCard:
        """The card, with what was measured of these weights where it says nothing: a folder may have no card at all."""
        known = FLOORS.get(self.weights_digest.removeprefix("sha256:"), {})
        return ModelCard.model_validate({**known, **self.card.model_dump(exclude_none=True)})

    @property
    def weights_digest(self) -> str:
        """``sha256:…`` of ``model.bin`` (as ``sha256sum`` prints it), computed once a process and file version."""
        weights = self.path / WEIGHTS_NAME
        try:
            return f"sha256:{file_digest(weights)}"
        except OSError as error:
            raise ModelError(f"{weights} cannot be read: {error}") from error

    def verify(self) -> None:
        """Compare the files with the card. Raises ModelError with every fault; a card without files passes."""
        try:
            faults = faults_of(self.path, self.card.files)
        except OSError as error:
            faults = [str(error)]
        if faults:
            raise ModelError(
                f"recogniser model {self.name} in {self.path} is broken: {'; '.join(faults)}."
                f" Get it anew: qa-engine models remove {self.name}, then qa-engine models add {self.name}."
            )


def find_model(model: str, store: Path | None = None) -> ModelFolder:
    """The folder of a model: ``starter``, a name in ``store``, a folder, or a name in the hub's local cache.

    Nothing is fetched. Raises ModelError with what to do when it is not there.
    """
    if model == STARTER:
        return _from_folder(starter_model_dir(), STARTER_NOTICE)
    folder = (stored_folder(store, model) if store is not None else None) or Path(model).expanduser()
    if folder.is_dir():
        return _from_folder(folder, None)
    if folder.is_absolute() or model.startswith(("./", "../", "~")):
        raise ModelError(f"recogniser model {model}: no such folder. Set QA_ASR_MODEL to a faster-whisper folder.")
    cached = _cached(model)
    if cached is None:
        raise ModelError(
            f"recogniser model {model!r} is not on this machine. Get it: qa-engine models add {model}"
            " (--from names a mirror, a folder or an archive); qa-engine models list shows what is there."
            " Or use QA_ASR_MODEL=starter, the bundled demonstration model."
        )
    return ModelFolder(cached, model, None, read_card(cached / CARD_NAME))


def stored_folder(store: Path, model: str) -> Path | None:
    """The folder of a model of the store; None for a name that it does not hold."""
    if model in ("", ".", "..", STARTER) or {"/", "\\"} & set(model) or not (store / model).is_dir():
        return None
    return store / model


def _from_folder(folder: Path, default_notice: str | None) -> ModelFolder:
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise ModelError(
            f"recogniser model {folder}: {', '.join(missing)} is missing, so it is no faster-whisper model folder."
            " Convert a Whisper model with ct2-transformers-converter, or give a model name instead."
        )
    card = read_card(folder / CARD_NAME)
    return ModelFolder(folder, card.name or folder.resolve().name, card.notice or default_notice, card)


def _cached(model: str) -> Path | None:
    """Where the hub's client keeps a model that it fetched once; None when it never did."""
    from faster_whisper.utils import download_model

    try:
        return Path(download_model(model, local_files_only=True))
    except (OSError, ValueError):  # not in the cache, or no name that the client knows
        return None
