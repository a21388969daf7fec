"""Pictures that several reports over a period have, and what they say of single days."""

from collections.abc import Mapping, Sequence
from datetime import date

from qa_engine.reports.document import (
    Block,
    Chart,
    Heading,
    Note,
)
from qa_engine.reports.facts import RuleChange
from qa_engine.reports.numbers import ENOUGH, control_chart, mean_estimate
from qa_engine.reports.period import Tally, told
from qa_engine.reports.period.lines import AgentLine, ItemLine
from qa_engine.reports.pictures import Bars, Control, HeatMap, Pareto, Spot, Trend
from qa_engine.reports.wording import number


def day_trend(tally: Tally, marks: Mapping[date, str]) -> Chart:
    days = sorted(tally.days)
    spots = tuple(_spot(f"{day:%m-%d}", tally, day) for day in days)
    placed = tuple((days.index(day), words) for day, words in sorted(marks.items()) if day in tally.days)
    return Chart("many-trend", Trend(spots, "%", placed, "按日平均得分率，竖条为大致范围"))


def _spot(label: str, tally: Tally, day: date) -> Spot:
    made = mean_estimate(tally.days[day].sums, lowest=0, highest=100)
    return Spot(label, made.value or 0.0, made.low, made.high, f"{label}　{told.score_with(made)}", made.n)


def fault_control(tally: Tally) -> tuple[list[Block], list[date]]:
    """Points lost a call by day as a control chart, and the days out of the ordinary."""
    days = sorted(tally.days)
    points = control_chart([tally.days[day].sums for day in days], lowest=0, highest=100)
    if not points:
        return [Note("不足 8 天，不画控制图。", "soft small")], []
    shown = tuple((f"{d:%m-%d}", p.value, p.low, p.high, p.out) for d, p in zip(days, points, strict=True))
    out = [day for day, point in zip(days, points, strict=True) if point.out]
    return [Chart("control", Control(shown, points[0].center, "%", "按日平均得分率控制图，虚线为平常范围"))], out


def what_lies_behind(tally: Tally, day: date, changes: Sequence[RuleChange] = ()) -> str:
    """The rules that were broken far more often on a day than on the others, in words."""
    turned = "；".join(f"「{one.title}」{one.since:%m-%d} 起改版，与以前不可比" for one in changes if one.since <= day)
    return jumps(tally, day, changes) or turned or "各项都略多，没有哪一项特别突出"


def jumps(tally: Tally, day: date, changes: Sequence[RuleChange] = ()) -> str:
    """The rules whose faults of a day lie beyond four deviations of Poisson's law for the other days.

    A rule that became another (``changes``) is held against the days on which it was the same.
    """
    judged = tally.day_judged[day]
    since = {change.rule_id: change.since for change in changes}
    found = []
    for rule, count in tally.day_faults[day].items():
        turn = since.get(tally.rules[rule].id, date.min)
        others = [one for one in tally.day_judged if one != day and (one < turn) == (day < turn)]
        rest = sum(tally.day_faults[one][rule] for one in others if one in tally.day_faults)
        if not others:
            continue
        expected = judged * rest / max(1, sum(tally.day_judged[one] for one in others))
        if count >= 3 and count - expected > 4 * (expected + 1) ** 0.5:
            found.append((count - expected, tally.rules[rule].title, count, expected))
    found.sort(key=lambda one: (-one[0], one[1]))
    return "；".join(f"「{title}」{count} 通，平常约 {number(usual, 0)} 通" for _, title, count, usual in found[:3])


def pareto(items: Sequence[ItemLine], most: int = 12) -> Chart:
    parts = tuple((item.rule.title, item.points) for item in items[:most] if item.points > 0)
    return Chart("pareto", Pareto(parts, " 分", "失分排列图", sum(item.points for item in items)))


def hours(tally: Tally) -> Chart:
    spots = []
    for hour in sorted(tally.hours):
        made = mean_estimate(tally.hours[hour].sums, lowest=0, highest=100)
        spots.append(Spot(f"{hour}时", made.value or 0.0, made.low, made.high, f"{made.n} 通", made.n))
    return Chart("bars", Bars(tuple(spots), "%", "各时段平均得分率"))


def heat_map(tally: Tally, lines: Sequence[AgentLine], most: int = 14) -> list[Block]:
    """Points lost for 100 calls, agent by rule; the most costly rules."""
    lost = tally.lost
    order = sorted(range(len(tally.rules)), key=lambda n: (-float(lost[:, n].sum()), tally.rules[n].id))
    columns = [n for n in order if lost[:, n].sum() > 0][:most]
    members = {(m.agent_id, m.team): m for m in tally.members}
    shown = [line for line in lines if line.counted]
    cells = tuple(
        tuple(
            (value, number(value, 0) if value >= 0.5 else "")
            for n in columns
            for value in (100 * float(lost[members[line.agent_id, line.team].place, n]) / line.counted,)
        )
        for line in shown
    )
    ranked = sorted(cell[0] for line, cells_of in zip(shown, cells, strict=True) if not line.few for cell in cells_of)
    most_shown = ranked[int(0.98 * (len(ranked) - 1))] if ranked else 1.0
    names = tuple(f"{line.name or line.agent_id}{'*' if line.few else ''}" for line in shown)
    picture = HeatMap(names, tuple(tally.rules[n].title for n in columns), cells, "坐席与扣分项热力图", most_shown)
    note = "格内为每 100 通扣多少分，颜色越深越多" + (
        f"；带 * 的不足 {ENOUGH} 通，只作参考" if any(line.few for line in shown) else ""
    )
    return [Heading("坐席 × 扣分项", note), Chart("heat", picture)]
