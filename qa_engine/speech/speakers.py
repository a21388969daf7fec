"""Two people in one channel: which words are whose, and how sure that is.

Overlapping windows of speech become vectors (:mod:`speaker_encoder`); two groups are found among them (spherical
2-means, begun along the main axis), and a path through time that changes seldom, and rather at pauses (Viterbi),
gives each stretch of speech a voice. ``separation`` says how far apart the groups lie, in standard deviations: where it
is low there may be one voice only, or two that sound alike, and nothing is told apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa_engine.domain import Span, Word
from qa_engine.speech.speaker_encoder import SpeakerEncoder, mel_powers

_WINDOW_FRAMES = 100
_STEP_FRAMES = 50
_FEWEST_WINDOWS = 6
_LEVEL = 0.38  # sum of the bands of speech at -30 dB of full scale, which the network was trained on
_ROUNDS = 30
_EVIDENCE = 8.0
_CHANGE_COST = 30.0
_CHANGE_AT_PAUSE_COST = 9.0
_LEAST_SHARE = 0.05
_MOST_EVIDENCE = 6.0


@dataclass(frozen=True, slots=True)
class TwoVoices:
    """What a channel's 10 ms frames say about who speaks: ``evidence`` above 0 for the second voice, 0 in silence."""

    separation: float
    evidence: np.ndarray  # natural logarithm of odds for one second of speech, per frame
    voice: np.ndarray  # 0 or 1 per frame, after smoothing

    def of(self, words: Sequence[Word]) -> list[int]:
        """The voice, 0 or 1, of each word (by the middle of its time)."""
        return [int(self.voice[self._frame((word.start + word.end) / 2)]) for word in words]

    def odds(self, span: Span) -> float:
        """Logarithm of the odds that a stretch is the second voice's; what long stretches add is bounded."""
        frames = self.evidence[self._frame(span.start) : self._frame(span.end) + 1]
        seconds = max(1.0, np.count_nonzero(frames) / 100)
        heard = frames[frames != 0]
        total = float(heard.mean()) * seconds if len(heard) else 0.0
        return float(np.clip(total, -_MOST_EVIDENCE, _MOST_EVIDENCE))

    def _frame(self, seconds: float) -> int:
        return min(max(0, round(seconds * 100)), len(self.voice) - 1)


def tell_apart(samples: np.ndarray, speech: Sequence[Span], encoder: SpeakerEncoder) -> TwoVoices | None:
    """The two voices of a channel (float32, (n,)); None when there is too little speech to tell."""
    mels = mel_powers(samples)
    frames = np.array([f for span in speech for f in range(round(span.start * 100), round(span.end * 100))], int)
    frames = frames[frames < len(mels)]
    starts = range(0, len(frames) - _WINDOW_FRAMES + 1, _STEP_FRAMES)
    if len(starts) < _FEWEST_WINDOWS:
        return None
    vectors = encoder.encode(_levelled(np.stack([mels[frames[s : s + _WINDOW_FRAMES]] for s in starts])))
    scores, separation = _two_groups(vectors)
    evidence = _along(scores, starts, frames, len(mels))
    voice = np.zeros(len(mels), int)
    voice[frames] = _path(evidence[frames], np.diff(frames, prepend=frames[0]) > 1)
    return TwoVoices(separation, evidence, _carried(voice, frames))


def _levelled(windows: np.ndarray) -> np.ndarray:
    power = windows.sum(axis=(1, 2), keepdims=True) / windows.shape[1]
    return np.asarray(windows * (_LEVEL / np.maximum(power, 1e-9)), np.float32)


def _two_groups(vectors: np.ndarray) -> tuple[np.ndarray, float]:
    """Per window the logarithm of the odds for the second group, and how far the groups lie apart (d')."""
    centred = vectors - vectors.mean(axis=0)
    along = centred @ np.linalg.svd(centred, full_matrices=False)[2][0]
    second = along > np.median(along)
    for _ in range(_ROUNDS):
        centres = np.stack([vectors[~second].mean(axis=0), vectors[second].mean(axis=0)])
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
        nearer = vectors @ centres[1] > vectors @ centres[0]
        if (nearer == second).all() or not _LEAST_SHARE <= nearer.mean() <= 1 - _LEAST_SHARE:
            break
        second = nearer
    line = vectors @ (centres[1] - centres[0])
    low, high = float(line[~second].mean()), float(line[second].mean())
    spread = float(np.sqrt((line[~second].var() + line[second].var()) / 2)) or 1e-6
    separation = (high - low) / spread
    return (line - (low + high) / 2) * separation / spread, separation


def _along(scores: np.ndarray, starts: Sequence[int], frames: np.ndarray, length: int) -> np.ndarray:
    """What the windows over a frame say, the nearer ones most."""
    weight = np.hanning(_WINDOW_FRAMES + 2)[1:-1]
    total, weights = np.zeros(length), np.zeros(length)
    for start, score in zip(starts, scores, strict=True):
        covered = frames[start : start + _WINDOW_FRAMES]
        total[covered] += score * weight
        weights[covered] += weight
    return np.asarray(np.divide(total, weights, out=np.zeros(length), where=weights > 0))


def _path(evidence: np.ndarray, after_pause: np.ndarray) -> np.ndarray:
    """The likeliest voices, 0 or 1, of frames in order, when changes cost something."""
    scaled = np.tanh(evidence / 4) * _EVIDENCE / 10
    gain = np.stack([-scaled, scaled], axis=1)
    cost = np.where(after_pause, _CHANGE_AT_PAUSE_COST, _CHANGE_COST) / 10
    came_from = np.zeros((len(gain), 2), int)
    best = gain[0].copy()
    for index in range(1, len(gain)):
        stay, change = best, best[::-1] - cost[index]
        came_from[index] = np.where(stay >= change, [0, 1], [1, 0])
        best = np.maximum(stay, change) + gain[index]
    path = np.zeros(len(gain), int)
    path[-1] = int(best.argmax())
    for index in range(len(gain) - 1, 0, -1):
        path[index - 1] = came_from[index, path[index]]
    return path


def _carried(voice: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Frames without speech take the voice of the speech nearest before them: words reach a little out of it."""
    nearest = np.searchsorted(frames, np.arange(len(voice)), side="right") - 1
    return np.asarray(voice[frames[np.maximum(nearest, 0)]])
