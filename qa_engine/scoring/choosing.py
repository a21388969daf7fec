"""Which scorecard a call is scored on when nobody says it."""

from collections.abc import Sequence

from qa_engine.domain import Call
from qa_engine.errors import NotFoundError
from qa_engine.scoring.scorecard import AppliesTo, Scorecard

STANDARD = "standard"
"""The scorecard of the calls that no other one is for."""


def choose_scorecard(scorecards: Sequence[Scorecard], call: Call) -> Scorecard:
    """The first scorecard whose ``applies_to`` names the call, else the one called ``standard``.

    Without a ``standard`` it is the first one that is for any call. NotFoundError when there is neither: a call of a
    kind that no scorecard knows must not be scored by one that is meant for others.
    """
    for scorecard in scorecards:
        if scorecard.applies_to.names(call):
            return scorecard
    general = [scorecard for scorecard in scorecards if scorecard.applies_to == AppliesTo()]
    for scorecard in general:
        if scorecard.id == STANDARD:
            return scorecard
    if not general:
        raise NotFoundError(f"通话 {call.call_id} 没有适用的考评表：请写一张不带 applies_to 的「{STANDARD}」")
    return general[0]
