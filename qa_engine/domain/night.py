"""The night: the ledger of a day, in which every recording that was expected has its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

NO_REASONS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class MissingCall:
    """A recording that a list or a folder named and that is no call. ``source``: which list; ``reason``: if known."""

    key: str
    source: str
    reason: str = ""
    agent_id: str | None = None
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DayLedger:
    """expected = scored + excluded (reason) + quarantined (reason) + in work + missing (named).

    ``expected``: what lists named, and what came without standing on one (``unlisted`` of them).
    """

    day: date
    expected: int
    scored: int
    excluded: Mapping[str, int] = field(default_factory=lambda: NO_REASONS)
    quarantined: Mapping[str, int] = field(default_factory=lambda: NO_REASONS)
    in_work: int = 0
    missing: int = 0
    unlisted: int = 0
    without_reason: int = 0  # set aside, and nobody said why; there must be none

    @property
    def accounted(self) -> int:
        """Scored, or set aside with a reason."""
        return self.scored + sum(self.excluded.values()) + sum(self.quarantined.values())

    @property
    def adds_up(self) -> bool:
        """False would mean a recording that nobody counts."""
        return self.expected == self.accounted + self.in_work + self.missing and not self.without_reason

    @property
    def complete(self) -> bool:
        """True when the ledger balances: nothing is missing, nothing is still in work."""
        return self.adds_up and not self.in_work and not self.missing

    def open_points(self) -> tuple[str, ...]:
        """What stands in the way of the balance, in words for a report."""
        points = []
        if self.missing:
            points.append(f"{self.day}：缺少录音 {self.missing} 通")
        if self.in_work:
            points.append(f"{self.day}：仍在处理 {self.in_work} 通")
        if not self.adds_up:
            points.append(f"{self.day}：台账各项之和与应有数不符，请告知管理员")
        return tuple(points)


@dataclass(frozen=True, slots=True)
class StoredLedger:
    """A ledger as it was drawn. ``number`` counts the drawings of a day from 1, ``why`` says what opened it again."""

    ledger: DayLedger
    number: int
    drawn_at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One handing in, as the ledger lists it."""

    kind: str
    source: str
    manifest: str | None
    started_at: datetime
    finished: bool
    seen: int
    taken: int
    duplicate: int
    waiting: int
    refused: int
    skipped: int


@dataclass(frozen=True, slots=True)
class LedgerOfDay:
    """Everything about the ledger of one day: as it is now, as it was drawn, the day before, and what is missing.

    ``opened_again``: why what is now differs from what was drawn last; empty when it does not, or was never drawn.
    """

    now: DayLedger
    drawn: tuple[StoredLedger, ...] = ()
    before: DayLedger | None = None
    missing: tuple[MissingCall, ...] = ()
    in_work: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    batches: tuple[BatchLine, ...] = ()
    opened_again: str = ""
