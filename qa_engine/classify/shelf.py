"""Classifiers on disk: one skops file each, beside the card of their model.

skops stores no pickle: a file is a table of types and arrays. Before anything is read from it, every type in that
table must be one of ``TRUSTED``; a file with any other is refused. Numbers are all that is wanted, so the table is read
here: skops would import the whole of scikit-learn for it, two seconds of every process that judges a call.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from qa_engine.classify.linear import LinearModel, Link
from qa_engine.domain import digest
from qa_engine.errors import QaError
from qa_engine.packed import DAMAGED

TRUSTED: Final = frozenset(
    {
        ("builtins.dict", "DictNode"),
        ("builtins.list", "ListNode"),
        ("builtins.str", "JsonNode"),  # numbers and texts
        ("builtins.str", "TypeNode"),  # type of a key
        ("numpy.ndarray", "NdArrayNode"),
        ("sklearn.linear_model._logistic.LogisticRegression", "ObjectNode"),
    }
)
"""Types, each with the one way of reading it: a file may name a harmless type and ask for a function call."""
STEPS = 127


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of classifiers; ``error`` is what a damaged one raises, with ``advice`` what to do."""

    folder: Path
    card_file: str
    error: type[QaError]
    advice: str

    def put(self, name: str, model: LinearModel) -> str:
        """Write a classifier, its weights in 255 steps a label (see ``fit.slim``); returns the digest of it."""
        import skops.io

        shelved = _shelved(model)
        skops.io.dump(shelved, self.folder / f"{name}.skops", compression=zipfile.ZIP_DEFLATED, compresslevel=9)
        numbers = shelved | {"classifier": vars(shelved["classifier"])}
        return contents_of(_taken_down(numbers, model.labels, model.link))

    def take(self, name: str, labels: tuple[str, ...], link: Link, contents: str) -> LinearModel:
        """A classifier; raises ``error`` when it is damaged, holds anything but numbers, or is not the card's."""
        path = self.folder / f"{name}.skops"
        try:
            raw = path.read_bytes()
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                schema = json.loads(archive.read("schema.json"))
                unknown = sorted(set(_types(schema)) - TRUSTED)
                if unknown:
                    named = ", ".join(f"{type_name} ({loader})" for type_name, loader in unknown)
                    raise self.error(f"{path}: holds {named}, which no classifier has; {self.advice}")
                model = _taken_down(_value(schema, archive), labels, link)
        except OSError as error:
            raise self.error(f"{path}: cannot be read ({error.strerror}); {self.advice}") from None
        except (*DAMAGED, LookupError, ValueError, TypeError, AttributeError) as error:
            raise self.error(
                f"{path}: damaged, or no classifier ({type(error).__name__}: {error}); {self.advice}"
            ) from None
        if contents_of(model) != contents:
            raise self.error(f"{path}: does not belong to {self.folder / self.card_file}; {self.advice}")
        return model


def contents_of(model: LinearModel) -> str:
    """Digest of a classifier's numbers."""
    arrays = [model.idf, model.weights, model.bias, np.array([model.unseen_idf])]
    codes = np.asarray(model.codes, dtype="<u8").tobytes().hex()
    return digest([codes, *(np.asarray(a, dtype="<f4").tobytes().hex() for a in arrays)])


def _shelved(model: LinearModel) -> dict[str, Any]:
    from sklearn.linear_model import LogisticRegression

    step = (np.maximum(np.abs(model.weights).max(axis=0, initial=0.0), 1e-9) / STEPS).astype(np.float32)
    stored = LogisticRegression()
    stored.classes_ = np.arange(len(model.labels))
    stored.coef_ = np.ascontiguousarray(np.rint(model.weights / step).astype(np.int8).T)
    stored.intercept_ = model.bias
    stored.n_features_in_ = len(model.codes)
    return {
        "codes": model.codes,
        "idf": model.idf,
        "unseen_idf": model.unseen_idf,
        "step": step,
        "classifier": stored,
    }


def _taken_down(shelved: Any, labels: tuple[str, ...], link: Link) -> LinearModel:
    stored = shelved["classifier"]
    codes, idf, step, bias = shelved["codes"], shelved["idf"], shelved["step"], stored["intercept_"]
    steps = np.ascontiguousarray(stored["coef_"].T)
    if codes.dtype != np.uint64 or idf.shape != codes.shape or steps.shape != (len(codes), len(labels)):
        raise ValueError("its parts do not fit together")
    if bias.shape != (len(labels),) or step.shape != (len(labels),) or np.any(codes[1:] <= codes[:-1]):
        raise ValueError("its parts do not fit together")
    weights = (steps * step).astype(np.float32)
    return LinearModel(labels, link, codes, idf, weights, bias, float(shelved["unseen_idf"]))


def _value(node: Any, archive: zipfile.ZipFile) -> Any:
    """What a node of trusted type stands for; an estimator is its attributes."""
    match node["__loader__"]:
        case "JsonNode":
            return json.loads(node["content"])
        case "NdArrayNode":
            return np.load(io.BytesIO(archive.read(node["file"])), allow_pickle=False)
        case "DictNode":
            return {key: _value(inner, archive) for key, inner in node["content"].items()}
        case "ListNode":
            return [_value(inner, archive) for inner in node["content"]]
        case "ObjectNode":
            return _value(node["content"], archive)
    raise ValueError(f"no value is read by {node['__loader__']}")


def _types(schema: Any) -> Iterator[tuple[str, str]]:
    """Every type that the table of a skops file names, with how it is to be read."""
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if "__class__" in node:
                yield f"{node.get('__module__')}.{node['__class__']}", str(node.get("__loader__"))
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
