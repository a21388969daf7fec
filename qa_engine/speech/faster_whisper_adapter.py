"""The faster-whisper adapter: any Whisper model that CTranslate2 can load, decoded in batches or clip by clip."""

import math
import os
import threading
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

from qa_engine.domain import Word
from qa_engine.errors import RecogniserError
from qa_engine.speech.clips import Clip
from qa_engine.speech.decoding import SAMPLE_RATE
from qa_engine.speech.model_files import ModelFolder, find_model
from qa_engine.speech.options import RecognitionOptions
from qa_engine.speech.recogniser import RecognisedClip, RecogniserIdentity

_FRAMES_PER_SECOND = 100  # faster-whisper counts ``seek`` in feature frames


class FasterWhisperRecogniser:
    """A recogniser over ``faster_whisper``. The model is loaded on first use, never at import or construction.

    ``model`` is ``starter`` (the bundled demonstration model), a folder, or a name such as ``large-v3-turbo``.
    Decoding is greedy in temperature (0.0 only) and none of faster-whisper's own thresholds is active in either mode:
    the batched path ignores them, so one filter of ours stands behind both. One clip set is decoded at a time.
    """

    def __init__(self, model: str, options: RecognitionOptions) -> None:
        self._model_name = model
        self._options = options
        self._lock = threading.Lock()
        self._folder: ModelFolder | None = None
        self._model: Any = None

    @property
    def identity(self) -> RecogniserIdentity:
        with self._lock:
            folder = self._find()
        return RecogniserIdentity(
            f"faster-whisper {version('faster-whisper')}",
            folder.name,
            folder.weights_digest,
            folder.notice,
            folder.clip_seconds,
            folder.confidence_floor,
        )

    def recognise(self, clips: Sequence[Clip]) -> list[RecognisedClip]:
        with self._lock:
            model = self._load()
            try:
                if self._options.mode == "batched":
                    return self._batched(model, clips)
                return [self._single(model, clip) for clip in clips]
            except (RuntimeError, ValueError, MemoryError) as error:
                raise RecogniserError(
                    f"the recogniser {self._model_name} failed on {len(clips)} clips: {error}."
                    " If memory ran out, lower QA_ASR_BATCH_SIZE."
                ) from error

    def _find(self) -> ModelFolder:
        if self._folder is None:
            self._folder = find_model(self._model_name)
        return self._folder

    def _load(self) -> Any:
        if self._model is None:
            from faster_whisper import WhisperModel

            folder = self._find()
            try:
                self._model = WhisperModel(
                    str(folder.path),
                    device=self._options.device,
                    compute_type=self._options.compute_type,
                    cpu_threads=self._options.threads or _cores(),
                )
            except (RuntimeError, ValueError, OSError) as error:
                raise RecogniserError(
                    f"recogniser model {folder.path} cannot be loaded: {error}. Check that the folder was copied whole,"
                    " and that QA_ASR_DEVICE and QA_ASR_COMPUTE_TYPE suit this machine (cpu and int8 always do)."
                ) from error
        return self._model

    def _batched(self, model: Any, clips: Sequence[Clip]) -> list[RecognisedClip]:
        """All clips laid out in one array, each at a whole second, so that offsets are exact in frames."""
        from faster_whisper import BatchedInferencePipeline

        pipeline = BatchedInferencePipeline(model)
        answers: list[RecognisedClip] = []
        for first in range(0, len(clips), self._options.batch_size):
            batch = clips[first : first + self._options.batch_size]
            slots = [math.ceil(clip.seconds) for clip in batch]
            starts = [sum(slots[:index]) for index in range(len(batch))]
            sound = np.zeros(sum(slots) * SAMPLE_RATE, np.float32)
            for clip, start in zip(batch, starts, strict=True):
                sound[start * SAMPLE_RATE : start * SAMPLE_RATE + len(clip.samples)] = clip.samples
            places = [{"start": s, "end": s + clip.seconds} for s, clip in zip(starts, batch, strict=True)]
            segments, _ = pipeline.transcribe(
                sound, clip_timestamps=places, batch_size=len(batch), without_timestamps=True, **self._common()
            )
            heard: dict[int, list[Word]] = {start: [] for start in starts}
            for segment in segments:
                start = segment.seek // _FRAMES_PER_SECOND
                heard[start] += _words(segment.words, start)
            answers += [RecognisedClip(tuple(heard[start])) for start in starts]
        return answers

    def _single(self, model: Any, clip: Clip) -> RecognisedClip:
        segments, _ = model.transcribe(
            clip.samples,
            condition_on_previous_text=False,
            no_speech_threshold=None,
            log_prob_threshold=None,
            compression_ratio_threshold=None,
            # With time tokens: without them faster-whisper goes back to the end of the last word and decodes the
            # silence after it once more, out of which it invents words.
            without_timestamps=False,
            **self._common(),
        )
        return RecognisedClip(tuple(word for segment in segments for word in _words(segment.words, 0)))

    def _common(self) -> dict[str, Any]:
        return {
            "language": self._options.language,
            "beam_size": self._options.beam_size,
            "temperature": 0.0,
            "word_timestamps": True,
        }


def _cores() -> int:
    """Cores this process may use (a container may have fewer than the machine)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _words(words: Iterable[Any] | None, offset: float) -> list[Word]:
    return [
        Word(
            word.word,
            round(max(0.0, float(word.start) - offset), 3),
            round(max(0.0, float(word.end) - offset), 3),
            round(min(1.0, max(0.0, float(word.probability))), 4),
        )
        for word in words or ()
    ]
