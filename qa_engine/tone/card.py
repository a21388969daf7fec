"""``tone.json``: what a tone model is, and from which probability one of its classes may cost points."""

from pathlib import Path
from typing import Literal

from qa_engine.classify.card import Measured, ModelCard, read_card
from qa_engine.errors import ToneModelError
from qa_engine.tone.measure import PrecisionPoint

CARD_FILE = "tone.json"
ADVICE = "point QA_TONE_MODEL at a folder written by qa-engine tone train, or unset it for the bundled model"


class Card(ModelCard):
    """``contents`` is the digest of each classifier's numbers, by speaker."""

    version: Literal[1]
    contents: dict[str, str]
    thresholds: dict[str, Measured]

    def points(self) -> dict[str, PrecisionPoint]:
        return {label: PrecisionPoint(**point.model_dump()) for label, point in self.thresholds.items()}

    def save(self, folder: Path) -> None:
        """Write the card into ``folder``."""
        self.write(folder / CARD_FILE)


def load_card(folder: Path) -> Card:
    """The card of the model in ``folder``. Raises ToneModelError."""
    return read_card(folder / CARD_FILE, Card, ToneModelError, ADVICE)
