"""Turns as lessons for the classifiers of acts: texts and label columns, and the folds they are held out by."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import corpus
import halves
import numpy as np
import public
from corpus import ActTurn

from qa_engine.acts.card import LABELS
from qa_engine.classify import see_call
from qa_engine.classify.fit import UNKNOWN, Lessons, Recipe, fit_once, part
from qa_engine.classify.linear import Floats
from qa_engine.domain import Speaker

EVERYDAY_WEIGHT = 2.0  # of talk that other people wrote, against one of our own sentences: there are few of it
NATURAL_WEIGHT = 3.0  # of a turn out of other authors' calls, all of whose acts are told
FOLDS = corpus.BUCKETS


def turns_of(turns: Sequence[ActTurn], speaker: Speaker) -> tuple[ActTurn, ...]:
    return tuple(turn for turn in turns if turn.speaker is speaker)


def lessons_of(turns: Sequence[ActTurn], speaker: Speaker) -> Lessons:
    """Turns of one speaker, in their order; the group of a turn is its first frame."""
    labels = np.array([_labels(turn, LABELS[speaker]) for turn in turns], dtype=np.int64)
    groups = np.array([int(turn.frames[0], 16) for turn in turns], dtype=np.uint64)
    weights = np.array([_weight(turn) for turn in turns])
    return Lessons(tuple(turn.text for turn in turns), labels, _numbered(groups), weights)


def _weight(turn: ActTurn) -> float:
    if turn.themes[0].startswith(public.THEME):
        return EVERYDAY_WEIGHT
    return NATURAL_WEIGHT if halves.whole(turn) else 1.0


def _labels(turn: ActTurn, names: Sequence[str]) -> list[int]:
    return [1 if name in turn.acts else UNKNOWN if name in turn.untold else 0 for name in names]


def unseen(names: Sequence[str], known: Lessons, folds: np.ndarray, recipe: Recipe) -> Floats:
    """z of each example as the engine reads it, in parts where it is long, by a fit that saw only the other folds.

    NaN where nothing can be read: the example has no word, or is of fold -2 (its parts are of several), of which
    nothing is learnt either. A process for each fold.
    """
    found = np.full((len(known.texts), len(names)), np.nan)
    numbers = [int(fold) for fold in np.unique(folds[folds >= 0])]
    with ProcessPoolExecutor(len(numbers), mp_context=get_context("fork")) as pool:
        for test, z in pool.map(partial(_of_fold, names, known, folds, recipe), numbers):
            found[test] = z
    return found


def _of_fold(
    names: Sequence[str], known: Lessons, folds: np.ndarray, recipe: Recipe, fold: int
) -> tuple[np.ndarray, Floats]:
    test = np.nonzero(folds == fold)[0]
    learnt = part(known, np.nonzero((folds != fold) & (folds != -2))[0])
    model = fit_once(names, "several", learnt, recipe.look(learnt.texts), recipe)
    seen = see_call(tuple(known.texts[at] for at in test))
    z = model.log_odds(seen.formed if recipe.formed else seen)
    found = np.full((len(test), len(names)), np.nan)
    for text, rows in seen.rows_of_text.items():
        found[text] = z[rows].max(axis=0)
    return test, found


def _numbered(groups: np.ndarray) -> np.ndarray:
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)


def folds_by(turns: Sequence[ActTurn], key: str) -> np.ndarray:
    """The fold of each turn by ``frames`` or ``themes``: one number, or -2 where its parts are of several."""
    found = []
    for turn in turns:
        names = {_fold(key, name) for name in getattr(turn, key)}
        found.append(names.pop() if len(names) == 1 else -2)
    return np.array(found, dtype=np.int64)


def _fold(key: str, name: str) -> int:
    if key == "frames":
        return corpus.bucket(name)
    if name.startswith(halves.THEME):  # an author; each fold has as many
        return halves.authors().index(name.removeprefix(halves.THEME)) % FOLDS
    return corpus.bucket(hashlib.sha256(name.encode()).hexdigest())
