"""turn_count: how many turns the speaker has in the window."""

from typing import Annotated, Literal

from pydantic import Field

from qa_engine.rules.looking.outcome import Outcome
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.operators.base import operator
from qa_engine.rules.operators.facts.ranges import RangeFields, outside
from qa_engine.rules.written.fields import WHO_TITLE, Located


class TurnCountFields(RangeFields, Located):
    operator: Literal["turn_count"]
    min_chars: Annotated[int, Field(ge=0)] = 0


def describe(fields: TurnCountFields) -> str:
    return f"{WHO_TITLE[fields.speaker]}话轮数{fields.limits(' 个')}"


@operator("turn_count", title="话轮数", fields=TurnCountFields, describe=describe)
def turn_count(scope: Scope) -> Outcome:
    fields: TurnCountFields = scope.fields
    count = sum(piece.view.chars >= fields.min_chars for piece in scope.pieces)
    return outside(scope, f"{WHO_TITLE[fields.speaker]}话轮数", count, " 个")
