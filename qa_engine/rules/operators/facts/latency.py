"""latency: how long the other side waits for a reply: the first one, or each."""

from datetime import timedelta
from typing import Literal

from qa_engine.rules.looking.outcome import Outcome, not_applicable
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.operators.base import operator
from qa_engine.rules.written.fields import WHO_TITLE, Located, Seconds, speaker_of


class LatencyFields(Located):
    operator: Literal["latency"]
    speaker: Literal["agent", "customer"] = "agent"
    scope: Literal["first", "each"] = "each"
    above_seconds: Seconds
    working_hours: bool = False  # count only the time that the centre is open, by the pack's calendar


def describe(fields: LatencyFields) -> str:
    which = "首次" if fields.scope == "first" else "每次"
    hours = "工作时间" if fields.working_hours else ""
    return f"{WHO_TITLE[fields.speaker]}{which}回复等待超过{hours} {fields.above_seconds:g} 秒"


@operator("latency", title="响应时长", fields=LatencyFields, describe=describe, timed=True)
def latency(scope: Scope) -> Outcome:
    fields: LatencyFields = scope.fields
    speaker = speaker_of(fields.speaker)
    assert speaker is not None
    waits = scope.call.measures.reply_waits(speaker)
    if not waits:
        return not_applicable(f"没有{WHO_TITLE[fields.speaker]}对对方的回复")
    started_at = scope.call.transcript.call.started_at
    if fields.working_hours and started_at is None:
        return not_applicable("不知道通话开始的时间，无法只计工作时间")
    calendar = scope.header.calendar.value()
    hits = []
    for wait in waits[:1] if fields.scope == "first" else waits:
        view, seconds = scope.call.all_turns[wait.turn], wait.seconds
        if fields.working_hours and started_at is not None:
            since, until = (started_at + timedelta(seconds=at) for at in (wait.since, wait.until))
            seconds = calendar.working_seconds(since, until)
        if seconds > fields.above_seconds:
            counted = "（只计工作时间）" if fields.working_hours else ""
            who = WHO_TITLE[fields.speaker]
            text = f"{who}隔了 {seconds:.1f} 秒{counted}才回复，超过 {fields.above_seconds:g} 秒"
            hit = scope.measured(view, text, value=round(seconds, 1))
            if scope.region.covers(hit):
                hits.append(hit)
    return scope.answer(hits)
