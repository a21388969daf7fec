"""Where an application is put together: the ports of the service, and the real things behind them."""

from qa_engine.service.adapters.object_recordings import ObjectRecordings
from qa_engine.service.adapters.object_stores import is_store
from qa_engine.service.adapters.pack_judge import PackJudge
from qa_engine.service.context import App, RealParts
from qa_engine.service.ports.bell import Bell
from qa_engine.service.ports.clock import Clock
from qa_engine.service.ports.judge import Judge
from qa_engine.service.ports.recordings import FolderRecordings, RecordingStore
from qa_engine.service.ports.transcriber import Transcriber
from qa_engine.settings import Settings


def open_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    bell: Bell | None = None,
    recordings: RecordingStore | None = None,
    transcriber: Transcriber | None = None,
    judge: Judge | None = None,
) -> App:
    """The application for ``settings``; what is not given is the real thing."""
    return App(settings, REAL, clock=clock, bell=bell, recordings=recordings, transcriber=transcriber, judge=judge)


def _bell(settings: Settings) -> Bell:
    from qa_engine.service.adapters.celery_bell import CeleryBell  # Celery takes a moment to import

    return CeleryBell(settings)


def _transcriber(settings: Settings) -> Transcriber:
    from qa_engine.service.adapters.speech import SpeechTranscriber  # numpy and audio libraries

    return SpeechTranscriber(settings)


def _recordings(settings: Settings) -> RecordingStore:
    place = settings.recording_store
    if place is None or not is_store(place):
        return FolderRecordings(settings.recordings_dir)
    return ObjectRecordings(place, settings.recording_copies_dir, gigabytes=settings.play_cache_gb)


REAL = RealParts(_bell, _transcriber, PackJudge, _recordings)
