"""The port to a speech recogniser, and the fake that ships beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from qa_engine.domain import Span, Word
from qa_engine.speech.clips import Clip
from qa_engine.speech.options import SpeechOptions


@dataclass(frozen=True, slots=True)
class RecogniserIdentity:
    """Which engine and weights speak, so that a transcript can be traced. ``notice`` is shown wherever it is used.

    ``clip_seconds`` is the longest clip that this model hears well, where that is less than the 30 s of Whisper.
    ``confidence_floor`` is the mean word probability under which it has not understood a turn, where it knows better.
    """

    engine: str  # for example "faster-whisper 1.2.1"
    model: str  # the name people know the model by
    model_digest: str  # sha256 of the weights
    notice: str | None = None
    clip_seconds: float | None = None
    confidence_floor: float | None = None

    def suited(self, options: SpeechOptions) -> SpeechOptions:
        """``options`` within what the model says of itself: clips no longer, the floor of confidence no lower."""
        longest, floor = options.clips.max_seconds, options.filters.confidence_floor
        return replace(
            options,
            clips=replace(options.clips, max_seconds=min(longest, self.clip_seconds or longest)),
            filters=replace(options.filters, confidence_floor=max(floor, self.confidence_floor or floor)),
        )


@dataclass(frozen=True, slots=True)
class RecognisedClip:
    """What was heard in one clip: words in order, with times in seconds from the start of the clip."""

    words: tuple[Word, ...] = ()


class Recogniser(Protocol):
    """Turns clips into words. Nothing is loaded before the first call of either member."""

    @property
    def identity(self) -> RecogniserIdentity:
        """Engine, model and weights. Raises RecogniserError."""
        ...

    def recognise(self, clips: Sequence[Clip]) -> list[RecognisedClip]:
        """One answer a clip, in the same order. Raises RecogniserError."""
        ...


@dataclass(frozen=True, slots=True)
class ScriptedRecogniser:
    """The fake: says what it was told to. ``texts[channel][n]`` is heard in the n-th clip of that channel.

    The characters of a text are spread evenly over the speech in the clip, each with the same probability.
    """

    texts: Mapping[int, Sequence[str]] = field(default_factory=dict)
    probability: float = 0.95
    identity: RecogniserIdentity = RecogniserIdentity("scripted 1", "scripted", "sha256:" + "0" * 64)

    def recognise(self, clips: Sequence[Clip]) -> list[RecognisedClip]:
        return [RecognisedClip(self._words(clip)) for clip in clips]

    def _words(self, clip: Clip) -> tuple[Word, ...]:
        texts = self.texts.get(clip.channel, ())
        text = texts[clip.ordinal] if clip.ordinal < len(texts) else ""
        if not text:
            return ()
        cores = clip.plan.core_spans()
        step = sum(core.seconds for core in cores) / len(text)
        words, spoken = [], 0.0
        for character in text:
            start = _along(cores, spoken)
            spoken += step
            words.append(Word(character, start, max(start, _along(cores, spoken)), self.probability))
        return tuple(words)


def _along(cores: Sequence[Span], seconds: float) -> float:
    """The clip time after so many seconds of speech."""
    last = 0.0
    for core in cores:
        if seconds < core.seconds:
            return core.start + seconds
        seconds -= core.seconds
        last = core.end
    return last
