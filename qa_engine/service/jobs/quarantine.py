"""Why a call leaves the way: what nobody can help is excluded, what a person must look at is quarantined."""

from datetime import datetime

from sqlalchemy.orm import Session

from qa_engine.domain import CallState, may_follow
from qa_engine.service.jobs.kinds import job_kinds
from qa_engine.store import calls

ACTOR = "engine"

EXCLUDING_REASONS = frozenset({"silent", "too_short"})
"""The recording is what it is: there is nothing to judge, and nothing to repair."""

ATTEMPTS_SPENT = "attempts_spent"
"""Quarantine reason: the work failed as often as the settings allow."""
WORKER_LOST = "worker_lost"
"""Quarantine reason: the process that worked on it died as often as the settings allow, while its machine went on."""
LIMIT_PASSED = "limit_passed"
"""Quarantine reason: the work took longer than it may, as often as the settings allow."""


def aside_state(reason: str) -> CallState:
    """The state of a call whose recording cannot be used for ``reason`` (a `RecordingError.reason`)."""
    return CallState.EXCLUDED if reason in EXCLUDING_REASONS else CallState.QUARANTINED


def move_aside(session: Session, subject: str, kind: str, reason: str, message: str, *, now: datetime) -> bool:
    """Set the call that a job is about aside, if it waits for that kind of work and its state allows it."""
    declared = job_kinds().get(kind)
    if declared is None or declared.waits_in is None:
        return False
    call = calls.find(session, subject, lock=True)
    state = aside_state(reason)
    if call is None or not may_follow(CallState(call.state), state):
        return False
    calls.move(session, call, state, actor=ACTOR, now=now, reason=reason, message=message)
    return True
