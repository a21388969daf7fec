"""Fitting what the words of natural turns leave open: how what was said before changes an act (``context.py``).

It is fitted, and measured, on readings of turns whose author the classifier did not see, call by call.
"""

from collections.abc import Mapping
from functools import cache

import halves
import numpy as np
from sklearn.linear_model import LogisticRegression

from qa_engine.acts.card import LABELS
from qa_engine.acts.context import OTHER, Beside, Said, beside
from qa_engine.classify.linear import Floats
from qa_engine.domain import Speaker
from qa_engine.text import skeleton

ACTS: Mapping[Speaker, tuple[str, ...]] = {
    Speaker.AGENT: ("restate", "refuse_complaint"),
    Speaker.CUSTOMER: ("ask", "complain", "accept", "solved", "angry", "insist", "reject", "busy", "refuse_sale"),
}
"""Acts whose average precision rose by 0.02 and more, each author's turns held out; of others it did not."""
STRENGTH = 0.03  # C of the regression; the act's own log-odds, multiplied by OWN, are hardly held back
OWN, SCALE = 10.0, 4.0
FOLDS = 5

Read = Mapping[tuple[Speaker, str], Floats]
"""(speaker, text) → the calibrated log-odds of its acts by a classifier that did not see the author."""


def context(read: Read) -> tuple[dict[Speaker, dict[str, Beside]], dict[tuple[Speaker, str], Floats]]:
    """(how each of ``ACTS`` is corrected; the log-odds of every annotated turn, corrected by a fit without its author).

    A turn that stands in several calls is corrected as in the first.
    """
    fitted: dict[Speaker, dict[str, Beside]] = {}
    corrected = {key: z.copy() for key, z in read.items()}
    for speaker, acts in ACTS.items():
        keys, folds, rows = _rows(read, speaker)
        for act in acts:
            at = LABELS[speaker].index(act)
            own = np.array([read[key][at] for key in keys])
            does = np.array([truth(key, act) for key in keys])
            for fold in range(FOLDS):
                learnt = (folds != fold) & (does >= 0)
                one = _fit(own[learnt], rows[learnt], does[learnt], len(LABELS[OTHER[speaker]]))
                for number in np.nonzero(folds == fold)[0].tolist():
                    corrected[keys[number]][at] = _applied(one, own[number], rows[number])
            known = does >= 0
            fitted.setdefault(speaker, {})[act] = _fit(
                own[known], rows[known], does[known], len(LABELS[OTHER[speaker]])
            )
    return fitted, corrected


def _rows(read: Read, speaker: Speaker) -> tuple[list[tuple[Speaker, str]], np.ndarray, Floats]:
    """(the annotated turns of one speaker, the folds of their authors, what stands around them)."""
    keys: dict[tuple[Speaker, str], tuple[int, Floats]] = {}
    authors = halves.authors()
    for half in halves.LEARNT:
        told = halves.annotated(half)
        for _, turns in halves.calls(half):
            said = {at: read[turn] for at, turn in enumerate(turns) if turn in read}
            call = Said([who for who, _ in turns], [_shown(text) for _, text in turns], said)
            mine = [at for at, turn in enumerate(turns) if turn[0] is speaker and turn in told and turn in read]
            around = beside(call, mine, len(LABELS[OTHER[speaker]]))
            for at, row in zip(mine, around, strict=True):
                keys.setdefault(turns[at], (authors.index(halves.author(half)) % FOLDS, row))
    return list(keys), np.array([fold for fold, _ in keys.values()]), np.array([row for _, row in keys.values()])


def truth(key: tuple[Speaker, str], act: str) -> int:
    """Whether an annotated turn does an act: 1, 0, or -1 where that is open to opinion."""
    told = _told()[key]
    return 1 if act in told.acts else -1 if act in told.open else 0


@cache
def _told() -> Mapping[tuple[Speaker, str], halves.Told]:
    found: dict[tuple[Speaker, str], halves.Told] = {}
    for half in halves.LEARNT:
        found = {**halves.annotated(half), **found}
    return found


def _fit(own: Floats, rows: Floats, truth: np.ndarray, acts: int) -> Beside:
    scales = np.where(np.arange(rows.shape[1]) < acts, 1 / SCALE, 1.0)
    x = np.hstack([own[:, None] * OWN / SCALE, rows * scales])
    model = LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-4).fit(x, truth)
    slope, weights = model.coef_[0, 0] * OWN / SCALE, model.coef_[0, 1:] * scales
    rounded = [round(float(weight), 4) for weight in weights]
    return Beside(
        slope=round(float(slope), 4),
        bias=round(float(model.intercept_[0]), 4),
        before=tuple(rounded[:acts]),
        echo=tuple(rounded[acts:]),
    )


def _applied(one: Beside, own: float, row: Floats) -> float:
    return float(one.slope * own + one.bias + np.dot([*one.before, *one.echo], row))


@cache
def _shown(text: str) -> str:
    return skeleton(text, keep_sounds=True).text
