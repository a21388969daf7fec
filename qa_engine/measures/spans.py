"""Arithmetic of stretches of time."""

from collections.abc import Iterable, Sequence

from qa_engine.domain import Span


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same seconds as stretches that neither meet nor overlap, in order."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if found and span.start <= found[-1].end:
            if span.end > found[-1].end:
                found[-1] = Span(found[-1].start, span.end)
        else:
            found.append(span)
    return tuple(found)


def without(span: Span, taken: Sequence[Span]) -> tuple[Span, ...]:
    """What is left of a stretch when others, merged and in order, are cut away; pieces of no length are none."""
    pieces, at = [], span.start
    for cut in taken:
        if cut.end <= at:
            continue
        if cut.start >= span.end:
            break
        if cut.start > at:
            pieces.append(Span(at, cut.start))
        at = cut.end
    if at < span.end:
        pieces.append(Span(at, span.end))
    return tuple(pieces)
