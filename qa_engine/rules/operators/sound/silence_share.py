"""silence_share: how much of the call nobody was heard, as a share of its length."""

from typing import Annotated, Literal

from pydantic import Field

from qa_engine.rules.looking.outcome import Outcome, not_applicable
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.operators.base import operator
from qa_engine.rules.operators.facts.ranges import RangeFields, outside
from qa_engine.rules.operators.sound.silence import gaps
from qa_engine.rules.written.fields import ConditionFields


class SilenceShareFields(RangeFields, ConditionFields):
    operator: Literal["silence_share"]
    min_seconds: Annotated[float, Field(ge=0)] = 3.0
    holds: Literal["excluded", "counted"] = "excluded"


def describe(fields: SilenceShareFields) -> str:
    return f"静默占通话时长的比例（0–1，{fields.min_seconds:g} 秒以上才算）{fields.limits('')}"


@operator("silence_share", title="静默占比", fields=SilenceShareFields, describe=describe, timed=True, sound=True)
def silence_share(scope: Scope) -> Outcome:
    fields: SilenceShareFields = scope.fields
    holds = scope.call.holds if fields.holds == "excluded" else ()
    length = (scope.call.duration or 0.0) - sum(hold.seconds for hold in holds)
    if length <= 0:
        return not_applicable("通话时长未知，无法计算静默占比")
    lengths = [gap.span.seconds for gap in gaps(scope.call, edges=True, holds=holds)]
    silent = sum(seconds for seconds in lengths if seconds >= fields.min_seconds)
    return outside(scope, "静默占比", round(min(1.0, silent / length), 3), "")
