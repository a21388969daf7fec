"""pitch: the voice going up against one's own base in this call, in semitones. Needs the speaker's channel alone."""

from math import log2
from typing import Annotated, Literal

from pydantic import Field, model_validator

from qa_engine.domain import Turn
from qa_engine.rules.fields import Located
from qa_engine.rules.operators.base import operator
from qa_engine.rules.operators.own_base import BaseFields, Rises, compare
from qa_engine.rules.outcome import Outcome
from qa_engine.rules.scope import Scope

Semitones = Annotated[float, Field(gt=0)]


class PitchFields(BaseFields, Located):
    operator: Literal["pitch"]
    rise_semitones: Semitones | None = None
    jump_semitones: Semitones | None = None
    span_semitones: Semitones | None = None
    above_hz: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _some_limit(self) -> "PitchFields":
        limits = (self.rise_semitones, self.jump_semitones, self.span_semitones, self.above_hz)
        if all(v is None for v in limits):
            raise ValueError("pitch 要写明 rise_semitones、jump_semitones、span_semitones 或 above_hz")
        return self


def describe(fields: PitchFields) -> str:
    limits = [
        f"{title} {value:g} {unit}"
        for title, value, unit in (
            ("比本人平时高出", fields.rise_semitones, "个半音"),
            ("比前一话轮突然升高", fields.jump_semitones, "个半音"),
            ("全程起伏超过", fields.span_semitones, "个半音"),
            ("高于", fields.above_hz, "Hz"),
        )
        if value is not None
    ]
    return f"音调{'，或'.join(limits)}"


def _measure(turn: Turn) -> float | None:
    hertz = turn.prosody.pitch_hz if turn.prosody else None
    return hertz if hertz is not None and hertz > 0 else None


@operator("pitch", title="音调", fields=PitchFields, describe=describe, timed=True)
def pitch(scope: Scope) -> Outcome:
    fields: PitchFields = scope.fields
    limits = Rises(
        title="音调",
        unit="个半音",
        value_unit="Hz",
        rise=fields.rise_semitones,
        jump=fields.jump_semitones,
        span=fields.span_semitones,
        above=fields.above_hz,
        measure=_measure,
        difference=lambda value, base: 12 * log2(value / base),
    )
    return compare(scope, limits)
