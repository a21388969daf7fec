"""One batch of clips through a Whisper model: features, encoder, beam search, word times.

faster-whisper's own batched pipeline pads every clip to 30 s and its features with zeros, which real Whisper takes for
the end of the recording. Here a clip is padded as sound, with silence, and the encoder gets only the context that the
clip needs. The context of a clip depends on its own length alone, so that its neighbours change nothing.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np

from qa_engine.domain import Word
from qa_engine.speech.clips import Clip
from qa_engine.speech.decoding import SAMPLE_RATE
from qa_engine.speech.options import RecognitionOptions
from qa_engine.speech.recognisers.port import RecognisedClip

FULL_CONTEXT_SECONDS = 30
_CONTEXT_STEPS_SECONDS = (10, 12, 14, 16, 18, 20, 24, FULL_CONTEXT_SECONDS)
"""Under 10 s Whisper falls into loops; between the steps the gain is small."""

_FRAMES_PER_SECOND = 100
_TOKENS_PER_SECOND = 14  # the fastest speaker says 9 characters in a second, and few of them take more than one token
_TOKENS_AT_LEAST = 24

# One word is one token in Chinese, and marks follow what they close.
_PREPENDED = "\"'“¿([{-"
_APPENDED = "\"'.。,，!！?？:：”)]}、"


def context_seconds(clip: Clip) -> int:
    """The sound that the encoder is given for a clip, silence behind it included."""
    if clip.plan.again:
        return FULL_CONTEXT_SECONDS
    return next((step for step in _CONTEXT_STEPS_SECONDS if clip.seconds <= step), FULL_CONTEXT_SECONDS)


class Decoder:
    """A loaded ``faster_whisper.WhisperModel`` with the settings of one recogniser. Not safe for several threads."""

    def __init__(self, model: Any, options: RecognitionOptions) -> None:
        from faster_whisper.tokenizer import Tokenizer
        from faster_whisper.transcribe import get_suppressed_tokens

        self._model = model
        self._options = options
        self._tokenizer = Tokenizer(
            model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=options.language
        )
        self._suppressed = get_suppressed_tokens(self._tokenizer, [-1])

    def decode(self, clips: Sequence[Clip]) -> list[RecognisedClip]:
        """One answer a clip, in the same order; clips of one context are decoded together, by length."""
        order = sorted(range(len(clips)), key=lambda i: (context_seconds(clips[i]), len(clips[i].samples), i))
        answers: dict[int, RecognisedClip] = {}
        for _, group in groupby(order, key=lambda i: (context_seconds(clips[i]), clips[i].plan.again)):
            places = list(group)
            for first in range(0, len(places), self._options.batch_size):
                batch = places[first : first + self._options.batch_size]
                answers |= dict(zip(batch, self._batch([clips[i] for i in batch]), strict=True))
        return [answers[i] for i in range(len(clips))]

    def _batch(self, clips: Sequence[Clip]) -> list[RecognisedClip]:
        context = context_seconds(clips[0])
        encoded = self._model.encode(np.stack([self._features(clip, context) for clip in clips]))
        languages = self._languages(encoded, clips)
        limit = _TOKENS_AT_LEAST + int(_TOKENS_PER_SECOND * max(clip.seconds for clip in clips))
        tokens = self._generate(encoded, clips, limit)
        words = self._words(encoded, clips, tokens)
        return [
            RecognisedClip(tuple(said), *language, broken_off=len(found) >= limit)
            for said, language, found in zip(words, languages, tokens, strict=True)
        ]

    def _features(self, clip: Clip, context: int) -> np.ndarray:
        """Log-mel features of the clip and the silence behind it: float32, shape (mels, frames)."""
        sound = np.zeros(context * SAMPLE_RATE, np.float32)
        sound[: len(clip.samples)] = clip.samples
        features: np.ndarray = self._model.feature_extractor(sound)[..., : context * _FRAMES_PER_SECOND]
        return features

    def _languages(self, encoded: Any, clips: Sequence[Clip]) -> list[tuple[str | None, float, float]]:
        """For each clip the likeliest language, its probability, and that of the language that is sought."""
        if not (self._model.model.is_multilingual and any(clip.plan.tell_language for clip in clips)):
            return [(None, 0.0, 1.0)] * len(clips)
        languages = []
        for found in self._model.model.detect_language(encoded):
            chances = {token.strip("<|>"): round(float(chance), 4) for token, chance in found}
            best = max(chances, key=lambda code: chances[code])
            languages.append((best, chances[best], chances.get(self._options.language, 0.0)))
        return languages

    def _generate(self, encoded: Any, clips: Sequence[Clip], limit: int) -> list[list[int]]:
        """Text tokens of each clip, ``limit`` of them at most."""
        again = clips[0].plan.again
        prompt = self._model.get_prompt(
            self._tokenizer, [], without_timestamps=not again, hotwords=self._options.hotwords or None
        )
        results = self._model.model.generate(
            encoded,
            [list(prompt) for _ in clips],
            beam_size=self._options.beam_size,
            max_length=min(len(prompt) + limit, self._model.max_length),
            suppress_blank=True,
            suppress_tokens=self._suppressed,
            sampling_temperature=0.0,
        )
        return [[token for token in result.sequences_ids[0] if token < self._tokenizer.eot] for result in results]

    def _words(self, encoded: Any, clips: Sequence[Clip], tokens: Sequence[list[int]]) -> list[list[Word]]:
        from faster_whisper.transcribe import merge_punctuations

        if not any(tokens):
            return [[] for _ in clips]
        frames = [max(2, round(clip.seconds * _FRAMES_PER_SECOND)) for clip in clips]
        found = self._model.find_alignment(self._tokenizer, list(tokens), encoded, frames)
        for alignment in found:
            merge_punctuations(alignment, _PREPENDED, _APPENDED)
        return [[_word(each) for each in alignment if each["word"]] for alignment in found]


def _word(found: dict[str, Any]) -> Word:
    start, end = max(0.0, float(found["start"])), max(0.0, float(found["end"]))
    probability = min(1.0, max(0.0, float(found["probability"])))
    return Word(found["word"], round(start, 3), round(max(start, end), 3), round(probability, 4))
