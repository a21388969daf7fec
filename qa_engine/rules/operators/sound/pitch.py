"""pitch: the voice going up against one's own base, in semitones. Needs the speaker's channel alone."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from qa_engine.domain import Turn, semitones
from qa_engine.rules.looking.outcome import Outcome
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.operators.base import operator
from qa_engine.rules.operators.sound.own_base import BASE_TITLE, BaseFields, Rises, compare
from qa_engine.rules.ports.baselines import VoiceMeasure
from qa_engine.rules.written.fields import Located

Semitones = Annotated[float, Field(gt=0)]


class PitchFields(BaseFields, Located):
    operator: Literal["pitch"]
    rise_semitones: Semitones | None = None
    jump_semitones: Semitones | None = None
    slope_semitones: Semitones | None = None
    span_semitones: Semitones | None = None
    above_hz: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _some_limit(self) -> "PitchFields":
        relative = (self.rise_semitones, self.jump_semitones, self.slope_semitones, self.span_semitones)
        if all(v is None for v in (*relative, self.above_hz)):
            raise ValueError("pitch 要写明 rise_semitones、jump_semitones、slope_semitones、span_semitones 或 above_hz")
        return self


def describe(fields: PitchFields) -> str:
    limits = [
        f"{title} {value:g} {unit}"
        for title, value, unit in (
            (f"比{BASE_TITLE[fields.base]}高出", fields.rise_semitones, "个半音"),
            ("比本人前一句突然升高", fields.jump_semitones, "个半音"),
            ("句中每秒升高", fields.slope_semitones, "个半音"),
            ("全程起伏超过", fields.span_semitones, "个半音"),
            ("高于", fields.above_hz, "Hz"),
        )
        if value is not None
    ]
    return f"音调{'，或'.join(limits)}"


def _measure(turn: Turn) -> float | None:
    hertz = turn.prosody.pitch_hz if turn.prosody else None
    return hertz if hertz is not None and hertz > 0 else None


def _slope(turn: Turn) -> float | None:
    return turn.prosody.pitch_slope_semitones if turn.prosody else None


@operator("pitch", title="音调", fields=PitchFields, describe=describe, timed=True, sound=True)
def pitch(scope: Scope) -> Outcome:
    fields: PitchFields = scope.fields
    limits = Rises(
        title="音调",
        unit="个半音",
        value_unit="Hz",
        kind=VoiceMeasure.PITCH,
        rise=fields.rise_semitones,
        jump=fields.jump_semitones,
        slope=fields.slope_semitones,
        span=fields.span_semitones,
        above=fields.above_hz,
        measure=_measure,
        slope_of=_slope,
        difference=semitones,
    )
    return compare(scope, limits)
