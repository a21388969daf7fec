"""Samples to what training wants: padded mel, tokens in and out, sound classes of frames, guides of attention."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import phones
import vocabulary
from features import FRAMES_PER_SECOND, MELS, WINDOW_FRAMES
from synthesise import Sample, Synthesiser

ENCODER_PER_SECOND = FRAMES_PER_SECOND // 2
FRAME_STEP, TOKEN_STEP = 128, 16
"""Lengths are rounded up: every new shape costs a CPU kernel's preparation."""
LONGEST_CHAIN = 6.0
"""Seconds: the clips that the model is made for (``clip_seconds`` in its label) and a little more."""
IGNORED = -100
GUIDE_MARGIN = 2
"""Encoder frames (20 ms each) that attention may stray to both sides of its character."""


@dataclass(frozen=True, slots=True)
class Mix:
    """What a stretch of training hears."""

    chain_share: float
    """Of the batches: sentences of one speaker laid end to end."""
    window_share: float = 0.5
    """Of the chains: padded with zeros to the whole 30 s window, as faster-whisper sends them."""
    longest: int = 200
    """Characters in a single sentence."""
    silent_share: float = 0.03
    """Of the samples: no speech."""
    timestamp_share: float = 0.4
    """Of the samples: written with times."""
    frames: int = 9_000
    """Mel frames in a batch."""


@dataclass(frozen=True, slots=True)
class Batch:
    mel: np.ndarray
    """(batch, 80, frames) float32"""
    tokens: np.ndarray
    """(batch, length) int64, what the decoder reads"""
    targets: np.ndarray
    """(batch, length) int64, what it should write next, or IGNORED"""
    phone: np.ndarray
    """(batch, encoder frames) int64"""
    tone: np.ndarray
    """(batch, encoder frames) int64"""
    guide: np.ndarray
    """(batch, length, encoder frames) float32: where the next character sounds; a row of zeros is free"""
    echo: np.ndarray
    """The same for the character that was written last"""

    @property
    def utterances(self) -> int:
        return len(self.mel)


def stream(source: Synthesiser, rng: np.random.Generator, mix_at) -> Iterator[tuple[Batch, int]]:
    """(batch, sentences in it) for ever; ``mix_at()`` tells the mix of the moment."""
    shelf: list[list[Sample]] = []
    while True:
        mix = mix_at()
        if rng.random() < mix.chain_share:
            whole = rng.random() < mix.window_share
            group = _chains(source, rng, mix, whole)
            yield build(group, rng, mix, whole), sum(len(each.segments) for each in group)
            continue
        if not shelf:
            shelf = _shelf(source, rng, mix)
        group = shelf.pop()
        yield build(group, rng, mix), len(group)


def _chains(source: Synthesiser, rng: np.random.Generator, mix: Mix, whole: bool) -> list[Sample]:
    seconds = rng.uniform(1, LONGEST_CHAIN) if whole else rng.uniform(5, LONGEST_CHAIN)
    count = max(1, mix.frames // (WINDOW_FRAMES if whole else int((seconds + 3) * FRAMES_PER_SECOND)))
    return [source.silence() if rng.random() < mix.silent_share else source.chain(seconds) for _ in range(count)]


def _shelf(source: Synthesiser, rng: np.random.Generator, mix: Mix, count: int = 240) -> list[list[Sample]]:
    """Single sentences, in groups of like length."""
    samples = [
        source.silence() if rng.random() < mix.silent_share else source.utterance(mix.longest) for _ in range(count)
    ]
    samples.sort(key=lambda sample: (_up(sample.frames, FRAME_STEP), sum(len(s.text) for s in sample.segments)))
    groups: list[list[Sample]] = []
    for sample in samples:
        padded = _up(sample.frames, FRAME_STEP)
        fits = groups and _up(groups[-1][0].frames, FRAME_STEP) == padded
        if not fits or padded * (len(groups[-1]) + 1) > mix.frames:
            groups.append([])
        groups[-1].append(sample)
    order = rng.permutation(len(groups))
    return [groups[index] for index in order]


def build(samples: list[Sample], rng: np.random.Generator, mix: Mix, whole_window: bool = False) -> Batch:
    """Lay samples into one batch."""
    longest = max(sample.frames for sample in samples)
    frames = WINDOW_FRAMES if whole_window else min(WINDOW_FRAMES, _up(longest, FRAME_STEP))
    heard = frames // 2
    written = [_write(sample, timed=rng.random() < mix.timestamp_share) for sample in samples]
    length = _up(max(len(tokens) for tokens, _ in written) - 1, TOKEN_STEP)
    ids, size = vocabulary.ids(), len(samples)
    batch = Batch(
        mel=np.zeros((size, MELS, frames), np.float32),
        tokens=np.full((size, length), ids["<|endoftext|>"], np.int64),
        targets=np.full((size, length), IGNORED, np.int64),
        phone=np.full((size, heard), phones.SILENCE, np.int64),
        tone=np.zeros((size, heard), np.int64),
        guide=np.zeros((size, length, heard), np.float32),
        echo=np.zeros((size, length, heard), np.float32),
    )
    for row, (sample, (tokens, places)) in enumerate(zip(samples, written, strict=True)):
        batch.mel[row, :, : sample.frames] = sample.mel[:frames].T
        batch.tokens[row, : len(tokens) - 1] = tokens[:-1]
        batch.targets[row, : len(tokens) - 1] = tokens[1:]
        batch.targets[row, 0] = ids["<|zh|>"] if sample.segments else ids["<|nospeech|>"]
        batch.targets[row, 1] = IGNORED  # the task is given, never guessed
        _mark_sounds(batch, row, sample, places, heard)
    return batch


def _write(sample: Sample, timed: bool) -> tuple[list[int], list[int]]:
    """Token ids of a sample, and the place of each spoken character among them."""
    ids = vocabulary.ids()
    tokens = [ids["<|startoftranscript|>"], ids["<|zh|>"], ids["<|transcribe|>"]]
    places: list[int] = []
    if not timed:
        tokens.append(ids["<|notimestamps|>"])
    if timed and not sample.segments:
        tokens.append(vocabulary.timestamp_id(0))
    for segment in sample.segments:
        if timed:
            tokens.append(vocabulary.timestamp_id(segment.start))
        for character in segment.text:
            if character not in vocabulary.MARKS:
                places.append(len(tokens))
            tokens.append(ids[character])
        if timed:
            tokens.append(vocabulary.timestamp_id(segment.end))
    tokens.append(ids["<|endoftext|>"])
    return tokens, places


def _mark_sounds(batch: Batch, row: int, sample: Sample, places: list[int], heard: int) -> None:
    spoken = [character for segment in sample.segments for character in segment.characters]
    for character, place in zip(spoken, places, strict=True):
        begin = int(character.start * ENCODER_PER_SECOND)
        end = min(heard, max(begin + 2, int(character.end * ENCODER_PER_SECOND)))
        if begin >= end:
            continue
        initial, final, tone = phones.split(character.pinyin)
        middle = begin + max(1, int((end - begin) * phones.INITIAL_SHARE)) if initial else begin
        batch.phone[row, begin:middle] = initial
        batch.phone[row, middle:end] = final
        batch.tone[row, middle:end] = tone
        # The place before a character is where the decoder chooses it, so that is where it must listen.
        batch.guide[row, place - 1, max(0, begin - GUIDE_MARGIN) : end + GUIDE_MARGIN] = 1
        batch.echo[row, place, max(0, begin - GUIDE_MARGIN) : end + GUIDE_MARGIN] = 1


def _up(count: int, step: int) -> int:
    return -(-count // step) * step
