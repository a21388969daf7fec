"""What the settings say about files of other programs."""

from zoneinfo import ZoneInfo

from qa_engine.contract import Reading, cleaned
from qa_engine.domain import Speaker
from qa_engine.settings import Settings

_CHANNELS = {"left": 0, "0": 0, "right": 1, "1": 1}


def reading_of(settings: Settings) -> Reading:
    """Names of speakers and the zone of times that carry none, as this centre has them."""
    labels = {cleaned(name): None if who == "text" else Speaker(who) for name, who in settings.labels.items()}
    channel = _CHANNELS.get(settings.agent_channel or "")
    return Reading(labels, ZoneInfo(settings.timezone), channel)
