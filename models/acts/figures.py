"""What is measured of the acts, and ``evaluation.json``."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tables
from sklearn.metrics import average_precision_score

from qa_engine.classify.fit import UNKNOWN
from qa_engine.classify.linear import Floats

FILE, CARD = "evaluation.json", "MODEL_CARD.md"
SURE, VERY_SURE = 0.9, 0.97
LEAST_SUPPORT = 12
MISSED = 0.05  # of the turns that do an act may lie at or below ``absent``
GRID = (*(round(0.02 * step, 2) for step in range(2, 50)), 0.99)
Pair = tuple[Floats, np.ndarray]


def known(said: Floats, truth: np.ndarray) -> Pair:
    """The readings whose truth is known."""
    kept = (truth != UNKNOWN) & ~np.isnan(said)
    return said[kept], truth[kept] == 1


def of_label(said: Floats, truth: np.ndarray, weight: float) -> Mapping[str, Any]:
    """Precision and recall from 0.5 on, average precision, and the calibration error over ten bins.

    Each turn without the act counts ``weight`` times.
    """
    p, true = known(said, truth)
    found = p >= 0.5
    if not true.any():
        return {"support": 0}
    place = np.minimum((p * 10).astype(int), 9)
    counts = np.where(true, 1.0, weight)
    gap = sum(abs((counts * (p - true))[place == at].sum()) for at in range(10))
    return {
        "support": int(true.sum()),
        "of": len(p),
        "precision": _point(p, true, 0.5, weight)["precision"] if found.any() else None,
        "recall": float(found[true].mean()),
        "average_precision": float(average_precision_score(true, p, sample_weight=counts)),
        "calibration_error": float(gap / counts.sum()),
    }


def least_precise(pairs: Sequence[Pair], precision: float, weight: float) -> dict[str, Any] | None:
    """The least probability of the grid from which every set of readings is precise enough; figures of the last set."""
    for probability in GRID:
        points = [_point(p, true, probability, weight) for p, true in pairs]
        if all(point["support"] >= LEAST_SUPPORT and point["precision"] >= precision for point in points):
            return points[-1]
    return None


def _point(p: Floats, true: np.ndarray, probability: float, weight: float) -> dict[str, Any]:
    found = p >= probability
    right, wrong = int(true[found].sum()), int((~true[found]).sum())
    return {
        "probability": probability,
        "precision": round(float(right / (right + weight * wrong)), 4) if found.any() else 0.0,
        "support": int(found.sum()),
        "recall": round(float(found[true].mean()), 4) if true.any() else 0.0,
    }


def absent(p: Floats, true: np.ndarray) -> float:
    """The probability at or below which at most ``MISSED`` of the turns that do the act lie."""
    return float(np.floor(np.quantile(p[true], MISSED) * 1e4) / 1e4) if true.any() else 0.0


def write(folder: Path, found: Mapping[str, Any]) -> None:
    """Write ``evaluation.json``, and fill the card beside it, if there is one."""
    rounded = _rounded(found)
    (folder / FILE).write_text(json.dumps(rounded, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    card = folder / CARD
    if card.is_file():
        card.write_text(tables.filled(card.read_text(encoding="utf-8"), rounded), encoding="utf-8")


def renew(folder: Path) -> None:
    """Take up what scenario and outcome measured since ``evaluation.json`` was written."""
    told = folder / FILE
    if told.is_file():
        write(folder, json.loads(told.read_text(encoding="utf-8")) | others(folder))


def others(folder: Path) -> Mapping[str, Any]:
    """The figures of the scenario and the outcome, as they wrote them."""
    files = {name: folder / f"evaluation_{name}.json" for name in ("scenario", "outcome")}
    return {name: json.loads(file.read_text(encoding="utf-8")) for name, file in files.items() if file.is_file()}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value
