"""The pydantic edge of the transcript file: what may stand in it, leniently read, each fault located."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationInfo, model_validator

from qa_engine.contract.labels import speaker_named, speaker_of_name
from qa_engine.contract.names import PLAIN, Reading, has_han
from qa_engine.domain import Channel, Direction, Exclusion, Speaker

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Hertz = Annotated[float, Field(gt=0, allow_inf_nan=False)]


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _time(value: Any) -> Any:
    """ISO 8601 only: a bare number could be seconds or milliseconds of any epoch."""
    if value is None or isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError("write a time as 2026-03-02T09:15:00+08:00")
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError:
        raise ValueError(f"{value!r} is no time; write 2026-03-02T09:15:00+08:00") from None


def _reading(info: ValidationInfo) -> Reading:
    return info.context if isinstance(info.context, Reading) else PLAIN


def _whole_speaker(value: Any, info: ValidationInfo) -> Any:
    return speaker_named(value, _reading(info)) or value if isinstance(value, str) else value


class _Open(BaseModel):
    """Unknown keys are kept."""

    model_config = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True)


class _Closed(BaseModel):
    """Unknown keys are dropped."""

    model_config = ConfigDict(extra="ignore", frozen=True)


SpeakerIn = Annotated[Speaker, BeforeValidator(_whole_speaker)]


class WordIn(_Closed):
    text: str
    start: Seconds
    end: Seconds
    probability: Probability | None = None

    @model_validator(mode="after")
    def _order(self) -> Self:
        _check_order(self.start, self.end)
        return self


class ProsodyIn(_Closed):
    voiced_seconds: Seconds
    chars_per_minute: Number | None = None
    loudness_db: Number | None = None
    pitch_hz: Hertz | None = None
    pauses: tuple[Seconds, ...] | None = None
    rate_slope: Number | None = None
    loudness_slope_db: Number | None = None
    pitch_slope_semitones: Number | None = None


class SpeechIn(_Closed):
    speaker: SpeakerIn
    start: Seconds
    end: Seconds

    @model_validator(mode="after")
    def _order(self) -> Self:
        _check_order(self.start, self.end)
        return self


class RecognitionIn(_Closed):
    engine: str
    model: str
    model_digest: str
    settings_digest: str
    audio_digest: str
    notice: str | None = None


class TurnIn(_Open):
    speaker: SpeakerIn
    text: str
    start: Seconds | None = None
    end: Seconds | None = None
    confidence: Probability | None = None
    words: list[WordIn] | None = None
    excluded: Annotated[Exclusion | None, BeforeValidator(_lower)] = None
    prosody: ProsodyIn | None = None
    label: str | None = None
    agent_id: str | None = None
    role_probability: Probability | None = None

    @model_validator(mode="before")
    @classmethod
    def _name(cls, data: Any, info: ValidationInfo) -> Any:
        """A speaker under a name of its own: the role, and the name kept as the label."""
        name = data.get("speaker") if isinstance(data, dict) else None
        if not isinstance(name, str) or name in set(Speaker):
            return data
        told = speaker_of_name(name, "", _reading(info))
        if told.strange and not has_han(name):
            return data  # a slip of the pen in a file of programs is a fault
        return {"label": told.label, **data, "speaker": told.speaker}

    @model_validator(mode="after")
    def _times(self) -> Self:
        if (self.start is None) != (self.end is None):
            raise ValueError("start and end go together; give both or neither")
        if self.start is not None and self.end is not None:
            _check_order(self.start, self.end)
        return self


class AgentIn(_Open):
    id: str | None = None
    name: str | None = None
    team: str | None = None


class CustomerIn(_Open):
    number: str | None = None


class FileIn(_Open):
    version: Literal[1] = 1
    call_id: str | None = None
    channel: Annotated[Channel, BeforeValidator(_lower)] = Channel.VOICE
    direction: Annotated[Direction | None, BeforeValidator(_lower)] = None
    scenario: str | None = None
    started_at: Annotated[datetime | None, BeforeValidator(_time)] = None
    duration: Seconds | None = None
    agent: AgentIn | None = None
    customer: CustomerIn | None = None
    metadata: dict[str, JsonValue] | None = None
    turns: list[TurnIn]
    speech: list[SpeechIn] | None = None
    recognition: RecognitionIn | None = None
    warnings: list[str] | None = None
    unheard: list[SpeechIn] | None = None


def _check_order(start: float, end: float) -> None:
    if end < start:
        raise ValueError(f"ends at {end:g} s, before it begins at {start:g} s")
