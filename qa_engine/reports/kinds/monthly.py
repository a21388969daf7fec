"""月度服务质量分析报告: of the centre, or of the team that is named."""

from datetime import date, timedelta

from qa_engine.reports.charts import day_trend, fault_control, heat_map, hours, pareto, what_lies_behind
from qa_engine.reports.coaching import SHOWN_NEEDS, coach_table, effect_table, need_cards
from qa_engine.reports.document import Block, Cell, Column, Document, Heading, Note, Piece, Row, Table
from qa_engine.reports.facts import PeriodFacts
from qa_engine.reports.kinds import Request, Source, report_kind
from qa_engine.reports.numbers import mean_estimate, rate_estimate, ratio_estimate
from qa_engine.reports.parts import (
    agent_notes,
    agent_table,
    drawn_words,
    item_table,
    new_topic,
    notes_of,
    over_days,
    quoted,
    rule_changes,
    sign_off,
    top_figures,
    versions,
)
from qa_engine.reports.period import told
from qa_engine.reports.period.lines import team_sums
from qa_engine.reports.period.needs import coachings
from qa_engine.reports.topics import new_topics, topics
from qa_engine.reports.wording import number, percent, scenario
from qa_engine.text import mask_private

TITLE = "月度服务质量分析报告"
_LOOKED_AT = 400
SHOWN_AGENTS = 10


@report_kind("monthly", title=TITLE, about="centre", folder="monthly", scoped=True)
def report(source: Source, request: Request) -> Document:
    """The month of the period (or the one that is due) of the centre or of the team ``request.subject``."""
    period = told.month_of(request.period, source.today)
    facts = PeriodFacts(source, request, period, team=request.subject)
    return over_days(
        "monthly",
        TITLE,
        request,
        period.label,
        blocks=(
            top_figures(facts),
            *_summary(facts),
            *rule_changes(facts),
            *_indicators(facts),
            *_course(facts),
            *_defects(facts),
            *_people(facts),
            *_topics(facts),
            *_measures(facts),
            Heading("审核"),
            *sign_off("主管意见", "编制", "审核", "日期"),
        ),
        footer=versions(facts.tally),
        data=facts.data(
            TITLE,
            agents=facts.agents,
            items=facts.items,
            needs=facts.needs[:SHOWN_NEEDS],
            effects=facts.effects,
            rule_changes=facts.rule_changes,
        ),
    )


def _summary(facts: PeriodFacts) -> list[Block]:
    """The month in a few sentences, each with its figures."""
    if not facts.tally.counted:
        return [Note(told.NO_CALLS, "empty")]
    sentences = [f"本期平均得分率 {told.score_with(facts.score)}，较上期 {told.change(facts.change)}。"]
    if facts.rule_changes:
        sentences.append(f"规则改版对所有人起作用；不含改版规则，较上期 {told.change(facts.alike_change)}。")
    among = len(facts.items)
    worse = [
        item
        for item in facts.items
        if item.change.moved_among(among) and (item.change.value or 0) > 0 and not item.changed
    ]
    better = [
        item
        for item in facts.items
        if item.change.moved_among(among) and (item.change.value or 0) < 0 and not item.changed
    ]
    if worse:
        sentences.append(f"确实变多的扣分项：{told.listed([item.rule.title for item in worse])}。")
    if better:
        sentences.append(f"确实变少的扣分项：{told.listed([item.rule.title for item in better])}。")
    if not worse and not better:
        sentences.append("各扣分项与上期相比分不出高下。")
    top = facts.items[:3]
    if top:
        whole = sum(item.points for item in facts.items) or 1.0
        share = percent(100 * sum(item.points for item in top) / whole, 0)
        sentences.append(f"失分最多的三项「{'」「'.join(item.rule.title for item in top)}」占全部失分的 {share}。")
    return [Heading("本期概况"), *(Note(sentence) for sentence in sentences)]


