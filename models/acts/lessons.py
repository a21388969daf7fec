"""Turns as lessons for the classifiers of acts: texts and label columns, and the folds they are held out by."""

import hashlib
from collections.abc import Sequence

import corpus
import numpy as np
import public
from corpus import ActTurn

from qa_engine.acts.card import LABELS
from qa_engine.classify.fit import UNKNOWN, Lessons
from qa_engine.domain import Speaker

EVERYDAY_WEIGHT = 2.0  # of talk that other people wrote, against one of our own sentences: there are few of it


def turns_of(turns: Sequence[ActTurn], speaker: Speaker) -> tuple[ActTurn, ...]:
    return tuple(turn for turn in turns if turn.speaker is speaker)


def lessons_of(turns: Sequence[ActTurn], speaker: Speaker) -> Lessons:
    """Turns of one speaker, in their order; the group of a turn is its first frame."""
    labels = np.array([_labels(turn, LABELS[speaker]) for turn in turns], dtype=np.int64)
    groups = np.array([int(turn.frames[0], 16) for turn in turns], dtype=np.uint64)
    weights = np.array([EVERYDAY_WEIGHT if turn.themes[0].startswith(public.THEME) else 1.0 for turn in turns])
    return Lessons(tuple(turn.text for turn in turns), labels, _numbered(groups), weights)


def _labels(turn: ActTurn, names: Sequence[str]) -> list[int]:
    return [1 if name in turn.acts else UNKNOWN if name in turn.untold else 0 for name in names]


def _numbered(groups: np.ndarray) -> np.ndarray:
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)


def folds_by(turns: Sequence[ActTurn], key: str) -> np.ndarray:
    """The fold of each turn by ``frames``, ``themes`` or ``trades``: one number, or -2 where its parts are of several.

    A turn of trade ``any`` is of no fold: -1, it only helps to learn.
    """
    found = []
    for turn in turns:
        names = {_fold(key, name) for name in getattr(turn, key)}
        found.append(names.pop() if len(names) == 1 else -2)
    return np.array(found, dtype=np.int64)


def _fold(key: str, name: str) -> int:
    if key == "frames":
        return corpus.bucket(name)
    if key == "trades":
        return corpus.TRADES.index(name) // 3 if name != corpus.ANY else -1
    return corpus.bucket(hashlib.sha256(name.encode()).hexdigest())
