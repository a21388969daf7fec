"""Clips → words, with a second hearing for the few whose words account for too little of their speech.

Whisper ends early, loops, or says nothing, and marks none of it. So each clip is looked at: does it loop, does it
leave a stretch of speech without a word, does it hold far fewer characters a second than this speaker says? Such a clip
is cut at its widest pause and heard again with the full context, and the hearing that accounts for more is kept.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from qa_engine.domain import Exclusion, Span, Word
from qa_engine.speech.accounting import seconds_of, unheard
from qa_engine.speech.announcements import is_announcement
from qa_engine.speech.clips import ClipPlan, parted
from qa_engine.speech.ghost_text import find_invented
from qa_engine.speech.options import HearingOptions, SpeechOptions
from qa_engine.speech.recognisers.port import RecognisedClip, Recogniser
from qa_engine.speech.turns import simplify_words
from qa_engine.text import count_chars, to_simplified

_MIN_CLIPS_FOR_A_RATE = 3


@dataclass(frozen=True, slots=True)
class HeardClip:
    """A clip with its words in Simplified characters and channel time; ``excluded`` holds for all of it."""

    plan: ClipPlan
    words: tuple[Word, ...]
    broken_off: bool = False
    language: str | None = None
    excluded: Exclusion | None = None

    @property
    def chars_per_second(self) -> float:
        """Characters over the seconds of speech in the clip."""
        spoken = self.plan.spoken_seconds
        return sum(count_chars(word.text) for word in self.words) / spoken if spoken else 0.0

    @property
    def loops(self) -> bool:
        return self.broken_off or any(mark.reason is Exclusion.LOOP for mark in find_invented(self.words))

    @property
    def probability(self) -> float:
        known = [word.probability for word in self.words if word.probability is not None]
        return sum(known) / len(known) if known else 1.0

    def unheard(self, options: HearingOptions, usual_rate: float | None) -> list[Span]:
        """Speech of the clip that no word accounts for; where its words are few, none may reach beyond its own time."""
        reach = 0.0 if self.is_thin(options, usual_rate) else None
        return unheard(self.plan.speech_spans(), self.words, options, reach_seconds=reach)

    def is_thin(self, options: HearingOptions, usual_rate: float | None) -> bool:
        """Far fewer characters a second than the speaker says as a rule."""
        if usual_rate is None or self.plan.spoken_seconds < options.thin_seconds:
            return False
        return self.chars_per_second < options.thin_share * usual_rate


@dataclass(frozen=True, slots=True)
class Hearing:
    """All that was heard on one channel: clips in order of time, and the speech that was not heard."""

    clips: tuple[HeardClip, ...]
    unheard: tuple[Span, ...]


def hear(
    channels: Sequence[np.ndarray],
    plans: Sequence[Sequence[ClipPlan]],
    recogniser: Recogniser,
    options: SpeechOptions,
    report: Callable[[float], None],
) -> list[Hearing]:
    """Recognise the clips of all channels (samples float32, shape (n,)); ``report`` gets the share done, 0 to 1."""
    asked = [plan for own in plans for plan in _asked_for_language(own, options.hearing)]
    first = _run(channels, asked, recogniser, options, report)
    heard = [[clip for clip in first if clip.plan.channel == channel] for channel in range(len(channels))]
    rates = [_usual_rate(own, options.hearing) for own in heard]
    poor = [clip for own, rate in zip(heard, rates, strict=True) for clip in own if _is_poor(clip, rate, own, options)]
    better = _heard_again(channels, poor, rates, recogniser, options)
    kept = [[part for clip in own for part in better.get(_key(clip), [clip])] for own in heard]
    return [
        Hearing(tuple(_judged(clip, options) for clip in own), tuple(_unheard(own, rate, options.hearing)))
        for own, rate in zip(kept, rates, strict=True)
    ]


def _asked_for_language(plans: Sequence[ClipPlan], options: HearingOptions) -> list[ClipPlan]:
    longest = sorted(plans, key=lambda plan: (-plan.spoken_seconds, plan.ordinal))[: options.language_clips]
    asked = {plan.ordinal for plan in longest if plan.spoken_seconds >= options.language_seconds}
    return [replace(plan, tell_language=plan.ordinal in asked) for plan in plans]


def _run(
    channels: Sequence[np.ndarray],
    plans: Sequence[ClipPlan],
    recogniser: Recogniser,
    options: SpeechOptions,
    report: Callable[[float], None],
) -> list[HeardClip]:
    """Batch by batch in order of length, so that a batch wastes little; clips are cut when their batch comes."""
    order = sorted(range(len(plans)), key=lambda i: (plans[i].seconds, plans[i].channel, plans[i].start))
    total = sum(plan.seconds for plan in plans)
    found: dict[int, HeardClip] = {}
    done, size = 0.0, options.recognition.batch_size
    for first in range(0, len(order), size):
        places = order[first : first + size]
        batch = [plans[place] for place in places]
        answers = recogniser.recognise([plan.cut(channels[plan.channel]) for plan in batch])
        for place, plan, answer in zip(places, batch, answers, strict=True):
            found[place] = _heard(plan, answer, options)
        done += sum(plan.seconds for plan in batch)
        report(done / total)
    return [found[place] for place in range(len(plans))]


def _heard(plan: ClipPlan, answer: RecognisedClip, options: SpeechOptions) -> HeardClip:
    return HeardClip(
        plan, simplify_words(plan.restore(answer.words)), answer.broken_off, _language_of(plan, answer, options)
    )


def _language_of(plan: ClipPlan, answer: RecognisedClip, options: SpeechOptions) -> str | None:
    """Of people, Mandarin is told with 0.97 and more and English leaves it under 0.01; between them nothing is said."""
    if answer.language is None or plan.spoken_seconds < options.hearing.language_seconds:
        return None
    if answer.own_probability >= options.hearing.own_language_probability:
        return options.recognition.language
    return answer.language if answer.language_probability >= options.hearing.language_probability else None


def _usual_rate(clips: Iterable[HeardClip], options: HearingOptions) -> float | None:
    """Median of the speaker's characters a second over the clips long enough to tell; None: too few of them."""
    rates = [clip.chars_per_second for clip in clips if clip.plan.spoken_seconds >= options.thin_seconds]
    return median(rates) if len(rates) >= _MIN_CLIPS_FOR_A_RATE else None


