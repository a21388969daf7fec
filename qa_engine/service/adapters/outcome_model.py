"""Which model reads how content the customer leaves: the bundled starter, a centre's own, or none."""

from pathlib import Path
from typing import TYPE_CHECKING

from qa_engine.resources import act_model_dir
from qa_engine.service.adapters.tone_model import BUNDLED, NONE
from qa_engine.settings import Settings

if TYPE_CHECKING:
    from qa_engine.acts.outcome import OutcomeModel


def open_outcome(settings: Settings) -> "OutcomeModel | None":
    """The model of the setting QA_OUTCOME_MODEL, None for none. Raises ActModelError."""
    if settings.outcome_model == NONE:
        return None
    from qa_engine.acts.outcome import OutcomeModel  # numpy and jieba take a moment to import

    return OutcomeModel.load(act_model_dir() if settings.outcome_model == BUNDLED else Path(settings.outcome_model))
