"""The ledger of a day and the state of the queues, as they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from qa_engine.domain import CallState
from qa_engine.service.reading.rows import CallRow, JobRow


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Open jobs of one queue; ``stalled`` ones run under a lease that is over."""

    queue: str
    queued: int
    running: int
    stalled: int
    oldest_seconds: float | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every call of a day (None: of all days) by state; ``reasons`` counts those set aside.

    received = finished + in_review + in_progress + aside.
    """

    day: date | None
    counts: Mapping[CallState, int]
    reasons: Mapping[str, int] = field(default_factory=dict)

    def _sum(self, *states: CallState) -> int:
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def received(self) -> int:
        return sum(self.counts.values())

    @property
    def finished(self) -> int:
        """Nothing found, or signed."""
        return self._sum(CallState.CLEAN, CallState.FINAL)

    @property
    def in_review(self) -> int:
        """Waiting for a person, or with one."""
        return self._sum(CallState.FLAGGED, CallState.SAMPLED, CallState.IN_REVIEW)

    @property
    def in_progress(self) -> int:
        return self._sum(CallState.RECEIVED, CallState.TRANSCRIBED, CallState.INSPECTED)

    @property
    def aside(self) -> int:
        return self._sum(CallState.EXCLUDED, CallState.QUARANTINED)

    @property
    def balanced(self) -> bool:
        """False would mean a state that nobody counts, or a call set aside without a reason."""
        whole = self.finished + self.in_review + self.in_progress + self.aside
        return self.received == whole and self.aside == sum(self.reasons.values())


@dataclass(frozen=True, slots=True)
class PauseRow:
    """A machine at fault: its workers take nothing until a time, since when and why."""

    host: str
    since: datetime
    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class StatusReport:
    """``quarantined`` holds the newest calls set aside, excluded ones too."""

    queues: tuple[QueueRow, ...]
    ledger: Ledger
    quarantined: tuple[CallRow, ...]
    failed_jobs: tuple[JobRow, ...]
    unknown_agents: tuple[str, ...]
    pauses: tuple[PauseRow, ...] = ()


@dataclass(frozen=True, slots=True)
class SettleProgress:
    done: int
    total: int
    states: Mapping[CallState, int]

    @property
    def finished(self) -> bool:
        return self.done == self.total