def _is_poor(clip: HeardClip, rate: float | None, own: Sequence[HeardClip], options: SpeechOptions) -> bool:
    if clip.loops or not clip.words or clip.is_thin(options.hearing, rate):
        return True
    if _is_unsure(clip, options) and sum(_is_unsure(other, options) for other in own) * 2 < len(own):
        return True  # where most is not understood, by this model or on this line, hearing it twice brings nothing
    if not clip.plan.tell_language and _is_foreign_channel(own, options):
        return True
    return any(span.seconds >= options.hearing.hole_seconds for span in clip.unheard(options.hearing, rate))


def _is_unsure(clip: HeardClip, options: SpeechOptions) -> bool:
    long_enough = clip.plan.spoken_seconds >= options.hearing.thin_seconds
    return long_enough and clip.probability < options.filters.confidence_floor


def _is_foreign_channel(clips: Sequence[HeardClip], options: SpeechOptions) -> bool:
    told = [clip.language for clip in clips if clip.language is not None]
    return bool(told) and sum(language != options.recognition.language for language in told) * 2 > len(told)


def _heard_again(
    channels: Sequence[np.ndarray],
    poor: Sequence[HeardClip],
    rates: Sequence[float | None],
    recogniser: Recogniser,
    options: SpeechOptions,
) -> dict[tuple[int, int], list[HeardClip]]:
    """For each poor clip the parts that replace it: those of the second hearing, or itself."""
    plans = [plan for clip in poor for plan in parted(clip.plan, options.clips.padding_seconds)]
    parts = _run(channels, plans, recogniser, options, lambda share: None)
    found = {}
    for clip in poor:
        again = [part for part in parts if (part.plan.channel, part.plan.ordinal) == _key(clip)]
        rate = rates[clip.plan.channel]
        found[_key(clip)] = again if _worth(again, rate, options) > _worth([clip], rate, options) else [clip]
        told = next((part.language for part in again if part.language), clip.language)
        found[_key(clip)] = [replace(part, language=told) for part in found[_key(clip)]]
    return found


def _worth(clips: Sequence[HeardClip], rate: float | None, options: SpeechOptions) -> float:
    """Seconds of speech that the words account for, by how sure they are; a loop accounts for nothing."""
    return sum(
        (clip.plan.spoken_seconds - seconds_of(clip.unheard(options.hearing, rate))) * clip.probability
        for clip in clips
        if not clip.loops
    )


def _judged(clip: HeardClip, options: SpeechOptions) -> HeardClip:
    """A clip in another language, or of a machine on the line, is kept and shown, and judged by nobody."""
    if _is_echo(clip, options.recognition.hotwords):
        return replace(clip, excluded=Exclusion.GHOST_TEXT)
    if is_announcement(clip.words):
        return replace(clip, excluded=Exclusion.ANNOUNCEMENT)
    foreign = clip.language not in (None, options.recognition.language)
    return replace(clip, excluded=Exclusion.OTHER_LANGUAGE) if foreign and clip.words else clip


def _is_echo(clip: HeardClip, hotwords: str) -> bool:
    """The list of hot words itself, which Whisper reads out where it hears nothing; one of them alone may be said."""
    said, told = (_plain(text) for text in ("".join(word.text for word in clip.words), hotwords))
    return bool(said) and said in told and said not in [_plain(word) for word in hotwords.split()]


def _plain(text: str) -> str:
    return "".join(character for character in to_simplified(text).lower() if character.isalnum())


def _unheard(clips: Sequence[HeardClip], rate: float | None, options: HearingOptions) -> list[Span]:
    return [span for clip in clips for span in clip.unheard(options, rate)]


def _key(clip: HeardClip) -> tuple[int, int]:
    return clip.plan.channel, clip.plan.ordinal
