"""The states of a call, and the only table that says which may follow which."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class CallState(StrEnum):
    """Where a call stands on its way from recording to signed form."""

    RECEIVED = "received"
    TRANSCRIBED = "transcribed"
    INSPECTED = "inspected"
    CLEAN = "clean"  # nothing found
    FLAGGED = "flagged"  # something for a person to look at
    SAMPLED = "sampled"  # clean, but drawn for a check
    IN_REVIEW = "in_review"
    FINAL = "final"
    EXCLUDED = "excluded"  # cannot be judged by its nature (silent, too short…); has a reason
    QUARANTINED = "quarantined"  # something went wrong; a person has to look; has a reason

    @property
    def aside(self) -> bool:
        """True when the call left the way from recording to form."""
        return self in (CallState.EXCLUDED, CallState.QUARANTINED)

    @property
    def settled(self) -> bool:
        """True when no machine work is left to do."""
        return self not in (CallState.RECEIVED, CallState.TRANSCRIBED, CallState.INSPECTED)


_S = CallState

TRANSITIONS: Mapping[CallState, frozenset[CallState]] = MappingProxyType(
    {
        _S.RECEIVED: frozenset({_S.TRANSCRIBED, _S.EXCLUDED, _S.QUARANTINED}),
        _S.TRANSCRIBED: frozenset({_S.INSPECTED, _S.EXCLUDED, _S.QUARANTINED}),
        # A new model or a new rule pack sends a call that nobody reviewed yet back for another look.
        _S.INSPECTED: frozenset({_S.CLEAN, _S.FLAGGED, _S.TRANSCRIBED, _S.QUARANTINED}),
        _S.CLEAN: frozenset({_S.SAMPLED, _S.IN_REVIEW, _S.FINAL, _S.TRANSCRIBED, _S.INSPECTED, _S.QUARANTINED}),
        _S.FLAGGED: frozenset({_S.IN_REVIEW, _S.FINAL, _S.TRANSCRIBED, _S.INSPECTED, _S.QUARANTINED}),
        _S.SAMPLED: frozenset({_S.IN_REVIEW}),
        _S.IN_REVIEW: frozenset({_S.FINAL, _S.FLAGGED, _S.CLEAN}),
        _S.FINAL: frozenset({_S.IN_REVIEW}),  # an appeal opens it again
        _S.EXCLUDED: frozenset({_S.RECEIVED}),  # a better copy of the recording arrived
        _S.QUARANTINED: frozenset({_S.RECEIVED, _S.TRANSCRIBED}),  # asked for again; or a better copy
    }
)


def may_follow(state: CallState, following: CallState) -> bool:
    """True when a call in ``state`` may become ``following``."""
    return following in TRANSITIONS[state]
