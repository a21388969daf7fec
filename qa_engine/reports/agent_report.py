"""坐席质检报告: one agent over a period, as data."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import overload

from qa_engine.domain import Agent, CallResult, Status
from qa_engine.reports import wording
from qa_engine.reports.agent_calls import AgentCalls
from qa_engine.reports.findings import review_reasons
from qa_engine.reports.numbers import Estimate, ratio_estimate
from qa_engine.reports.period.lines import ItemLine
from qa_engine.reports.statistics import (
    WHOLE_TIME,
    DayPoint,
    InspectedCall,
    LostItem,
    Mean,
    PassRate,
    Period,
    mean_of,
    wilson,
)
from qa_engine.reports.training_needs import Gain, TrainingNeed, training_needs
from qa_engine.scoring import ReviewKind


@dataclass(frozen=True, slots=True)
class UncountedCall:
    """A call of the period that has no score; ``reason`` is shown to people."""

    call_id: str
    reason: str
    day: date | None = None
    form_url: str | None = None


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call as a line of the report. ``rate`` is percent; ``faults`` are the titles of what was broken."""

    call_id: str
    day: str
    started: str
    scenario: str
    seconds: float | None
    total: float
    possible: float
    rate: float | None
    grade: str
    veto: bool
    veto_suspected: bool
    counted: bool
    needs_review: bool
    faults: tuple[str, ...]
    doubts: int  # left to a person; none of a signed form
    form_url: str | None
    final: float | None = None  # percent, as a person signed it


class CallLines(Sequence[CallLine]):
    """Calls as lines, each made when it is asked for: a page shows few of thousands."""

    def __init__(self, calls: AgentCalls, places: Sequence[int]) -> None:
        self._calls, self._places = calls, places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> CallLine: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[CallLine]: ...
    def __getitem__(self, at: int | slice) -> CallLine | Sequence[CallLine]:
        if isinstance(at, slice):
            return CallLines(self._calls, self._places[at])
        return _line(self._calls[self._places[at]])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CallLines) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    @property
    def counted(self) -> "CallLines":
        return CallLines(self._calls, self._calls.counted)

    def lowest(self, most: int) -> "CallLines":
        """The counted calls with the lowest scores, in their order."""
        return CallLines(self._calls, self._calls.lowest(most))


@dataclass(frozen=True, slots=True)
class Colleagues:
    """The others of the team, all together: nobody is named, and they are never so few that one could be told from it.

    ``ahead``: own less theirs. ``rates``: the part with the fault of the calls that a rule judged, by its id.
    """

    count: int
    score: Estimate
    ahead: Estimate
    csat: Estimate
    csat_ahead: Estimate
    outcome: Estimate
    outcome_ahead: Estimate
    rates: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Compared:
    """The period against the one before (``earlier``; empty: none), against signed forms and customers.

    ``machine_of_final`` is the machine's score of the calls of ``final``. ``alike_change`` is without the rules that
    changed meanwhile; None where none did. Scores are percent, ``csat`` is as customers gave it.
    """

    earlier: str
    score: Estimate
    change: Estimate
    alike_change: Estimate | None
    final: Estimate
    machine_of_final: Estimate
    csat: Estimate
    csat_change: Estimate
    outcome: Estimate
    outcome_change: Estimate
    items: tuple[ItemLine, ...]
    colleagues: Colleagues | None = None


MOOD_STEP = 0.5  # half of the way from calm to dissatisfied, or on to angry


@dataclass(frozen=True, slots=True)
class SectionRate:
    """How much of a heading was reached over all counted calls, in percent, and its range (`ratio_estimate`).

    ``calls``: those in which it applied.
    """

    title: str
    rate: float | None
    lost: float
    low: float | None = None
    high: float | None = None
    calls: int = 0


@dataclass(frozen=True, slots=True)
class AgentReport:
    """Everything the report says, ready to be rendered."""

    title: str
    agent_id: str
    agent_name: str
    team: str
    period: str
    calls: CallLines
    uncounted: tuple[UncountedCall, ...]
    mean: Mean
    faulty_calls: int
    faulty_share: tuple[float, float]
    vetoes: int
    suspected: int
    waiting: int
    grades: tuple[tuple[str, int], ...]
    sections: tuple[SectionRate, ...]
    lost: tuple[LostItem, ...]
    best: CallLine | None
    worst: CallLine | None
    needs: tuple[TrainingNeed, ...]
    days: tuple[DayPoint, ...]
    notice: str | None
    versions: tuple[str, ...]
    rates: tuple[PassRate, ...] = ()
    tone: tuple[str, ...] = ()  # what was read of tone in the counted calls, each a sentence
    compared: Compared | None = None
    weeks: tuple[DayPoint, ...] = ()  # as ``days``, each named by its Monday

    @property
    def counted(self) -> CallLines:
        return self.calls.counted

    @property
    def total_calls(self) -> int:
        """Every call of the agent in the period, counted or not."""
        return len(self.counted) + len(self.uncounted)


