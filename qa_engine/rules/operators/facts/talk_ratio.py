"""talk_ratio: the speaker's share of all that both sides said, by seconds or by characters."""

from typing import Literal

from qa_engine.domain import Speaker
from qa_engine.rules.looking.outcome import Outcome, not_applicable
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.operators.base import operator
from qa_engine.rules.operators.facts.ranges import RangeFields, outside
from qa_engine.rules.written.fields import WHO_TITLE, ConditionFields


class TalkRatioFields(RangeFields, ConditionFields):
    operator: Literal["talk_ratio"]
    speaker: Literal["agent", "customer"] = "agent"
    by: Literal["seconds", "chars"] = "seconds"

    @property
    def who(self) -> Literal["agent", "customer"]:
        return self.speaker


def describe(fields: TalkRatioFields) -> str:
    return f"{WHO_TITLE[fields.speaker]}说话占比（0–1）{fields.limits('')}"


@operator("talk_ratio", title="说话占比", fields=TalkRatioFields, describe=describe)
def talk_ratio(scope: Scope) -> Outcome:
    fields: TalkRatioFields = scope.fields
    if fields.by == "seconds" and not scope.call.timed:
        return not_applicable("文本没有时间，无法计算说话占比")
    share = scope.call.measures.talk_share(Speaker(fields.speaker), by=fields.by)
    if share is None:
        return not_applicable("双方都没有说话")
    return outside(scope, f"{WHO_TITLE[fields.speaker]}说话占比", round(share, 3), "")
