"""Measures of a voice against the speaker's own base: the median of the speaker's turns in this call."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Annotated

from pydantic import BaseModel, Field

from qa_engine.domain import Turn
from qa_engine.rules.outcome import Hit, Outcome, not_applicable
from qa_engine.rules.scope import SPEAKER_TITLE, Scope
from qa_engine.rules.view import TurnView


class BaseFields(BaseModel):
    """How many turns make a base, and how long a turn must be to be measured."""

    min_turns: Annotated[int, Field(ge=2)] = 4
    min_seconds: Annotated[float, Field(ge=0)] = 0.8

    @property
    def needs_roles(self) -> bool:
        return True  # what two people said is nobody's own base


@dataclass(frozen=True, slots=True)
class Rises:
    """What to measure and the limits: over the base, over the turn before, between lowest and highest, absolute."""

    title: str
    unit: str
    rise: float | None
    jump: float | None
    span: float | None
    above: float | None
    measure: Callable[[Turn], float | None]
    difference: Callable[[float, float], float]
    value_unit: str | None = None


def compare(scope: Scope, limits: Rises) -> Outcome:
    """Each turn of the region that breaks a limit; not applicable when too few turns were measured for a base."""
    measured = _measured(scope, limits)
    if not measured:
        return not_applicable(f"没有单独声道的{limits.title}数据")
    if len(measured) < scope.fields.min_turns:
        return not_applicable(
            f"只有 {len(measured)} 个话轮测到{limits.title}，少于 {scope.fields.min_turns} 个，无法确定本人基准"
        )
    base = median(value for _, value in measured)
    looked_at = {piece.view.order for piece in scope.pieces}
    hits: list[Hit] = []
    for place, (view, value) in enumerate(measured):
        if view.order not in looked_at:
            continue
        before = measured[place - 1][1] if place else None
        why = _why(limits, value, base, before)
        if why:
            who = SPEAKER_TITLE[view.turn.speaker]
            hits.append(
                scope.measured(view, f"{who}{limits.title} {_shown(limits, value)}，{why[0]}", value=round(why[1], 1))
            )
    hits += _span(scope, limits, [(view, value) for view, value in measured if view.order in looked_at])
    return scope.answer(hits)


def _measured(scope: Scope, limits: Rises) -> list[tuple[TurnView, float]]:
    found = []
    for view in scope.call.turns_of(scope.speaker):
        value = limits.measure(view.turn)
        span = view.span
        if value is not None and span is not None and span.seconds >= scope.fields.min_seconds:
            found.append((view, value))
    return found


def _why(limits: Rises, value: float, base: float, before: float | None) -> tuple[str, float] | None:
    over = limits.difference(value, base)
    if limits.rise is not None and over >= limits.rise:
        return f"比本人平时（{_shown(limits, base)}）高 {over:.1f} {limits.unit}", over
    if limits.jump is not None and before is not None and limits.difference(value, before) >= limits.jump:
        jump = limits.difference(value, before)
        return f"比前一话轮（{_shown(limits, before)}）突然高 {jump:.1f} {limits.unit}", jump
    if limits.above is not None and value > limits.above:
        return f"高于 {_shown(limits, limits.above)}", value
    return None


def _span(scope: Scope, limits: Rises, measured: list[tuple[TurnView, float]]) -> list[Hit]:
    if limits.span is None or not measured:
        return []
    low = min(value for _, value in measured)
    loudest, high = max(measured, key=lambda item: (item[1], -item[0].order))
    span = limits.difference(high, low)
    if span < limits.span:
        return []
    text = f"{limits.title}起伏 {span:.1f} {limits.unit}（{_shown(limits, low)} 到 {_shown(limits, high)}）"
    return [scope.measured(loudest, text, value=round(span, 1))]


def _shown(limits: Rises, value: float) -> str:
    return f"{value:.1f} {limits.value_unit or limits.unit}"
