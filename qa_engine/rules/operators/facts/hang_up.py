"""hang_up: how the call ended: who ended it, who spoke last, how long after the last words."""

from typing import Literal

from pydantic import model_validator

from qa_engine.rules.looking.outcome import Hit, Outcome, not_applicable
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.operators.base import operator
from qa_engine.rules.written.fields import WHO_TITLE, ConditionFields, Seconds
from qa_engine.rules.written.truth import Truth


class HangUpFields(ConditionFields):
    operator: Literal["hang_up"]
    ended_by: Literal["agent", "customer"] | None = None
    last_speaker: Literal["agent", "customer"] | None = None
    within_seconds: Seconds | None = None
    after_seconds: Seconds | None = None

    @property
    def who(self) -> Literal["agent", "customer"] | None:
        return self.last_speaker

    @model_validator(mode="after")
    def _something_to_say(self) -> "HangUpFields":
        if all(v is None for v in (self.ended_by, self.last_speaker, self.within_seconds, self.after_seconds)):
            raise ValueError("hang_up 要写明 ended_by、last_speaker、within_seconds 或 after_seconds")
        return self


def describe(fields: HangUpFields) -> str:
    said = []
    if fields.ended_by:
        said.append(f"由{WHO_TITLE[fields.ended_by]}挂断")
    if fields.last_speaker:
        said.append(f"最后说话的是{WHO_TITLE[fields.last_speaker]}")
    if fields.within_seconds is not None:
        said.append(f"最后一句话后 {fields.within_seconds:g} 秒内挂断")
    if fields.after_seconds is not None:
        said.append(f"最后一句话后 {fields.after_seconds:g} 秒以上才挂断")
    return "、".join(said)


@operator("hang_up", title="挂机", fields=HangUpFields, describe=describe)
def hang_up(scope: Scope) -> Outcome:
    fields: HangUpFields = scope.fields
    call = scope.call
    said = []
    if fields.ended_by is not None:
        ended_by = call.transcript.call.metadata.get("ended_by")
        if ended_by not in ("agent", "customer"):
            return not_applicable("通话数据里没有「结束方式」（由谁挂断）")
        if ended_by != fields.ended_by:
            return Outcome(Truth.FALSE)
        said.append(f"由{WHO_TITLE[fields.ended_by]}挂断")
    last = call.turns[-1] if call.turns else None
    if last is None:
        return not_applicable("没有话轮") if len(said) < 1 else Outcome(Truth.TRUE, (_hit(scope, said, None),))
    if fields.last_speaker is not None:
        if last.turn.speaker != fields.last_speaker:
            return Outcome(Truth.FALSE)
        said.append(f"最后说话的是{WHO_TITLE[fields.last_speaker]}")
    seconds: float | None = None
    if fields.within_seconds is not None or fields.after_seconds is not None:
        ends = [view.turn.end for view in call.turns if view.turn.end is not None]
        if call.transcript.call.duration is None or not call.timed:
            return not_applicable("没有通话时长或话轮时间，无法计算挂断间隔")
        seconds = max(0.0, call.transcript.call.duration - max(ends))
        if fields.within_seconds is not None and seconds > fields.within_seconds:
            return Outcome(Truth.FALSE)
        if fields.after_seconds is not None and seconds < fields.after_seconds:
            return Outcome(Truth.FALSE)
        said.append(f"最后一句话后 {seconds:.1f} 秒结束")
    return Outcome(Truth.TRUE, (_hit(scope, said, seconds),))


def _hit(scope: Scope, said: list[str], seconds: float | None) -> Hit:
    call = scope.call
    end = call.duration
    place = (len(call.all_turns), 0)
    value = None if seconds is None else round(seconds, 1)
    return Hit(place, place, None, "", "通话" + "，".join(said), start=end, end=end, value=value)
