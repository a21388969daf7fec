"""Learning which duties a call left out (``qa_engine/acts/left_out.py``), from calls that other authors labelled.

Each duty learns the labelled faults and innocents of its rule, and the plain good calls that the rule is meant for,
which did everything. Its signs are made of readings by classifiers that did not see the call's author, as the engine
meets it; what is told of it was read by a model that did not either.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import halves
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from qa_engine.acts.card import LABELS
from qa_engine.acts.left_out import Duty, LeftOutCard, signs_of
from qa_engine.classify.card import Measured
from qa_engine.classify.linear import Floats, sigmoid
from qa_engine.domain import ActReading, ActSaid, Call, Channel, Speaker, Transcript, Turn

RULES: Mapping[str, str] = {
    "restate": "needs.restate",
    "verify": "needs.verify",
    "comfort": "adapt.comfort_angry",
    "record_unanswered": "adapt.record_unanswered",
    "record": "complaint.record",
    "deadline": "complaint.deadline_told",
    "solution": "complaint.solution",
    "opinion": "complaint.opinion_asked",
    "facts": "order.facts",
    "delay": "order.delay_explained",
    "next_step": "aftersales.next_step",
    "answered": "chat.answered",
}
"""Duty → the rule of the labels."""
ASKED: Mapping[str, tuple[str, ...]] = {
    "restate": ("consultation", "complaint", "order", "after_sales"),
    "verify": ("complaint", "order", "after_sales", "followup"),
    "record": ("complaint",),
    "deadline": ("complaint",),
    "solution": ("complaint",),
    "opinion": ("complaint", "followup"),
    "facts": ("order",),
    "delay": ("order", "after_sales"),
    "next_step": ("after_sales",),
}
"""Duty → the scenarios whose good calls it learns from; all of them where none is named."""
STRENGTH = 0.1  # C of the regression, of signs that are divided by how much they differ
GOOD_WEIGHT = 0.3  # of a plain good call, beside 1 of a labelled one: there are some thirty times as many
FOLDS = 8
GOOD_ABOVE: Mapping[str, float] = {"doubt": 0.01, "sure": 0.002}
"""How many of the plain good calls may lie above a limit; for a second witness, of few calls none."""
LEAST: Mapping[str, float] = {"doubt": 0.6, "sure": 0.75}
DIGITS = 4
Read = Mapping[tuple[Speaker, str], Floats]


@dataclass(frozen=True)
class Lesson:
    """A call: its signs, its author, and what is known of it; ``labels`` is None of a good call."""

    author: str
    signs: Floats
    scenario: str
    channel: Channel
    labels: Mapping[str, bool] | None

    def of(self, duty: str) -> int:
        """1 where the duty was left out, 0 where not, -1 where nobody says."""
        if self.labels is not None:
            return int(self.labels.get(RULES[duty], -1))
        asked = (
            self.channel is Channel.CHAT if duty == "answered" else self.scenario in ASKED.get(duty, (self.scenario,))
        )
        return 0 if asked else -1


def learn(read: Read) -> tuple[LeftOutCard, Mapping[str, Any]]:
    """(the duties, fitted to all halves; what was measured of each with its authors held out)."""
    lessons = list(lessons_of(read))
    signs = np.array([lesson.signs for lesson in lessons])
    authors = sorted({lesson.author for lesson in lessons})
    folds = np.array([authors.index(lesson.author) % FOLDS for lesson in lessons])
    good = np.array([lesson.labels is None for lesson in lessons])
    usual = signs.mean(axis=0)
    duties, told = {}, {}
    for duty in RULES:
        truth = np.array([lesson.of(duty) for lesson in lessons])
        asked = truth >= 0
        said = np.full(len(lessons), np.nan)
        for fold in range(FOLDS):
            learnt, mine = asked & (folds != fold), asked & (folds == fold)
            weights, bias = _fit(signs[learnt], truth[learnt], good[learnt], usual)
            said[mine] = sigmoid(bias + (signs[mine] - usual) @ weights)
        limits = {level: _limit(said[asked], truth[asked], good[asked], level) for level in GOOD_ABOVE}
        weights, bias = _fit(signs[asked], truth[asked], good[asked], usual)
        duties[duty] = Duty(weights=_rounded(weights), bias=round(bias, DIGITS), **limits)
        told[duty] = _counts(said[asked], truth[asked], good[asked], limits)
    return LeftOutCard(usual=_rounded(usual), duties=duties), told


def lessons_of(read: Read) -> Iterator[Lesson]:
    """The good and the labelled calls of all halves, of which enough could be read."""
    for half in halves.LEARNT:
        for kind in ("calls", "labelled"):
            for head, turns in halves.calls_of(kind, half):
                signs = signs_of(*_as_read(turns, read))
                if signs is None:
                    continue
                _, scenario, channel, _, _, *more = head.split()
                told = [part.partition(":") for part in more]
                labels = {rule: sense == "fault" for sense, _, rules in told for rule in rules.split(",")}
                yield Lesson(
                    halves.author(half), signs, scenario, Channel(channel), labels if kind == "labelled" else None
                )


def _as_read(turns: Sequence[tuple[Speaker, str]], read: Read) -> tuple[Transcript, Mapping[int, ActReading]]:
    """A call, and its readings by the classifiers that did not see its author."""
    transcript = Transcript(Call("lesson"), tuple(Turn(at, who, text) for at, (who, text) in enumerate(turns)))
    readings = {}
    for turn in transcript.turns:
        z = read.get((turn.speaker, turn.text))
        if z is not None:
            span = (0, len(turn.text))
            said = zip(LABELS[turn.speaker], np.round(sigmoid(z), DIGITS).tolist(), strict=True)
            readings[turn.index] = ActReading(turn.index, tuple(ActSaid(act, p, span) for act, p in said))
    return transcript, readings


def _fit(signs: Floats, truth: np.ndarray, good: np.ndarray, usual: Floats) -> tuple[Floats, float]:
    """(weight of each sign less its usual value, bias)."""
    spread = signs.std(axis=0)
    spread[spread < 1e-6] = 1.0
    model = LogisticRegression(C=STRENGTH, max_iter=5000)
    model.fit((signs - usual) / spread, truth, sample_weight=np.where(good, GOOD_WEIGHT, 1.0))
    return model.coef_[0] / spread, float(model.intercept_[0])


def _limit(said: Floats, truth: np.ndarray, good: np.ndarray, level: str) -> Measured:
    """From where few enough good calls are taken for faults, and what is right of the labelled ones there."""
    among = np.sort(said[good])[::-1]
    limit = min(0.99, max(LEAST[level], round(float(among[int(GOOD_ABOVE[level] * len(among))]) + 0.005, 2)))
    above = ~good & (said >= limit)
    right, support = int((above & (truth == 1)).sum()), int(above.sum())
    faults = int((~good & (truth == 1)).sum())
    return Measured(
        probability=limit, precision=round(right / max(1, support), 3), support=support, recall=round(right / faults, 3)
    )


def _counts(said: Floats, truth: np.ndarray, good: np.ndarray, limits: Mapping[str, Measured]) -> Mapping[str, Any]:
    found = {
        "faults": int((~good & (truth == 1)).sum()),
        "innocent": int((~good & (truth == 0)).sum()),
        "good": int(good.sum()),
        "auc": round(float(roc_auc_score(truth[~good], said[~good])), 3),
    }
    for level, limit in limits.items():
        above = said >= limit.probability
        found |= {
            f"{level}: from": limit.probability,
            f"{level}: faults": int((above & ~good & (truth == 1)).sum()),
            f"{level}: innocent": int((above & ~good & (truth == 0)).sum()),
            f"{level}: good": int((above & good).sum()),
        }
    return found


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), DIGITS) for value in values)
