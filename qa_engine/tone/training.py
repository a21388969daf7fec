"""Both classifiers out of labelled utterances: split, fit, measure, say from which probability they may be trusted.

This is the door for whoever trains; it needs scikit-learn, which takes a second to load.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa_engine.classify import LinearModel, see
from qa_engine.domain import Speaker
from qa_engine.text import skeleton
from qa_engine.tone.corpus import LABELS, Utterance
from qa_engine.tone.fit import Advance, Fitted, Recipe, fit
from qa_engine.tone.measure import GRID, LEAST_SUPPORT, WANTED_PRECISION, Figures, PrecisionPoint, measure, point
from qa_engine.tone.storage import save

READ_SPEAKERS = (Speaker.AGENT, Speaker.CUSTOMER)
HELD_OUT_IN = 5  # one group in five

Extra = Sequence[tuple[Utterance, float]]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is learnt from and what is only measured on; no group and no text is in both."""

    learnt: tuple[Utterance, ...]
    held_out: tuple[Utterance, ...]


@dataclass(frozen=True, slots=True)
class Trained:
    """``unseen`` are figures on the learnt utterances, each read by folds that did not know its group."""

    fitted: Mapping[Speaker, Fitted]
    unseen: Mapping[Speaker, Figures]
    held_out: Mapping[Speaker, Figures]
    thresholds: Mapping[str, PrecisionPoint]

    def save(self, folder: Path, name: str) -> None:
        """Write the model into ``folder``."""
        save(folder, name, {speaker: fitted.classifier for speaker, fitted in self.fitted.items()}, self.thresholds)


def of_speaker(utterances: Iterable[Utterance], speaker: Speaker) -> tuple[Utterance, ...]:
    return tuple(utterance for utterance in utterances if utterance.speaker is speaker)


def split(utterances: Iterable[Utterance]) -> Lesson:
    """Hold out whole groups, chosen by their names alone: new data never moves a group to the other side."""
    learnt: list[Utterance] = []
    held_out: list[Utterance] = []
    for utterance in utterances:
        out = hashlib.sha256(utterance.group.encode()).digest()[0] % HELD_OUT_IN == 0
        (held_out if out else learnt).append(utterance)
    known = {_bare(utterance) for utterance in learnt}
    return Lesson(tuple(learnt), tuple(u for u in held_out if _bare(u) not in known))


def _bare(utterance: Utterance) -> tuple[Speaker, str]:
    return utterance.speaker, skeleton(utterance.text).text


def train(lesson: Lesson, *, recipe: Recipe, extra: Extra = (), advance: Advance) -> Trained:
    """Fit and measure both classifiers. Both sides of the lesson need utterances of both speakers."""
    fitted, unseen, measured, thresholds = {}, {}, {}, {}
    for speaker in READ_SPEAKERS:
        learnt, held_out = of_speaker(lesson.learnt, speaker), of_speaker(lesson.held_out, speaker)
        helping = [(utterance, weight) for utterance, weight in extra if utterance.speaker is speaker]
        fitted[speaker] = fit(learnt, recipe=recipe, extra=helping, advance=advance)
        said = readings(fitted[speaker].classifier, held_out)
        truth, known = [u.label for u in held_out], [u.label for u in learnt]
        unseen[speaker] = measure(LABELS[speaker], known, fitted[speaker].unseen)
        measured[speaker] = measure(LABELS[speaker], truth, said)
        for label in LABELS[speaker]:
            found = threshold(LABELS[speaker], label, (known, fitted[speaker].unseen), (truth, said))
            if found is not None:
                thresholds[label] = found
    return Trained(fitted, unseen, measured, thresholds)


def readings(classifier: LinearModel, utterances: Sequence[Utterance]) -> list[tuple[float, ...]]:
    """Probabilities of each utterance, in the order of the classifier's labels."""
    said = classifier.probabilities(see([utterance.text for utterance in utterances]))
    return [tuple(row) for row in said.tolist()]


Readings = tuple[Sequence[str], Sequence[Sequence[float]]]
"""(true labels, probabilities)."""


def threshold(labels: Sequence[str], label: str, unseen: Readings, held_out: Readings) -> PrecisionPoint | None:
    """The least probability of the grid from which precision is at least 0.9 with enough readings, on both sets.

    The figures are those of the held-out set; asking the other set, too, keeps luck on one set from choosing.
    """
    for probability in GRID:
        found = [point(labels, *readings, label=label, probability=probability) for readings in (unseen, held_out)]
        if all(p is not None and p.support >= LEAST_SUPPORT and p.precision >= WANTED_PRECISION for p in found):
            return found[1]
    return None
