"""Who may do what, and how far: the one permission table.

A `Role` has rights, each with a `Reach`: own calls, the calls of own teams, or all of the centre. Every use case
that writes or shows something takes an `Actor` (``who``) and asks `require` before it reads or writes, so that no page,
command or programming interface can forget to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a person is in the centre."""

    AGENT = "agent"  # 坐席
    INSPECTOR = "inspector"  # 质检员
    LEAD = "lead"  # 班长
    HEAD = "head"  # 主管
    ADMIN = "admin"  # 管理员


class Reach(IntEnum):
    """How far a right reaches; a wider one includes the narrower."""

    NONE = 0
    OWN = 1  # what concerns the person as an agent
    TEAMS = 2  # what concerns the person's teams, and the person
    ALL = 3


class Right(StrEnum):
    """One thing that can be done. Each use case asks for exactly one."""

    SEE_CALLS = "see_calls"  # lists, transcripts, forms
    LISTEN = "listen"  # the sound of a call
    SEE_NUMBERS = "see_numbers"  # telephone, identity and card numbers unmasked
    EXPORT = "export"  # forms and lists as files
    INGEST = "ingest"  # hand recordings and transcripts in, correct their facts
    REVIEW = "review"  # claim, decide, remark, sign
    APPEAL = "appeal"  # accept a form or appeal an item of it
    ANSWER_APPEALS = "answer_appeals"
    SETTLE_APPEALS = "settle_appeals"  # the last word
    SEE_REPORTS = "see_reports"  # of agents and teams
    PLAN_TRAINING = "plan_training"
    SEE_RULES = "see_rules"
    CHANGE_RULES = "change_rules"  # draft, backtest, publish, roll back
    RUN_NIGHT = "run_night"  # start and retry the night, put quarantined calls back
    SEE_NIGHT = "see_night"  # status, ledger, drift, metrics
    SEE_AUDIT = "see_audit"
    MANAGE_PEOPLE = "manage_people"
    FORGET = "forget"  # remove customer data for good


_N, _O, _T, _A = Reach.NONE, Reach.OWN, Reach.TEAMS, Reach.ALL
_R = Right

#                       坐席 质检员 班长 主管 管理员
_TABLE: dict[Right, tuple[Reach, Reach, Reach, Reach, Reach]] = {
    _R.SEE_CALLS: (_O, _A, _T, _A, _A),
    _R.LISTEN: (_O, _A, _T, _A, _N),
    _R.SEE_NUMBERS: (_N, _N, _N, _A, _N),
    _R.EXPORT: (_O, _A, _T, _A, _N),
    _R.INGEST: (_N, _N, _N, _A, _A),
    _R.REVIEW: (_N, _A, _N, _A, _N),
    _R.APPEAL: (_O, _N, _N, _N, _N),
    _R.ANSWER_APPEALS: (_N, _A, _N, _A, _N),
    _R.SETTLE_APPEALS: (_N, _N, _N, _A, _N),
    _R.SEE_REPORTS: (_O, _A, _T, _A, _N),
    _R.PLAN_TRAINING: (_N, _N, _T, _A, _N),
    _R.SEE_RULES: (_A, _A, _A, _A, _A),
    _R.CHANGE_RULES: (_N, _N, _N, _A, _N),
    _R.RUN_NIGHT: (_N, _N, _N, _A, _A),
    _R.SEE_NIGHT: (_N, _A, _N, _A, _A),
    _R.SEE_AUDIT: (_N, _N, _N, _A, _N),
    _R.MANAGE_PEOPLE: (_N, _N, _N, _N, _A),
    _R.FORGET: (_N, _N, _N, _A, _N),
}

PERMISSIONS: Mapping[Role, Mapping[Right, Reach]] = MappingProxyType(
    {
        role: MappingProxyType({right: reaches[place] for right, reaches in _TABLE.items()})
        for place, role in enumerate((Role.AGENT, Role.INSPECTOR, Role.LEAD, Role.HEAD, Role.ADMIN))
    }
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a right is asked for: whose call or report it is. Unknown parts are None and belong to nobody's team."""

    agent_id: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. ``id`` stands in events and decisions.

    ``teams`` are those the person leads or inspects, ``agent_id`` is the person as an agent. ``rights`` narrows an
    actor to some rights (the scopes of an API token); None is all that the role has. ``machine`` is True for whoever
    sits at the machine (command line, workers, pages while sign-in is off), who may do everything.
    """

    id: str
    name: str
    role: Role
    teams: frozenset[str] = frozenset()
    agent_id: str | None = None
    rights: frozenset[Right] | None = None
    machine: bool = False


#: The command line, the workers, and pages of an installation without sign-in.
MACHINE = Actor(id="machine", name="本机", role=Role.ADMIN, machine=True)


class NotAllowed(Exception):  # noqa: N818  # a fact of the domain; the edges turn it into their own error
    """``who`` has not the ``right``, or not as far as this."""

    def __init__(self, who: Actor, right: Right) -> None:
        super().__init__(f"{who.role} may not {right}")
        self.who, self.right = who, right


def reach(who: Actor, right: Right) -> Reach:
    """How far ``who`` has ``right``: what a list has to be narrowed to."""
    if who.machine:
        return Reach.ALL
    if who.rights is not None and right not in who.rights:
        return Reach.NONE
    return PERMISSIONS[who.role][right]


def may(who: Actor, right: Right, subject: Subject | None = None) -> bool:
    """True when ``who`` has ``right`` for ``subject``; without a subject, when the right reaches anything at all."""
    far = reach(who, right)
    if subject is None or far in (Reach.NONE, Reach.ALL):
        return far is not Reach.NONE
    own = who.agent_id is not None and subject.agent_id == who.agent_id
    return own or (far is Reach.TEAMS and subject.team is not None and subject.team in who.teams)


def require(who: Actor, right: Right, subject: Subject | None = None) -> None:
    """Nothing, or `NotAllowed`."""
    if not may(who, right, subject):
        raise NotAllowed(who, right)
