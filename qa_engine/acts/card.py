"""``acts.json``: what a model of service acts is, and which limits were measured for each act."""

import json
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from qa_engine.classify import VERSION
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


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Point(_Strict):
    """From ``probability`` on, ``precision`` of the ``support`` readings were right and ``recall`` of the act found."""

    probability: float
    precision: float
    support: int
    recall: float


class Limits(_Strict):
    """Of one act; a point that was never reached is None. Up to ``absent`` fewer than 5 in 100 turns of the act lie.

    ``sure`` and ``very_sure`` are for the corpus as it is, in which a third of the agent's turns are offences and most
    others stand near one: what is left when a phrase was found. ``alone`` is for calls, where far fewer are.
    """

    sure: Point | None = None
    very_sure: Point | None = None
    alone: Point | None = None
    absent: float = 0.0


class Card(_Strict):
    """``contents`` is the digest of each classifier's numbers, ``limits`` the measured limits, both by speaker."""

    version: Literal[1]
    name: str
    features: str
    contents: dict[str, str]
    limits: dict[str, dict[str, Limits]]

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
        text = json.dumps(self.model_dump(), ensure_ascii=False, indent=1) + "\n"
        (folder / CARD_FILE).write_text(text, encoding="utf-8")


class ScenarioCard(_Strict):
    """``scenario.json``: ``sure_from`` is the probability from which nine in ten readings were right, on golden calls
    that were written by others for other ends, if it ever was."""

    version: Literal[1]
    name: str
    features: str
    scenarios: tuple[str, ...]
    contents: str
    sure_from: float | None

    def save(self, folder: Path) -> None:
        """Write the card into ``folder``."""
        text = json.dumps(self.model_dump(), ensure_ascii=False, indent=1) + "\n"
        (folder / SCENARIO_CARD_FILE).write_text(text, encoding="utf-8")


_C = TypeVar("_C", Card, ScenarioCard)


def load_card(folder: Path) -> Card:
    """The card of the model of acts in ``folder``. Raises ActModelError."""
    return _load(folder / CARD_FILE, Card)


def load_scenario_card(folder: Path) -> ScenarioCard:
    """The card of the scenario classifier in ``folder``. Raises ActModelError."""
    return _load(folder / SCENARIO_CARD_FILE, ScenarioCard)


def _load(path: Path, kind: type[_C]) -> _C:
    try:
        card = kind.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ActModelError(f"{path}: cannot be read ({error.strerror}); {ADVICE}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ActModelError(f"{path}: no card of this version ({place}: {first['msg']}); {ADVICE}") from None
    if card.features != VERSION:
        raise ActModelError(
            f"{path}: made for features {card.features}, this engine reads features {VERSION}; make it anew"
        )
    return card
