"""The permission table: every role and right has a reach, and a reach means what it says."""

import pytest

from qa_engine.domain.people import (
    MACHINE,
    PERMISSIONS,
    Actor,
    NotAllowed,
    Reach,
    Right,
    Role,
    Subject,
    may,
    reach,
    require,
)

OTHER = Subject(agent_id="9", team="乙组")


def actor(role: Role, **more: object) -> Actor:
    return Actor(id="x", name="某人", role=role, **more)  # type: ignore[arg-type]


def test_every_role_has_a_reach_for_every_right() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert all(set(rights) == set(Right) for rights in PERMISSIONS.values())


@pytest.mark.parametrize("right", list(Right))
def test_the_machine_may_everything(right: Right) -> None:
    assert may(MACHINE, right, OTHER)


def test_an_agent_sees_own_calls_only() -> None:
    who = actor(Role.AGENT, agent_id="7", teams=frozenset({"乙组"}))
    assert may(who, Right.SEE_CALLS, Subject(agent_id="7", team="甲组"))
    assert not may(who, Right.SEE_CALLS, OTHER)
    assert not may(who, Right.SEE_CALLS, Subject())


def test_a_lead_sees_own_teams_and_nobody_elses() -> None:
    who = actor(Role.LEAD, teams=frozenset({"甲组"}), agent_id="7")
    assert may(who, Right.LISTEN, Subject(agent_id="8", team="甲组"))
    assert may(who, Right.LISTEN, Subject(agent_id="7", team=None))
    assert not may(who, Right.LISTEN, OTHER)
    assert not may(who, Right.LISTEN, Subject(agent_id="8", team=None))


def test_a_lead_without_a_team_does_not_see_calls_without_a_team() -> None:
    assert not may(actor(Role.LEAD), Right.SEE_CALLS, Subject())


def test_a_token_has_no_more_than_its_scopes() -> None:
    who = actor(Role.HEAD, rights=frozenset({Right.SEE_CALLS}))
    assert may(who, Right.SEE_CALLS, OTHER)
    assert reach(who, Right.LISTEN) is Reach.NONE


def test_a_scope_gives_nothing_that_the_role_lacks() -> None:
    assert not may(actor(Role.AGENT, rights=frozenset({Right.REVIEW})), Right.REVIEW)


def test_require_says_who_and_what() -> None:
    with pytest.raises(NotAllowed, match="agent may not change_rules"):
        require(actor(Role.AGENT), Right.CHANGE_RULES)
