"""明星榜: the best agents of a month; those who cannot be told apart share a place, few calls have none."""

from qa_engine.reports.document import Block, Cell, Column, Document, Heading, Note, Piece, Row, Table
from qa_engine.reports.facts import PeriodFacts
from qa_engine.reports.kinds import Request, Source, report_kind
from qa_engine.reports.parts import over_days, sign_off, versions
from qa_engine.reports.period import told
from qa_engine.reports.period.lines import AgentLine
from qa_engine.reports.wording import number

TITLE = "呼叫中心明星榜"
LEAST_CALLS = 20
LEAST_PART = 0.25  # of the median number of calls
_NAMED = 30  # whoever is left out looks for the own name


@report_kind("stars", title=TITLE, about="centre", folder="stars", scoped=True)
def report(source: Source, request: Request) -> Document:
    """The month of the period (or the one that is due) of the centre or of the team ``request.subject``."""
    period = told.month_of(request.period, source.today)
    facts = PeriodFacts(source, request, period, team=request.subject)
    least = _least(facts.agents)
    ranked = [line for line in facts.agents if line.place is not None and line.counted >= least]
    barred = [line for line in ranked if line.vetoes or line.suspected]
    stars = [line for line in ranked if line.place == 1 and line not in barred]
    rising = sorted(
        (line for line in ranked if line.change.moved_among(len(ranked)) and (line.change.value or 0) > 0),
        key=lambda line: (-(line.change.value or 0.0), line.agent_id),
    )
    return over_days(
        "stars",
        TITLE,
        request,
        period.label,
        blocks=(
            Heading("本月明星", f"并列 {len(stars)} 人" if len(stars) > 1 else ""),
            *_table(stars, "没有符合条件的坐席。"),
            Heading("进步明星", "与上月同口径相比确实提高的"),
            *_table(rising, "没有谁的提高大到可以确定。"),
            Heading("评选办法"),
            *_rules(facts, least, barred),
            *sign_off("公布", "客服信息席", "主管", "日期"),
        ),
        footer=versions(facts.tally),
        data=facts.data(TITLE, agents=tuple(stars)),
    )


def _least(lines: tuple[AgentLine, ...]) -> int:
    counts = sorted(line.counted for line in lines)
    middle = counts[len(counts) // 2] if counts else 0
    return max(LEAST_CALLS, round(LEAST_PART * middle))


def _table(lines: list[AgentLine], nobody: str) -> list[Block]:
    if not lines:
        return [Note(nobody, "empty")]
    columns = (
        Column("坐席", look="nowrap"),
        Column("工号", look="nowrap"),
        Column("班组", look="nowrap"),
        Column("计分通话", number=True),
        Column("得分率", number=True),
        Column("大致范围", look="nowrap"),
        Column("较上月（同口径）"),
        Column("复核后", number=True),
    )
    rows = tuple(
        Row(
            (
                Cell(Piece(line.name or line.agent_id, "strong"), "first"),
                line.agent_id,
                line.team,
                line.counted,
                told.score(line.score),
                told.score_range(line.score),
                told.change(line.change, among=len(lines)),
                f"{told.score(line.final)}（{line.final.n} 通）" if line.final.n else "—",
            )
        )
        for line in lines
    )
    return [Table(columns, rows, filters=True, frozen=True)]


def _rules(facts: PeriodFacts, least: int, barred: list[AgentLine]) -> list[Block]:
    few = [f"{line.label}（{line.counted} 通）" for line in facts.agents if line.counted < least]
    blocks: list[Block] = [
        Note(
            f"计分通话满 {least} 通才参评（至少 {LEAST_CALLS} 通，"
            f"并且不少于每人通话数中位数的 {number(100 * LEAST_PART, 0)}%）。"
        ),
        Note("现有通话分不出高下的并列；本月改版的规则不计入。有一票否决或待确认否决的，确认之前不上榜。"),
        Note("本榜只列优秀，不列末位：末位与倒数第二往往分不出，不宜公布。", "soft"),
    ]
    if few:
        blocks.append(Note(f"通话太少、未参评：{told.listed(few, _NAMED, '人')}。", "soft"))
    if barred:
        blocks.append(Note(f"有否决事项、暂不上榜：{len(barred)} 人，是谁见考核扣分汇总。", "soft"))
    return blocks
