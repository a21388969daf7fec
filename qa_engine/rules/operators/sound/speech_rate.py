"""speech_rate: 字 per minute of single turns or of the whole call, absolute and against the agent's own base."""

from collections.abc import Sequence
from typing import Annotated, Literal, TypedDict

from pydantic import Field, model_validator

from qa_engine.measures import RATE_CHARS, RATE_SECONDS, turn_rate
from qa_engine.measures import rate as measured_rate
from qa_engine.rules.looking.outcome import Hit, Outcome, not_applicable
from qa_engine.rules.looking.scope import SPEAKER_TITLE, Scope
from qa_engine.rules.looking.view import TurnView
from qa_engine.rules.operators.base import operator
from qa_engine.rules.operators.sound.own_base import BASE_TITLE, Base, BaseFields, answered, own_base
from qa_engine.rules.ports.baselines import VoiceMeasure
from qa_engine.rules.written.fields import Located

Rate = Annotated[float, Field(gt=0)]
Times = Annotated[float, Field(gt=1)]


class _Limits(TypedDict):
    least_chars: int
    least_seconds: float


class SpeechRateFields(BaseFields, Located):
    operator: Literal["speech_rate"]
    scope: Literal["turn", "call"] = "turn"
    above: Rate | None = None
    below: Rate | None = None
    above_median: Times | None = None
    jump_times: Times | None = None
    slope: Rate | None = None
    min_chars: Annotated[int, Field(ge=1)] = RATE_CHARS
    min_seconds: Annotated[float, Field(ge=0)] = RATE_SECONDS
    min_turns: Annotated[int, Field(ge=2)] = 3

    @property
    def needs_roles(self) -> bool:
        relative = self.above_median is not None or self.jump_times is not None
        return self.who in ("agent", "customer") or relative

    @model_validator(mode="after")
    def _some_limit(self) -> "SpeechRateFields":
        relative = (self.above_median, self.jump_times, self.slope)
        if all(limit is None for limit in (self.above, self.below, *relative)):
            raise ValueError("speech_rate 要写明 above、below、above_median、jump_times 或 slope")
        if self.scope == "call" and any(limit is not None for limit in relative):
            raise ValueError("above_median、jump_times、slope 只用于 scope: turn")
        return self


def describe(fields: SpeechRateFields) -> str:
    limits = [
        f"{head}{limit:g}{tail}"
        for limit, head, tail in (
            (fields.above, "高于 ", " 字/分钟"),
            (fields.below, "低于 ", " 字/分钟"),
            (fields.above_median, f"超过{BASE_TITLE[fields.base]}中位语速的 ", " 倍"),
            (fields.jump_times, "超过本人前一句的 ", " 倍"),
            (fields.slope, "句中每秒加快 ", " 字/分钟"),
        )
        if limit is not None
    ]
    return f"{'整通' if fields.scope == 'call' else '单个话轮'}语速{'或'.join(limits)}"


@operator("speech_rate", title="语速", fields=SpeechRateFields, describe=describe, timed=True, sound=True)
def speech_rate(scope: Scope) -> Outcome:
    fields: SpeechRateFields = scope.fields
    if not scope.call.measures.spoken:
        return not_applicable("在线会话没有语速")
    own = _rates(fields, scope.call.turns_of(scope.speaker))
    inside = {piece.view.order for piece in scope.pieces}
    rates = [(view, rate) for view, rate in own if view.order in inside]
    if not rates:
        return not_applicable(f"没有不少于 {fields.min_chars} 字、{fields.min_seconds:g} 秒的话轮，无法计算语速")
    if fields.scope == "call":
        return scope.answer(_whole(scope, [view for view, _ in rates]))
    base = None
    if fields.above_median is not None:
        base = own_base(scope, VoiceMeasure.SPEECH_RATE, "语速", [rate for _, rate in own], lambda rate: f"{rate:.0f}")
    before = {view.order: own[place - 1][1] for place, (view, _) in enumerate(own) if place}
    hits = []
    for view, rate in rates:
        why = _why(fields, view, rate, base if isinstance(base, Base) else None, before.get(view.order))
        if why:
            hits.append(scope.measured(view, f"该句语速 {rate:.0f} 字/分钟，{why}", value=round(rate)))
    return answered(scope, hits, base)


def _rates(fields: SpeechRateFields, views: Sequence[TurnView]) -> list[tuple[TurnView, float]]:
    return [(view, rate) for view in views if (rate := turn_rate(view.turn, **_limits(fields)))]


def _limits(fields: SpeechRateFields) -> _Limits:
    return {"least_chars": fields.min_chars, "least_seconds": fields.min_seconds}


def _whole(scope: Scope, views: list[TurnView]) -> list[Hit]:
    rate = measured_rate([view.turn for view in views], **_limits(scope.fields))
    why = _absolute(scope.fields, rate) if rate else ""
    if not rate or not why:
        return []
    return [scope.about_call(f"{SPEAKER_TITLE[scope.speaker]}整通语速 {rate:.0f} 字/分钟，{why}", value=round(rate))]


def _absolute(fields: SpeechRateFields, rate: float) -> str:
    if fields.above is not None and rate > fields.above:
        return f"高于限值 {fields.above:g}"
    if fields.below is not None and rate < fields.below:
        return f"低于限值 {fields.below:g}"
    return ""


def _why(fields: SpeechRateFields, view: TurnView, rate: float, base: Base | None, before: float | None) -> str:
    absolute = _absolute(fields, rate)
    if absolute:
        return absolute
    if fields.above_median is not None and base is not None and rate > base.value * fields.above_median:
        return f"高于{base.told}，为其 {rate / base.value:.1f} 倍（限 {fields.above_median:g} 倍）"
    if fields.jump_times is not None and before is not None and rate > before * fields.jump_times:
        return f"比本人前一句 {before:.0f} 突然快到 {rate / before:.1f} 倍（限 {fields.jump_times:g} 倍）"
    slope = view.turn.prosody.rate_slope if view.turn.prosody else None
    if fields.slope is not None and slope is not None and slope >= fields.slope:
        return f"句中每秒加快 {slope:.0f} 字/分钟（限 {fields.slope:g}）"
    return ""
