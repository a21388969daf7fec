"""The night: the ledger of a day, in which every recording that was expected has its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from types import MappingProxyType

from qa_engine.errors import Fault

PANEL_CALLS = 30  # that are judged again to tell whose doing a jump of hit rates is: enough to see it
NO_REASONS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class MissingCall:
    """A recording that a list or a folder named and that is no call. ``source``: which list; ``reason``: if known, and
    ``why`` in the words of an inspector."""

    key: str
    source: str
    reason: str = ""
    agent_id: str | None = None
    started_at: datetime | None = None
    why: str = ""


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
    def figures(self) -> Mapping[str, int]:
        """The terms of the equation by name, in its order."""
        return {
            "expected": self.expected,
            "scored": self.scored,
            "excluded": sum(self.excluded.values()),
            "quarantined": sum(self.quarantined.values()),
            "in_work": self.in_work,
            "missing": self.missing,
        }

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
class FileLeft:
    """A file, or a row of a list, that a handing in did not take: ``refused``, ``waiting`` or ``skipped``; why in
    English, and in the words of an inspector."""

    path: str
    line: int | None
    outcome: str
    reason: str
    why: str


@dataclass(frozen=True, slots=True)
class LedgerOfDay:
    """Everything about the ledger of one day: as it is now, as it was drawn, the day before, and what is missing.

    ``opened_again``: why what is now differs from what was drawn last; empty when it does not, or was never drawn.
    ``left``: what lay in its folders and was not taken when they were looked at last.
    ``begun``: whether a night of this day was begun; ``faults``: what was wrong with its lists and folders.
    """

    now: DayLedger
    drawn: tuple[StoredLedger, ...] = ()
    before: DayLedger | None = None
    missing: tuple[MissingCall, ...] = ()
    in_work: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    batches: tuple[BatchLine, ...] = ()
    left: tuple[FileLeft, ...] = ()
    opened_again: str = ""
    begun: bool = False
    faults: tuple[Fault, ...] = ()


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
    of an hour; ``calls_per_second``: calls judged. ``forecast_end`` is None while too little was measured; it lies
    between ``earliest_end`` and ``latest_end`` as far as the speed measured varied, and holds what ``hanging`` calls
    may take at most, of which no speed tells.
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
    earliest_end: datetime | None = None
    latest_end: datetime | None = None
    hanging: tuple[HangingCall, ...] = ()

    @property
    def misses_deadline(self) -> bool:
        """The end is known or foreseen to lie behind the hour that was promised."""
        end = self.ended_at or self.forecast_end
        return end is not None and end > self.deadline


LEAST_MEASURED_SECONDS = 30.0
LEAST_MEASURED_JOBS = 3
MEASURED_PARTS = 6
"""Of the time measured. How much they differ says how far the speed can be trusted."""
STUDENT = 2.571
"""The 97.5 % quantile of Student's t for as many parts less one."""
WIDEST = 0.5
"""A speed that may be off by more than this part of itself is no ground for a forecast."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How much was done a second, and by what part of that it may be off."""

    per_second: float
    off: float


def measured(parts: Sequence[float], *, jobs: int, squares: float, seconds: float) -> Measured | None:
    """The speed of what was done in equal parts of ``seconds``: the amount of each, of so many ``jobs``, and the sum of
    the squares of their amounts. None where there is too little to go by.

    How far it may be off: by the differences of the parts (faults, machines that come and go, the warming up), and at
    least by what chance does to a sum of jobs of different sizes that come at random (the variance of a compound
    Poisson sum is the sum of its squares).
    """
    whole = sum(parts)
    if seconds < LEAST_MEASURED_SECONDS or jobs < LEAST_MEASURED_JOBS or whole <= 0:
        return None
    mean = whole / len(parts)
    spread = (sum((part - mean) ** 2 for part in parts) / (len(parts) - 1)) ** 0.5
    return Measured(whole / seconds, max(STUDENT * spread / len(parts) ** 0.5 / mean, 2 * squares**0.5 / whole))


@dataclass(frozen=True, slots=True)
class Forecast:
    """When what is left is done, and between when and when as far as is known."""

    end: datetime
    earliest: datetime
    latest: datetime


def forecast(
    now: datetime,
    *,
    audio_left_seconds: float,
    audio: Measured | None,
    judging_left: int,
    calls: Measured | None,
    judging_keeps_up: bool = False,
    hanging: Sequence[HangingCall] = (),
) -> Forecast | None:
    """None when a speed that is needed is not known well enough.

    Recognition and judging go on beside each other, so the slower one says the end. Judging that keeps up with
    recognition is only as fast as that lets it be, and says nothing of the end. What is left holds no ``hanging``
    calls: each has a process of its own to the end of its limits.
    """
    waits = [(0.0, 0.0, 0.0)]
    needed = [(audio_left_seconds, audio)]
    if audio_left_seconds <= 0 or not judging_keeps_up:
        needed.append((float(judging_left), calls))
    for left, speed in needed:
        if left > 0:
            if speed is None or speed.off > WIDEST:
                return None
            seconds = left / speed.per_second
            waits.append((seconds, seconds / (1 + speed.off), seconds / (1 - speed.off)))
    ends = (now + timedelta(seconds=max(wait)) for wait in zip(*waits, strict=True))
    return Forecast(*(max([end, *(call.until for call in hanging)]) for end in ends))


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
