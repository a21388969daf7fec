"""What is only the other side's voice leaking into a channel: side tone, echo, crosstalk.

Two rules find it. By level: far under the channel's own voice while the other side is much louder, whatever the sound
looks like (an echo that a codec has bent). By shape: a copy of what the louder other side says (:func:`leak_frames`),
also where it is nearly as loud as a voice. Neither hears leakage under a voice that speaks at the same time.
"""

from collections.abc import Sequence

import numpy as np

from qa_engine.domain import Span
from qa_engine.speech.activity import ChannelSpeech, smooth_db
from qa_engine.speech.options import ActivityOptions
from qa_engine.speech.same_sound import leak_frames

_CLOSING_SECONDS = 0.2
_ECHO_REACH_FRAMES = 20  # an echo comes later than the voice, and a voice is loud before it is detected


def without_leaks(
    channels: Sequence[ChannelSpeech], samples: np.ndarray, options: ActivityOptions
) -> tuple[tuple[ChannelSpeech, ...], float]:
    """The channels (with their ``samples``, shape (channels, n)) without leakage; and how many seconds that was."""
    if len(channels) != 2:
        return tuple(channels), 0.0
    kept, seconds = [], 0.0
    for own, other in ((0, 1), (1, 0)):
        mine, theirs = channels[own], channels[other]
        copied = leak_frames(samples[own], samples[other], mine.level_db, theirs.level_db) if theirs.spans else None
        spans = _without_leakage(mine, theirs, copied, options)
        seconds += sum(span.seconds for span in mine.spans) - sum(span.seconds for span in spans)
        kept.append(ChannelSpeech(tuple(spans), mine.level_db))
    return tuple(kept), round(seconds, 3)


def _without_leakage(
    own: ChannelSpeech, other: ChannelSpeech, copied: np.ndarray | None, options: ActivityOptions
) -> list[Span]:
    loud = own.loud_level_db
    if loud is None or copied is None:
        return list(own.spans)
    frames = len(copied)
    mine, theirs = (smooth_db(channel.level_db[:frames]) for channel in (own, other))
    quiet = mine <= loud - options.leak_below_own_db
    louder = theirs - mine >= options.leak_below_other_db
    drowned = quiet & louder & _mask(other.spans, frames, _ECHO_REACH_FRAMES)
    leaked = (quiet & _closed(drowned)) | _closed(copied)
    holes = [hole for hole in _runs(leaked) if hole.seconds >= options.leak_seconds]
    voiced = ~quiet & ~((theirs > mine) & _near(copied))
    parts: list[Span] = []
    for span in own.spans:
        rest = _outside(span, holes)
        if rest == [span]:
            parts.append(span)
        else:  # what a hole leaves of a span is speech only if there is a voice in it
            heard = [part for part in rest if voiced[round(part.start * 100) : round(part.end * 100)].any()]
            parts += [part for part in heard if part.seconds >= options.min_speech_seconds]
    return parts


def _near(mask: np.ndarray) -> np.ndarray:
    """The mask and what lies within the reach of an echo beside it."""
    reach = _ECHO_REACH_FRAMES
    return np.convolve(mask, np.ones(2 * reach + 1), mode="same") > 0.5 if len(mask) > 2 * reach else mask


def _mask(spans: Sequence[Span], frames: int, reach: int) -> np.ndarray:
    """Frames that lie in a span or within ``reach`` frames of one."""
    mask = np.zeros(frames, bool)
    for span in spans:
        mask[max(0, round(span.start * 100) - reach) : round(span.end * 100) + reach] = True
    return mask


def _closed(mask: np.ndarray) -> np.ndarray:
    """The mask with its gaps of up to 0.2 s filled: between syllables the other side is not loud either."""
    closed = mask.copy()
    for gap in _runs(~mask):
        if gap.seconds <= _CLOSING_SECONDS and gap.start > 0 and round(gap.end * 100) < len(mask):
            closed[round(gap.start * 100) : round(gap.end * 100)] = True
    return closed


def _runs(mask: np.ndarray) -> list[Span]:
    """Where a mask of 10 ms frames is true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]])))
    return [Span(int(start) / 100, int(end) / 100) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _outside(span: Span, holes: Sequence[Span]) -> list[Span]:
    """The parts of a span that lie outside the holes (in order, not overlapping)."""
    parts, start = [], span.start
    for hole in holes:
        if hole.overlap_seconds(span) > 0:
            parts.append(Span(start, max(start, hole.start)))
            start = max(start, hole.end)
    parts.append(Span(start, max(start, span.end)))
    return [part for part in parts if part.seconds > 0]
