"""Where two speak at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from qa_engine.domain import Span, Transcript
from qa_engine.text import count_chars, skeleton


@dataclass(frozen=True, slots=True)
class Overlap:
    """The turn at place ``cutter`` begins while that of another speaker, at place ``other``, still goes on.

    ``shared`` is the stretch in which both speak; of several turns that go on, the one with the longest counts.
    """

    cutter: int
    other: int
    shared: Span


def overlaps(transcript: Transcript) -> Iterator[Overlap]:
    """Every overlap of judged turns, however short, in order of time. All turns must have times and roles."""
    timed = [
        (span, place)
        for place, turn in enumerate(transcript.turns)
        if turn.excluded is None and (span := turn.span) is not None
    ]
    turns = transcript.turns
    speaking: list[tuple[Span, int]] = []  # the turns before that are not over yet
    for mine, cutter in sorted(timed, key=lambda item: (item[0].start, item[1])):
        speaking = [(theirs, other) for theirs, other in speaking if theirs.end > mine.start]
        best: Overlap | None = None
        for theirs, other in speaking:
            if turns[other].speaker is turns[cutter].speaker or theirs.start >= mine.start:
                continue
            shared = Span(mine.start, min(mine.end, theirs.end))
            if best is None or shared.seconds > best.shared.seconds:
                best = Overlap(cutter, other, shared)
        speaking.append((mine, cutter))
        if best is not None:
            yield best


@lru_cache(maxsize=256)
def compared(backchannels: tuple[str, ...]) -> tuple[str, ...]:
    """Back-channel words in the form in which `own_chars` looks for them, the longest first."""
    words = {skeleton(word, keep_sounds=True).text for word in backchannels}
    return tuple(sorted((word for word in words if word), key=lambda word: (-len(word), word)))


def own_chars(text: str, backchannels: tuple[str, ...]) -> int:
    """字 of a turn without the back-channel words it begins with: 嗯嗯好的 has none of its own."""
    rest = skeleton(text, keep_sounds=True).text
    words = compared(backchannels)
    while True:
        word = next((w for w in words if rest.startswith(w)), None)
        if word is None:
            return count_chars(rest)
        rest = rest[len(word) :]
