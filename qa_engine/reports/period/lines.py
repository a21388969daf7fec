"""What a tally says of agents and of rules, each figure with its interval, few calls leaning on the team."""

from collections.abc import Mapping
from dataclasses import dataclass

from qa_engine.reports.numbers import (
    ENOUGH,
    Estimate,
    Sums,
    corrected_rate,
    mean_difference,
    mean_estimate,
    mean_prior,
    rate_difference,
    rate_estimate,
    shared_places,
)
from qa_engine.reports.period.asked import Reviewed
from qa_engine.reports.period.figures import RuleLine
from qa_engine.reports.period.tally import Tally
from qa_engine.reports.period.told import team_order


@dataclass(frozen=True, slots=True)
class AgentLine:
    """An agent over a period. ``score`` is the plain mean, ``level`` leans on the team; ``place`` None: too few calls.

    ``change`` is against the period before, without rules that changed meanwhile.
    """

    agent_id: str
    name: str
    team: str
    calls: int
    counted: int
    score: Estimate
    level: Estimate
    own_weight: float
    place: int | None
    last_place: int | None
    change: Estimate
    faulty: Estimate
    vetoes: int
    suspected: int
    waiting: int
    final: Estimate
    machine_of_final: float | None
    outcome: Estimate
    deducted: float
    best: str
    worst: str

    @property
    def few(self) -> bool:
        return self.counted < ENOUGH

    @property
    def label(self) -> str:
        return f"{self.name} {self.agent_id}".strip() or "未提供"


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A rule over a period. ``lost`` points a call, ``corrected`` by reviews where there are some."""

    place: int
    rule: RuleLine
    failed: int
    judged: int
    rate: Estimate
    corrected: Estimate | None
    points: float
    lost: float
    change: Estimate
    changed: bool  # the rule became another meanwhile
    checks: int = 0  # verdicts of people on it


def agent_lines(tally: Tally, before: Tally | None = None) -> tuple[AgentLine, ...]:
    """Every agent with calls, the best first, those without a place last."""
    counted = [member for member in tally.members if member.score.n and member.agent_id]
    prior = mean_prior([member.sums for member in counted])
    places = {
        place.key: place
        for place in shared_places({member.place: member.same.sums for member in counted}, enough=ENOUGH)
    }
    earlier = {(m.agent_id, m.team): m for m in before.members} if before is not None else {}
    lines = []
    for member in tally.members:
        if not member.agent_id:
            continue
        place = places.get(member.place)
        was = earlier.get((member.agent_id, member.team))
        level = prior.of(member.sums)
        lines.append(
            AgentLine(
                member.agent_id,
                member.name,
                member.team,
                member.calls,
                member.score.n,
                mean_estimate(member.sums, within=prior.within or None, lowest=0, highest=100),
                Estimate(level.n, level.value, *_bounds(level)),
                prior.weight(member.score.n),
                place.place if place else None,
                place.last if place else None,
                mean_difference(was.same.sums, member.same.sums) if was else Estimate(0, None),
                rate_estimate(member.faulty, member.score.n),
                member.vetoes,
                member.suspected,
                member.waiting,
                mean_estimate(member.final.sums, lowest=0, highest=100),
                member.machine_of_final.sums.mean,
                mean_estimate(member.outcome.sums, lowest=0, highest=100),
                member.deducted,
                member.best[1] if member.best else "",
                member.worst[1] if member.worst else "",
            )
        )
    return tuple(sorted(lines, key=_best_first))


def _bounds(level: Estimate) -> tuple[float | None, float | None]:
    low = None if level.low is None else max(0.0, level.low)
    return low, None if level.high is None else min(100.0, level.high)


def _best_first(line: AgentLine) -> tuple[bool, int, float, str]:
    return (line.place is None, line.place or 0, -(line.level.value or 0.0), line.agent_id)


def item_lines(
    tally: Tally,
    before: Tally | None = None,
    *,
    reviewed: Mapping[str, Reviewed] | None = None,
    changed: frozenset[str] = frozenset(),
) -> tuple[ItemLine, ...]:
    """Every rule that cost something or was broken, most points first."""
    failed, judged, lost = tally.failed.sum(0), tally.judged.sum(0), tally.lost.sum(0)
    lines = []
    for place, rule in enumerate(tally.rules):
        if not failed[place]:
            continue
        seen = (reviewed or {}).get(rule.id)
        corrected = None
        if seen is not None and (seen.precision or seen.recall):
            corrected = corrected_rate(
                float(failed[place]), float(judged[place]), precision=seen.precision, recall=seen.recall
            )
        lines.append(
            ItemLine(
                place,
                rule,
                int(failed[place]),
                int(judged[place]),
                rate_estimate(float(failed[place]), float(judged[place])),
                corrected,
                float(lost[place]),
                float(lost[place]) / tally.counted if tally.counted else 0.0,
                _item_change(rule.id, (float(failed[place]), float(judged[place])), before),
                rule.id in changed,
                seen.checks if seen is not None else 0,
            )
        )
    return tuple(sorted(lines, key=lambda line: (-line.points, -line.failed, line.rule.id)))


def _item_change(rule_id: str, now: tuple[float, float], before: Tally | None) -> Estimate:
    place = before.place_of(rule_id) if before is not None else None
    if before is None or place is None:
        return Estimate(0, None)
    return rate_difference((float(before.failed[:, place].sum()), float(before.judged[:, place].sum())), now)


def team_sums(tally: Tally) -> Mapping[str, Sums]:
    """The scores of each team, by name."""
    found: dict[str, Sums] = {}
    for member in tally.members:
        found[member.team] = found.get(member.team, Sums()) + member.sums
    return dict(sorted(found.items(), key=lambda one: team_order(one[0])))
