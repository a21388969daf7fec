"""The tone model: reads the turns of a call with the classifier of their speaker."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import filterfalse
from pathlib import Path
from types import MappingProxyType

from qa_engine.classify import VERSION, LinearModel, Seen, see_call
from qa_engine.classify.linear import rounded
from qa_engine.classify.parts import LONGEST
from qa_engine.domain import AgentTone, CustomerMood, Speaker, ToneReading, Transcript, Turn, digest
from qa_engine.domain.values import dataclass
from qa_engine.text import count_chars, segment
from qa_engine.tone.card import Card, load_card
from qa_engine.tone.measure import PrecisionPoint

LEAST_CHARS = 5  # 字; a shorter turn is a fragment (好的, 您好, 什么), in which there is no tone to be heard
BAD_FROM = 0.8  # a part of a long turn that is less likely bad changes nothing
SHARE = 0.75  # of the part in the reading of its turn
BAD_LEAST = 0.7  # all bad classes together; a turn that is bad with less has no class
ONE_WORD = 0.8  # of all that pushes towards a bad class may come from one word
COMMON_WORD = 2000  # occurrences in the dictionary from which such a word is too common to decide alone
READ_SPEAKERS = (Speaker.AGENT, Speaker.CUSTOMER)
PLAIN = frozenset({AgentTone.NEUTRAL.value, CustomerMood.CALM.value})
GOOD = PLAIN | {AgentTone.WARM.value}


@dataclass(frozen=True, slots=True)
class _Said:
    """What the classifier says about a text: the probabilities, and in which row of the call the label was read."""

    label: str
    probabilities: tuple[tuple[str, float], ...]
    row: int


class ToneModel:
    """Implements ``rules.ports.tones.ToneReader``. Same transcript, same model: equal readings, on every machine."""

    def __init__(self, folder: Path, card: Card) -> None:
        self._folder = folder
        self._card = card

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
        limits = [LEAST_CHARS, LONGEST, BAD_FROM, BAD_LEAST, SHARE, ONE_WORD, COMMON_WORD]
        return digest([self._card.model_dump(), VERSION, segment.VERSION, limits])

    @cached_property
    def thresholds(self) -> Mapping[str, PrecisionPoint]:
        """Class → from which probability its measured precision is at least 0.9. A class without one has no entry."""
        return MappingProxyType(self._card.points())

    @cached_property
    def sure_from(self) -> Mapping[str, float]:
        """The probabilities of ``thresholds`` alone."""
        return MappingProxyType({label: point.probability for label, point in self.thresholds.items()})

    def read(self, transcript: Transcript) -> Mapping[int, ToneReading]:
        """Turn index → reading; excluded turns, unknown speakers and fragments are left out."""
        turns = tuple(transcript.turns_of(None))
        return MappingProxyType({turns[at].index: reading for at, reading in self._read(turns)})

    def read_text(self, text: str, speaker: Speaker, *, turn: int = 0) -> ToneReading | None:
        """The reading of one text; None when it cannot be read."""
        return next((reading for _, reading in self._read((Turn(turn, speaker, text),))), None)

    def _read(self, turns: Sequence[Turn]) -> list[tuple[int, ToneReading]]:
        """(place, reading) of each turn that can be read, in order."""
        call = see_call(tuple(turn.text for turn in turns))
        found = []
        for speaker in READ_SPEAKERS:
            seen = call.of(at for at, turn in enumerate(turns) if turn.speaker is speaker)
            mine = {at: rows for at, rows in seen.rows_of_text.items() if _readable(call.skeletons[at].text)}
            if not mine:
                continue
            model = self._classifiers[speaker]
            probabilities = model.probabilities(seen).tolist()
            read = {at: _of_turn(model.labels, probabilities, whole, parts) for at, (whole, *parts) in mine.items()}
            told = {at: one for at, one in read.items() if one.label in GOOD or not _unsure(one, mine[at][0])}
            moved = [at for at, one in told.items() if one.label not in PLAIN]
            pushes = dict(
                zip(moved, model.contributions(seen, [(told[at].row, told[at].label) for at in moved]), strict=True)
            )
            for at, said in told.items():
                if said.label not in GOOD and _one_common_word(seen, said, pushes[at]):
                    continue
                words = model.phrases(seen, said.row, pushes[at]) if at in pushes else ()
                found.append((at, ToneReading(turns[at].index, said.label, said.probabilities, words)))
        return sorted(found, key=lambda pair: pair[0])

    @cached_property
    def _classifiers(self) -> Mapping[Speaker, LinearModel]:
        from qa_engine.tone.storage import load_classifier

        return {speaker: load_classifier(self._folder, self._card, speaker) for speaker in READ_SPEAKERS}


def _readable(said: str) -> bool:
    """True of more than a fragment; digits aside, for a number has no tone. ``said`` is a skeleton."""
    return count_chars("".join(filterfalse(str.isdigit, said))) >= LEAST_CHARS


def _of_turn(
    labels: tuple[str, ...], probabilities: Sequence[Sequence[float]], whole: int, parts: Sequence[int]
) -> _Said:
    """The reading of the turn, or of its worst part where that is bad though the whole is not.

    The latter is a mean of both: a part that is taken out of many is less sure than a turn that is as bad.
    """
    own = _Said(*_labelled(labels, probabilities[whole]), whole)
    if not parts or own.label not in GOOD:
        return own
    worst = max(parts, key=lambda row: badness(labels, probabilities[row]))
    if badness(labels, probabilities[worst]) < BAD_FROM:
        return own
    pairs = zip(probabilities[worst], probabilities[whole], strict=True)
    mixed = _Said(*_labelled(labels, rounded([SHARE * part + (1 - SHARE) * p for part, p in pairs])), worst)
    return own if mixed.label in GOOD else mixed


def _labelled(labels: tuple[str, ...], said: Sequence[float]) -> tuple[str, tuple[tuple[str, float], ...]]:
    return labels[said.index(max(said))], tuple(zip(labels, said, strict=True))


def badness(labels: Sequence[str], said: Sequence[float]) -> float:
    """Probability of all bad classes together."""
    return sum(p for label, p in zip(labels, said, strict=True) if label not in GOOD)


def _unsure(said: _Said, whole: int) -> bool:
    """True of a turn that is bad as a whole, but not likely enough; of a part more was asked already."""
    labels, probabilities = zip(*said.probabilities, strict=True)
    return said.row == whole and badness(labels, probabilities) < BAD_LEAST


def _one_common_word(seen: Seen, said: _Said, pushes: Sequence[float]) -> bool:
    """True when nearly all that speaks for the label is one word that everybody uses; ``pushes`` of each word."""
    most = max(range(len(pushes)), key=pushes.__getitem__, default=None)
    if most is None or pushes[most] < ONE_WORD * sum(push for push in pushes if push > 0):
        return False
    start, end = seen.words[said.row][most]
    row = seen.rows[said.row]
    word = seen.skeletons[row.text].text[row.start + start : row.start + end]
    return segment.frequencies().get(word, 0) >= COMMON_WORD
