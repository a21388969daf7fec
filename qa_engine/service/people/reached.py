"""How far a right reaches: lists narrowed in the database, single calls and agents looked at one by one."""

from qa_engine.domain.people import Actor, NotAllowed, Reach, Right, Subject, may, reach, require
from qa_engine.errors import NotFoundError
from qa_engine.store import Seen, tables


def seen_by(who: Actor, right: Right) -> Seen | None:
    """What a list is narrowed to; None: nothing is kept from ``who``. Raises NotAllowed."""
    far = reach(who, right)
    if far is Reach.NONE:
        raise NotAllowed(who, right)
    if far is Reach.ALL:
        return None
    return Seen(who.agent_id, who.teams if far is Reach.TEAMS else frozenset())


def within_reach(who: Actor, right: Right, call: tables.Call | None, call_id: str) -> tables.Call:
    """``call``, if there is one and ``who`` has the right to it.

    Raises NotAllowed where the role has no such right at all, and NotFoundError for a call out of reach as for one that
    does not exist: nobody learns of calls of others.
    """
    require(who, right)
    if call is None or not may(who, right, Subject(call.agent_id, call.team)):
        raise NotFoundError(f"no call {call_id}")
    return call


def agent_within_reach(who: Actor, right: Right, agent_id: str, team: str | None) -> None:
    """Raises NotAllowed, or NotFoundError for an agent out of reach."""
    require(who, right)
    if not may(who, right, Subject(agent_id, team)):
        raise NotFoundError(f"no agent {agent_id}")
