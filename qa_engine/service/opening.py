"""Where an application is put together: the ports of the service, and the real things behind them."""

from qa_engine.service.adapters.pack_judge import PackJudge
from qa_engine.service.context import App, RealParts
from qa_engine.service.ports.bell import Bell
from qa_engine.service.ports.clock import Clock
from qa_engine.service.ports.judge import Judge
from qa_engine.service.ports.recordings import RecordingStore
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


REAL = RealParts(_bell, _transcriber, PackJudge)
