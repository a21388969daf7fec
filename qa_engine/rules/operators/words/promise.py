"""promise: a commitment of the agent with its deadline, over the allowed limit or without one."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from qa_engine.domain import PromiseKind
from qa_engine.rules.followups.promises import Commitment, commitments
from qa_engine.rules.looking.outcome import Hit, Outcome
from qa_engine.rules.looking.scope import SPEAKER_TITLE, Scope
from qa_engine.rules.operators.base import operator
from qa_engine.rules.written.fields import Spoken


class PromiseFields(Spoken):
    operator: Literal["promise"]
    over_hours: Annotated[float, Field(gt=0)] | None = None
    over_limit: bool = False  # of the centre: `reply_limit_hours`
    without_deadline: bool = False
    any: bool = False
    replies_only: bool = False  # not what is to be sent, paid or done

    @model_validator(mode="after")
    def _something_to_look_for(self) -> "PromiseFields":
        if self.over_hours is None and not (self.over_limit or self.without_deadline or self.any):
            raise ValueError("promise 要写明 over_hours、over_limit: true、without_deadline: true 或 any: true")
        return self


def describe(fields: PromiseFields) -> str:
    kinds = [f"时限超过 {fields.over_hours:g} 小时"] if fields.over_hours is not None else []
    kinds += ["时限超过本中心的上限"] if fields.over_limit else []
    kinds += ["没有说明时限"] if fields.without_deadline else []
    return ("答应回复" if fields.replies_only else "答应回复或处理") + (
        f"，而{'或'.join(kinds)}" if kinds and not fields.any else ""
    )


@operator("promise", title="承诺时限", fields=PromiseFields, describe=describe, evidence="words", spoken=True)
def promise(scope: Scope) -> Outcome:
    fields: PromiseFields = scope.fields
    started_at = scope.call.transcript.call.started_at
    calendar = scope.header.calendar.value()
    hits = []
    for piece in scope.pieces:
        for commitment in commitments(piece.view.scanned.plain.base.text, started_at, piece.view.turn.start, calendar):
            if fields.replies_only and commitment.kind is not PromiseKind.REPLY:
                continue
            why = _why(fields, commitment, scope.header.reply_limit_hours)
            hit = _hit(scope, piece.view.order, commitment, why) if why else None
            if hit is not None:
                hits.append(hit)
    return scope.missing(scope.answer(hits))


def _why(fields: PromiseFields, commitment: Commitment, limit_hours: float) -> str:
    if commitment.hours is None:
        return "没有说明时限" if fields.without_deadline or fields.any else ""
    for most in (fields.over_hours, limit_hours if fields.over_limit else None):
        if most is not None and commitment.hours > most:
            return f"时限约 {commitment.hours:.0f} 小时，超过 {most:g} 小时"
    return f"时限约 {commitment.hours:.0f} 小时" if fields.any else ""


def _hit(scope: Scope, order: int, commitment: Commitment, why: str) -> Hit | None:
    view = scope.call.all_turns[order]
    who = SPEAKER_TITLE[view.turn.speaker]
    due = f"，应于 {commitment.due:%Y-%m-%d %H:%M} 前兑现" if commitment.due is not None else ""
    return scope.words(
        view,
        (commitment.start, commitment.end),
        lambda text: f"{who}答应「{text}」，{why}{due}",
        value=None if commitment.hours is None else round(commitment.hours, 1),
    )
