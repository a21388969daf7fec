"""What people say about a call: decisions, signings, appeals. Nothing here is ever changed; the newest word counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from qa_engine.domain.result import Evidence, Precision, RuleResult, Status


class DecisionKind(StrEnum):
    """What a person decided about one line of the form, or one hit of it."""

    CONFIRM = "confirm"  # what the machine found or suspected is a fault
    OVERTURN = "overturn"  # it is none; has a reason
    EXEMPT = "exempt"  # the line does not apply to this call; has a reason
    POINTS = "points"  # it is a fault, for other points
    MISSED = "missed"  # a fault that the machine did not find
    SCORE = "score"  # the points of a manual item
    LOOK = "look"  # a clip was not enough: somebody has to look at the whole call
    WITHDRAW = "withdraw"  # what this person said about the line before is taken back


class Lane(StrEnum):
    """Where a decision was made. Those of ``CALIBRATION`` never count for the form."""

    DESK = "desk"
    CLIP = "clip"  # eight seconds of one rule
    APPEAL = "appeal"
    CALIBRATION = "calibration"  # a second inspector, who does not see what the first one said


class Overturn(StrEnum):
    """Why a finding is no fault, in the order of the keys 1–6."""

    MISHEARD = "misheard"
    NOT_TO_CUSTOMER = "not_to_customer"
    QUOTED = "quoted"
    EXCUSED = "excused"
    WRONG_SPEAKER = "wrong_speaker"
    BAD_RULE = "bad_rule"


class Exempt(StrEnum):
    """Why a line does not apply to a call, in the order of the keys 1–4."""

    NO_OCCASION = "no_occasion"
    CUSTOMER_LEFT = "customer_left"
    NOT_HEARD = "not_heard"
    OTHER_BUSINESS = "other_business"


@dataclass(frozen=True, slots=True)
class Target:
    """What is decided: a rule of the result (``rule``), one hit of it (``hit``, see `hit_mark`), or a manual item."""

    rule: str | None = None
    hit: str | None = None
    section: str | None = None
    item: str | None = None

    def __post_init__(self) -> None:
        by_item = self.section is not None and self.item is not None
        if (self.rule is not None) == by_item or (self.hit is not None and self.rule is None):
            raise ValueError("a decision is about a rule, a hit of a rule, or an item of a section")


@dataclass(frozen=True, slots=True)
class Decision:
    """One word of one person. ``points``: what changes (≤ 0) for POINTS and MISSED, what is given (≥ 0) for SCORE.

    ``machine`` is what the machine had said, so that its precision can be counted without its results.
    """

    call_id: str
    target: Target
    kind: DecisionKind
    who: str
    at: datetime
    reason: str = ""
    points: float | None = None
    note: str = ""
    machine: Status | None = None
    lane: Lane = Lane.DESK

    def __post_init__(self) -> None:
        fault = _fault(self)
        if fault:
            raise ValueError(fault)


def _fault(decision: Decision) -> str:
    """What is wrong with a decision in itself; empty for a sound one."""
    kind, manual = decision.kind, decision.target.rule is None
    if kind is DecisionKind.OVERTURN and decision.reason not in set(Overturn):
        return f"an overturned finding needs one of the reasons {', '.join(Overturn)}"
    if kind is DecisionKind.EXEMPT and decision.reason not in set(Exempt):
        return f"a line that does not apply needs one of the reasons {', '.join(Exempt)}"
    if manual and kind not in (DecisionKind.SCORE, DecisionKind.EXEMPT, DecisionKind.WITHDRAW):
        return f"a manual item is scored or exempt, not {kind}"
    if kind is DecisionKind.SCORE and (not manual or decision.points is None or decision.points < 0):
        return "a score is of a manual item and not below 0"
    if kind in (DecisionKind.POINTS, DecisionKind.MISSED) and (decision.points is None or decision.points > 0):
        return "the points of a fault are 0 or below"
    if decision.target.hit is not None and kind not in (
        DecisionKind.CONFIRM,
        DecisionKind.OVERTURN,
        DecisionKind.LOOK,
        DecisionKind.WITHDRAW,
    ):
        return f"one hit is confirmed or overturned, not {kind}"
    return ""


def hit_mark(evidence: Evidence) -> str:
    """A hit by what it is, so that a decision finds it again in another result of the same words."""
    if evidence.span is not None:
        return f"{evidence.turn}:{evidence.span[0]}-{evidence.span[1]}"
    return (
        f"{evidence.turn if evidence.turn is not None else ''}@{evidence.start if evidence.start is not None else ''}"
    )


def countable_hits(rule: RuleResult) -> tuple[Evidence, ...]:
    """The hits of a rule that can be decided one by one: where each took its part, and each is shown."""
    apart = {hit_mark(evidence) for evidence in rule.evidence}
    each = rule.hits >= 2 and len(rule.evidence) == rule.hits == len(apart)
    return rule.evidence if each else ()


class ReviewKind(StrEnum):
    """Why a person works on a call."""

    REVIEW = "review"
    CALIBRATION = "calibration"
    APPEAL = "appeal"
    SETTLEMENT = "settlement"

    @property
    def counts(self) -> bool:
        """Whether what is signed becomes the call's final answer."""
        return self is not ReviewKind.CALIBRATION


@dataclass(frozen=True, slots=True)
class FinalScore:
    """What stands on the signed form, beside what the machine had said."""

    call_id: str
    total: float
    possible: float
    grade: str
    veto: bool
    machine_total: float
    machine_possible: float
    machine_grade: str
    signed_by: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class RuleVerdicts:
    """What people said about the findings of one rule: counts of lines and hits, each by the newest word about it.

    ``confirmed`` and ``overturned`` are of faults that the machine had found, the ``doubts_`` of its doubts; ``missed``
    are faults that it had not found. ``reasons``: why findings were overturned.
    """

    rule: str
    confirmed: int = 0
    overturned: int = 0
    doubts_confirmed: int = 0
    doubts_overturned: int = 0
    missed: int = 0
    exempt: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def precision(self) -> Precision | None:
        """Of the faults that the machine found; None where nobody looked at one."""
        seen = self.confirmed + self.overturned
        return Precision.measured(self.confirmed, seen) if seen else None


class AppealState(StrEnum):
    OPEN = "open"  # an inspector other than the first one answers
    ANSWERED = "answered"  # the head has the last word
    UPHELD = "upheld"
    REJECTED = "rejected"


class StepKind(StrEnum):
    """What happened to an appeal; each has who, when and words."""

    RAISED = "raised"
    ANSWERED = "answered"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class AppealStep:
    kind: StepKind
    who: str
    at: datetime
    words: str
    upheld: bool | None = None  # None: raised


@dataclass(frozen=True, slots=True)
class Appeal:
    """An item of a signed form that an agent does not accept, with everything that was said about it."""

    id: int
    call_id: str
    target: Target
    state: AppealState
    due_at: datetime  # until when it had to be raised
    steps: tuple[AppealStep, ...]
