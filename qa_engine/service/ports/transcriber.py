"""The port to the speech room: what the service needs of it, the real adapter, and a scripted one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from qa_engine.domain import Call, Recognition, Speaker, SpeechSpan, Transcript, Turn, digest
from qa_engine.errors import RecordingError
from qa_engine.wording import STARTER_NOTICE

Progress = Callable[[str, float, float], None]
"""Called with the subject, the seconds (or things) done, and all of them."""


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """What a recording is, before anything is decoded."""

    container: str
    codec: str
    channels: int
    sample_rate: int  # Hz
    seconds: float


class Transcriber(Protocol):
    @property
    def notice(self) -> str | None:
        """What every form must say while this recogniser is in use, for example 「演示识别模型」."""

    def settings_digest(self, agent_channel: str | None) -> str:
        """``sha256:…`` of everything apart from the recording that changes a transcript, the model included."""

    def probe(self, path: Path) -> RecordingFacts:
        """Raises RecordingError with its reason when the file cannot be used."""

    def transcribe(
        self, path: Path, call: Call, *, agent_channel: str | None, progress: Callable[[float, float], None] | None
    ) -> Transcript:
        """Raises RecordingError (the recording's fault) or RecogniserError (the machine's)."""


class ScriptedTranscriber:
    """Knows what every recording says; for tests, and for machines without a model.

    ``scripts`` maps the *content* of a recording (its first line as text) to its turns: (speaker, text) pairs, or an
    exception to raise. Content that is in no script says one polite sentence. Content that begins with ``broken``
    is unreadable, with ``silent`` silent.
    """

    notice: str | None = STARTER_NOTICE

    def __init__(
        self, scripts: Mapping[str, Sequence[tuple[str, str]] | Exception] | None = None, *, version: str = "1"
    ) -> None:
        self._scripts = dict(scripts or {})
        self._version = version
        self.calls = 0

    def settings_digest(self, agent_channel: str | None) -> str:
        return digest({"scripted": self._version, "agent_channel": agent_channel})

    def probe(self, path: Path) -> RecordingFacts:
        content = _first_line(path)
        if not content:
            raise RecordingError("empty", f"{path.name}: the file is empty")
        if content.startswith("broken"):
            raise RecordingError("unreadable", f"{path.name}: not a sound file that can be read")
        return RecordingFacts(container="wav", codec="pcm_s16le", channels=2, sample_rate=8000, seconds=30.0)

    def transcribe(
        self, path: Path, call: Call, *, agent_channel: str | None, progress: Callable[[float, float], None] | None
    ) -> Transcript:
        self.calls += 1
        content = _first_line(path)
        if content.startswith("silent"):
            raise RecordingError("silent", f"{path.name}: nobody speaks")
        script = self._scripts.get(content, (("agent", "您好，这里是顺达速运，工号8026为您服务。"),))
        if isinstance(script, Exception):
            raise script
        turns = tuple(
            Turn(
                index=index,
                speaker=Speaker(speaker),
                text=text,
                start=index * 4.0 + 0.5,
                end=index * 4.0 + 3.5,
                confidence=0.95,
            )
            for index, (speaker, text) in enumerate(script)
        )
        if progress:
            progress(30.0, 30.0)
        return Transcript(
            call=replace(call, duration=30.0),
            turns=turns,
            speech=tuple(SpeechSpan(turn.speaker, turn.start or 0.0, turn.end or 0.0) for turn in turns),
            recognition=Recognition(
                engine="scripted",
                model="scripted",
                model_digest=digest(self._version),
                settings_digest=self.settings_digest(agent_channel),
                audio_digest=digest(content),
                notice=self.notice,
            ),
        )


def _first_line(path: Path) -> str:
    with path.open("rb") as file:
        return file.readline(4096).decode("utf-8", "replace").strip()
