"""Where somebody speaks on a channel: Silero voice activity, edges set by energy.

The Silero network is the one inside faster-whisper. Its padding and its merging are switched off: clips need sound
around the speech, measures of silence and overlap need the speech alone, so each of them adds its own margin.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa_engine.domain import Span
from qa_engine.speech.decoding import SAMPLE_RATE
from qa_engine.speech.options import ActivityOptions

HOP = SAMPLE_RATE // 100  # 10 ms
FLOOR_DB = -120.0

_BLOCK_SECONDS = 600  # the network keeps five copies of what it is given; blocks bound them
_CUT_SEARCH_SECONDS = 5
_EDGE_ABOVE_NOISE_DB = 6.0
_EDGE_BELOW_SPEECH_DB = 35.0
_FOLLOW_BELOW_SPEECH_DB = 20.0
_FOLLOW_FRAMES = 80
_FOLLOW_BREAK_FRAMES = 15  # a stop consonant in slow speech
_SMOOTH_FRAMES = 10


@dataclass(frozen=True, slots=True)
class ChannelSpeech:
    """Speech of one channel: ``spans`` in order, not touching; ``level_db`` one value for each 10 ms of sound."""

    spans: tuple[Span, ...]
    level_db: np.ndarray

    @property
    def loud_level_db(self) -> float | None:
        """Level that the loudest tenth of the speech exceeds, so the voice's own whatever leaks in; None: no speech."""
        if not self.spans:
            return None
        return float(np.percentile(np.concatenate([frames_of(self.level_db, span) for span in self.spans]), 90))

    @property
    def noise_db(self) -> float:
        """Level that nine tenths of the sound outside of speech exceed; ``FLOOR_DB`` where there is none."""
        outside = np.ones(len(self.level_db), bool)
        for span in self.spans:
            outside[round(span.start * 100) : round(span.end * 100)] = False
        return float(np.percentile(self.level_db[outside], 10)) if outside.any() else FLOOR_DB


def detect_speech(samples: np.ndarray, options: ActivityOptions) -> ChannelSpeech:
    """Speech on one channel (float32, shape (n,), at ``SAMPLE_RATE``)."""
    level_db = frame_levels(samples)
    raw: list[Span] = []
    for start, end in _blocks(level_db, len(samples)):
        raw += _network_spans(samples[start:end], start, options)
    joined = _join([_with_true_edges(span, level_db, options) for span in raw], options.min_silence_seconds)
    return ChannelSpeech(tuple(span for span in joined if span.seconds >= options.min_speech_seconds), level_db)


def frame_levels(samples: np.ndarray) -> np.ndarray:
    """Level of each whole 10 ms, dB relative to full scale, not below ``FLOOR_DB``: float32, shape (n // HOP,)."""
    count = len(samples) // HOP
    power = np.empty(count, np.float32)
    step = 6000  # a minute at a time: no second copy of hours of sound
    for start in range(0, count, step):
        part = samples[start * HOP : min(start + step, count) * HOP].reshape(-1, HOP)
        power[start : start + len(part)] = np.einsum("ij,ij->i", part, part) / HOP
    return 10 * np.log10(np.maximum(power, 10 ** (FLOOR_DB / 10)))


def frames_of(values: np.ndarray, span: Span) -> np.ndarray:
    """The 10 ms values that lie in a span; at least one while there are any."""
    start = min(max(0, round(span.start * 100)), max(0, len(values) - 1))
    return values[start : max(start + 1, round(span.end * 100))]


def smooth_db(level_db: np.ndarray) -> np.ndarray:
    """Mean power over 0.1 s around each frame, in dB."""
    power = 10 ** (level_db.astype(np.float64) / 10)
    return 10 * np.log10(np.convolve(power, np.ones(_SMOOTH_FRAMES) / _SMOOTH_FRAMES, mode="same"))


def _blocks(level_db: np.ndarray, length: int) -> list[tuple[int, int]]:
    """Sample ranges of some ten minutes, cut where it is quietest for 0.3 s."""
    cuts = [0]
    while length - cuts[-1] > (_BLOCK_SECONDS + _CUT_SEARCH_SECONDS) * SAMPLE_RATE:
        latest = cuts[-1] // HOP + _BLOCK_SECONDS * 100
        window = level_db[latest - _CUT_SEARCH_SECONDS * 100 : latest]
        smooth = np.convolve(window, np.ones(30), mode="valid")
        cuts.append((latest - _CUT_SEARCH_SECONDS * 100 + int(smooth.argmin()) + 15) * HOP)
    return list(zip(cuts, [*cuts[1:], length], strict=True))


def _network_spans(samples: np.ndarray, offset: int, options: ActivityOptions) -> list[Span]:
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    found = get_speech_timestamps(
        np.ascontiguousarray(samples),
        VadOptions(
            threshold=options.threshold,
            min_speech_duration_ms=0,
            min_silence_duration_ms=96,  # three steps of the network; longer silences are joined below
            speech_pad_ms=0,
        ),
    )
    return [Span((offset + s["start"]) / SAMPLE_RATE, (offset + s["end"]) / SAMPLE_RATE) for s in found]


def _with_true_edges(span: Span, level_db: np.ndarray, options: ActivityOptions) -> Span:
    """Move each edge by up to ``edge_search_seconds`` to where the sound itself begins and ends.

    The network reports speech in steps of 32 ms and some 50 ms late; word times and overlaps want it closer. On noisy
    telephone lines it notices a voice up to half a second late, so a voice as loud as the rest is followed further.
    """
    if not len(level_db):
        return span
    loud = float(np.percentile(frames_of(level_db, span), 90))
    around = frames_of(level_db, Span(max(0.0, span.start - 15), span.end + 15))
    noise = float(np.percentile(around, 5)) + _EDGE_ABOVE_NOISE_DB
    limit = max(noise, loud - _EDGE_BELOW_SPEECH_DB)
    reach = options.edge_search_seconds
    head = Span(max(0.0, span.start - reach), min(span.start + reach, span.end))
    tail = Span(max(span.end - reach, span.start), min(span.end + reach, len(level_db) / 100))
    heard_head = np.flatnonzero(frames_of(level_db, head) >= limit)
    heard_tail = np.flatnonzero(frames_of(level_db, tail) >= limit)
    start = head.start + int(heard_head[0]) / 100 if len(heard_head) else span.start
    end = tail.start + (int(heard_tail[-1]) + 1) / 100 if len(heard_tail) else span.end
    if end <= start:
        return span
    voice = level_db >= max(noise, loud - _FOLLOW_BELOW_SPEECH_DB)
    return Span(start - _followed(voice[: round(start * 100)][::-1]), end + _followed(voice[round(end * 100) :]))


def _followed(voice: np.ndarray) -> float:
    """Seconds for which the voice goes on from the first frame, short breaks included."""
    found = 0
    for frame in np.flatnonzero(voice[:_FOLLOW_FRAMES]):
        if frame - found > _FOLLOW_BREAK_FRAMES:
            break
        found = int(frame) + 1
    return found / 100


def _join(spans: Sequence[Span], gap_seconds: float) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and span.start - joined[-1].end < gap_seconds:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined
