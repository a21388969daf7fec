"""speech_rate: 字 per minute of single turns or of the whole call, absolute and against the agent's own median."""

from statistics import median
from typing import Annotated, Literal

from pydantic import Field, model_validator

from qa_engine.rules.fields import Located
from qa_engine.rules.operators.base import operator
from qa_engine.rules.outcome import Hit, Outcome, not_applicable
from qa_engine.rules.scope import SPEAKER_TITLE, Scope
from qa_engine.rules.view import CallView, TurnView

Rate = Annotated[float, Field(gt=0)]


class SpeechRateFields(Located):
    operator: Literal["speech_rate"]
    scope: Literal["turn", "call"] = "turn"
    above: Rate | None = None
    below: Rate | None = None
    above_median: Annotated[float, Field(gt=1)] | None = None
    min_chars: Annotated[int, Field(ge=1)] = 8
    min_seconds: Annotated[float, Field(ge=0)] = 1.5

    @model_validator(mode="after")
    def _some_limit(self) -> "SpeechRateFields":
        if self.above is None and self.below is None and self.above_median is None:
            raise ValueError("speech_rate 要写明 above、below 或 above_median")
        if self.scope == "call" and self.above_median is not None:
            raise ValueError("above_median 只用于 scope: turn")
        return self


def describe(fields: SpeechRateFields) -> str:
    limits = []
    if fields.above is not None:
        limits.append(f"高于 {fields.above:g} 字/分钟")
    if fields.below is not None:
        limits.append(f"低于 {fields.below:g} 字/分钟")
    if fields.above_median is not None:
        limits.append(f"超过本人中位语速的 {fields.above_median:g} 倍")
    return f"{'整通' if fields.scope == 'call' else '单个话轮'}语速{'或'.join(limits)}"


@operator("speech_rate", title="语速", fields=SpeechRateFields, describe=describe, timed=True)
def speech_rate(scope: Scope) -> Outcome:
    fields: SpeechRateFields = scope.fields
    rates = [
        (v, rate)
        for v in (p.view for p in scope.pieces)
        if (rate := turn_rate(v, fields.min_chars, fields.min_seconds))
    ]
    if not rates:
        return not_applicable(f"没有不少于 {fields.min_chars} 字、{fields.min_seconds:g} 秒的话轮，无法计算语速")
    if fields.scope == "call":
        return scope.answer(_whole(scope, [view for view, _ in rates]))
    own = median(rate for view, rate in _all_rates(scope.call, scope))
    hits = []
    for view, rate in rates:
        why = _why(fields, rate, own)
        if why:
            who = SPEAKER_TITLE[view.turn.speaker]
            hits.append(scope.measured(view, f"{who}语速 {rate:.0f} 字/分钟，{why}", value=round(rate)))
    return scope.answer(hits)


def _all_rates(call: CallView, scope: Scope) -> list[tuple[TurnView, float]]:
    fields: SpeechRateFields = scope.fields
    views = call.turns_of(scope.speaker)
    return [(v, rate) for v in views if (rate := turn_rate(v, fields.min_chars, fields.min_seconds))]


def turn_rate(view: TurnView, min_chars: int, min_seconds: float) -> float | None:
    """字/分钟 of a turn: as measured on the sound, else from its times; None when it is too short to tell."""
    span = view.span
    if span is None or view.chars < min_chars or span.seconds < max(min_seconds, 0.01):
        return None
    prosody = view.turn.prosody
    if prosody is not None and prosody.chars_per_minute is not None:
        return prosody.chars_per_minute
    return view.chars * 60 / span.seconds


def call_rate(views: list[TurnView]) -> float | None:
    """字/分钟 over several turns together: all characters by all seconds of speech."""
    chars = seconds = 0.0
    for view in views:
        rate = turn_rate(view, 1, 0.0)
        if rate:
            chars += view.chars
            seconds += view.chars * 60 / rate
    return chars * 60 / seconds if seconds else None


def _whole(scope: Scope, views: list[TurnView]) -> list[Hit]:
    rate = call_rate(views)
    why = _why(scope.fields, rate, rate) if rate else ""
    if not rate or not why:
        return []
    return [scope.about_call(f"{SPEAKER_TITLE[scope.speaker]}整通语速 {rate:.0f} 字/分钟，{why}", value=round(rate))]


def _why(fields: SpeechRateFields, rate: float, own: float) -> str:
    if fields.above is not None and rate > fields.above:
        return f"高于 {fields.above:g}"
    if fields.below is not None and rate < fields.below:
        return f"低于 {fields.below:g}"
    if fields.above_median is not None and rate > own * fields.above_median:
        return f"是本人中位语速 {own:.0f} 的 {rate / own:.1f} 倍"
    return ""
