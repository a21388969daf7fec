"""The tone model: reads each turn of a call with the classifier of its speaker."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType

from qa_engine.domain import Speaker, ToneReading, ToneWord, Transcript, digest
from qa_engine.text import compared
from qa_engine.tone import features, segment
from qa_engine.tone.card import Card, load_card
from qa_engine.tone.classifier import LinearTone, rounded
from qa_engine.tone.features import read
from qa_engine.tone.measure import PrecisionPoint
from qa_engine.tone.parts import BAD_FROM, LONGEST, SHARE, WHOLE, badness, parts

LEAST_CHARS = 2  # digits aside; in one syllable or a number alone there is no tone
TEXTS_KEPT = 4096

_Said = tuple[str, tuple[tuple[str, float], ...], tuple[ToneWord, ...]]


class ToneModel:
    """Implements ``rules.tones.ToneReader``. Same transcript, same model: equal readings, on every machine."""

    def __init__(self, folder: Path, card: Card) -> None:
        self._folder = folder
        self._card = card
        self._said = lru_cache(maxsize=TEXTS_KEPT)(self._read)

    @classmethod
    def load(cls, folder: Path) -> "ToneModel":
        """Open the model in ``folder``; the classifiers are loaded by the first reading. Raises ToneModelError."""
        return cls(folder, load_card(folder))

    @property
    def name(self) -> str:
        return self._card.name

    @cached_property
    def digest(self) -> str:
        """Of the classifiers, and of the code and dictionary that make features for them."""
        return digest([self._card.model_dump(), features.VERSION, segment.VERSION, LEAST_CHARS, LONGEST, BAD_FROM])

    @cached_property
    def thresholds(self) -> Mapping[str, PrecisionPoint]:
        """Class → from which probability its measured precision is at least 0.9. A class without one has no entry."""
        return MappingProxyType(self._card.points())

    @cached_property
    def sure_from(self) -> Mapping[str, float]:
        """The probabilities of ``thresholds`` alone."""
        return MappingProxyType({label: point.probability for label, point in self.thresholds.items()})

    def read(self, transcript: Transcript) -> Mapping[int, ToneReading]:
        """Turn index → reading; excluded turns, unknown speakers, numbers and single syllables are left out."""
        found = {}
        for turn in transcript.turns_of(None):
            reading = self.read_text(turn.text, turn.speaker, turn=turn.index)
            if reading is not None:
                found[turn.index] = reading
        return MappingProxyType(found)

    def read_text(self, text: str, speaker: Speaker, *, turn: int = 0) -> ToneReading | None:
        """The reading of one text; None when it cannot be read."""
        said = self._said(text, speaker)
        return None if said is None else ToneReading(turn, *said)

    def forget_texts(self) -> None:
        """As if no text had been read before: for measuring."""
        self._said.cache_clear()

    def _read(self, text: str, speaker: Speaker) -> _Said | None:
        if speaker is Speaker.UNKNOWN or sum(not char.isdigit() for char in compared(text)) < LEAST_CHARS:
            return None
        classifier, seen = self._classifiers[speaker], read(text)
        whole = dict(zip(classifier.labels, classifier.probabilities(seen), strict=True))
        label = max(whole, key=whole.__getitem__)
        if len(text) > WHOLE and badness({label: 1.0}) == 0.0:
            worse = _worse_part(classifier, text, whole)
            if worse is not None:
                return worse
        return label, tuple(whole.items()), classifier.explain(seen, label)

    @cached_property
    def _classifiers(self) -> Mapping[Speaker, LinearTone]:
        from qa_engine.tone.storage import load_classifier  # with it comes scikit-learn, which takes a second

        return {
            speaker: load_classifier(self._folder, self._card, speaker) for speaker in (Speaker.AGENT, Speaker.CUSTOMER)
        }


def _worse_part(classifier: LinearTone, text: str, whole: Mapping[str, float]) -> _Said | None:
    """The reading of a turn whose worst part is bad though the whole is not; None when no part is bad enough.

    It is a mean of both readings: a part that is taken out of many is less sure than a turn that is as bad.
    """
    seen = [(start, read(part)) for start, part in parts(text)]
    said = [dict(zip(classifier.labels, classifier.probabilities(part), strict=True)) for _, part in seen]
    worst = max(range(len(said)), key=lambda at: badness(said[at]))
    if badness(said[worst]) < BAD_FROM:
        return None
    mixed = rounded([SHARE * p + (1 - SHARE) * whole[label] for label, p in said[worst].items()])
    probabilities = tuple(zip(classifier.labels, mixed, strict=True))
    label = max(probabilities, key=lambda pair: pair[1])[0]
    if badness({label: 1.0}) == 0.0:
        return None
    start, part = seen[worst]
    words = classifier.explain(part, label)
    return label, probabilities, tuple(replace(w, span=(w.span[0] + start, w.span[1] + start)) for w in words)
