"""The model of service acts: reads what each turn of a call does, with the classifier of its speaker."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from qa_engine.acts.card import ADVICE, CARD_FILE, LABELS, Card, load_card
from qa_engine.acts.context import ECHOES, LENGTH, LOOK_BACK, MOST, MOST_SHARED, Context, Said
from qa_engine.acts.left_out import SIGNS, WORDS_FILE, LeftOutModel
from qa_engine.classify import VERSION, LinearModel, Seen, see_call
from qa_engine.classify.linear import PROBABILITY_DIGITS, Floats, sigmoid
from qa_engine.classify.parts import LONGEST, OVERLAP, SHORTEST, WHOLE
from qa_engine.classify.shelf import Shelf
from qa_engine.domain import ActReading, ActSaid, Speaker, ToneWord, Transcript, Turn, digest
from qa_engine.errors import ActModelError
from qa_engine.rules import ActLimits, LeftOut
from qa_engine.text.segment import VERSION as WORDS_VERSION

LEAST_PROBABILITY = 0.02  # less is not worth a word
READ_SPEAKERS = (Speaker.AGENT, Speaker.CUSTOMER)
_Reasons = dict[tuple[str, Speaker, str], tuple[ToneWord, ...]]  # of text, speaker and act


class ActModel:
    """Implements ``rules.ports.acts.ActReader``. Same transcript, same model: equal readings, on every machine.

    A long turn is read as a whole and in parts; it does what any of them does, where that is. What a turn does may
    depend on what was said before, too (``context.py``).
    """

    def __init__(self, folder: Path, card: Card) -> None:
        self._folder = folder
        self._card = card
        # The call read last, of which turns are explained next: where each text was seen, what was explained.
        self._recent: tuple[Mapping[tuple[str, Speaker], tuple[Seen, int]], _Reasons] = {}, {}

    @classmethod
    def load(cls, folder: Path) -> "ActModel":
        """Open the model in ``folder``; the classifiers are loaded by the first reading. Raises ActModelError."""
        return cls(folder, load_card(folder))

    @property
    def name(self) -> str:
        return self._card.name

    @cached_property
    def digest(self) -> str:
        """Of the classifiers, and of the code and dictionary that make features for them."""
        cut = [WHOLE, LONGEST, SHORTEST, OVERLAP, LEAST_PROBABILITY]
        around = [ECHOES, LENGTH, LOOK_BACK, MOST, MOST_SHARED]
        return digest([self._card.model_dump(), VERSION, WORDS_VERSION, cut, around, SIGNS])

    @cached_property
    def limits(self) -> Mapping[tuple[Speaker, str], ActLimits]:
        return MappingProxyType(self._card.act_limits())

    def read(self, transcript: Transcript) -> Mapping[int, ActReading]:
        """Turn index → acts; excluded turns, unknown speakers and turns without a word are left out."""
        turns = tuple(transcript.turns_of(None))
        seen = see_call(tuple(turn.text for turn in turns))
        where: dict[tuple[str, Speaker], tuple[Seen, int]] = {}
        read: dict[Speaker, dict[int, _Read]] = {}
        for speaker in READ_SPEAKERS:
            mine = [at for at, turn in enumerate(turns) if turn.speaker is speaker]
            own = _read_by(speaker, seen.of(mine))
            read[speaker] = self._of_speaker(own, speaker)
            where |= {(turns[at].text, speaker): (own, at) for at in mine}
        self._recent = where, {}
        alone = {text: one.log_odds for texts in read.values() for text, one in texts.items()}
        call = Said([turn.speaker for turn in turns], [shown.text for shown in seen.skeletons], alone)
        found: dict[int, ActReading] = {}
        for speaker, texts in read.items():
            if texts:
                log_odds = self._context[speaker].corrected(call, tuple(texts))
                for at, acts in zip(texts, _acts(LABELS[speaker], log_odds, texts.values()), strict=True):
                    found[turns[at].index] = ActReading(turns[at].index, acts)
        return MappingProxyType(dict(sorted(found.items())))

    def _of_speaker(self, seen: Seen, speaker: Speaker) -> dict[int, "_Read"]:
        """Text number → what its words say alone, of the speaker's turns, which are all that was ``seen``."""
        texts = seen.rows_of_text
        if not texts:
            return {}
        z = self._classifiers[speaker].log_odds(seen)[[row for own in texts.values() for row in own]]
        first = np.cumsum([0, *(len(own) for own in texts.values())])[:-1]
        likeliest = np.maximum.reduceat(z, first, axis=0)  # of a text, an act as its likeliest row does it
        found = {}
        for (text, own), begin, best in zip(texts.items(), first.tolist(), likeliest, strict=True):
            spans = [seen.whole_span(row) for row in own]
            where = z[begin : begin + len(own)].argmax(axis=0).tolist() if len(own) > 1 else None
            found[text] = _Read(best, spans * z.shape[1] if where is None else [spans[row] for row in where])
        return found

    def left_out(self, transcript: Transcript, done: Mapping[int, ActReading]) -> Mapping[str, LeftOut]:
        """The duties that a call whose turns do ``done`` probably left out."""
        return self._left_out.read(transcript, done)

    def explain_left_out(self, transcript: Transcript, duty: str) -> Sequence[tuple[int, ToneWord]]:
        """The words of the call that speak most for the duty's being left out, strongest first: (turn index, word)."""
        return self._left_out.words(transcript, duty)

    @cached_property
    def _left_out(self) -> LeftOutModel:
        card = self._card.left_out
        if card.words is None:
            return LeftOutModel(card)
        return LeftOutModel(card, self._shelf.take(WORDS_FILE, tuple(card.duties), "several", card.words))

    def explain(self, turn: Turn, act: str) -> tuple[ToneWord, ...]:
        """The words of the turn, or of the part of it that does the act most probably, that speak for the act."""
        if turn.speaker not in READ_SPEAKERS:
            return ()
        where, reasons = self._recent
        known = where.get((turn.text, turn.speaker))
        if known is None:
            return self._reasons(_read_by(turn.speaker, see_call((turn.text,))), 0, turn.speaker, act)
        asked = turn.text, turn.speaker, act
        if asked not in reasons:
            reasons[asked] = self._reasons(*known, turn.speaker, act)
        return reasons[asked]

    def _reasons(self, seen: Seen, text: int, speaker: Speaker, act: str) -> tuple[ToneWord, ...]:
        model = self._classifiers[speaker]
        rows = seen.rows_of_text.get(text, ())
        if not rows:
            return ()
        if len(rows) == 1:
            return model.explain(seen, rows[0], act)
        said: Floats = model.log_odds(seen, rows)[:, model.labels.index(act)]
        return model.explain(seen, rows[int(said.argmax())], act)

    @cached_property
    def _context(self) -> Mapping[Speaker, Context]:
        return {
            speaker: Context(LABELS[speaker], self._card.context.get(speaker.value, {})) for speaker in READ_SPEAKERS
        }

    @cached_property
    def _classifiers(self) -> Mapping[Speaker, LinearModel]:
        return {
            speaker: self._shelf.take(speaker.value, LABELS[speaker], "several", self._card.contents[speaker.value])
            for speaker in READ_SPEAKERS
        }

    @property
    def _shelf(self) -> Shelf:
        return Shelf(self._folder, CARD_FILE, ActModelError, ADVICE)


class _Read(NamedTuple):
    """Of a text: the log-odds of each act as its likeliest row does it, and where that row is."""

    log_odds: Floats
    spans: Sequence[tuple[int, int]]


def _acts(labels: Sequence[str], log_odds: Floats, read: Iterable[_Read]) -> Iterator[tuple[ActSaid, ...]]:
    """What each text does, the likeliest first; ``log_odds`` is texts × labels."""
    said = np.round(sigmoid(log_odds), PROBABILITY_DIGITS)
    orders = np.argsort(-said, axis=1, kind="stable").tolist()
    counts = (said >= LEAST_PROBABILITY).sum(axis=1).tolist()
    for one, order, count, values in zip(read, orders, counts, said.tolist(), strict=True):
        yield tuple([ActSaid(labels[at], values[at], one.spans[at]) for at in order[:count]])


def _read_by(speaker: Speaker, seen: Seen) -> Seen:
    """How an agent's sentence is built says much of what it does; a customer's acts are learnt without."""
    return seen.formed if speaker is Speaker.AGENT else seen
