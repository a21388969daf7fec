"""Blocks that several reports have: banners, figures, tables of agents and rules, needs."""

from collections.abc import Sequence

from qa_engine.reports.cards import WIDE_BOX
from qa_engine.reports.document import (
    Banner,
    Block,
    Cell,
    Column,
    Document,
    Fact,
    Figure,
    Figures,
    Heading,
    Note,
    Piece,
    Row,
    Rows,
    SignLine,
    SignOff,
    Table,
    Text,
)
from qa_engine.reports.facts import PeriodFacts
from qa_engine.reports.kinds import Request
from qa_engine.reports.numbers import ENOUGH, mean_estimate, rate_estimate
from qa_engine.reports.period import PackNotes, Tally, told
from qa_engine.reports.period.lines import AgentLine, ItemLine
from qa_engine.reports.topics import NewTopic
from qa_engine.reports.wording import SEVERITIES, number
from qa_engine.text import mask_private
from qa_engine.wording import notice_told

SHOWN_ITEMS = 15  # on pages and paper; a workbook has all


def over_days(
    kind: str,
    title: str,
    request: Request,
    days: str,
    *,
    blocks: tuple[Block, ...],
    footer: tuple[Fact, ...] = (),
    table: Rows | None = None,
    data: object,
) -> Document:
    """A report of the centre, or of the team ``request.subject``, over ``days``."""
    scope = request.subject or "全中心"
    return Document(
        kind=kind,
        title=title,
        mark=f"{scope}　{days}",
        heading=f"{title} {scope} {days}",
        subject=scope,
        look="many-calls",
        blocks=blocks,
        footer=footer,
        table=table,
        data=data,
    )


def recogniser_banner(notice: str) -> Banner:
    """What must not be overlooked about the recogniser that was in use."""
    told = notice_told(notice)
    return Banner("notice", (Piece(notice, "strong"), f"：{told}。" if told else ""))


def top_figures(facts: PeriodFacts) -> Figures:
    tally = facts.tally
    faulty = sum(member.faulty for member in tally.members)
    final = mean_estimate(tally.final.sums, lowest=0, highest=100)
    signed = "本期没有签字的考评表"
    if final.n:
        span = told.score_range(final)
        signed = (
            f"{f'大致 {span}，' if span != told.FEW else ''}{final.n} 通{'，通话太少' if span == told.FEW else ''}；"
        )
        signed += f"同一批通话机器 {told.fixed(tally.machine_of_final.sums.mean or 0.0)}"
    vetoes = sum(member.vetoes for member in tally.members)
    suspected = sum(member.suspected for member in tally.members)
    calls = Piece(" 通", "unit")
    return Figures(
        (
            Figure("平均得分率（机器）", told.score(facts.score), _roughly(facts), noted=True),
            Figure("较上期", told.change(facts.change).split("（")[0], _change_note(facts), noted=True),
            Figure("复核后得分率", told.score(final), signed, noted=True),
            Figure(
                "计分通话", (str(tally.counted), Piece(f" / {tally.calls} 通", "unit")), _uncounted(tally), noted=True
            ),
            Figure("有扣分的通话", (str(faulty), calls), _share(faulty, tally.counted), noted=True),
            Figure("一票否决", (str(vetoes), calls), f"另 {suspected} 通待确认", "fault" if vetoes else "", noted=True),
        )
    )


def _roughly(facts: PeriodFacts) -> str:
    span = told.score_range(facts.score)
    return span if span in ("", told.FEW) else f"大致 {span}"


def _change_note(facts: PeriodFacts) -> str:
    _, _, rest = told.change(facts.change).partition("（")
    return rest.replace("）", "").replace(told.ALIKE, "分不出高下")


def _uncounted(tally: Tally) -> str:
    return f"{tally.uncounted} 通没听清，未计分" if tally.uncounted else "全部计分"


def _share(part: int, whole: int) -> str:
    share = rate_estimate(part, whole)
    return f"占 {told.rate(share)}（大致 {told.rate_range(share)}）" if whole else ""


def rule_changes(facts: PeriodFacts) -> list[Block]:
    """What became other rules meanwhile, and what that did to everybody."""
    if not facts.rule_changes:
        return []
    columns = (
        Column("改版的规则"),
        Column("自"),
        Column("改版前出现率"),
        Column("改版后出现率"),
        Column("变化（百分点）"),
    )
    rows = tuple(
        Row(
            (
                Cell(change.title, "first"),
                f"{change.since:%m-%d}",
                rate_cell(change.before),
                rate_cell(change.after),
                told.change(change.change, percent=True),
            )
        )
        for change in facts.rule_changes
    )
    told_apart = (
        f"改版对所有人一样起作用，不算到人头上：名次与「同口径」比较都不含改版的规则。"
        f"同口径较上期 {told.change(facts.alike_change)}。"
    )
    return [Heading("本期规则改版的影响"), Table(columns, rows), Note(told_apart)]


def rate_cell(counts: tuple[int, int]) -> str:
    failed, judged = counts
    return f"{told.fixed(100 * failed / judged)}%（{failed} / {judged} 通）" if judged else "—"


AGENT_COLUMNS = (
    Column("名次", number=True, look="nowrap"),
    Column("坐席", look="strong nowrap"),
    Column("工号", look="nowrap"),
    Column("计分通话", number=True),
    Column("得分率", number=True, look="strong"),
    Column("大致范围", look="nowrap"),
    Column("靠拢后", number=True),
    Column("较上期（同口径）"),
    Column("有扣分", number=True),
    Column("复核后（同批机器分，通话）"),
)


