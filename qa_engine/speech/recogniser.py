"""The port to a speech recogniser, and the fake that ships beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from qa_engine.domain import Span, Word
from qa_engine.speech.clips import Clip


@dataclass(frozen=True, slots=True)
class RecogniserIdentity:
    """Which engine and weights speak, so that a transcript can be traced. ``notice`` is shown wherever it is used.

    ``clip_seconds`` is the longest clip that this model hears well, where that is less than the 30 s of Whisper.
    """

    engine: str  # for example "faster-whisper 1.2.1"
    model: str  # the name people know the model by
    model_digest: str  # sha256 of the weights
    notice: str | None = None
    clip_seconds: float | None = None


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
