"""The classifiers of a tone model on disk: one skops file each, beside the card.

skops stores no pickle: a file is a table of types and arrays. Before anything is built from it, every type in that
table must be one of ``TRUSTED``; a file with any other is refused.
"""

import io
import json
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import skops.io
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.linear_model import LogisticRegression

from qa_engine.domain import Speaker, digest
from qa_engine.errors import ToneModelError
from qa_engine.tone import features
from qa_engine.tone.card import ADVICE, CARD_FILE, Card, Point
from qa_engine.tone.classifier import LinearTone
from qa_engine.tone.corpus import LABELS
from qa_engine.tone.measure import PrecisionPoint

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
"""Types, each with the one way of building it: a file may name a harmless type and ask for a function call."""


def save(
    folder: Path,
    name: str,
    classifiers: Mapping[Speaker, LinearTone],
    thresholds: Mapping[str, PrecisionPoint],
) -> None:
    """Write a model into ``folder``, which is made if need be. The card comes last: without it there is no model."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD_FILE).unlink(missing_ok=True)
    for speaker, classifier in classifiers.items():
        skops.io.dump(_shelved(classifier), folder / _file(speaker), compression=zipfile.ZIP_DEFLATED, compresslevel=9)
    card = Card(
        version=1,
        name=name,
        features=features.VERSION,
        contents={speaker.value: _contents(classifier) for speaker, classifier in classifiers.items()},
        thresholds={
            label: Point(
                probability=point.probability,
                precision=round(point.precision, 4),
                support=point.support,
                recall=round(point.recall, 4),
            )
            for label, point in thresholds.items()
        },
    )
    card.save(folder)


def load_classifier(folder: Path, card: Card, speaker: Speaker) -> LinearTone:
    """One classifier of the model. Raises ToneModelError when it is damaged or holds anything but numbers."""
    path = folder / _file(speaker)
    try:
        raw = path.read_bytes()
        unknown = sorted(set(_types(raw)) - TRUSTED)
        if unknown:
            named = ", ".join(f"{name} ({loader})" for name, loader in unknown)
            raise ToneModelError(f"{path}: holds {named}, which no tone model has; {ADVICE}")
        with warnings.catch_warnings():
            # Only the coefficients are read, and they mean the same in every version.
            warnings.simplefilter("ignore", InconsistentVersionWarning)
            shelved = skops.io.loads(raw, trusted=[])
        classifier = _taken_down(shelved, LABELS[speaker])
    except OSError as error:
        raise ToneModelError(f"{path}: cannot be read ({error.strerror}); {ADVICE}") from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, EOFError) as error:
        raise ToneModelError(
            f"{path}: damaged, or no tone classifier ({type(error).__name__}: {error}); {ADVICE}"
        ) from None
    if _contents(classifier) != card.contents.get(speaker.value):
        raise ToneModelError(f"{path}: does not belong to {folder / CARD_FILE}; {ADVICE}")
    return classifier


def _file(speaker: Speaker) -> str:
    return f"{speaker.value}.skops"


def _shelved(classifier: LinearTone) -> dict[str, Any]:
    model = LogisticRegression()
    model.classes_ = np.arange(len(classifier.labels))
    model.coef_ = np.ascontiguousarray(classifier.weights.T)
    model.intercept_ = classifier.bias
    model.n_features_in_ = len(classifier.features)
    return {
        "features": np.frombuffer("\n".join(classifier.features).encode(), dtype=np.uint8),
        "idf": classifier.idf,
        "unseen_idf": classifier.unseen_idf,
        "classifier": model,
    }


def _taken_down(shelved: Any, labels: tuple[str, ...]) -> LinearTone:
    model = shelved["classifier"]
    names = tuple(shelved["features"].tobytes().decode().split("\n"))
    idf, weights, bias = shelved["idf"], np.ascontiguousarray(model.coef_.T), model.intercept_
    if idf.shape != (len(names),) or weights.shape != (len(names), len(labels)) or bias.shape != (len(labels),):
        raise ValueError("its parts do not fit together")
    return LinearTone(labels, names, idf, weights, bias, float(shelved["unseen_idf"]))


def _contents(classifier: LinearTone) -> str:
    arrays = [classifier.idf, classifier.weights, classifier.bias, np.array([classifier.unseen_idf])]
    return digest([list(classifier.features), *(np.asarray(a, dtype="<f4").tobytes().hex() for a in arrays)])


def _types(raw: bytes) -> Iterator[tuple[str, str]]:
    """Every type that a skops file names, with how skops is to build it."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        waiting = [json.loads(archive.read("schema.json"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if "__class__" in node:
                yield f"{node.get('__module__')}.{node['__class__']}", str(node.get("__loader__"))
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
