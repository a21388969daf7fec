"""The speech room behind the service's port: settings become the room's own options here and nowhere else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from qa_engine.domain import Call, Transcript, digest
from qa_engine.errors import RecogniserError, RecordingError, SettingsError
from qa_engine.plugins import load_plugins
from qa_engine.service.centre.profiles import hot_words
from qa_engine.service.ports.transcriber import RecordingFacts
from qa_engine.settings import Settings
from qa_engine.speech import (
    FilterOptions,
    RawFormat,
    Recogniser,
    RecognitionOptions,
    SpeechOptions,
    check_device,
    check_recording,
    find_model,
    stored_folder,
    transcribe_recording,
)
from qa_engine.speech.recognisers.registry import recognisers

BUILT_IN = "faster-whisper"


class SpeechTranscriber:
    """faster-whisper and everything around it; the model is loaded when the first recording is heard."""

    def __init__(self, settings: Settings, *, recogniser: Recogniser | None = None) -> None:
        self._settings = settings
        self._given = recogniser

    @cached_property
    def options(self) -> SpeechOptions:
        settings = self._settings
        return SpeechOptions(
            max_seconds=settings.max_recording_hours * 3600.0,
            raw_format=RawFormat.parse(settings.raw_format) if settings.raw_format else None,
            recognition=RecognitionOptions(
                mode=settings.asr_mode,
                beam_size=settings.asr_beam_size,
                batch_size=settings.asr_batch_size,
                device=settings.asr_device,
                compute_type=settings.asr_compute_type,
                threads=settings.asr_threads,
                hotwords=hot_words(settings),
            ),
            filters=FilterOptions(confidence_floor=settings.asr_confidence_floor),
        )

    @cached_property
    def recogniser(self) -> Recogniser:
        if self._given is not None:
            return self._given
        load_plugins(self._settings.plugins)
        make = recognisers().get(self._settings.asr_engine)
        if make is None:
            known = ", ".join(sorted(recognisers()))
            raise SettingsError(
                f"setting QA_ASR_ENGINE: no recogniser {self._settings.asr_engine!r}; there are {known}"
            )
        return make(self._model, self.options.recognition)

    @property
    def _model(self) -> str:
        """The model as a recogniser takes it: the folder of one that the store holds, else the name as it was given."""
        name = self._settings.asr_model
        return str(stored_folder(self._settings.models_dir, name) or name)

    @property
    def notice(self) -> str | None:
        """Read from the model's card alone: a web page must neither hash weights nor ask a model hub."""
        if self._settings.asr_engine != BUILT_IN:
            return self.recogniser.identity.notice
        try:
            return find_model(self._model).notice
        except RecogniserError:
            return None  # there is no recogniser; `doctor` and the worker say so

    def settings_digest(self, agent_channel: str | None) -> str:
        identity = self.recogniser.identity
        return digest(
            {
                "options": identity.suited(self.options).digest,
                "engine": identity.engine,
                "model": identity.model_digest,
                "agent_channel": agent_channel,
            }
        )

    def probe(self, path: Path) -> RecordingFacts:
        with _told_as_the_recordings_fault(path):
            facts = check_recording(path, self.options)
        if facts.seconds < self.options.min_seconds:
            raise RecordingError(
                "too_short",
                f"{path}: {facts.seconds:.2f} s of sound; under {self.options.min_seconds:g} s there is no call in it.",
            )
        return RecordingFacts(
            container=facts.container,
            codec=facts.codec,
            channels=facts.channels,
            sample_rate=facts.sample_rate,
            seconds=facts.seconds,
        )

    def transcribe(
        self, path: Path, call: Call, *, agent_channel: str | None, progress: Callable[[float, float], None] | None
    ) -> Transcript:
        with _told_as_the_recordings_fault(path):
            return transcribe_recording(
                path,
                call,
                recogniser=self.recogniser,
                options=self.options,
                agent_channel=agent_channel,
                progress=progress,
            )


def check_recogniser(settings: Settings) -> None:
    """Nothing, or ModelError when the recogniser cannot compute here as the settings ask; those of plugins know it
    themselves."""
    if settings.asr_engine == BUILT_IN:
        check_device(settings.asr_device, settings.asr_compute_type)


@contextmanager
def _told_as_the_recordings_fault(path: Path) -> Iterator[None]:
    """Nothing else of this process grows with what comes in: what runs out of memory is the recording's fault."""
    try:
        yield
    except MemoryError:
        raise RecordingError(
            "memory",
            f"{path}: takes more memory than there is. Split it, or give workers more (QA_WORKER_MEMORY_GB).",
        ) from None
