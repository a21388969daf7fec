"""The port to a speech recogniser."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from qa_engine.domain import Word
from qa_engine.speech.clips import Clip
from qa_engine.speech.options import SpeechOptions


@dataclass(frozen=True, slots=True)
class RecogniserIdentity:
    """Which engine and weights speak, so that a transcript can be traced. ``notice`` is shown wherever it is used.

    ``clip_seconds`` is the longest clip that this model hears well, where that is less than the 30 s of Whisper.
    ``confidence_floor`` is the mean word probability under which it has not understood a turn, where it knows better.
    ``beam_size`` is the widest beam that brings it anything.
    """

    engine: str  # for example "faster-whisper 1.2.1"
    model: str  # the name people know the model by
    model_digest: str  # sha256 of the weights
    notice: str | None = None
    clip_seconds: float | None = None
    confidence_floor: float | None = None
    beam_size: int | None = None

    def suited(self, options: SpeechOptions) -> SpeechOptions:
        """``options`` within what the model says of itself: clips no longer, beam no wider, floor no lower."""
        longest, floor = options.clips.max_seconds, options.filters.confidence_floor
        beam = options.recognition.beam_size
        return replace(
            options,
            recognition=replace(options.recognition, beam_size=min(beam, self.beam_size or beam)),
            clips=replace(options.clips, max_seconds=min(longest, self.clip_seconds or longest)),
            filters=replace(options.filters, confidence_floor=max(floor, self.confidence_floor or floor)),
        )


@dataclass(frozen=True, slots=True)
class RecognisedClip:
    """What was heard in one clip: words in order, with times in seconds from the start of the clip.

    ``language`` is the likeliest one, a code such as ``en``, with its probability, where the model was asked and can
    tell; ``own_probability`` is that of the language in which the words were sought. ``broken_off`` says that the text
    went on without an end and was cut.
    """

    words: tuple[Word, ...] = ()
    language: str | None = None
    language_probability: float = 0.0
    own_probability: float = 1.0
    broken_off: bool = False


class Recogniser(Protocol):
    """Turns clips into words. Nothing is loaded before the first call of either member."""

    @property
    def identity(self) -> RecogniserIdentity:
        """Engine, model and weights. Raises RecogniserError."""
        ...

    def recognise(self, clips: Sequence[Clip]) -> list[RecognisedClip]:
        """One answer a clip, in the same order. Raises RecogniserError.

        A clip whose plan says ``again`` is heard with more care (and cost) than the first time.
        """
        ...
