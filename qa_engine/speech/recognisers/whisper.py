"""Any Whisper model that CTranslate2 can load, by faster-whisper: decoded in batches of our own, or clip by clip."""

import os
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from qa_engine.domain import Word
from qa_engine.errors import ModelError, RecogniserError
from qa_engine.speech.clips import Clip
from qa_engine.speech.devices import check_device
from qa_engine.speech.models.finding import ModelFolder, find_model
from qa_engine.speech.options import RecognitionOptions
from qa_engine.speech.recognisers.batches import Decoder
from qa_engine.speech.recognisers.port import RecognisedClip, RecogniserIdentity
from qa_engine.speech.recognisers.registry import recogniser


@recogniser("faster-whisper")
class FasterWhisperRecogniser:
    """A recogniser over ``faster_whisper``. The model is loaded on first use, never at import or construction.

    ``model`` is ``starter`` (the bundled demonstration model), the folder of a model (one of the store, for example),
    or a name in the hub's local cache. Its files are compared with its card before they are loaded.
    Decoding is greedy in temperature (0.0 only), so that equal sound gives equal words, and none of faster-whisper's
    own thresholds is active in either mode: one filter of ours stands behind both. One clip set is decoded at a time.
    """

    def __init__(self, model: str, options: RecognitionOptions) -> None:
        self._model_name = model
        self._options = options
        self._lock = threading.Lock()
        self._folder: ModelFolder | None = None
        self._model: Any = None
        self._decoder: Decoder | None = None

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
            folder.beam_size,
        )

    def recognise(self, clips: Sequence[Clip]) -> list[RecognisedClip]:
        with self._lock:
            decoder = self._load()
            try:
                if self._options.mode == "batched":
                    return decoder.decode(clips)
                return [self._single(clip) for clip in clips]
            except (RuntimeError, ValueError, MemoryError) as error:
                raise RecogniserError(
                    f"the recogniser {self._model_name} failed on {len(clips)} clips: {error}."
                    " If memory ran out, lower QA_ASR_BATCH_SIZE."
                ) from error

    def _find(self) -> ModelFolder:
        if self._folder is None:
            folder = find_model(self._model_name)
            folder.verify()
            self._folder = folder
        return self._folder

    def _load(self) -> Decoder:
        if self._decoder is None:
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
                check_device(self._options.device, self._options.compute_type)
                raise ModelError(
                    f"recogniser model {folder.path} cannot be loaded: {error}. Check that the folder was copied whole,"
                    " and that QA_ASR_DEVICE and QA_ASR_COMPUTE_TYPE suit this machine (cpu and int8 always do)."
                ) from error
            beam = min(self._options.beam_size, folder.beam_size or self._options.beam_size)
            self._options = replace(self._options, beam_size=beam)
            self._decoder = Decoder(self._model, self._options)
        return self._decoder

    def _single(self, clip: Clip) -> RecognisedClip:
        """faster-whisper's own loop, with time tokens."""
        segments, _ = self._model.transcribe(
            clip.samples,
            language=self._options.language,
            beam_size=self._options.beam_size,
            temperature=0.0,
            word_timestamps=True,
            hotwords=self._options.hotwords or None,
            condition_on_previous_text=False,
            no_speech_threshold=None,
            log_prob_threshold=None,
            compression_ratio_threshold=None,
            # Without them faster-whisper goes back to the end of the last word and decodes the silence after it once
            # more, out of which it invents words.
            without_timestamps=False,
        )
        return RecognisedClip(tuple(word for segment in segments for word in _words(segment.words)))


def _cores() -> int:
    """Cores this process may use (a container may have fewer than the machine)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _words(words: Iterable[Any] | None) -> list[Word]:
    return [
        Word(
            word.word,
            round(max(0.0, float(word.start)), 3),
            round(max(0.0, float(word.end)), 3),
            round(min(1.0, max(0.0, float(word.probability))), 4),
        )
        for word in words or ()
    ]
