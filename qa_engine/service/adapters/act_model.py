"""Which model of service acts reads: the bundled one, an own one, or none."""

from pathlib import Path

from qa_engine.resources import act_model_dir
from qa_engine.rules import ActReader, NoActs, RulePack, asks_for_acts
from qa_engine.service.adapters.tone_model import BUNDLED, NONE
from qa_engine.settings import Settings


def acts_of(pack: RulePack, settings: Settings) -> ActReader:
    """Who reads acts for a pack: the model of the settings, or nobody when no rule asks. Raises ActModelError."""
    return open_acts(settings) if asks_for_acts(pack) else NoActs()


def open_acts(settings: Settings) -> ActReader:
    """The model of the setting QA_ACT_MODEL; its classifiers load with the first reading. Raises ActModelError."""
    if settings.act_model == NONE:
        return NoActs()
    from qa_engine.acts import ActModel  # numpy and jieba take a moment to import

    return ActModel.load(act_model_dir() if settings.act_model == BUNDLED else Path(settings.act_model))
