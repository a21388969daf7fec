"""The classifiers of a tone model on disk, beside its card."""

from collections.abc import Mapping
from pathlib import Path

from qa_engine.classify import VERSION, LinearModel
from qa_engine.classify.card import Measured
from qa_engine.classify.shelf import Shelf
from qa_engine.domain import Speaker
from qa_engine.errors import ToneModelError
from qa_engine.tone.card import ADVICE, CARD_FILE, Card
from qa_engine.tone.corpus import LABELS
from qa_engine.tone.measure import PrecisionPoint


def _shelf(folder: Path) -> Shelf:
    return Shelf(folder, CARD_FILE, ToneModelError, ADVICE)


def save(
    folder: Path,
    name: str,
    classifiers: Mapping[Speaker, LinearModel],
    thresholds: Mapping[str, PrecisionPoint],
) -> None:
    """Write a model into ``folder``, which is made if need be. The card comes last: without it there is no model."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD_FILE).unlink(missing_ok=True)
    contents = {speaker.value: _shelf(folder).put(speaker.value, made) for speaker, made in classifiers.items()}
    points = {
        label: Measured(
            probability=point.probability,
            precision=round(point.precision, 4),
            support=point.support,
            recall=round(point.recall, 4),
        )
        for label, point in thresholds.items()
    }
    Card(version=1, name=name, features=VERSION, contents=contents, thresholds=points).save(folder)


def load_classifier(folder: Path, card: Card, speaker: Speaker) -> LinearModel:
    """One classifier of the model. Raises ToneModelError when it is damaged or holds anything but numbers."""
    return _shelf(folder).take(speaker.value, LABELS[speaker], "one", card.contents.get(speaker.value, ""))
