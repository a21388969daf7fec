"""抽检计划与覆盖: what was drawn by chance, what was flagged beside it, and how much of both somebody looked at."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from qa_engine.reports.document import Block, Cell, Column, Document, Figure, Figures, Heading, Note, Piece, Row, Table
from qa_engine.reports.facts import PeriodFacts
from qa_engine.reports.kinds import Request, Source, report_kind
from qa_engine.reports.numbers import Sums, drawn_estimate, mean_estimate, rate_estimate
from qa_engine.reports.parts import over_days, sign_off
from qa_engine.reports.period import SampledCall, Signed, told
from qa_engine.reports.wording import scenario

TITLE = "抽检计划与覆盖"
Flagged: TypeAlias = Mapping[tuple[str, str], tuple[int, int]]
"""As `Source.flagged` tells."""


@dataclass(frozen=True, slots=True)
class SamplingData:
    title: str
    period: str
    calls: int
    drawn: int
    drawn_signed: int
    flagged: int
    flagged_signed: int
    listed: tuple[SampledCall, ...]


@report_kind("sampling", title=TITLE, about="centre", folder="sampling", scoped=True)
def report(source: Source, request: Request) -> Document:
    """The month of the period (or the one that is due) of the centre or of the team ``request.subject``."""
    period = told.month_of(request.period, source.today)
    facts = PeriodFacts(source, request, period, team=request.subject)
    drawn = source.sampled(period, team=facts.team)
    flagged = source.flagged(period, team=facts.team)
    return over_days(
        "sampling",
        TITLE,
        request,
        period.label,
        blocks=(
            _figures(facts, drawn, flagged),
            Note(
                "随机抽取的不挑好坏，可以推算全部通话（各时段都抽，每人尽量抽到不同场景）；"
                "机器标记的专挑有问题的，不是随机，不能拿来推算全体，两者分开统计。"
            ),
            *_inferred(source, facts, drawn),
            Heading("按场景与时段的覆盖"),
            *_spread(facts, drawn),
            Heading("按坐席的覆盖"),
            *_agents(facts, drawn, flagged),
            Heading("抽中的通话"),
            *_drawn(drawn, request),
            *sign_off("说明", "质检员", "主任", "日期"),
        ),
        data=SamplingData(
            TITLE,
            period.label,
            facts.tally.calls,
            len(drawn),
            _signed(drawn),
            *_both(flagged),
            tuple(drawn),
        ),
    )


def _inferred(source: Source, facts: PeriodFacts, drawn: Sequence[SampledCall]) -> list[Block]:
    """The mean of the signed forms of the calls drawn by chance, which stands for all calls, beside that of all signed
    forms, which does not. As many are drawn of each agent, whatever he has: each agent counts with his calls."""
    ids = {call.call_id for call in drawn if call.signed}
    forms = [form for form in source.signed(facts.period, team=facts.team) if form.possible > 0]
    every = mean_estimate(Sums.of(map(_percent, forms)), lowest=0, highest=100)
    if not every.n:
        return []
    of_agent: dict[tuple[str, str], list[float]] = {}
    for form in forms:
        if form.call_id in ids:
            of_agent.setdefault((form.agent_id, form.team), []).append(_percent(form))
    strata = [(m.score.n, Sums.of(of_agent.get((m.agent_id, m.team), ()))) for m in facts.tally.members]
    chance = drawn_estimate(strata, lowest=0, highest=100)
    return [
        Heading("由随机抽取推算的复核后得分率"),
        Note(
            (
                Piece(f"随机抽中、已签字：{told.score_with(chance)}，按各人通话数加权。", "strong"),
                f"全部已签字（含专挑的）：{told.score_with(every)}，偏向有问题的通话，不能代表全体。",
            )
        ),
    ]


def _percent(form: Signed) -> float:
    return 100 * form.total / form.possible


def _signed(calls: Sequence[SampledCall]) -> int:
    return sum(call.signed for call in calls)


def _both(flagged: Flagged) -> tuple[int, int]:
    """Calls, and the signed ones among them."""
    return sum(calls for calls, _ in flagged.values()), sum(signed for _, signed in flagged.values())


def _figures(facts: PeriodFacts, drawn: Sequence[SampledCall], flagged: Flagged) -> Figures:
    calls = Piece(" 通", "unit")
    marked, looked_at = _both(flagged)
    done = rate_estimate(_signed(drawn), len(drawn))
    return Figures(
        (
            Figure("通话", (str(facts.tally.calls), calls), noted=True),
            Figure("随机抽中", (str(len(drawn)), calls), f"已签字 {_signed(drawn)} 通", noted=True),
            Figure("完成率", told.rate(done, 0), "抽中通话里已签字的", noted=True),
            Figure("机器标记（非随机）", (str(marked), calls), f"已签字 {looked_at} 通", noted=True),
        )
    )


def _spread(facts: PeriodFacts, drawn: Sequence[SampledCall]) -> list[Block]:
    """Whether each scenario and each third of a month has its part of the draw."""
    if not facts.tally.counted:
        return [Note(told.NO_CALLS, "empty")]
    columns = (
        Column("分类"),
        Column("名称"),
        Column("计分通话", number=True),
        Column("抽中", number=True),
        Column("占通话", number=True),
    )
    calls: Counter[tuple[str, str]] = Counter()
    chosen: Counter[tuple[str, str]] = Counter()
    for key, running in sorted(facts.tally.scenarios.items()):
        calls["场景", scenario(key) if key else "未提供"] += running.n
    for day, running in sorted(facts.tally.days.items()):
        calls["时段", _third(day)] += running.n
    for one in drawn:
        chosen.update([("场景", scenario(one.scenario) if one.scenario else "未提供"), ("时段", _third(one.day))])
    rows = tuple(
        Row((kind, Cell(name, "first"), count, chosen[kind, name], told.rate(rate_estimate(chosen[kind, name], count))))
        for (kind, name), count in calls.items()
    )
    return [Table(columns, rows)]


def _third(day: date) -> str:
    return f"{day.month} 月{('上旬', '中旬', '下旬')[min(2, (day.day - 1) // 10)]}"


def _agents(facts: PeriodFacts, drawn: Sequence[SampledCall], flagged: Flagged) -> list[Block]:
    members = sorted(
        (m for m in facts.tally.members if m.agent_id), key=lambda m: (told.team_order(m.team), m.agent_id)
    )
    if not members:
        return [Note("本期没有通话。", "empty")]
    columns = (
        Column("坐席", look="nowrap"),
        Column("工号", look="nowrap"),
        Column("班组", look="nowrap"),
        Column("通话", number=True),
        Column("抽中", number=True),
        Column("已签字", number=True),
        Column("标记（非随机）", number=True),
        Column("其中已签字", number=True),
    )
    rows = []
    by_chance = _by_agent(drawn)
    for member in members:
        own = by_chance.get((member.agent_id, member.team), ())
        cells = (member.calls, len(own), _signed(own), *flagged.get((member.agent_id, member.team), (0, 0)))
        look = "" if own else "faint"
        rows.append(Row((Cell(member.name or member.agent_id, "first"), member.agent_id, member.team, *cells), look))
    reached = {call.agent_id for call in drawn}
    none = [m.name or m.agent_id for m in members if m.agent_id not in reached]
    words = f"一通都没有抽到的：{told.listed(none, 10, '人')}。" if none else "每人都抽到了。"
    return [Note(words, "soft"), Table(columns, tuple(rows), filters=True, frozen=True)]


def _by_agent(calls: Sequence[SampledCall]) -> Mapping[tuple[str, str], Sequence[SampledCall]]:
    found: dict[tuple[str, str], list[SampledCall]] = {}
    for call in calls:
        found.setdefault((call.agent_id, call.team), []).append(call)
    return found


def _drawn(drawn: Sequence[SampledCall], request: Request) -> list[Block]:
    if not drawn:
        return [Note("还没有抽取；用 qa-engine sample 抽取。", "empty")]
    columns = (
        Column("日期", look="nowrap"),
        Column("通话", look="nowrap"),
        Column("坐席", look="nowrap"),
        Column("工号", look="nowrap"),
        Column("场景", look="nowrap"),
        Column("状态", look="nowrap"),
    )
    rows = tuple(
        Row(
            (
                f"{call.day:%m-%d}",
                Cell(Piece(call.call_id, url=request.form_url.format(call_id=call.call_id)), "first"),
                call.agent_name,
                call.agent_id,
                scenario(call.scenario) if call.scenario else "",
                Cell(Piece("已签字", "tag good") if call.signed else Piece("待检", "tag")),
            )
        )
        for call in drawn
    )
    return [Table(columns, rows, filters=True, frozen=True)]
