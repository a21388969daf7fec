"""每周小结与培训计划: what the week showed; 全员培训 topics and the 单独培训 list."""

from collections.abc import Sequence
from dataclasses import replace

from qa_engine.reports.coaching import clip, coach_table, effect_table, need_cards
from qa_engine.reports.document import Block, Cell, Column, Document, Heading, Note, Piece, Row, Table
from qa_engine.reports.facts import PeriodFacts
from qa_engine.reports.kinds import Request, Source, report_kind
from qa_engine.reports.parts import item_table, notes_of, over_days, rule_changes, sign_off, top_figures, versions
from qa_engine.reports.period import Tally, told
from qa_engine.reports.period.lines import ItemLine
from qa_engine.reports.period.needs import Need, coachings, goal_words, need_words, needs, regained_range
from qa_engine.reports.wording import number

TITLE = "每周小结与培训计划"
FOR_ALL_AGENTS = 0.4  # of the agents have it: a topic for everybody
_FOR_ALL, _ALONE = 3, 10


@report_kind("weekly", title=TITLE, about="centre", folder="weekly", scoped=True)
def report(source: Source, request: Request) -> Document:
    """The week of the period (or the last whole one) of the centre or of the team ``request.subject``."""
    period = told.week_of(request.period, source.today)
    facts = PeriodFacts(source, request, period, team=request.subject)
    common = [item for item in facts.items if _spread(facts.tally, item) >= FOR_ALL_AGENTS][:_FOR_ALL]
    ids = {item.rule.id for item in common}
    alone = tuple(need for need in needs(facts.tally, least=0.2) if need.rule.id not in ids)[:_ALONE]
    people = coachings(alone)
    return over_days(
        "weekly",
        TITLE,
        request,
        period.label,
        blocks=(
            top_figures(facts),
            *rule_changes(facts),
            Heading("本周小结"),
            item_table(facts.items, 10) if facts.items else Note("本周没有扣分。", "empty"),
            Heading("全员培训", f"四成以上坐席都有的问题，{len(common)} 项"),
            *_for_all(facts, common),
            Heading("单独培训", f"{len(people)} 人，按改好能挽回的分排"),
            *([coach_table(people)] if people else [Note("本周没有需要单独培训的。", "empty")]),
            *_list(alone),
            *need_cards(facts, alone[:6], notes_of(facts)),
            Heading("已完成培训的效果"),
            *effect_table(facts.effects),
            *sign_off("客服部主任意见", "质检员", "主任", "日期"),
        ),
        footer=versions(facts.tally),
        data=replace(
            facts.data(TITLE, items=facts.items, needs=alone, rule_changes=facts.rule_changes), effects=facts.effects
        ),
    )


def _spread(tally: Tally, item: ItemLine) -> float:
    """The part of the agents (of those with five judged calls) that broke the rule at least twice."""
    judged, failed = tally.judged[:, item.place], tally.failed[:, item.place]
    seen = judged >= 5
    return float((failed[seen] >= 2).sum() / max(1, seen.sum()))


def _for_all(facts: PeriodFacts, common: list[ItemLine]) -> list[Block]:
    if not common:
        return [Note("没有四成以上坐席共有的问题。", "empty")]
    examples = {item.place: _examples(facts.tally, item.place) for item in common}
    calls = facts.source.some([c for listed in examples.values() for c in listed], form_url=facts.request.form_url)
    notes = notes_of(facts)
    blocks: list[Block] = []
    for n, item in enumerate(common, 1):
        share = number(100 * _spread(facts.tally, item), 0)
        why = f"出现率 {told.rate_with(item.rate)}，{share}% 的坐席出现两次以上，共扣 {number(item.points, 1)} 分。"
        goal = f"目标：四周内出现率降到 {number(50 * (item.rate.value or 0.0), 0)}% 以下。"
        blocks.append(Note((Piece(f"{n}．{item.rule.title}　", "strong"), why, Piece(goal, "soft"))))
        note = notes.get(item.rule.id)
        if note is not None and note.why:
            blocks.append(Note((Piece("制度原文：", "soft"), note.why), "small"))
        blocks += [Note(clip(calls[call], item.rule.id), "hit") for call in examples[item.place] if call in calls]
    return blocks


def _examples(tally: Tally, place: int) -> list[str]:
    """The latest example of each of two agents."""
    found = [listed[-1] for (_, rule), listed in sorted(tally.examples.items()) if rule == place and listed]
    return found[:2]


def _list(alone: Sequence[Need]) -> list[Block]:
    if not alone:
        return []
    columns = (
        Column("坐席", look="nowrap"),
        Column("工号", look="nowrap"),
        Column("练什么"),
        Column("依据"),
        Column("约升", number=True, look="nowrap"),
        Column("大致范围", look="nowrap"),
        Column("目标"),
    )
    rows = tuple(
        Row(
            (
                Cell(need.name or need.agent_id, "first strong"),
                need.agent_id,
                need.rule.title,
                Cell(need_words(need), "small"),
                Cell(told.fixed(need.regained), value=round(need.regained, 1)),
                regained_range(need),
                goal_words(need),
            )
        )
        for need in alone
    )
    return [Heading("每人每项", "依据与目标"), Table(columns, rows, filters=True, frozen=True)]
