"""The night: the ledger of a day, in which every recording that was expected has its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from types import MappingProxyType

PANEL_CALLS = 30  # that are judged again to tell whose doing a jump of hit rates is: enough to see it
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

    @property
    def empty(self) -> bool:
        """Nothing was expected and nothing came: it balances, and says nothing about whether that is right."""
        return not self.expected

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
    ``begun``: whether a night of this day was begun; ``faults``: what was wrong with its lists and folders.
    """

    now: DayLedger
    drawn: tuple[StoredLedger, ...] = ()
    before: DayLedger | None = None
    missing: tuple[MissingCall, ...] = ()
    in_work: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    batches: tuple[BatchLine, ...] = ()
    opened_again: str = ""
    begun: bool = False
    faults: tuple[str, ...] = ()


class NightState(StrEnum):
    """Where the night of a day stands."""

    TAKING_IN = "taking_in"  # lists and folders are read
    WORKING = "working"  # machines are at the calls of the day
    DONE = "done"  # no machine work is left, and the ledger is drawn


@dataclass(frozen=True, slots=True)
class HangingCall:
    """A call whose work seems to hang. It is no progress: it ends by itself, or is ended and tried again, and is set
    aside by ``until`` at the latest."""

    call_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class NightProgress:
    """How far the night of ``day`` is, and when it will end at the speed measured.

    Lengths of audio are in seconds. ``audio_per_second``: audio recognised a second of the clock, over the last quarter
    of an hour; ``calls_per_second``: calls judged. ``forecast_end`` is None while too little was measured; it
    holds what ``hanging`` calls may take at most, of which no speed tells.
    """

    day: date
    state: NightState
    began_at: datetime
    deadline: datetime
    ended_at: datetime | None = None
    files_seen: int = 0
    calls: int = 0
    settled: int = 0
    audio_seconds: float = 0.0
    audio_left_seconds: float = 0.0
    judging_left: int = 0
    audio_per_second: float | None = None
    calls_per_second: float | None = None
    forecast_end: datetime | None = None
    hanging: tuple[HangingCall, ...] = ()

    @property
    def misses_deadline(self) -> bool:
        """The end is known or foreseen to lie behind the hour that was promised."""
        end = self.ended_at or self.forecast_end
        return end is not None and end > self.deadline


LEAST_MEASURED_SECONDS = 30.0
LEAST_MEASURED_JOBS = 3


def forecast(
    now: datetime,
    *,
    audio_left_seconds: float,
    audio_per_second: float | None,
    judging_left: int,
    calls_per_second: float | None,
    hanging: Sequence[HangingCall] = (),
) -> datetime | None:
    """When what is left is done. Recognition and judging go on beside each other, so the slower one says it; None when
    a speed that is needed is not known. What is left holds no ``hanging`` calls: each has a process of its own to the
    end of its limits.
    """
    waits = [timedelta()]
    for left, speed in ((audio_left_seconds, audio_per_second), (float(judging_left), calls_per_second)):
        if left > 0:
            if not speed:
                return None
            waits.append(timedelta(seconds=left / speed))
    return max([now + max(waits), *(call.until for call in hanging)])


def night_due(now: datetime, at: time) -> date:
    """The newest day whose night should have begun by ``now`` (on the centre's clock, aware).

    A night that begins before noon is that of the day before; one that begins later, of the same day.
    """
    run_day = now.date() if now.timetz().replace(tzinfo=None) >= at else now.date() - timedelta(days=1)
    return run_day - timedelta(days=1) if at < NOON else run_day


def night_deadline(day: date, at: time, deadline: time, zone: tzinfo) -> datetime:
    """The next time that the clocks show ``deadline`` after the night of ``day`` should begin."""
    run_day = day + timedelta(days=1) if at < NOON else day
    on = run_day if deadline > at else run_day + timedelta(days=1)
    return datetime.combine(on, deadline, zone)


NOON = time(12)
