"""Measures of a voice against the speaker's own base: the median of this call, or what is usual over earlier calls."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from qa_engine.domain import Turn
from qa_engine.measures import VOICE_SECONDS
from qa_engine.rules.looking.outcome import Hit, Outcome, not_applicable
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.looking.view import TurnView
from qa_engine.rules.ports.baselines import VoiceMeasure
from qa_engine.rules.written.truth import Truth

BASE_CALLS = 5
"""Fewer earlier calls are no habit: one quarrel must not set what is usual."""


class BaseFields(BaseModel):
    """What is compared with: ``call`` the own median of this call, ``agent`` what is usual for the agent over earlier
    calls, ``auto`` that where enough is known, else this call. And how much makes a base.
    """

    base: Literal["call", "agent", "auto"] = "call"
    base_turns: Annotated[int, Field(ge=1)] = 50
    min_turns: Annotated[int, Field(ge=2)] = 4
    min_seconds: Annotated[float, Field(ge=0)] = VOICE_SECONDS

    @property
    def needs_roles(self) -> bool:
        return True  # what two people said is nobody's own base

    @property
    def needs_all_roles(self) -> bool:
        return False  # the turns of which the speaker is known are measured


BASE_TITLE = {"call": "本人本次通话", "agent": "本人以往", "auto": "本人以往（记录不足时为本次通话）"}


@dataclass(frozen=True, slots=True)
class Base:
    """A value to compare with; ``told`` says in Chinese whose it is, ``outside`` that it lies outside of this call."""

    value: float
    told: str
    outside: bool = False

    @property
    def note(self) -> str:
        """What an answer rests on that is not in the transcript."""
        return f"比较基准：{self.told}" if self.outside else ""


def own_base(
    scope: Scope, measure: VoiceMeasure, title: str, values: Sequence[float], shown: Callable[[float], str]
) -> Base | str:
    """The base that the condition asks for, or in Chinese why there is none; ``values`` are those of this call."""
    fields: BaseFields = scope.fields
    known = scope.long_run(measure) if fields.base != "call" else None
    enough = known is not None and known.turns >= fields.base_turns and known.calls >= BASE_CALLS
    own_call = median(values) if len(values) >= fields.min_turns else None
    if known is not None and enough:
        rests = f"本人此前 {known.calls} 通、{known.turns} 句"
        if measure is not VoiceMeasure.LOUDNESS:
            return Base(known.value, f"{rests}的中位数 {shown(known.value)}", outside=True)
        if own_call is not None:
            told = f"本人本次通话中位数 {shown(own_call)}加平时的起伏 {known.value:.1f} dB（{rests}）"
            return Base(own_call + known.value, told, outside=True)
    elif fields.base == "agent":
        calls, turns = (known.calls, known.turns) if known else (0, 0)
        few = f"不足 {BASE_CALLS} 通、{fields.base_turns} 句"
        return f"本人此前只有 {calls} 通、{turns} 句{title}记录，{few}，不与以往比较"
    if own_call is None:
        return f"本次通话只有 {len(values)} 句测到{title}，少于 {fields.min_turns} 句，无法确定本人基准"
    return Base(own_call, f"本人本次通话中位数 {shown(own_call)}")


def answered(scope: Scope, hits: Sequence[Hit], base: Base | str | None) -> Outcome:
    """The answer of ``hits``; without any, a base that was wanted and is missing makes it not applicable."""
    outcome = scope.answer(hits)
    if isinstance(base, str):
        return not_applicable(base) if outcome.truth is Truth.FALSE else outcome
    return Outcome(outcome.truth, outcome.hits, outcome.searched, outcome.reason, base.note if base else "")


@dataclass(frozen=True, slots=True)
class Rises:
    """What to measure and the limits: over the base, over the own turn before, a second within the turn, between
    lowest and highest, absolute.
    """

    title: str
    unit: str
    kind: VoiceMeasure
    rise: float | None
    jump: float | None
    slope: float | None
    span: float | None
    above: float | None
    measure: Callable[[Turn], float | None]
    slope_of: Callable[[Turn], float | None]
    difference: Callable[[float, float], float]
    value_unit: str

    def shown(self, value: float) -> str:
        return f"{value:.0f} {self.value_unit}" if self.kind is VoiceMeasure.PITCH else f"{value:.1f} {self.value_unit}"


def compare(scope: Scope, limits: Rises) -> Outcome:
    """Each turn of the region that breaks a limit; not applicable when too little was measured to tell."""
    measured = _measured(scope, limits)
    if not measured:
        return not_applicable(f"没有单独声道的{limits.title}数据")
    values = [value for _, value in measured]
    base = None if limits.rise is None else own_base(scope, limits.kind, limits.title, values, limits.shown)
    looked_at = {piece.view.order for piece in scope.pieces}
    hits: list[Hit] = []
    for place, (view, value) in enumerate(measured):
        if view.order not in looked_at:
            continue
        before = measured[place - 1][1] if place else None
        why = _why(limits, view.turn, value, base if isinstance(base, Base) else None, before)
        if why:
            hits.append(
                scope.measured(view, f"该句{limits.title} {limits.shown(value)}，{why[0]}", value=round(why[1], 1))
            )
    hits += _span(scope, limits, [(view, value) for view, value in measured if view.order in looked_at])
    if base is None and not hits and len(measured) < scope.fields.min_turns:
        base = f"本次通话只有 {len(measured)} 句测到{limits.title}，少于 {scope.fields.min_turns} 句，无法比较"
    return answered(scope, hits, base)


def _measured(scope: Scope, limits: Rises) -> list[tuple[TurnView, float]]:
    found = []
    for view in scope.call.turns_of(scope.speaker):
        value = limits.measure(view.turn)
        span = view.span
        if value is not None and span is not None and span.seconds >= scope.fields.min_seconds:
            found.append((view, value))
    return found


def _why(limits: Rises, turn: Turn, value: float, base: Base | None, before: float | None) -> tuple[str, float] | None:
    unit = limits.unit
    if limits.rise is not None and base is not None and (over := limits.difference(value, base.value)) >= limits.rise:
        space = "" if base.told.endswith("）") else " "
        return f"比{base.told}{space}高 {over:.1f} {unit}（限 {limits.rise:g}）", over
    if limits.jump is not None and before is not None and (jump := limits.difference(value, before)) >= limits.jump:
        return f"比本人前一句 {limits.shown(before)} 突然高 {jump:.1f} {unit}（限 {limits.jump:g}）", jump
    slope = limits.slope_of(turn)
    if limits.slope is not None and slope is not None and slope >= limits.slope:
        return f"句中每秒升高 {slope:.1f} {unit}（限 {limits.slope:g}）", slope
    if limits.above is not None and value > limits.above:
        return f"高于 {limits.shown(limits.above)}", value
    return None


def _span(scope: Scope, limits: Rises, measured: list[tuple[TurnView, float]]) -> list[Hit]:
    if limits.span is None or len(measured) < scope.fields.min_turns:
        return []
    low = min(value for _, value in measured)
    loudest, high = max(measured, key=lambda item: (item[1], -item[0].order))
    span = limits.difference(high, low)
    if span < limits.span:
        return []
    between = f"{limits.shown(low)} 到 {limits.shown(high)}，限 {limits.span:g}"
    text = f"{limits.title}起伏 {span:.1f} {limits.unit}（{between}）"
    return [scope.measured(loudest, text, value=round(span, 1))]
