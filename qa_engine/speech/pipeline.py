"""The whole room in one call: recording → transcript."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from qa_engine.domain import Call, Recognition, Span, SpeechSpan, Transcript, Turn, Word
from qa_engine.errors import RecordingError
from qa_engine.speech.activity import ChannelSpeech, detect_speech
from qa_engine.speech.audio_facts import AudioFacts, is_cut_off
from qa_engine.speech.channels import Voices, assign_speakers
from qa_engine.speech.clips import ClipPlan, plan_clips
from qa_engine.speech.decoding import SAMPLE_RATE, decode, loudest_db
from qa_engine.speech.edges import sound_edges
from qa_engine.speech.leaks import without_leaks
from qa_engine.speech.options import SpeechOptions
from qa_engine.speech.probing import audio_digest, probe
from qa_engine.speech.prosody import measure
from qa_engine.speech.recogniser import Recogniser
from qa_engine.speech.turns import Utterance, excluded_by_sound, in_order, make_turn, utterances_of
from qa_engine.text import count_chars

TRUNCATED = "truncated"
LEAK = "leak"
NO_SPEECH_ON_CHANNEL = "no_speech_on_channel"

_LENGTH_TOLERANCE_SECONDS = 2.0  # codecs pad the last frame; four hours of MP3 are a little more than four hours
_LEAK_WORTH_TELLING_SECONDS = 1.0

Progress = Callable[[float, float], None]


@dataclass(frozen=True, slots=True)
class _Heard:
    """One channel, listened to."""

    samples: np.ndarray
    speech: ChannelSpeech
    plans: tuple[ClipPlan, ...]
    loud_level_db: float | None


def transcribe_recording(
    path: Path,
    call: Call,
    *,
    recogniser: Recogniser,
    options: SpeechOptions,
    agent_channel: str | None = None,
    progress: Progress | None = None,
) -> Transcript:
    """Probe, decode, find speech, recognise, part into turns, measure. Equal inputs give an equal transcript.

    ``agent_channel`` is ``left``, ``right``, ``0``, ``1``, ``mixed`` or None (see :func:`assign_speakers`).
    ``progress(done_seconds, total_seconds)`` is called with seconds of the recording, after each batch of clips.
    Warnings of the transcript: ``truncated``, ``dual_mono``, ``roles_unknown``, ``leak`` (speech of the other side was
    taken out of a channel), ``no_speech_on_channel``. Raises RecordingError, with the reasons of :func:`probe` and
    :func:`decode` and ``too_short``, ``too_long``, ``silent``; and RecogniserError.
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
    words = _recognise(channels, recogniser, options, report, seconds)
    warnings = [*([TRUNCATED] if is_cut_off(facts.declared_seconds, seconds) else []), *voices.warnings]
    warnings += [LEAK] if leaked_seconds >= _LEAK_WORTH_TELLING_SECONDS else []
    warnings += [NO_SPEECH_ON_CHANNEL] if not all(channel.speech.spans for channel in channels) else []
    report(seconds, seconds)
    return Transcript(
        call=replace(call, duration=round(seconds, 3)),
        turns=_turns(channels, words, voices, options),
        speech=_speech_spans(channels, voices),
        recognition=Recognition(
            engine=identity.engine,
            model=identity.model,
            model_digest=identity.model_digest,
            settings_digest=options.digest,
            audio_digest=audio_digest(path),
            notice=identity.notice,
        ),
        warnings=tuple(warnings),
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


def _listen(voices: Voices, options: SpeechOptions) -> tuple[list[_Heard], float]:
    found = [detect_speech(samples, options.activity) for samples in voices.samples]
    speech, leaked_seconds = without_leaks(found, voices.samples, options.activity)
    heard = [
        _Heard(samples, spoken, tuple(plan_clips(channel, spoken, len(samples), options.clips)), spoken.loud_level_db)
        for channel, (samples, spoken) in enumerate(zip(voices.samples, speech, strict=True))
    ]
    return heard, leaked_seconds


def _recognise(
    channels: Sequence[_Heard], recogniser: Recogniser, options: SpeechOptions, report: Progress, seconds: float
) -> list[list[Word]]:
    """Words of each channel in channel time. Clips are cut batch by batch: hours of speech are never held twice."""
    plans = [plan for channel in channels for plan in channel.plans]
    total = sum(plan.seconds for plan in plans)
    words: list[list[Word]] = [[] for _ in channels]
    done = 0.0
    size = options.recognition.batch_size
    for first in range(0, len(plans), size):
        batch = plans[first : first + size]
        answers = recogniser.recognise([plan.cut(channels[plan.channel].samples) for plan in batch])
        for plan, answer in zip(batch, answers, strict=True):
            words[plan.channel] += plan.restore(answer.words)
        done += sum(plan.seconds for plan in batch)
        report(seconds * done / total, seconds)
    return words


def _turns(
    channels: Sequence[_Heard], words: Sequence[Sequence[Word]], voices: Voices, options: SpeechOptions
) -> tuple[Turn, ...]:
    turns: list[tuple[int, Turn]] = []
    for index, channel in enumerate(channels):
        others = [span for i, other in enumerate(channels) if i != index for span in other.speech.spans]
        utterances = utterances_of(index, words[index], others, options.turns)
        spans = sound_edges([utterance.span for utterance in utterances], channel.speech.spans)
        turns += [
            (index, _measured(utterance, span, channel, voices, options))
            for utterance, span in zip(utterances, spans, strict=True)
        ]
    return in_order(turns)


def _measured(utterance: Utterance, span: Span, channel: _Heard, voices: Voices, options: SpeechOptions) -> Turn:
    prosody = measure(channel.samples, channel.speech, span, count_chars(utterance.text), utterance.words)
    excluded = excluded_by_sound(utterance, prosody.loudness_db, channel.loud_level_db, options.filters)
    turn = make_turn(utterance, voices.speakers[utterance.channel])
    return replace(turn, start=span.start, end=span.end, prosody=prosody, excluded=excluded)


def _speech_spans(channels: Sequence[_Heard], voices: Voices) -> tuple[SpeechSpan, ...]:
    spans = [
        SpeechSpan(voices.speakers[index], round(span.start, 3), round(span.end, 3))
        for index, channel in enumerate(channels)
        for span in channel.speech.spans
    ]
    return tuple(sorted(spans, key=lambda span: (span.start, span.end, span.speaker)))


def _no_progress(done_seconds: float, total_seconds: float) -> None:
    """Nobody watches."""
