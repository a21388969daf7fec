"""``acts.json``: what a model of service acts is, and which limits were measured for each act."""

from pathlib import Path
from typing import Literal

from qa_engine.acts.context import Beside
from qa_engine.acts.left_out import LeftOutCard
from qa_engine.classify.card import Measured, ModelCard, Strict, read_card
from qa_engine.domain import AgentAct, CustomerAct, Speaker
from qa_engine.errors import ActModelError
from qa_engine.rules import ActLimits

CARD_FILE = "acts.json"
SCENARIO_CARD_FILE = "scenario.json"
ADVICE = "point QA_ACT_MODEL at a folder made by models/acts/build.py, or unset it for the bundled model"
LABELS: dict[Speaker, tuple[str, ...]] = {
    Speaker.AGENT: tuple(act.value for act in AgentAct),
    Speaker.CUSTOMER: tuple(act.value for act in CustomerAct),
}


class Limits(Strict):
    """Of one act; a point that was never reached is None. Up to ``absent`` fewer than 5 in 100 turns of the act lie.

    ``sure`` and ``very_sure`` are for the corpus as it is, in which a third of the agent's turns are offences and most
    others stand near one: what is left when a phrase was found. ``alone`` is for calls, where far fewer are.
    """

    sure: Measured | None = None
    very_sure: Measured | None = None
    alone: Measured | None = None
    absent: float = 0.0


class Card(ModelCard):
    """``contents`` is the digest of each classifier's numbers, ``limits`` the measured limits, both by speaker.

    From version 2 on the agent's classifier reads features of form, too; from version 3 on ``context`` says which acts
    what was said before changes, by speaker; from version 5 on ``left_out`` reads duties out of acts and words of
    the whole call.
    """

    version: Literal[5]
    contents: dict[str, str]
    limits: dict[str, dict[str, Limits]]
    context: dict[str, dict[str, Beside]]
    left_out: LeftOutCard

    def act_limits(self) -> dict[tuple[Speaker, str], ActLimits]:
        return {
            (Speaker(speaker), act): ActLimits(
                limits.sure.probability if limits.sure else None,
                limits.very_sure.probability if limits.very_sure else None,
                limits.alone.probability if limits.alone else None,
                limits.absent,
            )
            for speaker, acts in self.limits.items()
            for act, limits in acts.items()
        }

    def save(self, folder: Path) -> None:
        """Write the card into ``folder``."""
        self.write(folder / CARD_FILE)


class ScenarioCard(ModelCard):
    """``scenario.json``: ``sure_from`` is the probability from which nine in ten readings were right, on golden calls
    that were written by others for other ends, if it ever was."""

    version: Literal[1]
    scenarios: tuple[str, ...]
    contents: str
    sure_from: float | None

    def save(self, folder: Path) -> None:
        """Write the card into ``folder``."""
        self.write(folder / SCENARIO_CARD_FILE)


def load_card(folder: Path) -> Card:
    """The card of the model of acts in ``folder``. Raises ActModelError."""
    return read_card(folder / CARD_FILE, Card, ActModelError, ADVICE)


def load_scenario_card(folder: Path) -> ScenarioCard:
    """The card of the scenario classifier in ``folder``. Raises ActModelError."""
    return read_card(folder / SCENARIO_CARD_FILE, ScenarioCard, ActModelError, ADVICE)
