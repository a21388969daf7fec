"""What the turns of a call do, and how content the customer left, beside the score; they never change it."""

from collections.abc import Mapping
from dataclasses import replace

from qa_engine.domain import ActReading, CallResult, CustomerOutcome

LEAST_KEPT = 0.3  # probability; less is not worth keeping


def with_acts(result: CallResult, readings: Mapping[int, ActReading], outcome: CustomerOutcome | None) -> CallResult:
    """``result`` with the likely acts of its turns and the customer's outcome."""
    kept = []
    for turn in sorted(readings):
        likely = tuple(said for said in readings[turn].acts if said.probability >= LEAST_KEPT)
        if likely:
            kept.append(ActReading(turn, likely))
    return replace(result, acts=tuple(kept), outcome=outcome)
