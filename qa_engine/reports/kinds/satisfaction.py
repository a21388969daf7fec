"""业务知识与客户满意: satisfaction against score, and which items matter to customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import atanh, sqrt, tanh

from qa_engine.reports.document import Block, Cell, Column, Document, Heading, Note, Piece, Row, Table
from qa_engine.reports.facts import PeriodFacts
from qa_engine.reports.kinds import Request, Source, report_kind
from qa_engine.reports.numbers import Estimate, mean_difference, mean_estimate
from qa_engine.reports.parts import over_days, sign_off, versions
from qa_engine.reports.period import Tally, told
from qa_engine.reports.period.member import Running
from qa_engine.reports.wording import number

TITLE = "业务知识与客户满意分析"
_KNOWLEDGE = ("needs", "adaptability")  # headings of what an agent has to know: 需求归纳, 应变
_Z = 1.959964
LEAST_SIDE = 10
_SHOWN = 10  # of each table: both with the signatures are one page


@dataclass(frozen=True, slots=True)
class Matter:
    """How much less content customers are where a rule is broken; ``scale`` names the measure."""

    rule_id: str
    title: str
    section: str
    with_fault: int
    difference: Estimate


@dataclass(frozen=True, slots=True)
class SatisfactionData:
    title: str
    period: str
    csat: Estimate
    outcome: Estimate
    score_csat: Estimate
    score_outcome: Estimate
    matters_csat: tuple[Matter, ...]
    matters_outcome: tuple[Matter, ...]


@report_kind("satisfaction", title=TITLE, about="centre", folder="satisfaction", scoped=True)
def report(source: Source, request: Request) -> Document:
    """The month of the period (or the one that is due) of the centre or of the team ``request.subject``."""
    period = told.month_of(request.period, source.today)
    facts = PeriodFacts(source, request, period, team=request.subject)
    tally = facts.tally
    data = SatisfactionData(
        TITLE,
        period.label,
        mean_estimate(tally.csat.sums),
        mean_estimate(tally.outcome.sums, lowest=0, highest=100),
        correlation(tally.score_csat),
        correlation(tally.score_outcome),
        _matters(tally, tally.by_csat),
        _matters(tally, tally.by_outcome),
    )
    return over_days(
        "satisfaction",
        TITLE,
        request,
        period.label,
        blocks=(
            Heading("质检得分与客户满意"),
            *_together("客户评分", data.csat, data.score_csat),
            *_together("模型估计的满意程度（0–100）", data.outcome, data.score_outcome),
            Heading("客户在意哪些项目", "有此问题的通话与没有的相差多少，负数为更不满意"),
            *_table(data.matters_csat, data.matters_outcome),
            Heading("业务知识", "需求归纳与应变能力各项"),
            *_knowledge(facts),
            *sign_off("改进意见", "主管", "日期"),
        ),
        footer=versions(tally),
        data=data,
    )


def correlation(pairs: list[float]) -> Estimate:
    """Pearson's coefficient with Fisher's interval (1921), of sums (n, x, y, xx, yy, xy)."""
    n, x, y, xx, yy, xy = pairs
    if n < 10:
        return Estimate(int(n), None)
    spread = (xx - x * x / n) * (yy - y * y / n)
    if spread <= 0:
        return Estimate(int(n), None)
    r = max(-0.999999, min(0.999999, (xy - x * y / n) / sqrt(spread)))
    half = _Z / sqrt(n - 3)
    return Estimate(int(n), r, tanh(atanh(r) - half), tanh(atanh(r) + half))


def strength(r: Estimate) -> str:
    """A coefficient in words."""
    if r.value is None or r.low is None or r.high is None:
        return f"有评分的通话只有 {r.n} 通，看不出得分与满意有没有关系"
    if not r.moved:
        return f"{r.n} 通里看不出得分高的通话客户更满意"
    words = "关系很弱" if abs(r.value) < 0.3 else "关系中等" if abs(r.value) < 0.5 else "关系很紧"  # Cohen 1988
    way = "得分高的通话客户更满意" if r.value > 0 else "得分高的通话客户反而更不满意"
    least, most = sorted((100 * r.low**2, 100 * r.high**2))  # the interval leaves 0 out
    span = f"大致 {number(least, 0)}–{number(most, 0)}%"
    return f"{way}，{words}（{r.n} 通；得分能说明满意差别的约 {number(100 * r.value**2, 0)}%，{span}）"


def _together(title: str, mean: Estimate, r: Estimate) -> list[Block]:
    if not mean.n:
        return [Note((Piece(f"{title}：", "strong"), "本期没有。"))]
    shown = f"平均 {told.score(mean, 2)}（大致 {told.score_range(mean, 2)}，{mean.n} 通）。{strength(r)}。"
    return [Note((Piece(f"{title}：", "strong"), shown))]


def _matters(tally: Tally, by: Mapping[int, tuple[Running, Running]]) -> tuple[Matter, ...]:
    found = []
    for place, (passed, failed) in by.items():
        if failed.n >= LEAST_SIDE and passed.n >= LEAST_SIDE:
            rule = tally.rules[place]
            difference = mean_difference(passed.sums, failed.sums)
            found.append(Matter(rule.id, rule.title, rule.section_title, failed.n, difference))
    return tuple(sorted(found, key=lambda one: (one.difference.value or 0.0, one.rule_id)))


def _table(csat: tuple[Matter, ...], outcome: tuple[Matter, ...]) -> list[Block]:
    if not outcome and not csat:
        return [Note("有评分或估计的通话太少。", "empty")]
    rated = {matter.rule_id: matter for matter in csat}
    among = len(outcome) + len(csat)
    columns = (
        Column("扣分项"),
        Column("考评项", look="soft nowrap"),
        Column("有此问题的通话", number=True),
        Column("估计的满意程度差（0–100）"),
        Column("客户评分差（1–5）"),
        Column("结论", look="nowrap"),
    )
    rows = []
    for matter in outcome or csat:
        own = rated.get(matter.rule_id)
        sure = matter.difference.moved_among(among) and (matter.difference.value or 0) < 0
        sure_rated = own is not None and own.difference.moved_among(among) and (own.difference.value or 0) < 0
        verdict = "客户在意" if sure and sure_rated else "可能在意" if sure or sure_rated else "看不出"
        rows.append(
            Row(
                (
                    Cell(matter.title, "first strong"),
                    matter.section,
                    matter.with_fault,
                    told.change(matter.difference, among=among),
                    told.change(own.difference, among=among) if own else "评分太少",
                    Cell(Piece(verdict, "fault strong" if verdict == "客户在意" else "soft")),
                )
            )
        )
    note = (
        "两种尺度都确实更低才写「客户在意」。这是同时出现，不等于因果：难缠的来电既容易扣分，也不容易满意。"
        "模型估计的满意程度用到通话里的话，与扣分项有重叠，以客户评分为准。"
    )
    return [Table(columns, tuple(rows), filters=True, frozen=True, shown=_SHOWN), Note(note, "faint small")]


def _knowledge(facts: PeriodFacts) -> list[Block]:
    items = [item for item in facts.items if item.rule.section in _KNOWLEDGE]
    if not items:
        return [Note("没有扣分。", "empty")]
    columns = (
        Column("项目"),
        Column("出现率", number=True),
        Column("大致范围", look="nowrap"),
        Column("检查", number=True),
        Column("较上期（百分点）"),
    )
    rows = tuple(
        Row(
            (
                Cell(item.rule.title, "first"),
                told.rate(item.rate),
                told.rate_range(item.rate),
                item.judged,
                told.RULE_CHANGED if item.changed else told.change(item.change, percent=True, among=len(items)),
            )
        )
        for item in items
    )
    return [Table(columns, rows, filters=True, frozen=True, shown=_SHOWN)]
