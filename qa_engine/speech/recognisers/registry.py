"""The door for recognisers: a class or function that makes one, entered in one registry by a decorator."""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TypeVar

from qa_engine.speech.options import RecognitionOptions
from qa_engine.speech.recognisers.port import Recogniser

Make = Callable[[str, RecognitionOptions], Recogniser]
"""The setting ``QA_ASR_MODEL`` and how to decode → a recogniser that loads nothing yet."""
M = TypeVar("M", bound=Make)
_REGISTRY: dict[str, Make] = {}
_BUILT_IN = ("qa_engine.speech.recognisers.whisper",)


def recogniser(name: str) -> Callable[[M], M]:
    """Registers the decorated class or function as the engine ``name`` (setting ``QA_ASR_ENGINE``)."""

    def register(make: M) -> M:
        if name in _REGISTRY:
            raise ValueError(f"recogniser {name} is registered twice")
        _REGISTRY[name] = make
        return make

    return register


def recognisers() -> Mapping[str, Make]:
    """Every engine by its name."""
    for module in _BUILT_IN:
        import_module(module)
    return MappingProxyType(_REGISTRY)
