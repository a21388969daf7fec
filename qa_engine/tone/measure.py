"""How good a classifier is on utterances it has not seen: by class, by pair of classes, by probability."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BINS = 10
WANTED_PRECISION = 0.9
LEAST_SUPPORT = 20
GRID = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.97, 0.99)


@dataclass(frozen=True, slots=True)
class PrecisionPoint:
    """From ``probability`` on, ``precision`` of the ``support`` held-out readings of a class were right.

    ``recall`` is the share of the class that such readings find.
    """

    probability: float
    precision: float
    support: int
    recall: float


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Of one class: ``support`` is how many utterances have it, ``found`` how many were said to have it."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int
    found: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Readings whose probability lies in one tenth: how sure they were on average, how often right."""

    count: int
    mean_probability: float
    share_right: float


@dataclass(frozen=True, slots=True)
class Figures:
    """``confusion[true][said]`` counts, in the order of ``classes``. ``calibration_error`` is the expected one (ECE):
    the mean gap between probability and share right over ten bins, weighted by their counts.
    """

    count: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    log_loss: float
    classes: tuple[ClassFigures, ...]
    confusion: tuple[tuple[int, ...], ...]
    bins: tuple[Bin, ...]


def measure(labels: Sequence[str], truth: Sequence[str], probabilities: Sequence[Sequence[float]]) -> Figures:
    """All figures of readings (``probabilities``: readings × labels) against the truth, which must not be empty."""
    p = np.asarray(probabilities, dtype=float)
    true = np.array([labels.index(label) for label in truth])
    said = p.argmax(axis=1)
    confusion = np.zeros((len(labels), len(labels)), dtype=int)
    np.add.at(confusion, (true, said), 1)
    classes = tuple(_class(label, confusion, at) for at, label in enumerate(labels))
    present = [figures.f1 for figures in classes if figures.support]
    bins = _bins(p.max(axis=1), said == true)
    gap = sum(b.count * abs(b.mean_probability - b.share_right) for b in bins) / len(true)
    loss = -np.log(np.clip(p[np.arange(len(true)), true], 1e-4, 1.0)).mean()
    return Figures(
        count=len(true),
        accuracy=float((said == true).mean()),
        macro_f1=sum(present) / len(present),
        calibration_error=float(gap),
        log_loss=float(loss),
        classes=classes,
        confusion=tuple(tuple(int(n) for n in row) for row in confusion),
        bins=bins,
    )


def _class(label: str, confusion: np.ndarray, at: int) -> ClassFigures:
    right, support, found = int(confusion[at, at]), int(confusion[at].sum()), int(confusion[:, at].sum())
    return ClassFigures(
        label=label,
        precision=right / found if found else 0.0,
        recall=right / support if support else 0.0,
        f1=2 * right / (support + found) if support + found else 0.0,
        support=support,
        found=found,
    )


def _bins(sure: np.ndarray, right: np.ndarray) -> tuple[Bin, ...]:
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    found = []
    for at in range(BINS):
        inside = place == at
        count = int(inside.sum())
        found.append(
            Bin(count, float(sure[inside].mean()) if count else 0.0, float(right[inside].mean()) if count else 0.0)
        )
    return tuple(found)


def point(
    labels: Sequence[str],
    truth: Sequence[str],
    probabilities: Sequence[Sequence[float]],
    *,
    label: str,
    probability: float,
) -> PrecisionPoint | None:
    """Precision and recall of the readings that say ``label`` with at least ``probability``; None if there are none."""
    at = labels.index(label)
    said = [row[at] >= probability and row[at] == max(row) for row in probabilities]
    hits = [true == label for true, says in zip(truth, said, strict=True) if says]
    if not hits:
        return None
    return PrecisionPoint(probability, sum(hits) / len(hits), len(hits), sum(hits) / max(1, truth.count(label)))
