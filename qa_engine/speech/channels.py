"""Channels of the recording → speakers of the call."""

from dataclasses import dataclass

import numpy as np

from qa_engine.domain import Speaker
from qa_engine.errors import UsageError
from qa_engine.speech.same_sound import same_sound

DUAL_MONO = "dual_mono"
ROLES_UNKNOWN = "roles_unknown"

_AGENT_INDEX = {"left": 0, "0": 0, "right": 1, "1": 1}


@dataclass(frozen=True, slots=True)
class Voices:
    """Samples to listen to, shape (channels, samples), and who speaks on each channel."""

    samples: np.ndarray
    speakers: tuple[Speaker, ...]
    warnings: tuple[str, ...]


def assign_speakers(samples: np.ndarray, agent_channel: str | None) -> Voices:
    """Who speaks where. Roles are only taken from what was told, never guessed.

    Two channels with ``left``/``0`` or ``right``/``1``: agent there, customer on the other. Two channels with nothing
    told: both are listened to, both speakers stay unknown. Mono, two channels with the same sound (the clearer one is
    kept), or ``mixed``: one channel with unknown speakers, whatever was told about its channels. Anything else told
    is a UsageError.
    """
    if agent_channel is not None and agent_channel != "mixed" and agent_channel not in _AGENT_INDEX:
        raise UsageError(f"agent channel {agent_channel!r}: write left, right, 0, 1 or mixed")
    if len(samples) == 1:
        return Voices(samples, (Speaker.UNKNOWN,), (ROLES_UNKNOWN,))
    clearer = same_sound(samples)
    if clearer is not None:
        return Voices(samples[clearer : clearer + 1], (Speaker.UNKNOWN,), (DUAL_MONO, ROLES_UNKNOWN))
    if agent_channel == "mixed":
        return Voices(samples.mean(axis=0, keepdims=True), (Speaker.UNKNOWN,), (ROLES_UNKNOWN,))
    if agent_channel is None:
        return Voices(samples, (Speaker.UNKNOWN, Speaker.UNKNOWN), (ROLES_UNKNOWN,))
    speakers = [Speaker.CUSTOMER, Speaker.CUSTOMER]
    speakers[_AGENT_INDEX[agent_channel]] = Speaker.AGENT
    return Voices(samples, tuple(speakers), ())
