"""The table of transitions: complete, and saying what the architecture says."""

from itertools import pairwise

import pytest

from qa_engine.domain import CallState, may_follow
from qa_engine.domain.state import TRANSITIONS

S = CallState


def test_every_state_has_its_transitions() -> None:
    assert set(TRANSITIONS) == set(CallState)


@pytest.mark.parametrize(
    ("way", "allowed"),
    [
        ([S.RECEIVED, S.TRANSCRIBED, S.INSPECTED, S.CLEAN, S.SAMPLED, S.IN_REVIEW, S.FINAL], True),
        ([S.INSPECTED, S.FLAGGED, S.IN_REVIEW, S.FINAL, S.IN_REVIEW], True),
        ([S.RECEIVED, S.EXCLUDED], True),
        ([S.TRANSCRIBED, S.QUARANTINED, S.RECEIVED], True),
        ([S.RECEIVED, S.INSPECTED], False),
        ([S.FINAL, S.TRANSCRIBED], False),
        ([S.IN_REVIEW, S.INSPECTED], False),
        ([S.EXCLUDED, S.CLEAN], False),
    ],
)
def test_ways(way: list[CallState], allowed: bool) -> None:
    steps = [may_follow(before, after) for before, after in pairwise(way)]
    assert all(steps) is allowed


def test_no_state_follows_itself_and_every_state_can_be_reached() -> None:
    assert not any(may_follow(state, state) for state in CallState)
    reached = {S.RECEIVED}
    while more := {after for state in reached for after in TRANSITIONS[state]} - reached:
        reached |= more
    assert reached == set(CallState)


def test_aside_and_settled() -> None:
    assert {state for state in CallState if state.aside} == {S.EXCLUDED, S.QUARANTINED}
    assert {state for state in CallState if not state.settled} == {S.RECEIVED, S.TRANSCRIBED, S.INSPECTED}
