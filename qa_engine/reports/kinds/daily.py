"""每日例会简报: yesterday's defects and deductions, hot topics, what was out of the ordinary, cases, rule changes."""

from datetime import timedelta

from qa_engine.reports.charts import fault_control, jumps, what_lies_behind
from qa_engine.reports.coaching import clip
from qa_engine.reports.document import Block, Cell, Column, Document, Heading, Note, Piece, Row, Table
from qa_engine.reports.facts import PeriodFacts
from qa_engine.reports.kinds import Request, Source, report_kind
from qa_engine.reports.numbers import rate_estimate
from qa_engine.reports.parts import (
    drawn_words,
    item_table,
    new_topic,
    over_days,
    quoted,
    sign_off,
    top_figures,
    versions,
)
from qa_engine.reports.period import told
from qa_engine.reports.statistics import Period
from qa_engine.reports.topics import new_topics, topics
from qa_engine.reports.wording import number
from qa_engine.text import mask_private

TITLE = "每日例会简报"
_WEEKS = 28
_SHOWN, _SHOWN_AGENTS, _LOOKED_AT = 8, 15, 300


@report_kind("daily", title=TITLE, about="centre", folder="daily", scoped=True)
def report(source: Source, request: Request) -> Document:
    """The last day of the period (or yesterday) of the centre or of the team ``request.subject``."""
    day = told.day_of(request.period, source.today)
    facts = PeriodFacts(source, request, Period(day, day), team=request.subject)
    weeks = Period(day - timedelta(days=_WEEKS - 1), day)
    usual = PeriodFacts(source, request, weeks, team=request.subject)
    return over_days(
        "daily",
        TITLE,
        request,
        str(day),
        blocks=(
            top_figures(facts),
            *_defects(facts),
            *_deductions(facts),
            *_unusual(facts, usual),
            *_topics(facts, usual),
            *_cases(facts),
            *_rules(usual),
            *sign_off("答疑与会后待办", "主持人", "日期"),
        ),
        footer=versions(facts.tally),
        data=facts.data(TITLE, items=facts.items),
    )


def _defects(facts: PeriodFacts) -> list[Block]:
    if not facts.tally.counted:
        return [Note("昨日没有计分的通话。", "empty")]
    return [Heading("昨日缺陷"), item_table(facts.items, _SHOWN) if facts.items else Note("没有扣分。", "empty")]


def _deductions(facts: PeriodFacts) -> list[Block]:
    """Who lost how much: points, not places; one day makes no rank."""
    lines = sorted(
        (m for m in facts.tally.members if m.agent_id and m.score.n), key=lambda m: (-m.deducted, m.agent_id)
    )
    if not lines:
        return []
    columns = (
        Column("坐席", look="nowrap"),
        Column("工号", look="nowrap"),
        Column("计分通话", number=True),
        Column("扣分合计", number=True),
        Column("每通扣分", number=True),
        Column("待复核", number=True),
    )
    rows = tuple(
        Row(
            (
                Cell(member.name or member.agent_id, "first"),
                member.agent_id,
                member.score.n,
                Cell(told.fixed(member.deducted), value=round(member.deducted, 1)),
                Cell(told.fixed(member.deducted / member.score.n), value=round(member.deducted / member.score.n, 1)),
                member.waiting,
            )
        )
        for member in lines
    )
    note = "一天的通话太少，不排名；扣分以复核签字后为准，未签字的按机器。"
    table = Table(columns, rows, filters=True, frozen=True, shown=_SHOWN_AGENTS)
    return [Heading("考核扣分", "扣分多的在前"), table, Note(note, "faint small")]


