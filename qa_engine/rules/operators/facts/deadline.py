"""deadline: something that is to be done within a time limit, by the times in the metadata."""

from datetime import datetime
from typing import Literal

from qa_engine.domain import Call
from qa_engine.fact_wording import fact_title
from qa_engine.rules.followups.register import moment_of
from qa_engine.rules.looking.outcome import Outcome, not_applicable
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.operators.base import operator
from qa_engine.rules.written.duties import TimeLimit
from qa_engine.rules.written.fields import ConditionFields
from qa_engine.rules.written.truth import Truth


class DeadlineFields(ConditionFields):
    """``since`` and ``until`` are ``started_at`` or keys of the metadata with an ISO time."""

    operator: Literal["deadline"]
    since: str = "started_at"
    until: str
    within: TimeLimit


def describe(fields: DeadlineFields) -> str:
    return f"{fact_title(fields.until)}不在{fact_title(fields.since)}之后 {fields.within.words}"


@operator("deadline", title="办理时限", fields=DeadlineFields, describe=describe)
def deadline(scope: Scope) -> Outcome:
    fields: DeadlineFields = scope.fields
    call = scope.call.transcript.call
    since, until = moment_in(call, fields.since), moment_in(call, fields.until)
    if since is None or until is None:
        missing = fields.since if since is None else fields.until
        return not_applicable(f"通话数据里没有「{fact_title(missing)}」，或它不是一个时间")
    due = fields.within.after(since, scope.header.calendar.value())
    if until <= due:
        return Outcome(Truth.FALSE)
    hours = round((until - due).total_seconds() / 3600, 1)
    text = f"应于 {due:%Y-%m-%d %H:%M} 前（{fields.within.words}），实际 {until:%Y-%m-%d %H:%M}，晚 {hours:g} 小时"
    return Outcome(Truth.TRUE, (scope.about_call(text, value=hours),))


def moment_in(call: Call, name: str) -> datetime | None:
    """The time of the call that is called ``name``."""
    if name == "started_at":
        return call.started_at
    zone = call.started_at.tzinfo if call.started_at is not None else None
    return moment_of(call.metadata.get(name), zone)
