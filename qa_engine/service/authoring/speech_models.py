"""The recogniser models of an installation: the store in its data folder."""

from qa_engine.settings import Settings
from qa_engine.speech.models.sources import PACKAGED
from qa_engine.speech.models.store import ModelStore, StoredModel


def model_store(settings: Settings) -> ModelStore:
    return ModelStore(settings.models_dir)


def packaged_models() -> tuple[str, ...]:
    """Names of the models that Python packages carry."""
    return tuple(PACKAGED)


__all__ = ["ModelStore", "StoredModel", "model_store", "packaged_models"]
