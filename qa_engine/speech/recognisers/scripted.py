"""The fake that ships beside the port: it hears what it was told to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from qa_engine.domain import Span, Word
from qa_engine.speech.clips import Clip
from qa_engine.speech.recognisers.port import RecognisedClip, RecogniserIdentity


@dataclass(frozen=True, slots=True)
class ScriptedRecogniser:
    """The fake: says what it was told to. ``texts[channel][n]`` is heard in the n-th clip of that channel.

    The characters of a text are spread evenly over the speech in the clip, each with the same probability.
    """

    texts: Mapping[int, Sequence[str]] = field(default_factory=dict)
    probability: float = 0.95
    identity: RecogniserIdentity = field(
        default_factory=lambda: RecogniserIdentity("scripted 1", "scripted", "sha256:" + "0" * 64)
    )

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
