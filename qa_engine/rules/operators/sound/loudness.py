"""loudness: raising the voice against one's own base. Needs the speaker's channel alone.

Levels of different calls are never compared: the gain of the line is in them. Against earlier calls (``base: agent``)
the rise over the own median of this call is held against how far the agent's turns usually rise over theirs.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from qa_engine.domain import Turn
from qa_engine.rules.looking.outcome import Outcome
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.operators.base import operator
from qa_engine.rules.operators.sound.own_base import BASE_TITLE, BaseFields, Rises, compare
from qa_engine.rules.ports.baselines import VoiceMeasure
from qa_engine.rules.written.fields import Located

Decibel = Annotated[float, Field(gt=0)]


class LoudnessFields(BaseFields, Located):
    operator: Literal["loudness"]
    rise_db: Decibel | None = None
    jump_db: Decibel | None = None
    slope_db: Decibel | None = None
    span_db: Decibel | None = None
    above_db: float | None = None

    @model_validator(mode="after")
    def _some_limit(self) -> "LoudnessFields":
        if all(v is None for v in (self.rise_db, self.jump_db, self.slope_db, self.span_db, self.above_db)):
            raise ValueError("loudness 要写明 rise_db、jump_db、slope_db、span_db 或 above_db")
        return self


def describe(fields: LoudnessFields) -> str:
    limits = [
        f"{title} {value:g} dB"
        for title, value in (
            (f"比{BASE_TITLE[fields.base]}高出", fields.rise_db),
            ("比本人前一句突然提高", fields.jump_db),
            ("句中每秒升高", fields.slope_db),
            ("全程起伏超过", fields.span_db),
            ("高于", fields.above_db),
        )
        if value is not None
    ]
    return f"音量{'，或'.join(limits)}"


def _measure(turn: Turn) -> float | None:
    return turn.prosody.loudness_db if turn.prosody else None


def _slope(turn: Turn) -> float | None:
    return turn.prosody.loudness_slope_db if turn.prosody else None


@operator("loudness", title="音量", fields=LoudnessFields, describe=describe, timed=True, sound=True)
def loudness(scope: Scope) -> Outcome:
    fields: LoudnessFields = scope.fields
    limits = Rises(
        title="音量",
        unit="dB",
        kind=VoiceMeasure.LOUDNESS,
        rise=fields.rise_db,
        jump=fields.jump_db,
        slope=fields.slope_db,
        span=fields.span_db,
        above=fields.above_db,
        measure=_measure,
        slope_of=_slope,
        difference=lambda value, base: value - base,
        value_unit="dB",
    )
    return compare(scope, limits)
