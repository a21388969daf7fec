"""Fitting a tone classifier to labelled utterances of one speaker: with misheard copies, calibrated by folds."""

import random
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from sklearn.model_selection import GroupKFold

from qa_engine.classify import LinearModel, see
from qa_engine.classify import fit as machinery
from qa_engine.classify.fit import Lessons
from qa_engine.classify.linear import softmax
from qa_engine.classify.noise import misheard
from qa_engine.tone.corpus import LABELS, Utterance

FOLDS = 5
Advance = Callable[[str, float, float], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """``noisy_copies`` of each utterance are misheard at ``noise_rate``; ``fit`` is how a classifier is fitted."""

    noisy_copies: int = 1
    noise_rate: float = 0.15
    fit: machinery.Recipe = field(default_factory=lambda: machinery.Recipe(most_features=30_000))


@dataclass(frozen=True, slots=True)
class Fitted:
    """``unseen`` are calibrated probabilities of each utterance, read by folds that did not know its group."""

    classifier: LinearModel
    unseen: tuple[tuple[float, ...], ...]


def fit(
    utterances: Sequence[Utterance],
    *,
    recipe: Recipe,
    extra: Sequence[tuple[Utterance, float]] = (),
    advance: Advance,
) -> Fitted:
    """Fit one classifier to one speaker's utterances; ``extra`` ones with a weight help to fit, never to calibrate."""
    (speaker,) = {utterance.speaker for utterance in utterances}
    names = LABELS[speaker]
    lessons, fold_of = _lessons(utterances, recipe, extra)
    unseen = np.zeros((len(utterances), len(names)))
    for fold in range(FOLDS):
        advance(f"{speaker.value}: fold {fold + 1}", fold, FOLDS + 1)
        known = machinery.part(lessons, np.nonzero(fold_of != fold)[0])
        model = machinery.fit_once(names, "one", known, see(known.texts), recipe.fit)
        test = [at for at in range(len(utterances)) if fold_of[at] == fold]
        unseen[test] = model.log_odds(see([utterances[at].text for at in test]))
    advance(f"{speaker.value}: all", FOLDS, FOLDS + 1)
    whole = machinery.slim(machinery.fit_once(names, "one", lessons, see(lessons.texts), recipe.fit), recipe.fit)
    truth = lessons.labels[: len(utterances)]
    slope, bias = machinery.calibration("one", unseen, truth)
    advance(f"{speaker.value}: all", FOLDS + 1, FOLDS + 1)
    said = softmax(unseen * slope + bias)
    return Fitted(machinery.calibrated(whole, slope, bias), tuple(tuple(row) for row in said.tolist()))


def fit_once(utterances: Sequence[Utterance], *, recipe: Recipe) -> LinearModel:
    """A classifier without calibration and without readings by folds, in a sixth of the time: for comparisons."""
    (speaker,) = {utterance.speaker for utterance in utterances}
    lessons, _ = _lessons(utterances, recipe, ())
    return machinery.fit_once(LABELS[speaker], "one", lessons, see(lessons.texts), recipe.fit)


def _lessons(
    utterances: Sequence[Utterance], recipe: Recipe, extra: Sequence[tuple[Utterance, float]]
) -> tuple[Lessons, np.ndarray]:
    """The utterances, their misheard copies, then the extra ones (of no fold), and the fold of each."""
    (speaker,) = {utterance.speaker for utterance in utterances}
    numbers = {group: at for at, group in enumerate(sorted({u.group for u in utterances}))}
    folds = np.zeros(len(utterances), dtype=np.int64)
    groups = [numbers[u.group] for u in utterances]
    for fold, (_, test) in enumerate(GroupKFold(FOLDS).split(groups, groups=groups)):
        folds[test] = fold
    copies = [(at, text) for at, u in enumerate(utterances) for text in _noisy(u, recipe)]
    texts = [u.text for u in utterances] + [text for _, text in copies] + [u.text for u, _ in extra]
    labels = [LABELS[speaker].index(u.label) for u in utterances]
    labels += [labels[at] for at, _ in copies] + [LABELS[speaker].index(u.label) for u, _ in extra]
    groups += [groups[at] for at, _ in copies]
    groups += [len(numbers) + at for at in range(len(extra))]
    weights = [1.0] * (len(utterances) + len(copies)) + [weight for _, weight in extra]
    lessons = Lessons(tuple(texts), np.array(labels), np.array(groups), np.array(weights))
    fold_of = np.concatenate([folds, [folds[at] for at, _ in copies], np.full(len(extra), -1)]).astype(np.int64)
    return lessons, fold_of


def _noisy(utterance: Utterance, recipe: Recipe) -> list[str]:
    """Misheard copies; the noise depends on the text alone, so adding data never changes the noise of other data."""
    rng = random.Random(zlib.crc32(utterance.text.encode()))  # noqa: S311
    copies = (misheard(utterance.text, rng, rate=recipe.noise_rate) for _ in range(recipe.noisy_copies))
    return [text for text in copies if text]
