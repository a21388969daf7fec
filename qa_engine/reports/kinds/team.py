"""班组报告: one team over a month, agent by rule."""

from qa_engine.reports.charts import day_trend, heat_map
from qa_engine.reports.coaching import SHOWN_NEEDS, coach_table, need_cards
from qa_engine.reports.document import Document, Heading, Note
from qa_engine.reports.facts import PeriodFacts
from qa_engine.reports.kinds import Request, Source, report_kind
from qa_engine.reports.parts import (
    agent_notes,
    agent_table,
    item_table,
    notes_of,
    over_days,
    rule_changes,
    sign_off,
    top_figures,
    versions,
)
from qa_engine.reports.period import told
from qa_engine.reports.period.needs import coachings, regained_words

TITLE = "班组报告"
SHOWN_AGENTS = 6


@report_kind("team", title=TITLE, about="team", folder="teams")
def report(source: Source, request: Request) -> Document:
    """The team ``request.subject`` over the period (or the month that is due)."""
    period = told.month_of(request.period, source.today)
    facts = PeriodFacts(source, request, period, team=request.subject)
    needs = facts.needs[:SHOWN_NEEDS]
    first = coachings(facts.needs)[:SHOWN_AGENTS]
    marks = {change.since: "规则改版" for change in facts.rule_changes}
    return over_days(
        "team",
        TITLE,
        request,
        period.label,
        blocks=(
            top_figures(facts),
            Heading("先辅导谁、练什么", f"{regained_words(first[0])}：{first[0].name}" if first else ""),
            *([coach_table(first)] if first else [Note("没有哪一项值得单独辅导。", "empty")]),
            *rule_changes(facts),
            Heading("走势", "竖条为当天的大致范围"),
            day_trend(facts.tally, marks) if facts.tally.days else Note(told.NO_CALLS, "empty"),
            Heading("成员"),
            agent_table(facts.agents),
            *agent_notes(facts.agents),
            *heat_map(facts.tally, facts.agents),
            Heading("扣分项"),
            item_table(facts.items),
            Heading("怎么辅导", "本人的片段、同事做得好的、制度原文、目标"),
            *(need_cards(facts, needs, notes_of(facts)) or [Note("没有哪一项值得单独辅导。", "empty")]),
            *sign_off("班长意见与改进安排", "班长签名", "日期"),
        ),
        footer=versions(facts.tally),
        data=facts.data(TITLE, agents=facts.agents, items=facts.items, needs=needs, rule_changes=facts.rule_changes),
    )
