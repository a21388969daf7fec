"""What is kept of a result for reports over many calls: one letter for each rule, and the points that were taken.

A result is some 60 KB and takes milliseconds to read; its figures are some 200 bytes. They follow from result and facts
alone and can be made again at any time.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cached_property
from typing import NamedTuple

from qa_engine.domain import Call, CallResult, ComplaintCase, Direction, Severity, Status, digest

PASS, FAIL, NOT_APPLICABLE, UNCERTAIN, ERROR = "PFNUE"
_LETTERS = {
    Status.PASS: PASS,
    Status.FAIL: FAIL,
    Status.NOT_APPLICABLE: NOT_APPLICABLE,
    Status.UNCERTAIN: UNCERTAIN,
    Status.ERROR: ERROR,
}


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule as results name it, with its place on the form."""

    id: str
    title: str
    section: str
    section_title: str
    item: str
    item_title: str
    severity: str


@dataclass(frozen=True)
class RuleBook:
    """The rules of a pack on a scorecard, in the order of the letters of `CallFigures.statuses`."""

    pack: str  # "base@sha256:…"
    scorecard: str
    rules: tuple[RuleLine, ...]
    sections: tuple[tuple[str, str], ...]  # id and title, in the order of the form

    @cached_property
    def digest(self) -> str:
        return digest([self.pack, self.scorecard, list(self.rules), list(self.sections)])

    def to_text(self) -> str:
        rules = [[getattr(rule, name) for name in RuleLine.__slots__] for rule in self.rules]
        body = {"pack": self.pack, "scorecard": self.scorecard, "rules": rules, "sections": self.sections}
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> "RuleBook":
        body = json.loads(text)
        rules = tuple(RuleLine(*rule) for rule in body["rules"])
        return cls(body["pack"], body["scorecard"], rules, tuple((key, title) for key, title in body["sections"]))


class CallFigures(NamedTuple):
    """One call of a period as the database gives it. A named tuple, not a dataclass: a month has 100,000 of them, and
    making one has to cost nothing.

    ``points`` is ``3:-2;17:-3`` (place of the rule: points), ``sections`` is ``24/30;20/25`` (score/possible in the
    order of the book). ``hour`` is the centre's. ``veto``, ``suspected`` and ``waiting`` are the machine's; ``final_…``
    are None until a person has signed. Calls of a day are in the order of ``pk``.
    """

    call_id: str
    day: date
    agent_id: str | None
    agent_name: str | None
    team: str | None
    scenario: str | None
    seconds: float | None
    hour: int | None
    total: float
    possible: float
    grade: str
    pending: bool
    veto: bool
    suspected: bool
    waiting: bool
    book: str
    statuses: str
    points: str
    sections: str
    csat: float | None
    outcome: int | None
    final_total: float | None
    final_possible: float | None
    final_veto: bool | None
    pk: int = 0

    @property
    def signed(self) -> bool:
        return self.final_total is not None

    @property
    def vetoed(self) -> bool:
        """By the word of who signed, else the machine's."""
        return bool(self.veto if self.final_veto is None else self.final_veto)


class Promised(NamedTuple):
    """A promise as it is kept: places and times, not words."""

    turn: int
    said_at: float | None
    kind: str
    hours: float | None
    due: datetime | None
    over_limit: bool


def book_of(result: CallResult) -> RuleBook:
    """The book that the figures of a result refer to."""
    sections = {section.id: section.title for section in result.sections}
    items = {(section.id, item.id): item.title for section in result.sections for item in section.items}
    return RuleBook(
        result.pack,
        result.scorecard,
        tuple(
            RuleLine(
                rule.id,
                rule.title,
                rule.section,
                sections.get(rule.section) or ("一票否决" if rule.severity is Severity.VETO else rule.section),
                rule.item,
                items.get((rule.section, rule.item), rule.title),
                rule.severity.value,
            )
            for rule in result.rules
        ),
        tuple(sections.items()),
    )


def figures_of(result: CallResult, call: Call, zone: tzinfo) -> Mapping[str, object]:
    """The columns that are kept of a result; ``zone`` is the centre's."""
    csat = call.metadata.get("csat")
    started = call.started_at.astimezone(zone) if call.started_at is not None else None
    return {
        "statuses": "".join(_LETTERS[rule.status] for rule in result.rules),
        "points": ";".join(
            f"{n}:{rule.points:.10g}" for n, rule in enumerate(result.rules) if rule.status is Status.FAIL
        ),
        "sections": ";".join(f"{section.score:.10g}/{section.possible:.10g}" for section in result.sections),
        "hour": started.hour if started is not None else None,
        "csat": _number(csat),
        "outcome": result.outcome.score if result.outcome is not None else None,
        "customer": digest(["customer", call.customer_number])[7:39] if call.customer_number else None,
        "outbound": call.direction is Direction.OUTBOUND,
        "promises": _promises_text(result),
        "complaint": _complaint_text(result.complaint),
    }


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if found == found and abs(found) < 1e6 else None


def _promises_text(result: CallResult) -> str | None:
    if not result.promises:
        return None
    kept = [
        [p.turn, p.said_at, p.kind.value, p.hours, p.due.isoformat() if p.due else None, p.over_limit]
        for p in result.promises
    ]
    return json.dumps(kept, separators=(",", ":"))


def promised_of(text: str) -> Sequence[Promised]:
    """The promises of a call, as they were kept."""
    return tuple(
        Promised(turn, said_at, kind, hours, datetime.fromisoformat(due) if due else None, over_limit)
        for turn, said_at, kind, hours, due, over_limit in json.loads(text)
    )


def _complaint_text(case: ComplaintCase | None) -> str | None:
    return None if case is None else f"{case.level}:{case.title}"
