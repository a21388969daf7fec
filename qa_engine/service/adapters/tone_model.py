"""Which tone model reads: the bundled one, a centre's own, or none."""

from pathlib import Path

from qa_engine.resources import tone_model_dir
from qa_engine.rules import NoTones, RulePack, ToneReader, asks_for_tone
from qa_engine.settings import Settings

BUNDLED, NONE = "bundled", "none"


def tones_of(pack: RulePack, settings: Settings) -> ToneReader:
    """Who reads for a pack: the model of the settings, or nobody when no rule asks. Raises ToneModelError."""
    return open_tones(settings) if asks_for_tone(pack) else NoTones()


def open_tones(settings: Settings) -> ToneReader:
    """The model of the setting QA_TONE_MODEL; its classifiers load with the first reading. Raises ToneModelError."""
    if settings.tone_model == NONE:
        return NoTones()
    from qa_engine.tone import ToneModel  # numpy and jieba take a moment to import

    return ToneModel.load(tone_model_dir() if settings.tone_model == BUNDLED else Path(settings.tone_model))
