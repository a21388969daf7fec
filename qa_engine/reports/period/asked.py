"""What reports over many calls ask of their source, beside figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from qa_engine.reports.numbers import Measured
from qa_engine.reports.period.figures import Promised


@dataclass(frozen=True, slots=True)
class RuleNote:
    """A rule of a pack as it was written: the document's sentence behind it (``why``), what the form says, and a digest
    of all that decides (conditions, points, phrase lists)."""

    title: str
    why: str
    message: str
    digest: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What reviews found out about a rule: ``precision`` of its hits, ``recall`` of what was there; None where too few
    were looked at. ``checks``: verdicts on it in all.
    """

    precision: Measured | None = None
    recall: Measured | None = None
    checks: int = 0


@dataclass(frozen=True, slots=True)
class Training:
    """Something that an agent is to learn. ``done_day`` is None until it was done."""

    id: int
    agent_id: str
    agent_name: str
    team: str
    rule_id: str
    title: str
    reason: str
    goal: str
    planned_day: date
    planned_by: str
    done_day: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PromiseOfCall:
    """A promise with its call. ``contacts`` are later calls of the same customer: (call id, start, outbound).

    ``agent_calls``: where no number tells the customer, the agent's own later calls out, before the promise is due.
    """

    call_id: str
    day: date
    started_at: datetime | None
    agent_id: str
    agent_name: str
    team: str
    promise: Promised
    customer_known: bool
    contacts: tuple[tuple[str, datetime, bool], ...] = ()
    agent_calls: tuple[tuple[str, datetime, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class SampledCall:
    """A call that was drawn for a check, and whether somebody signed it."""

    call_id: str
    day: date
    agent_id: str
    agent_name: str
    team: str
    scenario: str
    drawn: bool
    signed: bool


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed form with what the inspector wrote for others to learn from."""

    call_id: str
    day: date
    agent_id: str
    agent_name: str
    team: str
    remark: str
    lesson: str
    total: float
    possible: float


PackNotes = Mapping[str, RuleNote]
