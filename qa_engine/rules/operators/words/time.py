"""time: when something will be done is said at all, in whatever words (48h, 周二上午, 三月五号, 半个钟, 下班前)."""

from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from qa_engine.rules.looking.outcome import Hit, Outcome
from qa_engine.rules.looking.scope import SPEAKER_TITLE, Scope
from qa_engine.rules.operators.base import operator
from qa_engine.rules.written.fields import Spoken
from qa_engine.text.times import TimeSaid, find_times


class TimeFields(Spoken):
    takes_witness: ClassVar[bool] = True
    operator: Literal["time"]
    within_hours: Annotated[float, Field(gt=0)] | None = None
    at_once: bool = False  # 马上, 立即 count, too


def describe(fields: TimeFields) -> str:
    at_most = f"{fields.within_hours:g} 小时内的" if fields.within_hours is not None else ""
    return f"说出{at_most}时间" + ("（「马上」也算）" if fields.at_once else "")


@operator("time", title="说出时间", fields=TimeFields, describe=describe)
def time(scope: Scope) -> Outcome:
    fields: TimeFields = scope.fields
    started_at = scope.call.transcript.call.started_at
    calendar = scope.header.calendar.value()
    hits = []
    for piece in scope.pieces:
        view = piece.view
        moment = started_at + timedelta(seconds=view.turn.start or 0.0) if started_at is not None else None
        for said in find_times(view.scanned.plain.base.text, moment, calendar):
            if _counts(fields, said):
                hit = _hit(scope, piece.view.order, said)
                if hit is not None:
                    hits.append(hit)
    return scope.missing(scope.answer(hits))


def _counts(fields: TimeFields, said: TimeSaid) -> bool:
    if said.past or (said.at_once and not fields.at_once):
        return False
    # A weekday on a call of unknown date may be within the limit or not: what was said was said.
    return fields.within_hours is None or said.hours is None or said.hours <= fields.within_hours


def _hit(scope: Scope, order: int, said: TimeSaid) -> Hit | None:
    view = scope.call.all_turns[order]
    due = f"，即 {said.due:%Y-%m-%d %H:%M} 前" if said.due is not None else ""
    return scope.words(
        view,
        (said.start, said.end),
        lambda text: f"{SPEAKER_TITLE[view.turn.speaker]}说到时间「{text}」{due}",
        value=None if said.hours is None else round(said.hours, 1),
    )
