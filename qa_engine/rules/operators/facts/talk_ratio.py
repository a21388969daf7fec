"""talk_ratio: the speaker's share of all that both sides said, by seconds or by characters."""

from typing import Literal

from qa_engine.domain import Speaker
from qa_engine.rules.looking.outcome import Outcome, not_applicable
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.looking.view import CallView
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
    share = talk_share(scope.call, Speaker(fields.speaker), by=fields.by)
    if share is None:
        return not_applicable("双方都没有说话")
    return outside(scope, f"{WHO_TITLE[fields.speaker]}说话占比", round(share, 3), "")


def talk_share(call: CallView, speaker: Speaker, *, by: Literal["seconds", "chars"]) -> float | None:
    """0–1, or None when neither agent nor customer said anything."""
    amounts = {Speaker.AGENT: 0.0, Speaker.CUSTOMER: 0.0}
    for view in call.turns:
        if view.turn.speaker in amounts:
            span = view.span
            amounts[view.turn.speaker] += view.chars if by == "chars" else (span.seconds if span else 0.0)
    whole = sum(amounts.values())
    return amounts[speaker] / whole if whole else None
