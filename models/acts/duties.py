"""Learning which duties a call left out (``qa_engine/acts/left_out.py``), from calls that other authors labelled.

Each duty learns the labelled faults and innocents of its rule; what jurors, who knew no labels, say of the duties that
no label names (``left_out.tsv``), and where nobody looked, that a label would name what was left out; and the plain
good calls that the rule is meant for, which did everything. A classifier of the words of whole calls learns the same;
what it says of a call whose author it did not see is one more sign. Acts are read by classifiers that did not see the
call's author either, as the engine meets it, and so are all figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import halves
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from qa_engine.acts import ActModel
from qa_engine.acts.card import LABELS
from qa_engine.acts.left_out import Duty, LeftOutCard, signs_of
from qa_engine.acts.wording import rows_of, said_in
from qa_engine.classify import LinearModel
from qa_engine.classify.card import Measured
from qa_engine.classify.fit import UNKNOWN, Lessons, Recipe, calibration, design, fit_once, slim
from qa_engine.classify.hashes import Codes
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
WORDS_STRENGTH = 100.0  # C of that over the words of calls, of rows of length 1
WORDS_COUNT = 2.0  # how much more than another sign may say what the words say
RECIPE = Recipe(least_groups=2, most_features=40_000)
WEIGHTS: Mapping[str, float] = {"label": 1.0, "juror": 0.5, "unnamed": 0.3, "good": 0.3}
"""How much is learnt from who says it: of calls that nobody labelled there are some thirty times as many."""
FOLDS = 8
RIGHT: Mapping[str, float] = {"doubt": 0.6, "sure": 0.9}
"""How many of the readings from a limit on must be right."""
GOOD_ABOVE: Mapping[str, int] = {"doubt": 1, "sure": 1}
"""How many good calls may lie there."""
LEAST: Mapping[str, float] = {"doubt": 0.4, "sure": 0.65}
LEAST_FOUND = 5  # faults above a limit
NEVER = Measured(probability=2.0, precision=0.0, support=0, recall=0.0)  # no chance is as high
DIGITS = 4
Read = Mapping[tuple[Speaker, str], Floats]


@dataclass(frozen=True)
class Lesson:
    """A call: its signs and words, its author, and what is known of it; ``labels`` is None of a good call, ``jurors``
    (duty → left out, or None where they would disagree) where none has read it."""

    author: str
    signs: Floats
    words: Codes
    scenario: str
    channel: Channel
    labels: Mapping[str, bool] | None
    jurors: Mapping[str, bool | None] | None

    def of(self, duty: str) -> tuple[int, str]:
        """(1 where the duty was left out, 0 where not, -1 where nobody says; who says so)."""
        if self.labels is not None and RULES[duty] in self.labels:
            return int(self.labels[RULES[duty]]), "label"
        asked = (
            self.channel is Channel.CHAT if duty == "answered" else self.scenario in ASKED.get(duty, (self.scenario,))
        )
        if not asked:
            return -1, "good"
        if self.labels is None:
            return 0, "good"
        if self.jurors is not None:
            said = self.jurors.get(duty, False)
            return -1 if said is None else int(said), "juror"
        return 0, "unnamed"


@dataclass(frozen=True)
class Known:
    """Of one duty, by lesson: the truth (-1: nobody says), how much it weighs, who says it."""

    truth: np.ndarray
    weight: Floats
    source: np.ndarray


def learn(read: Read, acts: ActModel) -> tuple[LeftOutCard, LinearModel, Mapping[str, Any]]:
    """(the duties, fitted to all halves; the classifier of words beside them; what was measured of each with its
    authors held out). ``acts`` reads the halves that it has not learnt."""
    lessons = list(lessons_of(read, acts))
    signs = np.array([lesson.signs for lesson in lessons])
    authors = sorted({lesson.author for lesson in lessons})
    group = np.array([authors.index(lesson.author) for lesson in lessons])
    words, x = _vocabulary(lessons, group)
    usual = signs.mean(axis=0)
    duties, told, columns, biases = {}, {}, [], []
    for duty in RULES:
        known = _known(lessons, duty)
        by_words = _unseen(x, known, group, _by_words)
        own, bias = _by_words(x, known)
        columns.append(own)
        biases.append(bias)
        count = by_words.std() / WORDS_COUNT
        middle = float(by_words[known.truth >= 0].mean())
        every = np.column_stack([signs - usual, (by_words - middle) / count])
        z = _unseen(every, known, group, _by_signs)
        slope, shift = (float(one[0]) for one in calibration("several", z[:, None], known.truth[:, None]))
        said = sigmoid(slope * z + shift)
        weights, start = _by_signs(every, known)
        weights, start = weights * slope, start * slope + shift
        limits = {level: _limit(said, known, level) for level in RIGHT}
        duties[duty] = Duty(
            weights=_rounded(weights[:-1]),
            words=round(float(weights[-1] / count), DIGITS),
            usual_words=round(middle, DIGITS),
            bias=round(start, DIGITS),
            **limits,
        )
        told[duty] = _counts(said, known, limits)
    weights = np.array(columns, dtype=np.float32).T
    words = slim(replace(words, weights=weights, bias=np.array(biases, dtype=np.float32)), RECIPE)
    return LeftOutCard(usual=_rounded(usual), duties=duties), words, told


def lessons_of(read: Read, acts: ActModel) -> Iterator[Lesson]:
    """The good and the labelled calls of all halves, of which enough could be read."""
    jurors = halves.jurors()
    for half in (*halves.LEARNT, *halves.STEPS):
        for kind in ("calls", "labelled"):
            for at, (head, turns) in enumerate(halves.calls_of(kind, half), 1):
                transcript = Transcript(
                    Call("lesson"), tuple(Turn(n, who, text) for n, (who, text) in enumerate(turns))
                )
                done = acts.read(transcript) if half in halves.STEPS else _as_read(transcript, read)
                signs = signs_of(transcript, done)
                if signs is None:
                    continue
                _, scenario, channel, _, _, *more = head.split()
                said = [part.partition(":") for part in more]
                labels = {rule: sense == "fault" for sense, _, rules in said for rule in rules.split(",")}
                yield Lesson(
                    halves.author(half),
                    signs,
                    said_in(transcript.turns),
                    scenario,
                    Channel(channel),
                    labels if kind == "labelled" else None,
                    jurors.get(f"{half}-{at}") if kind == "labelled" else None,
                )


def _as_read(transcript: Transcript, read: Read) -> Mapping[int, ActReading]:
    """The readings of a call by the classifiers that did not see its author."""
    readings = {}
    for turn in transcript.turns:
        z = read.get((turn.speaker, turn.text))
        if z is not None:
            span = (0, len(turn.text))
            said = zip(LABELS[turn.speaker], np.round(sigmoid(z), DIGITS).tolist(), strict=True)
            readings[turn.index] = ActReading(turn.index, tuple(ActSaid(act, p, span) for act, p in said))
    return readings


def _known(lessons: Sequence[Lesson], duty: str) -> Known:
    said = [lesson.of(duty) for lesson in lessons]
    source = np.array([who for _, who in said])
    return Known(np.array([truth for truth, _ in said]), np.array([WEIGHTS[who] for who in source]), source)


def _vocabulary(lessons: Sequence[Lesson], group: np.ndarray) -> tuple[LinearModel, csr_matrix]:
    """(the features of two authors at least, with no weights yet; calls × features)."""
    seen = rows_of([lesson.words for lesson in lessons])
    nobody = np.full((len(lessons), len(RULES)), UNKNOWN)
    blank = Lessons(("",) * len(lessons), nobody, group, np.ones(len(lessons)))
    model = fit_once(tuple(RULES), "several", blank, seen, RECIPE)  # features and their idf; no label is told
    return model, design(model, seen)


def _unseen(x: Any, known: Known, group: np.ndarray, fit: Any) -> Floats:
    """The log-odds of every lesson by a fit that did not see its author."""
    said = np.zeros(len(group))
    for fold in range(FOLDS):
        mine = group % FOLDS == fold
        weights, bias = fit(x[~mine], Known(known.truth[~mine], known.weight[~mine], known.source[~mine]))
        said[mine] = x[mine] @ weights + bias
    return said


def _by_words(x: csr_matrix, known: Known) -> tuple[Floats, float]:
    told = known.truth >= 0
    model = LogisticRegression(C=WORDS_STRENGTH, solver="liblinear", intercept_scaling=10.0, max_iter=400)
    model.fit(x[told], known.truth[told], sample_weight=known.weight[told])
    return model.coef_[0], float(model.intercept_[0])


def _by_signs(x: Floats, known: Known) -> tuple[Floats, float]:
    told = known.truth >= 0
    spread = x.std(axis=0)
    spread[spread < 1e-6] = 1.0
    model = LogisticRegression(C=STRENGTH, max_iter=5000)
    model.fit(x[told] / spread, known.truth[told], sample_weight=known.weight[told])
    return model.coef_[0] / spread, float(model.intercept_[0])


def _limit(said: Floats, known: Known, level: str) -> Measured:
    """The least probability from which on enough is right, and what is right there."""
    order = [at for at in np.argsort(-said, kind="stable") if known.truth[at] >= 0 and said[at] >= LEAST[level]]
    faults, right, good, found = int((known.truth == 1).sum()), 0, 0, NEVER
    for count, at in enumerate(order, 1):
        right += int(known.truth[at] == 1)
        good += int(known.source[at] == "good")
        if good > GOOD_ABOVE[level]:
            break
        if right >= LEAST_FOUND and right >= RIGHT[level] * count:
            limit = np.floor(said[at] * 1000) / 1000  # a step below: what lies just there is above it on any machine
            found = Measured(
                probability=float(limit),
                precision=round(right / count, 3),
                support=count,
                recall=round(right / faults, 3),
            )
    return found


def _counts(said: Floats, known: Known, limits: Mapping[str, Measured]) -> Mapping[str, Any]:
    """What of the labelled faults and innocents, of the calls beside and of the good ones lies above each limit."""
    label, good = known.source == "label", known.source == "good"
    kinds = {
        "faults": label & (known.truth == 1),
        "innocent": label & (known.truth == 0),
        "beside": ~label & ~good & (known.truth == 0),
        "good": good & (known.truth == 0),
    }
    named = label & (known.truth >= 0)
    found = {name: int(kind.sum()) for name, kind in kinds.items()}
    found["auc"] = round(float(roc_auc_score(known.truth[named], said[named])), 3)
    for level, limit in limits.items():
        above = said >= limit.probability
        found[f"{level}: from"] = limit.probability
        found |= {f"{level}: {name}": int((above & kind).sum()) for name, kind in kinds.items()}
    return found


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), DIGITS) for value in values)