def _unusual(facts: PeriodFacts, usual: PeriodFacts) -> list[Block]:
    day = facts.period.last
    assert day is not None
    blocks: list[Block] = [Heading("异常数据", "近四周控制图，打叉的日子不平常")]
    chart, out = fault_control(usual.tally)
    blocks += chart
    if day in out:
        blocks.append(
            Note((Piece(f"{day:%m-%d} 得分不平常：", "strong"), what_lies_behind(usual.tally, day, usual.rule_changes)))
        )
    elif found := jumps(usual.tally, day, usual.rule_changes):
        blocks.append(Note((Piece(f"{day:%m-%d} 单项不平常：", "strong"), found)))
    elif chart:
        blocks.append(Note(f"{day:%m-%d} 在平常范围之内。", "soft"))
    counts = [usual.tally.days[d].n for d in sorted(usual.tally.days) if d.weekday() == day.weekday() and d != day]
    if len(counts) >= 2 and facts.tally.counted:
        middle = sum(counts) / len(counts)
        more = facts.tally.counted - middle
        if abs(more) > 3 * middle**0.5 and abs(more) > 0.25 * middle:
            words = f"通话 {facts.tally.counted} 通，前几个同一星期几平均 {number(middle, 0)} 通"
            blocks.append(Note((Piece("话务量不平常：", "strong"), words)))
    return blocks


def _topics(facts: PeriodFacts, usual: PeriodFacts) -> list[Block]:
    day = facts.period.last
    assert day is not None
    now = facts.source.wants(facts.period, team=facts.team, most=_LOOKED_AT)
    found = topics(now, most=5)
    blocks: list[Block] = []
    if found:
        blocks.append(Heading("热点问题", drawn_words(len(now), facts.tally.calls)))
        blocks += [
            Note(
                (
                    Piece(mask_private("、".join(t.words)), "strong"),
                    f"　{t.count} 通，{told.rate(share, 0)}（大致 {told.rate_range(share, 0)}）{quoted(t.clause)}，例 ",
                    "、".join(t.calls),
                )
            )
            for t in found
            for share in (rate_estimate(t.count, len(now)),)
        ]
    earlier = usual.source.wants(Period(usual.period.first, day - timedelta(days=1)), team=facts.team, most=_LOOKED_AT)
    for topic in new_topics([*earlier, *now], day):
        before = f"近四周抽取的 {topic.earlier_calls} 通里{told.at_most(topic.earlier)}"
        blocks.append(new_topic(topic, f"昨日 {topic.recent} 通提到，{before}"))
    return blocks


def _cases(facts: PeriodFacts) -> list[Block]:
    """One call to learn from and one to take as a model; suspected vetoes stay out until a person confirmed them."""
    members = [m for m in facts.tally.members if m.worst and m.best]
    if not members:
        return []
    worst = min(members, key=lambda m: m.worst or (0.0, ""))
    best = max(members, key=lambda m: m.best or (0.0, ""))
    assert worst.worst is not None
    assert best.best is not None
    calls = facts.source.some([worst.worst[1], best.best[1]], form_url=facts.request.form_url)
    blocks: list[Block] = [Heading("案例学习")]
    low, high = calls.get(worst.worst[1]), calls.get(best.best[1])
    if low is not None:
        failed = sorted(low.result.failed(), key=lambda rule: (rule.points, rule.id))
        blocks.append(
            Note(
                (
                    Piece(f"得分最低 {number(worst.worst[0], 1)}%：", "strong"),
                    Piece(low.result.call_id, url=low.form_url),
                )
            )
        )
        blocks += [Note((f"{rule.title}：", *clip(low, rule.id)), "hit") for rule in failed[:4]]
    if high is not None:
        blocks.append(
            Note(
                (
                    Piece(f"得分最高 {number(best.best[0], 1)}%：", "strong"),
                    Piece(high.result.call_id, url=high.form_url),
                )
            )
        )
    return blocks


def _rules(usual: PeriodFacts) -> list[Block]:
    if not usual.rule_changes:
        return []
    changes = "；".join(f"{change.since:%m-%d} 起「{change.title}」" for change in usual.rule_changes)
    return [Heading("近四周规则变更"), Note(changes)]
