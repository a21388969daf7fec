"""Why a call leaves the way: what nobody can help is excluded, what a person must look at is quarantined."""

from datetime import datetime

from sqlalchemy.orm import Session

from qa_engine.domain import CallState, may_follow
from qa_engine.store import Stage, calls

ACTOR = "engine"

EXCLUDING_REASONS = frozenset({"silent", "too_short"})
"""The recording is what it is: there is nothing to judge, and nothing to repair."""

ATTEMPTS_SPENT = "attempts_spent"
"""Quarantine reason: the work failed, or its worker died, as often as the settings allow."""


def aside_state(reason: str) -> CallState:
    """The state of a call whose recording cannot be used for ``reason`` (a `RecordingError.reason`)."""
    return CallState.EXCLUDED if reason in EXCLUDING_REASONS else CallState.QUARANTINED


def move_aside(session: Session, call_id: str, stage: Stage, reason: str, message: str, *, now: datetime) -> bool:
    """Set a call aside if its state allows it. A form that cannot be written leaves its call where it is."""
    call = calls.find(session, call_id, lock=True)
    state = aside_state(reason)
    if call is None or stage is Stage.REPORT or not may_follow(CallState(call.state), state):
        return False
    calls.move(session, call, state, actor=ACTOR, now=now, reason=reason, message=message)
    return True
