"""Whether two channels carry the same sound: everywhere (dual mono), or where one side leaks into the other.

A copy need not be equal to the bit: it may be quieter, inverted, some milliseconds late, with hiss, or through another
codec. What stays is the shape of the wave (normalised cross-correlation over short delays) and, in dual mono, a level
difference that is the same whoever speaks. Two sides of a true call correlate under 0.1, and their level difference
turns round with every turn.
"""

import numpy as np

from qa_engine.speech.activity import HOP, frame_levels, smooth_db
from qa_engine.speech.decoding import SAMPLE_RATE

_WINDOW_SECONDS = 0.5
_MOST_WINDOWS = 400
_DELAY_SECONDS = 0.06
_ACTIVE_ABOVE_NOISE_DB = 10.0
_ACTIVE_BELOW_LOUD_DB = 25.0
_ACTIVE_BELOW_SOUND_DB = 6.0  # where nothing stands out of the sound, all of it counts
_SAME_CORRELATION = 0.7  # true calls: 0.1 at most; low-rate codecs on one side: 0.87 and more
_SAME_LEVEL_DB = 3.0
_SAME_LEVEL_SHARE = 0.85
_APART_LEVEL_DB = 8.0
_MOST_APART_SECONDS = 1.0
_MOST_OFFSET_DB = 12.0

_LOOKED_AT_WINDOWS = 60
_IN_COMMON_CORRELATION = 0.3
_LEAK_WINDOW_SECONDS = 0.3
_LEAK_STEP_SECONDS = 0.1
_LEAK_CORRELATION = 0.6
_LEAK_BELOW_OTHER_DB = 4.0
_LEAK_DELAY_SECONDS = 0.15


def same_sound(samples: np.ndarray) -> int | None:
    """Of dual mono, of whatever kind, the place of the clearer channel; None for two voices.

    ``samples``: float32, shape (2, n), at ``SAMPLE_RATE``.
    """
    levels = np.stack([smooth_db(frame_levels(channel)) for channel in samples])
    noise, loud = np.percentile(levels, 10, axis=1), np.percentile(levels, 95, axis=1)
    over_noise = np.minimum(noise + _ACTIVE_ABOVE_NOISE_DB, loud - _ACTIVE_BELOW_SOUND_DB)
    active = (levels > np.maximum(over_noise, loud - _ACTIVE_BELOW_LOUD_DB)[:, None]).any(axis=0)
    if not active.any() or not samples.any(axis=1).all():
        return None
    correlations, delays = _correlations(samples, active)
    if float(np.median(correlations)) < _SAME_CORRELATION:
        return None
    late = round(float(np.median(delays)) / HOP)  # frames by which the first channel lags behind the second
    apart = (levels[0] - np.roll(levels[1], late))[active]
    offset = float(np.median(apart))
    if abs(offset) > _MOST_OFFSET_DB or np.mean(np.abs(apart - offset) <= _SAME_LEVEL_DB) < _SAME_LEVEL_SHARE:
        return None
    if np.count_nonzero(np.abs(apart - offset) > _APART_LEVEL_DB) * HOP / SAMPLE_RATE > _MOST_APART_SECONDS:
        return None  # somebody is heard on one channel only
    return int(np.argmax(loud - noise))


def leak_frames(own: np.ndarray, other: np.ndarray, own_db: np.ndarray, other_db: np.ndarray) -> np.ndarray:
    """Frames of 10 ms of ``own`` that only repeat the louder ``other`` channel, up to 0.15 s late: bool, (frames,).

    ``own_db`` and ``other_db`` are the channels' frame levels. A voice of its own that speaks at the same time is not a
    copy: the correlation falls with its share.
    """
    frames = min(len(own_db), len(other_db))
    found = np.zeros(frames, bool)
    if not _correlate_at_all(own, other, other_db[:frames]):
        return found
    louder = smooth_db(other_db[:frames]) - smooth_db(own_db[:frames]) >= _LEAK_BELOW_OTHER_DB
    width, step = round(_LEAK_WINDOW_SECONDS * 100), round(_LEAK_STEP_SECONDS * 100)
    loud = float(np.percentile(other_db, 95)) - _ACTIVE_BELOW_LOUD_DB
    for first in range(0, max(0, frames - width), step):
        frame = slice(first, first + width)
        if louder[frame].mean() < 0.5 or other_db[frame].max() < loud:
            continue
        sound = slice(first * HOP, (first + width) * HOP)
        if _correlation(own[sound], other[sound], _LEAK_DELAY_SECONDS)[0] >= _LEAK_CORRELATION:
            found[frame] = True
    found &= louder
    return found


def _correlate_at_all(own: np.ndarray, other: np.ndarray, other_db: np.ndarray) -> bool:
    """A look at some windows: on most lines the sides have nothing in common, and no window needs to be compared."""
    active = other_db > float(np.percentile(other_db, 95)) - _ACTIVE_BELOW_LOUD_DB
    correlations, _ = _correlations(np.stack([own, other]), active, _LOOKED_AT_WINDOWS)
    return float(np.percentile(correlations, 90)) >= _IN_COMMON_CORRELATION


def _correlations(samples: np.ndarray, active: np.ndarray, most: int = _MOST_WINDOWS) -> tuple[np.ndarray, np.ndarray]:
    """Correlation of the channels, and samples by which the first is late, in windows that are mostly active.

    The windows are spread evenly over the recording; there is at least one.
    """
    width = round(_WINDOW_SECONDS * 100)
    starts = range(0, max(1, len(active) - width), width)
    firsts = [first for first in starts if active[first : first + width].mean() >= 0.5] or [0]
    chosen = firsts[:: -(-len(firsts) // most)]
    found = []
    for first in chosen:
        sound = slice(first * HOP, (first + width) * HOP)
        found.append(_correlation(samples[0, sound], samples[1, sound], _DELAY_SECONDS))
    correlations, delays = zip(*found, strict=True)
    return np.array(correlations), np.array(delays)


def _correlation(left: np.ndarray, right: np.ndarray, delay_seconds: float) -> tuple[float, int]:
    """Largest absolute normalised cross-correlation within the delay (0–1); samples by which ``left`` is late."""
    left, right = left - left.mean(), right - right.mean()
    energy = float(np.sqrt(np.dot(left, left) * np.dot(right, right)))
    if energy <= 0.0:
        return 0.0, 0
    size = 1 << (2 * len(left) - 1).bit_length()
    product = np.fft.rfft(left, size) * np.conj(np.fft.rfft(right, size))
    lags = np.abs(np.fft.irfft(product, size))
    reach = round(delay_seconds * SAMPLE_RATE)
    near = np.concatenate([lags[-reach:], lags[: reach + 1]])
    best = int(np.argmax(near))
    return float(near[best] / energy), best - reach
