"""What measures of a whole call have in common: limits above and below which the condition is true."""

from pydantic import BaseModel, model_validator

from qa_engine.rules.looking.outcome import Outcome
from qa_engine.rules.looking.scope import Scope
from qa_engine.rules.written.truth import Truth


class RangeFields(BaseModel):
    """TRUE when the measure is above ``above`` or below ``below``."""

    above: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _some_limit(self) -> "RangeFields":
        if self.above is None and self.below is None:
            raise ValueError("要写明 above 或 below")
        return self

    def limits(self, unit: str) -> str:
        """The limits as a Chinese phrase."""
        said = [f"高于 {self.above:g}{unit}"] if self.above is not None else []
        said += [f"低于 {self.below:g}{unit}"] if self.below is not None else []
        return "或".join(said)


def outside(scope: Scope, title: str, value: float, unit: str) -> Outcome:
    """The answer for a measure of the whole call."""
    fields: RangeFields = scope.fields
    why = ""
    if fields.above is not None and value > fields.above:
        why = f"高于 {fields.above:g}{unit}"
    elif fields.below is not None and value < fields.below:
        why = f"低于 {fields.below:g}{unit}"
    if not why:
        return Outcome(Truth.FALSE)
    return Outcome(Truth.TRUE, (scope.about_call(f"{title} {value:g}{unit}，{why}", value=value),))
