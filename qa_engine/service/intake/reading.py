"""What the settings say about files of other programs, and who is behind speakers that such a file only numbers."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from qa_engine.contract import Reading, cleaned
from qa_engine.contract.labels import ROLES_UNKNOWN, UNKNOWN_LABEL
from qa_engine.domain import Speaker, Transcript
from qa_engine.settings import Settings
from qa_engine.speech.options import RoleOptions
from qa_engine.speech.roles import BUNDLED, roles_of_labels

ROLES_GUESSED = "roles_guessed"

_CHANNELS = {"left": 0, "0": 0, "right": 1, "1": 1}


def reading_of(settings: Settings) -> Reading:
    """Names of speakers and the zone of times that carry none, as this centre has them."""
    labels = {cleaned(name): None if who == "text" else Speaker(who) for name, who in settings.labels.items()}
    channel = _CHANNELS.get(settings.agent_channel or "")
    return Reading(labels, ZoneInfo(settings.timezone), channel)


def _by_channel(transcript: Transcript, agent_channel: int) -> Transcript:
    sides = {f"声道{agent_channel}": Speaker.AGENT, f"声道{1 - agent_channel}": Speaker.CUSTOMER}
    if not transcript.turns or any(turn.label not in sides for turn in transcript.turns):
        return transcript
    turns = tuple(replace(turn, speaker=sides[turn.label or ""], label=None) for turn in transcript.turns)
    return replace(transcript, turns=turns, warnings=tuple(w for w in transcript.warnings if w != ROLES_UNKNOWN))


def with_roles(transcript: Transcript, agent_channel: str | None = None) -> Transcript:
    """The transcript with roles for two speakers who are only told apart, where their words surely say who is who.

    Channels have the roles that ``agent_channel`` tells, if it does. A file with names that say no role (班长) is left
    alone: there somebody else may speak.
    """
    if (told := _CHANNELS.get(agent_channel or "")) is not None:
        transcript = _by_channel(transcript, told)
    said = [(turn.label, turn.text) for turn in transcript.turns if turn.label is not None]
    apart = len(said) == len(transcript.turns) and all(turn.speaker is Speaker.UNKNOWN for turn in transcript.turns)
    if not apart or UNKNOWN_LABEL in transcript.warnings:
        return transcript
    roles = roles_of_labels([(label, text) for label, text in said if label], BUNDLED.words, RoleOptions())
    if not roles:
        return transcript
    turns = tuple(
        replace(turn, speaker=role.speaker, role_probability=role.probability)
        for turn in transcript.turns
        if (role := roles[turn.label or ""])
    )
    warnings = (*(told for told in transcript.warnings if told != ROLES_UNKNOWN), ROLES_GUESSED)
    return replace(transcript, turns=turns, warnings=warnings)
