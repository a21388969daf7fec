"""Every second of speech accounted for: words, or a stretch that was not heard."""

from collections.abc import Iterator, Sequence

from qa_engine.domain import Span, Word
from qa_engine.speech.options import HearingOptions
from qa_engine.text import count_chars


def unheard(
    speech: Sequence[Span], words: Sequence[Word], options: HearingOptions, *, reach_seconds: float | None = None
) -> list[Span]:
    """The stretches of ``speech`` for which no word accounts, in order; all in seconds of one channel.

    A word accounts for its own time and the speech around it (see :class:`HearingOptions`). What is left of a stretch
    beside a word counts from ``least_unheard_seconds``; a stretch without any word counts whole, however short.
    """
    reach = options.reach_seconds if reach_seconds is None else reach_seconds
    accounted = _merged([_own_time(word, options, reach) for word in words if word.text.strip()])
    found: list[Span] = []
    for stretch in speech:
        rest = list(_outside(stretch, accounted))
        if rest == [stretch]:
            found.append(stretch)
        else:
            found += [part for part in rest if part.seconds >= options.least_unheard_seconds]
    return found


def seconds_of(spans: Sequence[Span]) -> float:
    return sum(span.seconds for span in spans)


def _own_time(word: Word, options: HearingOptions, reach: float) -> Span:
    longest = options.seconds_per_char * max(1, count_chars(word.text))
    return Span(word.start - reach, min(word.end, word.start + longest) + reach)


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _outside(stretch: Span, accounted: Sequence[Span]) -> Iterator[Span]:
    """The parts of a stretch outside of the accounted spans (in order, apart)."""
    at = stretch.start
    for span in accounted:
        if span.end <= at:
            continue
        if span.start >= stretch.end:
            break
        if span.start > at:
            yield Span(round(at, 3), round(span.start, 3))
        at = span.end
    if at < stretch.end:
        yield stretch if at == stretch.start else Span(round(at, 3), round(stretch.end, 3))