def agent_table(lines: Sequence[AgentLine], *, link: str | None = None) -> Table:
    rows = []
    among = len(lines)
    for line in lines:
        url = link.format(agent_id=line.agent_id) if link else None
        final = "—"
        if line.final.n:
            final = f"{told.score(line.final)}（{told.fixed(line.machine_of_final or 0.0)}，{line.final.n} 通）"
        rows.append(
            Row(
                (
                    told.place(line.place, line.last_place),
                    Cell(Piece(line.name or line.agent_id, url=url), "first"),
                    Cell(line.agent_id),
                    line.counted,
                    Cell(told.score(line.score), value=_round(line.score.value)),
                    told.score_range(line.score) or "—",
                    Cell(told.score(line.level), value=_round(line.level.value)),
                    Cell(told.change(line.change, among=among), told.change_look(line.change, good=1, among=among)),
                    Cell(told.rate(line.faulty, 0), value=None if line.counted else ""),
                    final,
                ),
                "faint" if line.few else "",
            )
        )
    return Table(AGENT_COLUMNS, tuple(rows), filters=True, frozen=True)


def agent_notes(lines: Sequence[AgentLine]) -> list[Block]:
    few = [line.label for line in lines if line.few]
    notes: list[Block] = [
        Note(
            "名次写成范围（如 2–6）的，现有通话分不出先后；都写 1 的并列第一。变化注明「分不出」「不足以断定」的，"
            "不当作进步或退步。"
            "「靠拢后」：通话少的人，得分率向全组靠拢。",
            "soft small",
        )
    ]
    if few:
        notes.append(
            Banner("ask", f"{told.listed(few, 6, '人')}：不足 {ENOUGH} 通，不排名，不作考核依据；数字已向全组靠拢。")
        )
    return notes


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


ITEM_COLUMNS = (
    Column("扣分项"),
    Column("考评项", look="soft nowrap"),
    Column("程度", look="nowrap"),
    Column("出现 / 检查", number=True, look="nowrap"),
    Column("出现率", number=True, look="strong"),
    Column("大致范围", look="nowrap"),
    Column("按复核更正"),
    Column("较上期（百分点）"),
    Column("合计扣分", number=True),
)


def item_table(items: Sequence[ItemLine], most: int = SHOWN_ITEMS) -> Table:
    """The rules that cost most; a page shows ``most`` of them."""
    rows = []
    for item in items:
        corrected = corrected_words(item)
        change: Text = told.change(item.change, percent=True, among=len(items))
        if item.changed:
            change = told.RULE_CHANGED
        rows.append(
            Row(
                (
                    Cell(Piece(item.rule.title, "strong"), "first"),
                    item.rule.section_title,
                    Cell(_severity(item.rule.severity)),
                    f"{item.failed} / {item.judged}",
                    Cell(
                        told.rate(item.rate), value=None if item.rate.value is None else round(100 * item.rate.value, 1)
                    ),
                    told.rate_range(item.rate),
                    corrected,
                    Cell(change, "" if item.changed else told.change_look(item.change, good=-1, among=len(items))),
                    Cell(
                        "否决" if item.rule.severity == "veto" else number(item.points, 1),
                        "fault" if item.points or item.rule.severity == "veto" else "",
                        value=round(item.points, 1),
                    ),
                )
            )
        )
    return Table(ITEM_COLUMNS, tuple(rows), filters=True, frozen=True, shown=most)


def corrected_words(item: ItemLine) -> str:
    """The rate as reviews correct it, or why it is not corrected."""
    if item.corrected is None:
        return f"复核太少（{item.checks} 条）" if item.checks else "未复核"
    return f"{told.rate(item.corrected)}（{told.rate_range(item.corrected)}）"


def _severity(key: str) -> Piece:
    label = next((label for severity, label in SEVERITIES.items() if severity.value == key), key)
    return Piece(label, "tag fault" if key in ("veto", "major") else "tag")


def drawn_words(drawn: int, calls: int) -> str:
    """How many calls topics were made of, and how these were chosen."""
    if drawn >= calls:
        return f"全部 {drawn} 通，按用词归类"
    return f"本期 {calls} 通按时间先后每隔约 {round(calls / max(1, drawn))} 通取一通，共 {drawn} 通，按用词归类"


def quoted(clause: str) -> str:
    """What customers say, in quotes; empty if nothing."""
    return f"「{mask_private(clause)}」" if clause else ""


def new_topic(topic: NewTopic, found: str) -> Note:
    named = Piece(f"新话题「{mask_private('、'.join(topic.words))}」：", "strong")
    said = f"，如{quoted(topic.clause)}" if topic.clause else ""
    return Note((named, found, said))


def sign_off(title: str, *entries: str) -> list[Block]:
    write = SignLine(kind="write")
    line = SignLine(tuple((f"{entry} ", WIDE_BOX) for entry in entries))
    return [SignOff(title, (write, write, line))]


def versions(tally: Tally) -> tuple[Fact, ...]:
    return tuple(Fact("规则包", pack) for pack in sorted(tally.packs))


def notes_of(facts: PeriodFacts) -> PackNotes:
    """The rules as the newest pack of the period has them."""
    packs = sorted(facts.tally.packs.items(), key=lambda one: (one[1][1], one[0]))
    return facts.source.notes(packs[-1][0]) if packs else {}
