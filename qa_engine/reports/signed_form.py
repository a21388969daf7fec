"""What people made of a form: who signed it, every word about a line of it, the points that stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from qa_engine.domain import CallResult, RuleResult, Severity, Status
from qa_engine.domain.review import DecisionKind, Lane
from qa_engine.reports import wording
from qa_engine.reports.findings import verdict_of
from qa_engine.text import mask_private
from qa_engine.wording import DECISIONS, LANES, STATUSES, decision_reason


@dataclass(frozen=True, slots=True)
class Signature:
    """A form as it was signed; ``accepted_at``: when the agent confirmed it."""

    at: datetime
    name: str
    total: float
    possible: float
    grade: str
    remark: str
    accepted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """One word of one person about a rule (``rule``) or a manual item (``section``, ``item``).

    ``stands``: nothing that was said later took its place. ``machine`` is what the machine had said of the rule.
    """

    at: datetime
    name: str
    kind: DecisionKind
    rule: str | None = None
    section: str | None = None
    item: str | None = None
    hit: bool = False
    reason: str = ""
    points: float | None = None
    note: str = ""
    machine: Status | None = None
    lane: Lane = Lane.DESK
    stands: bool = True


@dataclass(frozen=True, slots=True)
class SignedForm:
    """``signatures`` and ``decided``: the newest first, in the centre's zone.

    ``open``: an appeal or a new look may still change it.
    """

    final: CallResult
    signatures: tuple[Signature, ...]
    decided: tuple[Decided, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """A word in words. ``rule`` is its id, empty for a manual item."""

    title: str
    rule: str
    machine: str
    person: str
    reason: str
    name: str
    at: str
    stands: bool

    @property
    def said(self) -> str:
        return self.person if self.stands else f"{self.person}（后有更改）"


@dataclass(frozen=True, slots=True)
class SignatureLine:
    at: str
    name: str
    total: float
    possible: float
    grade: str
    remark: str


@dataclass(frozen=True, slots=True)
class FinalPoints:
    """What stands of a heading or an item; ``score`` None: not applicable."""

    score: float | None
    possible: float


@dataclass(frozen=True, slots=True)
class SignedLines:
    """The signed form as it is printed. ``points``: by id of a heading, and by heading and item (``a/b``).

    ``costs``: what each rule takes in the end, in words; ``vetoes``: the rules that bring the call to nothing.
    """

    total: float
    possible: float
    rate: float | None
    grade: str
    veto: bool
    open: bool
    signatures: tuple[SignatureLine, ...]
    decided: tuple[DecidedLine, ...]
    points: Mapping[str, FinalPoints]
    costs: Mapping[str, str]
    vetoes: Mapping[str, str]

    def rate_of(self, section: str) -> float | None:
        """Percent of what a heading could give in the end; None where nothing of it was scored."""
        points = self.points.get(section)
        if points is None or points.score is None or not points.possible:
            return None
        return 100.0 * points.score / points.possible

    def about(self, rule: str) -> tuple[DecidedLine, ...]:
        """What stands about a rule, the newest first."""
        return tuple(line for line in self.decided if line.rule == rule and line.stands)

    def in_short(self, rule: str) -> str:
        """The verdicts that stand about a rule; empty where nobody said anything."""
        return "；".join(line.person for line in self.about(rule))


def signed_lines(signed: SignedForm, machine: CallResult) -> SignedLines:
    """In words; numbers of people in what was written by hand are masked."""
    final = signed.final
    rules = {rule.id: rule.title for rule in (*final.rules, *machine.rules)}
    items = {(section.id, item.id): item.title for section in machine.sections for item in section.items}
    points = {section.id: FinalPoints(section.score, section.possible) for section in final.sections}
    points |= {
        f"{section.id}/{item.id}": FinalPoints(item.score, item.possible)
        for section in final.sections
        for item in section.items
    }
    return SignedLines(
        total=final.total,
        possible=final.possible,
        rate=100.0 * final.total / final.possible if final.possible > 0 else None,
        grade=final.grade,
        veto=final.veto,
        open=signed.open,
        signatures=tuple(
            SignatureLine(wording.moment(s.at), s.name, s.total, s.possible, s.grade, mask_private(s.remark))
            for s in signed.signatures
        ),
        decided=tuple(_line(word, rules, items) for word in signed.decided),
        points=points,
        costs={rule.id: f"终审：{verdict_of(rule, rules)}" for rule in final.rules},
        vetoes={rule.id: rule.title for rule in final.rules if _vetoed(rule)},
    )


def _vetoed(rule: RuleResult) -> bool:
    return rule.status is Status.FAIL and rule.severity is Severity.VETO


def _line(word: Decided, rules: Mapping[str, str], items: Mapping[tuple[str, str], str]) -> DecidedLine:
    if word.rule is not None:
        title = rules.get(word.rule, word.rule) + ("（其中一处）" if word.hit else "")
        machine = STATUSES[word.machine] if word.machine is not None else "—"
    else:
        title = items.get((word.section or "", word.item or ""), word.item or "")
        machine = "人工项"
    person = DECISIONS[word.kind]
    if word.points is not None:
        person += f" {wording.number(word.points)} 分"
    why = "；".join(part for part in (decision_reason(word.reason), mask_private(word.note)) if part)
    lane = "" if word.lane is Lane.DESK else f"（{LANES[word.lane]}）"
    return DecidedLine(
        title, word.rule or "", machine, person + lane, why, word.name, wording.moment(word.at), word.stands
    )
