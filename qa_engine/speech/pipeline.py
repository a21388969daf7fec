"""The whole room in one call: recording → transcript."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from qa_engine.domain import Call, Exclusion, Recognition, Span, Speaker, SpeechSpan, Transcript, Turn
from qa_engine.errors import RecordingError
from qa_engine.speech.activity import ChannelSpeech, detect_speech
from qa_engine.speech.audio_facts import AudioFacts, is_cut_off
from qa_engine.speech.channels import DUAL_MONO, ROLES_UNKNOWN, Voices, assign_speakers
from qa_engine.speech.clips import plan_clips
from qa_engine.speech.decoding import SAMPLE_RATE, decode, loudest_db
from qa_engine.speech.echoes import without_echoes
from qa_engine.speech.edges import sound_edges
from qa_engine.speech.hearing import Hearing, hear
from qa_engine.speech.leaks import without_leaks
from qa_engine.speech.options import SpeechOptions
from qa_engine.speech.probing import audio_digest, probe
from qa_engine.speech.prosody import measure
from qa_engine.speech.recognisers.port import Recogniser
from qa_engine.speech.roles import BUNDLED, Role, RoleModels, told_apart
from qa_engine.speech.turns import ClipWords, Utterance, excluded_by_sound, in_order, make_turn, utterances_of
from qa_engine.text import count_chars

TRUNCATED = "truncated"
BEYOND_HEADER = "beyond_header"
ROLES_GUESSED = "roles_guessed"
LEAK = "leak"
NO_SPEECH_ON_CHANNEL = "no_speech_on_channel"
OTHER_LANGUAGE = "other_language"

_LENGTH_TOLERANCE_SECONDS = 2.0  # codecs pad the last frame; four hours of MP3 are a little more than four hours
_LEAK_WORTH_TELLING_SECONDS = 1.0
_LANGUAGE_WORTH_TELLING_SHARE = 0.2  # of the speech of a channel; one foreign sentence is told beside its turn

Progress = Callable[[float, float], None]


@dataclass(frozen=True, slots=True)
class _Channel:
    """One channel: its sound, and where somebody speaks on it."""

    samples: np.ndarray
    speech: ChannelSpeech
    loud_level_db: float | None
    noise_db: float


def transcribe_recording(
    path: Path,
    call: Call,
    *,
    recogniser: Recogniser,
    options: SpeechOptions,
    agent_channel: str | None = None,
    progress: Progress | None = None,
    role_models: RoleModels = BUNDLED,
) -> Transcript:
    """Probe, decode, find speech, recognise, part into turns, measure. Equal inputs give an equal transcript.

    ``agent_channel`` is ``left``, ``right``, ``0``, ``1``, ``mixed`` or None (see :func:`assign_speakers`).
    ``progress(done_seconds, total_seconds)`` is called with seconds of the recording, after each batch of clips.
    Where the channels do not say who is who, ``role_models`` may name some turns (:mod:`roles`). Warnings of the
    transcript: ``truncated``, ``beyond_header``, ``dual_mono``, ``roles_unknown`` or ``roles_guessed``, ``leak``
    (speech of the other side was taken out of a channel), ``no_speech_on_channel``, ``other_language:CODE``. Raises
    RecordingError, with the reasons of :func:`probe` and :func:`decode` and ``too_short``, ``too_long``, ``silent``;
    and RecogniserError.
    """
    report = progress or _no_progress
    facts = check_recording(path, options)
    samples = decode(path, facts, max_seconds=options.max_seconds + _LENGTH_TOLERANCE_SECONDS)
    seconds = samples.shape[1] / SAMPLE_RATE
    report(0.0, seconds)
    _check_sound(path, samples, options)
    voices = assign_speakers(samples, agent_channel)
    identity = recogniser.identity
    options = identity.suited(options)
    channels, leaked_seconds = _listen(voices, options)
    if not any(channel.speech.spans for channel in channels):
        raise RecordingError("silent", f"{path}: nobody speaks in {seconds:.1f} s of sound.")
    heard = _hear(channels, recogniser, options, lambda share: report(share * seconds, seconds))
    turns, one_sound = _turns(channels, heard, voices, options, role_models)
    warnings = (
        *_of_the_file(facts, seconds),
        *_of_the_roles(voices, turns, one_sound),
        *_of_the_channels(channels, heard, leaked=_leaked(leaked_seconds, turns) and not one_sound),
    )
    report(seconds, seconds)
    return Transcript(
        call=replace(call, duration=round(seconds, 3)),
        turns=turns,
        speech=_spans([channel.speech.spans for channel in channels], voices),
        unheard=_spans([each.unheard for each in heard], voices),
        recognition=Recognition(
            engine=identity.engine,
            model=identity.model,
            model_digest=identity.model_digest,
            settings_digest=options.digest,
            audio_digest=audio_digest(path),
            notice=identity.notice,
        ),
        warnings=warnings,
    )


def check_recording(path: Path, options: SpeechOptions) -> AudioFacts:
    """Probe a recording and refuse what is too short or too long, without decoding it. Raises RecordingError."""
    facts = probe(path, options.raw_format)
    if facts.seconds > options.max_seconds + _LENGTH_TOLERANCE_SECONDS:
        raise RecordingError(
            "too_long",
            f"{path}: {facts.seconds / 3600:.1f} hours; at most {options.max_seconds / 3600:g} are accepted"
            " (QA_MAX_RECORDING_HOURS). Split the recording into calls.",
        )
    return facts


def _check_sound(path: Path, samples: np.ndarray, options: SpeechOptions) -> None:
    seconds = samples.shape[1] / SAMPLE_RATE
    if seconds < options.min_seconds:
        raise RecordingError(
            "too_short", f"{path}: {seconds:.2f} s of sound; under {options.min_seconds:g} s there is no call in it."
        )
    if loudest_db(samples) < options.silent_db:
        raise RecordingError(
            "silent", f"{path}: {seconds:.1f} s of silence. Check the recorder, or that the right channel was exported."
        )


def _listen(voices: Voices, options: SpeechOptions) -> tuple[list[_Channel], float]:
    found = [detect_speech(samples, options.activity) for samples in voices.samples]
    speech, leaked_seconds = without_leaks(found, voices.samples, options.activity)
    channels = [
        _Channel(samples, spoken, spoken.loud_level_db, spoken.noise_db)
        for samples, spoken in zip(voices.samples, speech, strict=True)
    ]
    return channels, leaked_seconds


def _hear(
    channels: Sequence[_Channel], recogniser: Recogniser, options: SpeechOptions, report: Callable[[float], None]
) -> list[Hearing]:
    plans = [
        plan_clips(index, channel.speech, len(channel.samples), options.clips) for index, channel in enumerate(channels)
    ]
    return hear([channel.samples for channel in channels], plans, recogniser, options, report)


def _of_the_file(facts: AudioFacts, seconds: float) -> Iterator[str]:
    if is_cut_off(facts.declared_seconds, seconds):
        yield TRUNCATED
    if facts.beyond_header:
        yield BEYOND_HEADER


def _of_the_roles(voices: Voices, turns: Sequence[Turn], one_sound: bool) -> Iterator[str]:
    guessed = any(turn.role_probability is not None and turn.speaker is not Speaker.UNKNOWN for turn in turns)
    for warning in (DUAL_MONO, ROLES_UNKNOWN) if one_sound else voices.warnings:
        yield ROLES_GUESSED if guessed and warning == ROLES_UNKNOWN else warning


def _leaked(seconds: float, turns: Sequence[Turn]) -> bool:
    return seconds >= _LEAK_WORTH_TELLING_SECONDS or any(turn.excluded is Exclusion.LEAK for turn in turns)


def _of_the_channels(channels: Sequence[_Channel], heard: Sequence[Hearing], *, leaked: bool) -> Iterator[str]:
    if leaked:
        yield LEAK
    if not all(channel.speech.spans for channel in channels):
        yield NO_SPEECH_ON_CHANNEL
    for code in _other_languages(channels, heard):
        yield f"{OTHER_LANGUAGE}:{code}"


def _other_languages(channels: Sequence[_Channel], heard: Sequence[Hearing]) -> list[str]:
    """Codes of the languages in which a good part of a channel is spoken, other than the one that is recognised."""
    found: set[str] = set()
    for channel, hearing in zip(channels, heard, strict=True):
        whole = sum(span.seconds for span in channel.speech.spans)
        foreign = [clip for clip in hearing.clips if clip.excluded is Exclusion.OTHER_LANGUAGE]
        if sum(clip.plan.spoken_seconds for clip in foreign) > _LANGUAGE_WORTH_TELLING_SHARE * whole:
            found |= {clip.language for clip in foreign if clip.language}
    return sorted(found)


def _turns(
    channels: Sequence[_Channel],
    heard: Sequence[Hearing],
    voices: Voices,
    options: SpeechOptions,
    role_models: RoleModels,
) -> tuple[tuple[Turn, ...], bool]:
    """The turns of all channels in order, and whether both channels turned out to say the same."""
    turns: list[tuple[int, Turn]] = []
    said = [_utterances(index, channels, heard[index], options) for index in range(len(channels))]
    roles: list[list[Role | None]] = [[None] * len(utterances) for utterances in said]
    if Speaker.UNKNOWN in voices.speakers:
        sounds = [(channel.samples, channel.speech.spans) for channel in channels]
        said, roles = told_apart(said, sounds, role_models, options.roles)
    for index, channel in enumerate(channels):
        utterances = said[index]
        spans = sound_edges([utterance.span for utterance in utterances], channel.speech.spans)
        turns += [
            (index, _in_role(_measured(utterance, span, channel, voices, options), role))
            for utterance, span, role in zip(utterances, spans, roles[index], strict=True)
        ]
    kept, one_sound = without_echoes(turns)
    return in_order(kept), one_sound


def _in_role(turn: Turn, role: Role | None) -> Turn:
    return turn if role is None else replace(turn, speaker=role.speaker, role_probability=role.probability)


def _utterances(index: int, channels: Sequence[_Channel], heard: Hearing, options: SpeechOptions) -> list[Utterance]:
    others = [span for i, other in enumerate(channels) if i != index for span in other.speech.spans]
    clips = [ClipWords(clip.words, clip.excluded) for clip in heard.clips]
    return utterances_of(index, clips, others, options.turns)


def _measured(utterance: Utterance, span: Span, channel: _Channel, voices: Voices, options: SpeechOptions) -> Turn:
    prosody = measure(channel.samples, channel.speech, span, count_chars(utterance.text), utterance.words)
    loud, noise = channel.loud_level_db, channel.noise_db
    excluded = excluded_by_sound(utterance, prosody.loudness_db, loud, noise, options.filters)
    turn = make_turn(utterance, voices.speakers[utterance.channel])
    return replace(turn, start=span.start, end=span.end, prosody=prosody, excluded=excluded)


def _spans(channels: Sequence[Sequence[Span]], voices: Voices) -> tuple[SpeechSpan, ...]:
    spans = [
        SpeechSpan(voices.speakers[index], round(span.start, 3), round(span.end, 3))
        for index, own in enumerate(channels)
        for span in own
    ]
    return tuple(sorted(spans, key=lambda span: (span.start, span.end, span.speaker)))


def _no_progress(done_seconds: float, total_seconds: float) -> None:
    """Nobody watches."""
