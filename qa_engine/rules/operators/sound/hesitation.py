"""hesitation: pauses inside a turn and sounds that fill them (呃, 嗯), by turn or over the call.

Pauses are those that were measured on the sound. Where the speaker goes on after a longer break, so that a new turn
begins, that break counts for the turn before it, unless somebody else spoke. A turn that only answers (嗯, 好的) is
none, and neither is such a sound at the beginning of a turn: there it shows that somebody listens.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from qa_engine.measures import LONG_SILENCE_SECONDS, RATE_CHARS
from qa_engine.rules.looking.outcome import Hit, Outcome, not_applicable
from qa_engine.rules.looking.scope import SPEAKER_TITLE, Scope
from qa_engine.rules.looking.view import TurnView
from qa_engine.rules.operators.base import operator
from qa_engine.rules.written.fields import Located, Texts
from qa_engine.text import count_chars


class HesitationFields(Located):
    operator: Literal["hesitation"]
    per_turn: Annotated[int, Field(ge=1)] | None = None
    pause_share: Annotated[float, Field(gt=0, lt=1)] | None = None
    per_minute: Annotated[float, Field(gt=0)] | None = None
    pause_seconds: Annotated[float, Field(ge=0.25)] = 0.5
    fillers: Texts = ("呃", "嗯", "唔")
    min_chars: Annotated[int, Field(ge=1)] = RATE_CHARS

    @property
    def needs_roles(self) -> bool:
        return True  # a break of two people is nobody's hesitation

    @model_validator(mode="after")
    def _some_limit(self) -> "HesitationFields":
        if self.per_turn is None and self.pause_share is None and self.per_minute is None:
            raise ValueError("hesitation 要写明 per_turn、pause_share 或 per_minute")
        return self


def describe(fields: HesitationFields) -> str:
    limits = []
    if fields.per_turn is not None:
        limits.append(f"一句中不少于 {fields.per_turn} 次")
    if fields.pause_share is not None:
        limits.append(f"停顿占一句时长 {fields.pause_share:.0%} 以上")
    if fields.per_minute is not None:
        limits.append(f"每分钟讲话超过 {fields.per_minute:g} 次")
    return f"犹豫（停顿 {fields.pause_seconds:g} 秒以上，或「{'」「'.join(fields.fillers)}」）{'或'.join(limits)}"


@dataclass(frozen=True, slots=True)
class _Faltering:
    """What was heard of one turn."""

    view: TurnView
    pauses: tuple[float, ...]  # seconds, those that are long enough
    fillers: int
    share: float
    voiced_seconds: float

    @property
    def count(self) -> int:
        return len(self.pauses) + self.fillers

    @property
    def told(self) -> str:
        parts = []
        if self.pauses:
            parts.append(f"停顿 {len(self.pauses)} 次（最长 {max(self.pauses):.1f} 秒）")
        if self.fillers:
            parts.append(f"「呃、嗯」之类 {self.fillers} 次")
        return "、".join(parts)


@operator("hesitation", title="犹豫", fields=HesitationFields, describe=describe, timed=True)
def hesitation(scope: Scope) -> Outcome:
    fields: HesitationFields = scope.fields
    found = [f for piece in scope.pieces if (f := _faltering(scope, piece.view)) is not None]
    if not found:
        return not_applicable(f"没有不少于 {fields.min_chars} 字、测到停顿的话轮，无法判断犹豫")
    hits = [hit for one in found if (hit := _of_turn(scope, one)) is not None]
    minutes = sum(one.voiced_seconds for one in found) / 60
    total = sum(one.count for one in found)
    if fields.per_minute is not None and minutes > 0 and total / minutes > fields.per_minute:
        who = SPEAKER_TITLE[scope.speaker]
        rate = total / minutes
        text = f"{who}讲话 {minutes:.1f} 分钟，犹豫 {total} 次，每分钟 {rate:.1f} 次（限 {fields.per_minute:g} 次）"
        hits.append(scope.about_call(text, value=round(rate, 1)))
    return scope.answer(hits)


def _of_turn(scope: Scope, one: _Faltering) -> Hit | None:
    fields: HesitationFields = scope.fields
    if fields.per_turn is not None and one.count >= fields.per_turn:
        text = f"该句{one.told}，共 {one.count} 次（限 {fields.per_turn} 次）"
        return scope.measured(one.view, text, value=one.count)
    if fields.pause_share is not None and one.share >= fields.pause_share:
        text = f"该句停顿占时长 {one.share:.0%}（限 {fields.pause_share:.0%}）"
        return scope.measured(one.view, text, value=round(100 * one.share))
    return None


def _faltering(scope: Scope, view: TurnView) -> _Faltering | None:
    """None where pauses were not measured, or the turn is too short to falter in."""
    fields: HesitationFields = scope.fields
    prosody = view.turn.prosody
    if prosody is None or prosody.pauses is None or view.chars < fields.min_chars:
        return None
    pauses = [*prosody.pauses, *_break_after(scope, view)]
    return _Faltering(
        view,
        tuple(pause for pause in pauses if pause >= fields.pause_seconds),
        _fillers(view.turn.text, fields.fillers),
        prosody.pause_share or 0.0,
        prosody.voiced_seconds,
    )


def _break_after(scope: Scope, view: TurnView) -> list[float]:
    following = scope.call.neighbour(view.order, 1, None)
    if following is None or following.turn.speaker is not view.turn.speaker:
        return []
    if view.turn.end is None or following.turn.start is None:
        return []
    seconds = following.turn.start - view.turn.end
    heard = any(
        speech.speaker is not view.turn.speaker and speech.end > view.turn.end and speech.start < following.turn.start
        for speech in scope.call.transcript.speech
    )
    return [] if heard or seconds > LONG_SILENCE_SECONDS else [seconds]


def _fillers(text: str, fillers: tuple[str, ...]) -> int:
    """How often they stand inside of the text."""
    for filler in fillers:  # at the beginning they answer
        while text.startswith(filler):
            text = text[len(filler) :]
    return sum(text.count(filler) for filler in fillers) if count_chars(text) else 0
