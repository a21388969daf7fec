"""The JSON file beside a model that says what it is: read strictly, and only of the features that this engine reads."""

import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from qa_engine.classify.features import VERSION
from qa_engine.errors import QaError


class Strict(BaseModel):
    """Unknown fields are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelCard(Strict):
    """What every card says; ``features`` is the edition of the features that the model was made for."""

    name: str
    features: str

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(self.model_dump(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


class Measured(Strict):
    """From ``probability`` on, ``precision`` of the ``support`` readings were right, ``recall`` of them all found."""

    probability: float
    precision: float
    support: int
    recall: float


_C = TypeVar("_C", bound=ModelCard)


def read_card(path: Path, kind: type[_C], error: type[QaError], advice: str) -> _C:
    """The card in a file; raises ``error``, with ``advice`` what to do, where there is none that this engine reads."""
    try:
        card = kind.model_validate_json(path.read_bytes())
    except OSError as failure:
        raise error(f"{path}: cannot be read ({failure.strerror}); {advice}") from None
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise error(f"{path}: no model card of this version ({place}: {first['msg']}); {advice}") from None
    if card.features != VERSION:
        raise error(f"{path}: made for features {card.features}, this engine reads features {VERSION}; train it anew")
    return card
