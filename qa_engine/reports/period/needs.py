"""What training would regain: points a call, by agent and rule, few calls leaning on the team; and how that is said."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from qa_engine.reports.numbers import ENOUGH, Estimate, rate_prior
from qa_engine.reports.period import told
from qa_engine.reports.period.figures import RuleLine
from qa_engine.reports.period.member import Member
from qa_engine.reports.period.tally import Tally
from qa_engine.reports.wording import number

_CHOSEN = 1.06
"""The needs that are added up were chosen for being the largest: so much wider covers that (`benchmarks.coverage`)."""


@dataclass(frozen=True, slots=True)
class Need:
    """What an agent would gain by getting as good in a rule as the better half of the team.

    ``regained`` is percent of the possible points, a call, between ``least`` and ``most``; ``rate`` leans on the team;
    ``whole`` is all that is lost.
    """

    agent_id: str
    name: str
    team: str
    rule: RuleLine
    failed: int
    judged: int
    rate: Estimate
    goal: float
    team_rate: float
    regained: float
    whole: float
    examples: tuple[str, ...]
    least: float = 0.0
    most: float = 0.0


@dataclass(frozen=True, slots=True)
class Coaching:
    """An agent with what is worth practising, most points first."""

    agent_id: str
    name: str
    team: str
    needs: tuple[Need, ...]

    @property
    def regained(self) -> float:
        return sum(need.regained for need in self.needs)

    @property
    def least(self) -> float:
        """The lower end of what the needs regain together: rules err apart, so that their distances add as squares."""
        return max(0.0, self.regained - _CHOSEN * sqrt(sum((need.regained - need.least) ** 2 for need in self.needs)))

    @property
    def most(self) -> float:
        return self.regained + _CHOSEN * sqrt(sum((need.most - need.regained) ** 2 for need in self.needs))


def needs(tally: Tally, *, least: float = 0.3) -> tuple[Need, ...]:
    """What training would regain, most first; what is less than ``least`` points a call is left out.

    Rates lean on the team of the agent, so that one bad call in two makes no need by itself.
    """
    found: list[Need] = []
    by_team: dict[str, list[Member]] = {}
    for member in tally.members:
        if member.agent_id and member.score.n:
            by_team.setdefault(member.team, []).append(member)
    for members in by_team.values():
        for place, rule in enumerate(tally.rules):
            found += _needs_of_rule(tally, members, place, rule, least)
    return tuple(sorted(found, key=lambda need: (-need.regained, need.agent_id, need.rule.id)))


def _needs_of_rule(tally: Tally, members: Sequence[Member], place: int, rule: RuleLine, least: float) -> list[Need]:
    points = tally.points_of.get(place)
    if points is None or not points.n or points.total <= 0:
        return []
    counts = [(float(tally.failed[m.place, place]), float(tally.judged[m.place, place])) for m in members]
    prior = rate_prior(counts)
    values = [prior.value(*count) for count in counts]
    goal = sorted(values)[(len(values) - 1) // 2]
    each = points.total / points.n
    found = []
    for member, (failed, judged), value in zip(members, counts, values, strict=True):
        # what a call loses is the rate among the judged calls times how often the rule is judged at all
        weight = judged / member.score.n * each
        reach = min(goal, value / 2)
        if (value - reach) * weight < least or failed < 2 or judged < ENOUGH:
            continue
        rate = prior.of(failed, judged)
        found.append(
            Need(
                member.agent_id,
                member.name,
                member.team,
                rule,
                int(failed),
                int(judged),
                rate,
                reach,
                prior.rate,
                (value - reach) * weight,
                value * weight,
                tuple(reversed(tally.examples_of(member.place, place))),
                max(0.0, (rate.low or 0.0) - reach) * weight,
                max(0.0, (rate.high or 0.0) - reach) * weight,
            )
        )
    return found


def coachings(found: Sequence[Need], *, each: int = 3) -> tuple[Coaching, ...]:
    """The needs of each agent together, ``each`` at most; who would gain most first."""
    by_agent: dict[tuple[str, str], list[Need]] = {}
    for need in found:
        by_agent.setdefault((need.agent_id, need.team), []).append(need)
    made = [
        Coaching(agent_id, listed[0].name, team, tuple(listed[:each])) for (agent_id, team), listed in by_agent.items()
    ]
    return tuple(sorted(made, key=lambda one: (-one.regained, one.agent_id, one.team)))


def need_words(need: Need) -> str:
    return (
        f"检查 {need.judged} 通，{need.failed} 通出现；"
        f"估计出现率 {told.rate(need.rate, 0)}（大致 {told.rate_range(need.rate, 0)}），"
        f"同组平均 {number(100 * need.team_rate, 0)}%"
    )


def regained_words(one: Coaching) -> str:
    """``改好这两项，得分约升 6 分``: of one agent, whose needs add up."""
    count = {1: "这一项", 2: "这两项", 3: "这三项"}.get(len(one.needs), f"这 {len(one.needs)} 项")
    return f"改好{count}，得分约升 {told.fixed(one.regained)} 分（{regained_range(one)}）"


def regained_range(one: Need | Coaching) -> str:
    """``0.4–1.1``: what the calls leave open."""
    return f"{told.fixed(one.least)}–{told.fixed(one.most)}"


def goal_words(need: Need) -> str:
    return f"四周内出现率降到 {max(1, round(100 * need.goal))}% 以下"
