"""考核扣分汇总: what goes to 考核 each month; signed forms first, the machine's beside them."""

from collections.abc import Sequence

from qa_engine.reports.document import Banner, Cell, Column, Document, Heading, Note, Row, Rows, Table, Value
from qa_engine.reports.facts import PeriodFacts
from qa_engine.reports.kinds import Request, Source, report_kind
from qa_engine.reports.numbers import ENOUGH
from qa_engine.reports.parts import over_days, sign_off, versions
from qa_engine.reports.period import Signed, told

TITLE = "考核扣分汇总"
_COLUMNS = (
    "工号",
    "姓名",
    "班组",
    "监听通话",
    "签字通话",
    "签字平均得分",
    "签字扣分合计",
    "同批机器平均",
    "机器计分通话",
    "机器平均得分",
    "一票否决",
    "待确认否决",
    "待复核",
)


@report_kind("payroll", title=TITLE, about="centre", folder="payroll", scoped=True)
def report(source: Source, request: Request) -> Document:
    """The month of the period (or the one that is due) of the centre or of the team ``request.subject``."""
    period = told.month_of(request.period, source.today)
    facts = PeriodFacts(source, request, period, team=request.subject)
    signed = source.signed(period, team=facts.team)
    rows = _people(facts, signed)
    unsigned = [f"{row[1]} {row[0]}".strip() for row in rows if not row[4]]
    columns = tuple(
        Column(title, number=n > 2, look="strong nowrap" if n == 1 else "nowrap") for n, title in enumerate(_COLUMNS)
    )
    listed = tuple(Row(tuple(_cell(value) for value in row)) for row in rows)
    missing = f"还没有签字考评表的：{told.listed(unsigned, 10, '人')}。" if unsigned else "人人都有签字的考评表。"
    missing = missing if rows else "本期没有通话。"
    few = f"签字不足 {ENOUGH} 通的平均分误差大，相差几分往往分不出高下；机器平均的大致范围见月报。"
    return over_days(
        "payroll",
        TITLE,
        request,
        period.label,
        blocks=(
            Banner("ask", "考核以质检员签字的考评表为准；机器分只供对照，未签字、未申诉完的不作扣款依据。"),
            Heading("汇总", f"{len(rows)} 人，签字 {len(signed)} 通"),
            Table(columns, listed, filters=True, frozen=True),
            Note(missing, "soft"),
            Note(few, "faint small"),
            *sign_off("移交考核", "质检员", "主管", "日期"),
        ),
        footer=versions(facts.tally),
        table=Rows(_COLUMNS, rows),
        data=facts.data(TITLE, agents=facts.agents),
    )


def _people(facts: PeriodFacts, signed: Sequence[Signed]) -> tuple[tuple[Value, ...], ...]:
    """A line of `_COLUMNS` for each agent, team by team."""
    lost: dict[tuple[str, str], float] = {}  # an agent who moved has a line in each team
    for form in signed:
        key = (form.agent_id, form.team)
        lost[key] = lost.get(key, 0.0) + form.possible - form.total
    rows: list[tuple[Value, ...]] = []
    for member in sorted(facts.tally.members, key=lambda m: (told.team_order(m.team), m.agent_id)):
        if not member.agent_id:
            continue
        final, machine = member.final.sums, member.machine_of_final.sums
        rows.append(
            (
                member.agent_id,
                member.name,
                member.team,
                member.calls,
                final.n,
                _round(final.mean),
                round(lost.get((member.agent_id, member.team), 0.0), 1) if final.n else None,
                _round(machine.mean),
                member.score.n,
                _round(member.sums.mean),
                member.vetoes,
                member.suspected,
                member.waiting,
            )
        )
    return tuple(rows)


def _cell(value: Value) -> Cell | Value:
    """Sums and means with their places, so that they stand below each other."""
    return Cell(told.fixed(value), value=value) if isinstance(value, float) else value


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
