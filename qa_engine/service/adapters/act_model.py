"""Which model of service acts reads."""

from qa_engine.rules import ActReader, NoActs, RulePack, asks_for_acts
from qa_engine.settings import Settings


def acts_of(pack: RulePack, settings: Settings) -> ActReader:
    """Who reads acts for a pack: the model of the settings, or nobody when no rule asks."""
    return open_acts(settings) if asks_for_acts(pack) else NoActs()


def open_acts(settings: Settings) -> ActReader:
    """The model of service acts; none is bundled yet."""
    return NoActs()
