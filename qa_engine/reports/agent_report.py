"""坐席质检报告: one agent over a period, as data."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from qa_engine.domain import Agent, Severity, Status
from qa_engine.reports import wording
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
    grade_counts,
    lost_items,
    mean_of,
    pass_rates,
    wilson,
)
from qa_engine.reports.training_needs import Gain, TrainingNeed, training_needs
from qa_engine.text import mask_private


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
    doubts: int
    form_url: str | None
    final: float | None = None  # percent, as a person signed it


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
    calls: tuple[CallLine, ...]
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
    def counted(self) -> tuple[CallLine, ...]:
        return tuple(call for call in self.calls if call.counted)

    @property
    def total_calls(self) -> int:
        """Every call of the agent in the period, counted or not."""
        return len(self.counted) + len(self.uncounted)


def agent_report(
    agent: Agent,
    calls: Sequence[InspectedCall],
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
    ordered = sorted(calls, key=_by_time)
    counted = [call for call in ordered if call.counted]
    left_out = [UncountedCall(c.call.call_id, _why_not(c), c.day, c.form_url) for c in ordered if not c.counted]
    lines = tuple(_line(call) for call in ordered)
    lost = lost_items(counted)
    ranked = sorted((line for line in lines if line.counted), key=_by_rate)
    faulty = sum(any(rule.severity is not Severity.INFO for rule in call.result.failed()) for call in counted)
    notices = [notice, *(call.result.notice for call in ordered)]
    return AgentReport(
        title=wording.AGENT_REPORT_TITLE,
        agent_id=agent.id or "",
        agent_name=agent.name or "",
        team=agent.team or "",
        period=period.label,
        calls=lines,
        uncounted=(*left_out, *sorted(uncounted, key=lambda c: (c.day or date.min, c.call_id))),
        mean=mean_of([call.rate for call in counted if call.rate is not None]),
        faulty_calls=faulty,
        faulty_share=wilson(faulty, len(counted)),
        vetoes=sum(1 for call in counted if call.result.veto),
        suspected=sum(1 for call in counted if call.result.veto_suspected),
        waiting=sum(1 for call in counted if call.result.needs_review),
        grades=grade_counts(counted),
        sections=_sections(counted),
        lost=lost,
        best=ranked[-1] if len(ranked) > 1 else None,
        worst=ranked[0] if len(ranked) > 1 else None,
        needs=training_needs(counted, lost, gains),
        days=_points(counted, lambda day: day),
        weeks=_points(counted, lambda day: day - timedelta(days=day.weekday())),
        notice=next((text for text in notices if text), None),
        versions=_versions(ordered),
        rates=pass_rates(counted),
        tone=_tone([call for call in counted if drawn is None or call.result.call_id in drawn]),
        compared=compared,
    )


def _by_time(call: InspectedCall) -> tuple[date, str, str]:
    started = call.call.started_at.isoformat() if call.call.started_at is not None else ""
    return (call.day or date.min, started, call.call.call_id)


def _by_rate(line: CallLine) -> tuple[float, int, str]:
    return (line.rate or 0.0, -len(line.faults), line.call_id)


def _why_not(call: InspectedCall) -> str:
    if call.rate is None:
        return "没有可计分的细项"
    reasons = "；".join(mask_private(reason) for reason in call.result.review_reasons)
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
        doubts=sum(1 for rule in result.rules if rule.status in (Status.UNCERTAIN, Status.ERROR)),
        form_url=call.form_url,
        final=call.final,
    )


def _points(calls: Sequence[InspectedCall], start: Callable[[date], date]) -> tuple[DayPoint, ...]:
    by_day: dict[date, list[float]] = {}
    for call in calls:
        if call.day is not None and call.rate is not None:
            by_day.setdefault(start(call.day), []).append(call.rate)
    points = []
    for day, rates in sorted(by_day.items()):
        mean = mean_of(rates)
        points.append(DayPoint(day, len(rates), sum(rates) / len(rates), min(rates), max(rates), mean.low, mean.high))
    return tuple(points)


def _tone(calls: Sequence[InspectedCall]) -> tuple[str, ...]:
    """Means over the calls in which tone was read, and how the customers' mood moved."""
    sentences = []
    read = [m for call in calls if (m := call.result.metrics).get("agent_warm_share") is not None]
    if read:
        warm, unfriendly = (
            sum(m.get(name) or 0.0 for m in read) / len(read) for name in ("agent_warm_share", "agent_unfriendly_share")
        )
        sentences.append(f"{len(read)} 通平均：热情的话占 {warm:.0%}，生硬的话占 {unfriendly:.0%}")
    moved = [
        end - start
        for call in calls
        if (start := call.result.metrics.get("mood_start")) is not None
        and (end := call.result.metrics.get("mood_end")) is not None
    ]
    if moved:
        worse = sum(change >= MOOD_STEP for change in moved)
        better = sum(change <= -MOOD_STEP for change in moved)
        sentences.append(f"{len(moved)} 通测到客户情绪的开头与结尾：好转 {better} 通，变差 {worse} 通")
    return tuple(sentences)


def _versions(calls: Sequence[InspectedCall]) -> tuple[str, ...]:
    """Which rules and scorecards stand behind the report; more than one means that scores are compared with care."""
    return tuple(sorted({version for call in calls for version in (call.result.pack, call.result.scorecard)}))


def _sections(calls: Sequence[InspectedCall]) -> tuple[SectionRate, ...]:
    """Each heading in the order of the form."""
    titles: dict[str, str] = {}
    sums: dict[str, list[float]] = {}
    for call in calls:
        for section in call.result.sections:
            titles.setdefault(section.id, section.title)
            own, x, y = sums.setdefault(section.id, [0.0] * 6), section.score, section.possible
            if y > 0:
                for n, part in enumerate((1.0, x, y, x * x, y * y, x * y)):
                    own[n] += part
    return tuple(_section(title, sums[key]) for key, title in titles.items())


def _section(title: str, sums: Sequence[float]) -> SectionRate:
    made = ratio_estimate(sums)
    value, low, high = (None if part is None else 100.0 * part for part in (made.value, made.low, made.high))
    return SectionRate(title, value, max(0.0, sums[2] - sums[1]), low, high, made.n)