def agent_report(
    agent: Agent,
    calls: Iterable[InspectedCall],
    *,
    period: Period = WHOLE_TIME,
    uncounted: Sequence[UncountedCall] = (),
    notice: str | None = None,
    drawn: Collection[str] | None = None,
    compared: Compared | None = None,
    gains: Sequence[Gain] | None = None,
) -> AgentReport:
    """The report of an agent; the calls may come in any order, equal inputs give an equal report.

    ``drawn``: ids of the calls that tone is told of, where not all were read whole. ``gains``: what training would
    regain, most first; without them every grave or repeated fault is a need.
    """
    calls = AgentCalls.of(calls)
    counted = [calls.rows[n] for n in calls.counted]
    known = set(calls.counted)
    left_out = [calls[n] for n in range(len(calls)) if n not in known]
    lost = calls.lost_items()
    ends = calls.ends()
    by_day: dict[date, list[float]] = {}  # days come in their order
    for day, rate in zip(calls.days, calls.rates, strict=True):
        if day != date.min:
            by_day.setdefault(day, []).append(rate)
    return AgentReport(
        title=wording.AGENT_REPORT_TITLE,
        agent_id=agent.id or "",
        agent_name=agent.name or "",
        team=agent.team or "",
        period=period.label,
        calls=CallLines(calls, range(len(calls))),
        uncounted=(
            *(UncountedCall(c.call.call_id, _why_not(c), c.day, c.form_url) for c in left_out),
            *sorted(uncounted, key=lambda c: (c.day or date.min, c.call_id)),
        ),
        mean=mean_of(calls.rates),
        faulty_calls=calls.faulty,
        faulty_share=wilson(calls.faulty, len(counted)),
        vetoes=sum(row.vetoed for row in counted),
        suspected=sum(row.suspected and not row.signed for row in counted),
        waiting=sum(row.waiting and not row.signed for row in counted),
        grades=calls.grades,
        sections=tuple(_section(title, sums) for title, sums in calls.section_sums()),
        lost=lost,
        best=_line(calls[ends[1]]) if ends else None,
        worst=_line(calls[ends[0]]) if ends else None,
        needs=training_needs(calls, lost, gains),
        days=_points(by_day),
        weeks=_points(_by_week(by_day)),
        notice=notice or calls.notice,
        versions=calls.versions,
        rates=calls.pass_rates(),
        tone=_tone([calls.said[n] for n in calls.counted if n in calls.said and _told(calls.rows[n].call_id, drawn)]),
        compared=compared,
    )


def _told(call_id: str, drawn: Collection[str] | None) -> bool:
    return drawn is None or call_id in drawn


def _why_not(call: InspectedCall) -> str:
    if call.rate is None:
        return ReviewKind.NOTHING_SCORED.heading
    reasons = "；".join(review_reasons(call.result))
    return f"等级待定：{reasons}" if reasons else "等级待定，须人工复核"


def _line(call: InspectedCall) -> CallLine:
    result = call.result
    started = call.call.started_at
    return CallLine(
        call_id=result.call_id,
        day=f"{call.day:%Y-%m-%d}" if call.day is not None else "",
        started=f"{started:%m-%d %H:%M}" if started is not None else "",
        scenario=wording.scenario(call.call.scenario) if call.call.scenario else "",
        seconds=call.call.duration if call.call.duration is not None else result.metrics.get("duration"),
        total=result.total,
        possible=result.possible,
        rate=call.rate,
        grade=result.grade,
        veto=result.veto,
        veto_suspected=result.veto_suspected,
        counted=call.counted,
        needs_review=result.needs_review,
        faults=tuple(rule.title for rule in result.failed()),
        doubts=0 if call.final is not None else sum(r.status in (Status.UNCERTAIN, Status.ERROR) for r in result.rules),
        form_url=call.form_url,
        final=call.final,
    )


def _by_week(by_day: Mapping[date, list[float]]) -> Mapping[date, list[float]]:
    by_week: dict[date, list[float]] = {}
    for day, rates in by_day.items():
        by_week.setdefault(day - timedelta(days=day.weekday()), []).extend(rates)
    return by_week


def _points(by_start: Mapping[date, list[float]]) -> tuple[DayPoint, ...]:
    points = []
    for day, rates in sorted(by_start.items()):
        mean = mean_of(rates)
        points.append(DayPoint(day, len(rates), sum(rates) / len(rates), min(rates), max(rates), mean.low, mean.high))
    return tuple(points)


def _tone(results: Sequence[CallResult]) -> tuple[str, ...]:
    """Means over the calls in which tone was read, and how the customers' mood moved."""
    sentences = []
    read = [m for result in results if (m := result.metrics).get("agent_warm_share") is not None]
    if read:
        warm, unfriendly = (
            sum(m.get(name) or 0.0 for m in read) / len(read) for name in ("agent_warm_share", "agent_unfriendly_share")
        )
        sentences.append(f"{len(read)} 通平均：热情的话占 {warm:.0%}，生硬的话占 {unfriendly:.0%}")
    moved = [
        end - start
        for result in results
        if (start := result.metrics.get("mood_start")) is not None
        and (end := result.metrics.get("mood_end")) is not None
    ]
    if moved:
        worse = sum(change >= MOOD_STEP for change in moved)
        better = sum(change <= -MOOD_STEP for change in moved)
        sentences.append(f"{len(moved)} 通测到客户情绪的开头与结尾：好转 {better} 通，变差 {worse} 通")
    return tuple(sentences)


def _section(title: str, sums: Sequence[float]) -> SectionRate:
    made = ratio_estimate(sums)
    value, low, high = (None if part is None else 100.0 * part for part in (made.value, made.low, made.high))
    return SectionRate(title, value, max(0.0, sums[2] - sums[1]), low, high, made.n)
