"""Which scenario a call is of, by its words: for calls whose metadata do not say.

A call is one bag of features, the agent's apart from the customer's, out of the same tokenising as its acts; the
classifier is linear, one scenario of several, calibrated on calls whose sentences it had not seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np

from qa_engine.acts.card import ADVICE, SCENARIO_CARD_FILE, ScenarioCard, load_scenario_card
from qa_engine.acts.wording import said_in
from qa_engine.classify import VERSION, LinearModel
from qa_engine.classify.hashes import Codes
from qa_engine.classify.linear import Floats, rounded, softmax
from qa_engine.classify.shelf import Shelf
from qa_engine.domain import Direction, Speaker, Transcript, Turn, digest
from qa_engine.errors import ActModelError

OUTBOUND_ONLY = frozenset({"followup", "telesales"})  # nobody calls in to be called back or to be sold something
LEAST_TURNS = 2  # with words in them; fewer say nothing of a call
FIRST_TURNS = 30  # of a call that are looked at: what it is about is said early
_OUTBOUND = np.uint64(0xA24BAED4963EE407)  # the feature of a call that we made


@dataclass(frozen=True, slots=True)
class ScenarioReading:
    """What a call probably is: the likeliest scenario and the probabilities of all, which sum to 1."""

    scenario: str
    probability: float
    probabilities: Mapping[str, float]


class ScenarioModel:
    """Reads the scenario of a call. Same transcript, same model: equal readings."""

    def __init__(self, folder: Path, card: ScenarioCard) -> None:
        self._folder = folder
        self._card = card

    @classmethod
    def load(cls, folder: Path) -> "ScenarioModel":
        """Open the model in ``folder``; raises ActModelError."""
        return cls(folder, load_scenario_card(folder))

    @cached_property
    def digest(self) -> str:
        return digest([self._card.model_dump(), VERSION, FIRST_TURNS, LEAST_TURNS, sorted(OUTBOUND_ONLY)])

    @property
    def sure_from(self) -> float | None:
        """The probability from which at least nine in ten held-out readings were right; None if it never was."""
        return self._card.sure_from

    def read(self, transcript: Transcript) -> ScenarioReading | None:
        """The scenario by words and direction alone; None of too little talk."""
        turns = tuple(transcript.turns_of(None))
        known = [turn for turn in turns if turn.speaker is not Speaker.UNKNOWN][:FIRST_TURNS]
        if sum(any(char.isalnum() for char in turn.text) for turn in known) < LEAST_TURNS:
            return None
        log_odds = self._classifier.log_odds_of(call_codes(turns, transcript.call.direction, FIRST_TURNS))
        return likely(self._card.scenarios, log_odds, transcript.call.direction)

    @cached_property
    def _classifier(self) -> LinearModel:
        shelf = Shelf(self._folder, SCENARIO_CARD_FILE, ActModelError, ADVICE)
        return shelf.take("scenario", tuple(self._card.scenarios), "one", self._card.contents)


def likely(scenarios: Sequence[str], log_odds: Floats, direction: Direction | None) -> ScenarioReading:
    """What a call is whose classifier gives ``log_odds``, one for each of ``scenarios``."""
    if direction is Direction.INBOUND:
        log_odds = np.where([name in OUTBOUND_ONLY for name in scenarios], -np.inf, log_odds)
    probabilities = MappingProxyType(dict(zip(scenarios, rounded(softmax(log_odds).tolist()), strict=True)))
    likeliest = max(probabilities, key=probabilities.__getitem__)
    return ScenarioReading(likeliest, probabilities[likeliest], probabilities)


def call_codes(turns: Sequence[Turn], direction: Direction | None, first: int | None = None) -> Codes:
    """The features of a call; ``first``: of so many turns alone."""
    said = said_in(turns, first=first)
    return np.append(said, _OUTBOUND) if direction is Direction.OUTBOUND else said