def _indicators(facts: PeriodFacts) -> list[Block]:
    tally = facts.tally
    columns = (
        Column("考评项", look="nowrap"),
        Column("得分率", number=True),
        Column("大致范围", look="nowrap"),
        Column("", width="30%"),
        Column("通话", number=True),
        Column("失分", number=True),
    )
    rows = []
    for title, reached in tally.sections.items():
        score, possible = reached[1:3]
        rate = ratio_estimate(reached)
        bar = Cell(Piece(share=100 * rate.value)) if rate.value is not None else Cell()
        shown = Cell(told.rate(rate), value=None if rate.value is None else round(100 * rate.value, 1))
        lost = Cell(number(possible - score, 1), value=round(possible - score, 1))
        rows.append(Row((Cell(title, "first"), shown, told.rate_range(rate), bar, rate.n, lost)))
    blocks: list[Block] = [Heading("指标"), Table(columns, tuple(rows))]
    groups = [("班组", name or "未提供", sums) for name, sums in team_sums(tally).items()] if not facts.team else []
    groups += [
        ("场景", scenario(key) if key else "未提供", running.sums) for key, running in sorted(tally.scenarios.items())
    ]
    grouped = (
        Column("分类"),
        Column("名称"),
        Column("计分通话", number=True),
        Column("得分率", number=True),
        Column("大致范围", look="nowrap"),
    )
    lines = []
    for kind, name, sums in groups:
        made = mean_estimate(sums, lowest=0, highest=100)
        lines.append(Row((kind, Cell(name, "first"), made.n, told.score(made), told.score_range(made))))
    grades = "　".join(
        f"{grade} 级 {count} 通（{percent(100 * count / max(1, tally.counted), 0)}）"
        for grade, count in sorted(tally.grades.items())
    )
    return [
        *blocks,
        Heading("分班组、分场景"),
        Table(grouped, tuple(lines)),
        Note((Piece("等级分布：", "soft"), grades or "—")),
    ]


def _course(facts: PeriodFacts) -> list[Block]:
    tally = facts.tally
    if not tally.days:
        return []
    marks: dict[date, str] = {change.since: "规则改版" for change in facts.rule_changes}
    chart, out = fault_control(tally)
    blocks: list[Block] = [
        Heading("走势", "竖条为当天的大致范围"),
        day_trend(tally, marks),
        Heading("异常数据", "控制图：虚线之外打叉的日子不平常"),
        *chart,
    ]
    changes = facts.rule_changes
    blocks += [Note((Piece(f"{day:%m-%d}　", "strong"), what_lies_behind(tally, day, changes))) for day in out]
    if not out and chart:
        blocks.append(Note("没有超出平常范围的日子。", "soft"))
    if tally.hours:
        blocks += [Heading("一天之内", "按通话开始的钟点"), hours(tally)]
    return blocks


def _defects(facts: PeriodFacts) -> list[Block]:
    if not facts.items:
        return [Heading("主要缺陷"), Note("本期没有扣分。", "empty")]
    return [
        Heading("主要缺陷", "失分排列图"),
        pareto(facts.items),
        Heading("扣分项明细"),
        item_table(facts.items),
        Note(
            "合计扣分为规则扣分之和，未计细项封顶；「按复核更正」用复核测得的查准、查全换算，没有复核的写「未复核」。",
            "faint small",
        ),
    ]


def _people(facts: PeriodFacts) -> list[Block]:
    lines = facts.agents
    if not lines:
        return []
    return [
        Heading("坐席"),
        agent_table(lines),
        *agent_notes(lines),
        *heat_map(facts.tally, lines),
    ]


def _topics(facts: PeriodFacts) -> list[Block]:
    said = facts.source.wants(facts.period, team=facts.team, most=_LOOKED_AT)
    found = topics(said)
    if not found:
        return []
    columns = (
        Column("客户来电说什么"),
        Column("抽取的通话", number=True),
        Column("占比", number=True),
        Column("大致范围", look="nowrap"),
        Column("常见说法"),
        Column("例", look="nowrap"),
    )
    rows = tuple(
        Row(
            (
                Cell(mask_private("、".join(topic.words)), "first"),
                topic.count,
                told.rate(share, 0),
                told.rate_range(share, 0),
                quoted(topic.clause),
                "、".join(topic.calls[:2]),
            )
        )
        for topic in found
        for share in (rate_estimate(topic.count, len(said)),)
    )
    blocks: list[Block] = [Heading("来电话题", drawn_words(len(said), facts.tally.calls)), Table(columns, rows)]
    assert facts.period.last is not None
    since = facts.period.last - timedelta(days=6)
    for topic in new_topics(said, since):
        now = f"最近一周 {topic.recent_calls} 通里 {topic.recent} 通"
        words = f"{now}，此前 {topic.earlier_calls} 通里{told.at_most(topic.earlier)}"
        blocks.append(new_topic(topic, f"{words}（{'、'.join(topic.calls)}）"))
    return blocks


def _measures(facts: PeriodFacts) -> list[Block]:
    chosen = facts.needs[:SHOWN_NEEDS]
    blocks: list[Block] = [
        Heading("上期措施的效果"),
        *effect_table(facts.effects),
        Heading("下期措施", "按能挽回的分数排序"),
    ]
    if not chosen:
        return [*blocks, Note("没有哪一项培训值得单独安排。", "empty")]
    people = coachings(facts.needs)[:SHOWN_AGENTS]
    return [*blocks, coach_table(people), *need_cards(facts, chosen, notes_of(facts))]
