"""Where a turn begins and ends as sound.

The words of a recogniser begin about right and end early: on the demo calls (``benchmarks/prosody_demo.py``) the last
word of a turn ends 0.11 s before the voice does as a rule, and over 0.47 s in one turn of twenty. Voice activity knows
the edges within 0.1 s, but not whose words it hears. So each turn keeps its words, and takes the edges of the sound
around them.
"""

from collections.abc import Sequence

from qa_engine.domain import Span

_BEFORE_SECONDS = 0.5
_AFTER_SECONDS = 1.0
"""How far sound is taken along that has no word; what reaches further was not recognised and is not measured."""


def sound_edges(turns: Sequence[Span], speech: Sequence[Span]) -> list[Span]:
    """The turns of one channel (by their words, in order of time) with the edges of the ``speech`` they lie in.

    Where two turns share a stretch of speech, the later one begins with its first word. A turn outside of all speech
    stays as it is.
    """
    found: list[Span] = []
    for place, turn in enumerate(turns):
        cores = [span for span in speech if span.overlap_seconds(turn) > 0]
        if not cores:
            found.append(turn)
            continue
        free_from = found[-1].end if found else 0.0
        free_until = turns[place + 1].start if place + 1 < len(turns) else cores[-1].end
        start = max(cores[0].start, turn.start - _BEFORE_SECONDS, min(free_from, turn.start))
        end = min(cores[-1].end, turn.end + _AFTER_SECONDS, max(free_until, turn.end))
        found.append(Span(round(start, 3), round(max(start, end), 3)))
    return found
