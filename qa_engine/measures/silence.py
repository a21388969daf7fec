"""Where nobody was heard.

Heard is a turn, and what voice activity detection found, recognised or not. Text that the recogniser made out of
nothing is not heard; a turn that it did not understand is. Holds that the metadata declare are no silence: they cut one
in two.
"""

from bisect import bisect_left
from collections.abc import Iterator
from math import isfinite

from qa_engine.domain import Call, Exclusion, Span, Transcript
from qa_engine.domain.values import dataclass
from qa_engine.measures.spans import merged

NO_SOUND = frozenset({Exclusion.GHOST_TEXT, Exclusion.LOW_ENERGY})
"""Why a turn was left out although, or rather because, there was nothing to hear."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody heard in ``span``. ``before``/``after`` are the places of the judged turns around it in the transcript.

    ``edge``: before the first sound of the call or after its last, where nobody waits for an answer.
    """

    span: Span
    before: int | None
    after: int | None
    edge: bool = False


def holds(call: Call) -> tuple[Span, ...]:
    """Stretches on hold as the metadata declare them, merged; what is malformed is left out, it comes from outside."""
    declared = call.metadata.get("hold")
    found = []
    for entry in declared if isinstance(declared, list | tuple) else ():
        if isinstance(entry, list | tuple) and len(entry) == 2 and all(map(_is_time, entry)):
            start, end = (max(0.0, float(value)) for value in entry)  # type: ignore[arg-type]
            if start < end:
                found.append(Span(start, end))
    return merged(found)


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def quiet(transcript: Transcript, seconds: float) -> Iterator[Silence]:
    """Every stretch of a call of ``seconds`` in which nobody is heard, in order, holds or not.

    All turns must have times.
    """
    heard: list[tuple[Span, int | None]] = [(speech.span, None) for speech in transcript.speech]
    starts: list[tuple[float, int]] = []
    for position, turn in enumerate(transcript.turns):
        span = turn.span
        if span is None or turn.excluded in NO_SOUND:
            continue
        heard.append((span, position if turn.excluded is None else None))
        if turn.excluded is None:
            starts.append((span.start, position))
    heard.sort(key=lambda item: (item[0].start, item[0].end))
    starts.sort()
    at = said_until = 0.0
    before: int | None = None
    for number, (span, place) in enumerate(heard):
        if span.start > at:
            later = bisect_left(starts, (span.start, -1))
            after = starts[later][1] if later < len(starts) else None
            yield Silence(Span(at, span.start), before, after, edge=number == 0)
        at = max(at, span.end)
        if place is not None and span.end >= said_until:
            before, said_until = place, span.end
    if seconds > at:
        yield Silence(Span(at, seconds), before, None, edge=True)
