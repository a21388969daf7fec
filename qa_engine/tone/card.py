"""``tone.json``: what a tone model is, and from which probability one of its classes may cost points."""

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from qa_engine.classify import VERSION
from qa_engine.errors import ToneModelError
from qa_engine.tone.measure import PrecisionPoint

CARD_FILE = "tone.json"
ADVICE = "point QA_TONE_MODEL at a folder written by qa-engine tone train, or unset it for the bundled model"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Point(_Strict):
    probability: float
    precision: float
    support: int
    recall: float


class Card(_Strict):
    """``contents`` is the digest of each classifier's numbers, by speaker."""

    version: Literal[1]
    name: str
    features: str
    contents: dict[str, str]
    thresholds: dict[str, Point]

    def points(self) -> dict[str, PrecisionPoint]:
        return {label: PrecisionPoint(**point.model_dump()) for label, point in self.thresholds.items()}

    def save(self, folder: Path) -> None:
        """Write the card into ``folder``."""
        text = json.dumps(self.model_dump(), ensure_ascii=False, indent=2) + "\n"
        (folder / CARD_FILE).write_text(text, encoding="utf-8")


def load_card(folder: Path) -> Card:
    """The card of the model in ``folder``. Raises ToneModelError."""
    path = folder / CARD_FILE
    try:
        card = Card.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ToneModelError(f"{path}: cannot be read ({error.strerror}); {ADVICE}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ToneModelError(f"{path}: no tone model of this version ({place}: {first['msg']}); {ADVICE}") from None
    if card.features != VERSION:
        raise ToneModelError(
            f"{path}: made for features {card.features}, this engine reads features {VERSION}; train it anew"
        )
    return card
