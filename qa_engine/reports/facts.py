"""What every report over a period rests on: sums of the period and of the one before, and what follows from them."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TypeAlias

from qa_engine.reports.kinds import Request, Source
from qa_engine.reports.numbers import (
    Change,
    Effect,
    Estimate,
    Sums,
    change_against_peers,
    mean_difference,
    mean_estimate,
    rate_difference,
)
from qa_engine.reports.period import Tally, Training
from qa_engine.reports.period import told as words
from qa_engine.reports.period.lines import AgentLine, ItemLine, agent_lines, item_lines
from qa_engine.reports.period.needs import Need, needs
from qa_engine.reports.statistics import Period

EFFECT_DAYS = 28
ByDay: TypeAlias = Mapping[date, tuple[int, int]]
"""(calls with a fault, calls judged) of a day."""


@dataclass(frozen=True, slots=True)
class TrainingEffect:
    """A training with the change against peers: four weeks after it against the four weeks before it."""

    training: Training
    effect: Effect
    before: tuple[int, int]  # (with the fault, judged)
    after: tuple[int, int]
    days_after: int
    rule_changed: bool = False  # within these weeks

    @property
    def whole(self) -> bool:
        """Whether four weeks have passed, after which the verdict stands."""
        return self.days_after >= EFFECT_DAYS


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that became another within the period: what it found with everybody before and since."""

    title: str
    rule_id: str
    since: date
    before: tuple[int, int]
    after: tuple[int, int]
    change: Estimate


@dataclass(frozen=True, slots=True)
class PeriodData:
    """What a report over a period says, for programs."""

    title: str
    team: str
    period: str
    calls: int
    counted: int
    score: Estimate
    score_before: Estimate
    change: Estimate
    alike_change: Estimate
    final: Estimate
    machine_of_final: float | None
    grades: tuple[tuple[str, int], ...]
    agents: tuple[AgentLine, ...] = ()
    items: tuple[ItemLine, ...] = ()
    needs: tuple[Need, ...] = ()
    effects: tuple[TrainingEffect, ...] = ()
    rule_changes: tuple[RuleChange, ...] = ()
    versions: tuple[str, ...] = ()


