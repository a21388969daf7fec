"""Agent or customer in a recording that mixes both: by two witnesses, the voices and the words, or not at all.

The channel's words are parted where the voice changes. Which voice is the agent's is told by what both say over the
whole call; then each utterance needs both witnesses: its voice sure, and its words not speaking against it. What is
left in doubt keeps the speaker ``unknown``, which rules treat as a doubt.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp

import numpy as np

from qa_engine.domain import Span, Speaker
from qa_engine.speech.options import RoleOptions
from qa_engine.speech.role_words import RoleReader, RoleWords
from qa_engine.speech.speaker_encoder import OnnxSpeakerEncoder, SpeakerEncoder
from qa_engine.speech.speakers import TwoVoices, tell_apart
from qa_engine.speech.turns import Utterance

_MOST_WORD_ODDS = 4.0  # one sentence does not name a voice alone
_CHANNEL_ODDS = 6.0  # two channels keep two voices apart; only their names are asked for


@dataclass(frozen=True, slots=True)
class RoleModels:
    """What names roles where channels do not."""

    encoder: SpeakerEncoder
    words: RoleReader


BUNDLED = RoleModels(OnnxSpeakerEncoder(), RoleWords())
"""Both models of ``models/voices``; each is read when a recording first needs it."""


@dataclass(frozen=True, slots=True)
class Role:
    """Who says an utterance, and how probable that is (0–1); ``unknown`` with the better of both, where in doubt."""

    speaker: Speaker
    probability: float


def told_apart(
    said: Sequence[Sequence[Utterance]],
    sounds: Sequence[tuple[np.ndarray, Sequence[Span]]],
    models: RoleModels,
    options: RoleOptions,
) -> tuple[list[list[Utterance]], list[list[Role | None]]]:
    """The utterances of each channel, with a role each, for a recording whose channels have no roles.

    ``sounds`` holds each channel's samples and its speech. One channel is parted by voice first.
    """
    if len(said) == 1:
        voices = tell_apart(*sounds[0], models.encoder)
        apart = voices is not None and voices.separation >= options.least_separation
        channels = [parted_by_voice(said[0], voices, options) if voices and apart else list(said[0])]
        odds = [voices.odds(each.span) if voices and apart else 0.0 for each in channels[0]]
    else:
        channels = [list(utterances) for utterances in said]
        odds = [_CHANNEL_ODDS * (1 if index else -1) for index, own in enumerate(channels) for _ in own]
    flat = [utterance for own in channels for utterance in own]
    roles = iter(name_roles(flat, odds, models.words, options))
    return channels, [[next(roles) for _ in own] for own in channels]


def parted_by_voice(utterances: Sequence[Utterance], voices: TwoVoices, options: RoleOptions) -> list[Utterance]:
    """Utterances of one voice each. A run of another voice that is too short to be sure of stays where it is."""
    found: list[Utterance] = []
    for utterance in utterances:
        runs: list[list[int]] = []  # voice, first word, word after the last
        for place, voice in enumerate(voices.of(utterance.words)):
            if runs and runs[-1][0] == voice:
                runs[-1][2] = place + 1
            else:
                runs.append([voice, place, place + 1])
        joined: list[list[int]] = []
        for run in runs:
            span = replace(utterance, words=utterance.words[run[1] : run[2]]).span
            if joined and (span.seconds < options.least_run_seconds or joined[-1][0] == run[0]):
                joined[-1][2] = run[2]
            else:
                joined.append(run)
        found += [replace(utterance, words=utterance.words[first:last]) for _, first, last in joined]
    return found


def name_roles(
    utterances: Sequence[Utterance], by_voice: Sequence[float], reader: RoleReader, options: RoleOptions
) -> list[Role]:
    """The role of each utterance of a call, in order; ``by_voice`` are log-odds for the second of its two voices."""
    unknown = [Role(Speaker.UNKNOWN, 0.5) for _ in utterances]
    if not any(by_voice):
        return unknown
    by_words = [_bounded(odds) for odds in reader.odds([utterance.text for utterance in utterances])]
    second_is_agent = _naming(utterances, by_words, by_voice)
    if abs(second_is_agent) < options.least_naming:
        return unknown
    side = 1 if second_is_agent > 0 else -1
    return [
        _role(utterance, side * voice, words, options)
        for utterance, voice, words in zip(utterances, by_voice, by_words, strict=True)
    ]


def roles_of_labels(said: Sequence[tuple[str, str]], reader: RoleReader, options: RoleOptions) -> dict[str, Role]:
    """Who is behind the two labels of a written call (说话人1, A, a channel), by what stands under each; {} in doubt.

    ``said``: (label, text) of every turn. Both must speak for their own side, as two voices must.
    """
    labels = sorted({label for label, _ in said})
    if len(labels) != 2:
        return {}
    odds = [_bounded(one) for one in reader.odds([text for _, text in said])]
    first, second = (sum(one for one, (label, _) in zip(odds, said, strict=True) if label == which) for which in labels)
    if first * second >= 0 or min(abs(first), abs(second)) < options.least_naming:
        return {}
    probability = round(1 / (1 + exp(-min(abs(first), abs(second)))), 3)
    sides = (Speaker.AGENT, Speaker.CUSTOMER) if first > 0 else (Speaker.CUSTOMER, Speaker.AGENT)
    return {label: Role(side, probability) for label, side in zip(labels, sides, strict=True)}


def _naming(utterances: Sequence[Utterance], by_words: Sequence[float], by_voice: Sequence[float]) -> float:
    """How much the words of both voices say that the second one is the agent's; each must speak for its own side.

    0 where both voices talk like the same side: then there are not two roles in this recording.
    """
    judged = [
        (words, voice)
        for utterance, words, voice in zip(utterances, by_words, by_voice, strict=True)
        if utterance.excluded is None
    ]
    second = [words for words, voice in judged if voice > 0]
    first = [words for words, voice in judged if voice < 0]
    if not first or not second:
        return 0.0
    for agent, customer, sign in ((second, first, 1.0), (first, second, -1.0)):
        if sum(agent) > 0 > sum(customer):
            return sign * min(sum(agent), -sum(customer))
    return 0.0


def _role(utterance: Utterance, voice: float, words: float, options: RoleOptions) -> Role:
    """``voice`` and ``words``: log-odds for the agent."""
    agent = voice > 0
    together = voice + words
    probability = round(1 / (1 + exp(-abs(together))), 3)
    against = -words if agent else words
    sure = (
        abs(voice) >= options.least_voice
        and (together > 0) == agent
        and against < options.most_against
        and utterance.span.seconds >= options.least_run_seconds
        and probability >= options.floor
    )
    if not sure:
        return Role(Speaker.UNKNOWN, probability)
    return Role(Speaker.AGENT if agent else Speaker.CUSTOMER, probability)


def _bounded(odds: float) -> float:
    return max(-_MOST_WORD_ODDS, min(_MOST_WORD_ODDS, odds))
