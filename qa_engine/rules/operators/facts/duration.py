"""duration: the length of the call in seconds."""

from typing import Literal

from qa_engine.rules.looking.outcome import Outcome, not_applicable
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.operators.base import operator
from qa_engine.rules.operators.facts.ranges import RangeFields, outside
from qa_engine.rules.written.fields import ConditionFields


class DurationFields(RangeFields, ConditionFields):
    operator: Literal["duration"]


def describe(fields: DurationFields) -> str:
    return f"通话时长{fields.limits(' 秒')}"


@operator("duration", title="通话时长", fields=DurationFields, describe=describe)
def duration(scope: Scope) -> Outcome:
    seconds = scope.call.duration
    if seconds is None:
        return not_applicable("通话时长未知")
    return outside(scope, "通话时长", round(seconds, 1), " 秒")