class PeriodFacts:
    """Reads a period and the one before when they are asked for, once each."""

    def __init__(self, source: Source, request: Request, period: Period, *, team: str | None = None) -> None:
        self.source, self.request, self.period = source, request, period
        self.team = team or None
        self.earlier = words.before(period)

    @cached_property
    def tally(self) -> Tally:
        return self.source.tally(self.period, team=self.team, alike=self._both)

    @cached_property
    def before(self) -> Tally:
        return self.source.tally(self.earlier, team=self.team, alike=self._both)

    @property
    def _both(self) -> Period:
        return Period(self.earlier.first, self.period.last)

    @cached_property
    def agents(self) -> tuple[AgentLine, ...]:
        return agent_lines(self.tally, self.before)

    @cached_property
    def items(self) -> tuple[ItemLine, ...]:
        reviewed = self.source.reviewed(words.reviews_of(self._both), team=self.team)
        return item_lines(self.tally, self.before, reviewed=reviewed, changed=self.tally.changed)

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        return needs(self.tally)

    @property
    def score(self) -> Estimate:
        return mean_estimate(self.tally.score.sums, lowest=0, highest=100)

    @property
    def change(self) -> Estimate:
        return mean_difference(self.before.score.sums, self.tally.score.sums)

    @property
    def alike_change(self) -> Estimate:
        """Without the rules that changed meanwhile."""
        return mean_difference(_same(self.before), _same(self.tally))

    @cached_property
    def rule_changes(self) -> tuple[RuleChange, ...]:
        """The rules that became others within the period, with what they found before and since."""
        days = sorted((first, pack) for pack, (first, _) in self.tally.packs.items())
        if len(days) < 2 or self.period.first is None or self.period.last is None:
            return ()
        since = days[-1][0]
        found = []
        for rule_id in sorted(self.tally.changed):
            by_agent = self.source.verdicts(rule_id, self.period, team=self.team).values()
            was = _whole(_within(days, date.min, since - timedelta(days=1)) for days in by_agent)
            now = _whole(_within(days, since, date.max) for days in by_agent)
            place = self.tally.place_of(rule_id)
            title = self.tally.rules[place].title if place is not None else rule_id
            found.append(RuleChange(title, rule_id, since, was, now, rate_difference(was, now)))
        return tuple(found)

    @cached_property
    def effects(self) -> tuple[TrainingEffect, ...]:
        """The trainings that were done from eight weeks before the period on, each against the peers of its team."""
        first = (self.period.first or date.min) - timedelta(days=2 * EFFECT_DAYS)
        last = min(self.period.last or self.source.today, self.source.today)
        every = self.source.trainings(Period(first, last), team=self.team)
        done = [(one, one.done_day) for one in every if one.done_day and one.done_day < last]
        found: list[TrainingEffect] = []
        by_rule: dict[tuple[str, str], Mapping[str, ByDay]] = {}  # trainings of a month are about few rules
        for training, on in done:
            key = (training.rule_id, training.team)
            if key not in by_rule:
                of_rule = [day for one, day in done if (one.rule_id, one.team) == key]
                span = Period(min(of_rule) - timedelta(days=EFFECT_DAYS), last)
                by_rule[key] = self.source.verdicts(training.rule_id, span, team=training.team or None)
            trained = {other.agent_id for other in every if other.rule_id == training.rule_id}
            whole = Period(on - timedelta(days=EFFECT_DAYS), min(last, on + timedelta(days=EFFECT_DAYS)))
            changed = training.rule_id in self.source.changed(whole, team=training.team or None)
            found.append(_effect(training, on, by_rule[key], trained, last, changed=changed))
        return tuple(found)

    def data(self, title: str, **parts: object) -> PeriodData:
        tally = self.tally
        return PeriodData(
            title,
            self.team or "",
            self.period.label,
            tally.calls,
            tally.counted,
            self.score,
            mean_estimate(self.before.score.sums, lowest=0, highest=100),
            self.change,
            self.alike_change,
            mean_estimate(tally.final.sums, lowest=0, highest=100),
            tally.machine_of_final.sums.mean,
            tuple(sorted(tally.grades.items())),
            versions=tuple(sorted(tally.packs)),
            **parts,  # type: ignore[arg-type]
        )


def _same(tally: Tally) -> Sums:
    return sum((member.same.sums for member in tally.members), Sums())


def _whole(counts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    listed = list(counts)
    return sum(failed for failed, _ in listed), sum(judged for _, judged in listed)


def _within(days: ByDay, first: date, last: date) -> tuple[int, int]:
    return _whole(counts for day, counts in days.items() if first <= day <= last)


def _effect(
    training: Training, on: date, days: Mapping[str, ByDay], trained: Set[str], last: date, *, changed: bool
) -> TrainingEffect:
    """Of a training that was done ``on`` a day, against the agents who were not ``trained`` in the same rule, which
    ``changed`` meanwhile or not."""
    day, span = timedelta(days=1), timedelta(days=EFFECT_DAYS)
    until = min(last, on + span)
    counts = {
        agent_id: (_within(found, on - span, on - day), _within(found, on + day, until))
        for agent_id, found in days.items()
    }
    own = counts.get(training.agent_id, ((0, 0), (0, 0)))
    peers = [
        Change(*was, *now)
        for agent_id, (was, now) in sorted(counts.items())
        if agent_id not in trained and was[1] + now[1]
    ]
    effect = change_against_peers(Change(*own[0], *own[1]), peers, rule_changed=changed)
    return TrainingEffect(training, effect, own[0], own[1], (until - on).days, changed)
