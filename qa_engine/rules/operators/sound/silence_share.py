"""silence_share: how much of the call nobody was heard, as a share of its length."""

from typing import Annotated, Literal

from pydantic import Field

from qa_engine.measures import LONG_SILENCE_SECONDS
from qa_engine.rules.looking.outcome import Outcome, not_applicable
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.operators.base import operator
from qa_engine.rules.operators.facts.ranges import RangeFields, outside
from qa_engine.rules.written.fields import ConditionFields


class SilenceShareFields(RangeFields, ConditionFields):
    operator: Literal["silence_share"]
    min_seconds: Annotated[float, Field(ge=0)] = LONG_SILENCE_SECONDS
    holds: Literal["excluded", "counted"] = "excluded"


def describe(fields: SilenceShareFields) -> str:
    return f"静默占通话时长的比例（0–1，{fields.min_seconds:g} 秒以上才算）{fields.limits('')}"


@operator("silence_share", title="静默占比", fields=SilenceShareFields, describe=describe, timed=True, sound=True)
def silence_share(scope: Scope) -> Outcome:
    fields: SilenceShareFields = scope.fields
    share = scope.call.measures.silence_share(least=fields.min_seconds, holds_cut=fields.holds == "excluded")
    if share is None:
        return not_applicable("通话时长未知或不是电话，无法计算静默占比")
    return outside(scope, "静默占比", round(share, 3), "")
