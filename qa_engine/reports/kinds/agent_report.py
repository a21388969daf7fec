"""坐席质检报告: one agent over a period."""

from collections.abc import Sequence

from qa_engine.domain import Agent
from qa_engine.reports.agent_calls import AgentCalls
from qa_engine.reports.agent_report import AgentReport, CallLine, agent_report
from qa_engine.reports.cards import WIDE_BOX
from qa_engine.reports.document import (
    Banner,
    Beside,
    Block,
    Card,
    Cell,
    Chart,
    Column,
    Document,
    Fact,
    Facts,
    Figure,
    Figures,
    Heading,
    Note,
    Piece,
    Row,
    Shares,
    SignLine,
    SignOff,
    Table,
    Text,
)
from qa_engine.reports.kinds import Request, Source, report_kind
from qa_engine.reports.kinds.agent_compared import (
    LOST_TITLES,
    colleagues,
    compared,
    compared_blocks,
    cost,
    final_words,
    gains,
    lost_words,
    read_calls,
)
from qa_engine.reports.kinds.agent_report_tables import agent_rows, agent_sheets, section_range
from qa_engine.reports.parts import SHOWN_ITEMS, recogniser_banner
from qa_engine.reports.statistics import ENOUGH_CALLS
from qa_engine.reports.training_needs import TrainingClip, TrainingNeed
from qa_engine.reports.wording import (
    AGENT_REPORT_TITLE,
    NO_FAULTS_OF_PERIOD,
    NO_NEEDS_OF_PERIOD,
    NONE_COUNTED,
    SEVERITIES,
    clock,
    number,
    percent,
    rate_note,
)

_GRAVE = ("veto", "major")
_BAR = "34%"
_SHOWN_CALLS = 100  # on a page; the workbook has all


@report_kind("agent", title=AGENT_REPORT_TITLE, about="agent", folder="agents")
def report(source: Source, request: Request) -> Document:
    """The report of the agent ``request.subject`` over the period."""
    calls = source.scored(request.period, agent_id=request.subject, form_url=request.form_url)
    agent = _as_of_then(source.agent(request.subject), calls)
    team = source.tally(request.period, team=agent.team) if agent.team else None
    regained = gains(source, request, team) if team is not None else None
    inspected, drawn = read_calls(source, calls, regained)
    return agent_document(
        agent_report(
            agent,
            inspected,
            period=request.period,
            uncounted=source.uncounted(request.period, agent_id=request.subject),
            drawn=drawn,
            compared=compared(source, request, colleagues(team, request.subject) if team is not None else None),
            gains=regained,
        )
    )


def _as_of_then(agent: Agent, calls: AgentCalls) -> Agent:
    """The agent with the name and team of the period's last call: a later move changes no report of before."""
    if not calls.rows:
        return agent
    return Agent(agent.id, calls.rows[-1].agent_name or agent.name, calls.rows[-1].team or agent.team)


def agent_document(report: AgentReport) -> Document:
    """The report, laid out."""
    return Document(
        kind="agent_report",
        title=report.title,
        mark=report.period,
        heading=f"{report.title} {report.agent_name} {report.agent_id} {report.period}",
        subject=f"{report.agent_name} {report.agent_id}",
        look="agent-report",
        blocks=(
            *_top(report),
            *_pictures(report),
            *compared_blocks(report),
            *_rates(report),
            *_losses(report),
            *_needs(report),
            *_best_and_worst(report),
            *_calls(report),
            Heading("辅导记录"),
            _sign_off(),
        ),
        footer=tuple(Fact("", version) for version in report.versions),
        sheets=lambda: agent_sheets(report),
        table=lambda: agent_rows(report),
        data=report,
    )


def _top(report: AgentReport) -> list[Block]:
    blocks: list[Block] = []
    if report.notice:
        blocks.append(recogniser_banner(report.notice))
    blocks += [
        Facts(
            (
                Fact("坐席", Piece(report.agent_name or "未提供姓名", "strong")),
                Fact("工号", report.agent_id or "未提供"),
                Fact("班组", report.team or "未提供"),
                Fact("期间", report.period),
            )
        ),
        _figures(report),
    ]
    if report.mean.n and report.mean.too_few:
        blocks.append(Banner("ask", "计分通话不足 5 通，平均分只作参考，不宜据此排名或考核；不给出大致范围。"))
    if report.waiting:
        waiting = "待复核的通话已计入平均，复核后分数可能变化；机器不能确定的检查项均未扣分。"
        blocks.append(Note(waiting, "soft small"))
    return blocks


def _figures(report: AgentReport) -> Figures:
    mean = report.mean
    if mean.n == 0:
        spread = NONE_COUNTED
    elif mean.too_few:
        spread = f"样本太少（{mean.n} 通）"
    else:
        spread = f"大致 {number(mean.low or 0.0, 1)}–{number(mean.high or 0.0, 1)}"
    ends: Text = "—"
    if mean.n:
        ends = (number(mean.smallest or 0.0, 1), Piece(" – ", "unit"), number(mean.largest or 0.0, 1))
    share = ""
    if mean.n >= 5:
        low, high = (number(end, 0) for end in report.faulty_share)
        share = f"{percent(100 * report.faulty_calls / mean.n, 0)}（{low}–{high}%）"
    elif mean.n:
        share = f"{report.faulty_calls} / {mean.n}"
    waiting = f"其中 {report.waiting} 通待复核" if report.waiting else "无待复核"
    calls = Piece(" 通", "unit")
    suspected = Piece(" 通" + (f"，另 {report.suspected} 通待确认" if report.suspected else ""), "unit")
    return Figures(
        (
            Figure("平均得分率", percent(mean.mean), spread, noted=True),
            Figure("计分通话", (str(mean.n), Piece(f" / {report.total_calls} 通", "unit")), waiting, noted=True),
            Figure("最低 – 最高", ends, "得分率 %", noted=True),
            Figure("有扣分的通话", (str(report.faulty_calls), calls), share, noted=True),
            Figure("一票否决", (str(report.vetoes), suspected), look="fault" if report.vetoes else ""),
        )
    )


def _pictures(report: AgentReport) -> list[Block]:
    blocks: list[Block] = []
    if report.grades:
        parts = tuple((f"{grade}　{count} 通", count) for grade, count in report.grades)
        blocks += [Heading("等级分布"), Shares(parts)]
    sparse = 2 * sum(day.calls < ENOUGH_CALLS for day in report.days) > len(report.days)
    if sparse and len(report.weeks) > 1:  # single days say little: their points have no interval
        note = "以周一的日期表示一周；圆点为当周平均，竖条为大致范围（不足 5 通的没有）"
        blocks += [Heading("按周得分率", note), Chart("trend", report.weeks)]
    elif report.days:
        note = "圆点为当日平均，竖条为大致范围（不足 5 通的日子没有）"
        blocks += [Heading("按日得分率", note), Chart("trend", report.days)]
    return blocks


def _rates(report: AgentReport) -> list[Block]:
    blocks: list[Block] = []
    if report.sections:
        columns = (
            Column("考评项", look="nowrap"),
            Column("得分率", number=True),
            Column("大致范围", look="nowrap"),
            Column("", width=_BAR),
            Column("通话", number=True),
            Column("累计失分", number=True),
        )
        rows = tuple(
            Row(
                (Cell(s.title, "first"), Cell(percent(s.rate)), section_range(s), _bar(s.rate), s.calls, number(s.lost))
            )
            for s in report.sections
        )
        blocks += [Heading("五项考评"), Table(columns, rows)]
    if report.rates:
        rated = (
            Column("指标"),
            Column("达成率", number=True),
            Column("", width=_BAR),
            Column("达成 / 检查", number=True),
            Column("说明", look="soft small"),
        )
        rows = tuple(
            Row(
                (
                    Cell(rate.title, "first"),
                    Cell(percent(rate.share)),
                    _bar(rate.share),
                    Cell(f"{rate.passed} / {rate.judged}"),
                    Cell(rate_note(rate)),
                )
            )
            for rate in report.rates
        )
        blocks += [Heading("达成率", "没有出现相应问题的通话或会话，占已有结论的"), Table(rated, rows)]
    if report.tone:
        blocks += [Heading("语气", "模型按字面判断，仅供参考，不计分"), *(Note(text) for text in report.tone)]
    return blocks


def _bar(rate: float | None) -> Cell:
    return Cell() if rate is None else Cell(Piece(share=rate))


def _losses(report: AgentReport) -> list[Block]:
    if not report.lost:
        return [Heading("失分最多的项目"), Note(NO_FAULTS_OF_PERIOD, "empty")]
    columns = (
        Column("项目"),
        Column("考评项", look="soft nowrap"),
        Column("程度", look="nowrap"),
        Column("出现通话", number=True, look="nowrap"),
        *(Column(title) for title in LOST_TITLES),
        Column("累计扣分", look="fault strong", number=True),
    )
    rows = tuple(
        Row(
            (
                Cell(Piece(lost.title, "strong"), "first"),
                Cell(lost.section),
                Cell(_severity(lost.severity, SEVERITIES[lost.severity])),
                Cell(f"{lost.calls} / {lost.judged}"),
                *lost_words(report, lost),
                Cell(cost(lost)),
            )
        )
        for lost in report.lost
    )
    note = "出现通话的分母是该项得出结论的通话；扣分为规则扣分之和，未计细项封顶。"
    return [Heading("失分最多的项目"), Table(columns, rows, shown=SHOWN_ITEMS), Note(note, "faint small")]


def _severity(key: str, label: str) -> Piece:
    return Piece(label, "tag fault" if key in _GRAVE else "tag")


def _needs(report: AgentReport) -> list[Block]:
    blocks: list[Block] = [Heading("培训需求"), *(_need(need) for need in report.needs)]
    if not report.needs:
        blocks.append(Note(NO_NEEDS_OF_PERIOD, "empty"))
    standard = "列入标准：严重或一票否决的问题出现 1 次，一般问题在 2 通以上出现。"
    if any(need.regained for need in report.needs):
        standard = (
            "按改好能挽回的分数排，最多列 5 项（一票否决的另列）；「约升」是降到同组较好一半的水平、或降一半时，"
            "平均每通能挽回的分，括号内是大致范围。"
        )
    return [*blocks, Note(standard, "faint small")]


def _need(need: TrainingNeed) -> Card:
    head = (
        Piece(need.title, "strong"),
        Piece(need.section, "soft small"),
        _severity(need.severity, need.severity_label),
        *([Piece(need.regained, "pts plain")] if need.regained else []),
    )
    why: Text = (Piece("依据：", "soft"), f"{need.reason}。", Piece("目标：", "soft"), f"{need.goal}。")
    body: list[Block] = [Note(need.message, "why")] if need.message else []
    body.append(Note(why))
    if need.why:
        body.append(Note((Piece("制度原文：", "soft"), need.why)))
    body += [Note(_clip(clip, need), "hit") for clip in need.clips]
    if need.model is not None:
        body.append(Note(("同事做得好的：", *_clip(need.model, need)), "hit"))
    return Card(head, tuple(body), "need")


def _clip(clip: TrainingClip, need: TrainingNeed) -> tuple[str | Piece, ...]:
    place = f"{clip.call_id} {clip.clock}"
    parts: list[str | Piece] = [
        Piece(place, "", clip.seconds, clip.url, call=clip.call_id) if clip.url else Piece(place, "nowrap"),
        " ",
        Piece(clip.day, "faint"),
        " ",
    ]
    if clip.words:
        parts += [Piece(clip.speaker, "soft"), " ", Piece(f"「{clip.words}」", "strong"), " "]
    if not need.message:
        parts.append(f"{clip.message} ")
    return (*parts, Piece(clip.explanation, "soft"))


def _best_and_worst(report: AgentReport) -> list[Block]:
    if not (report.best and report.worst):
        return []
    cards = (_example(report.best, "得分率最高", ""), _example(report.worst, "得分率最低", "low"))
    return [Heading("最好与最差的通话"), Beside(cards)]


def _example(call: CallLine, label: str, look: str) -> Card:
    head = (
        Piece(label, "strong"),
        Piece(call.call_id, url=call.form_url),
        Piece(f"{percent(call.rate)}　{call.grade}", "pts plain"),
    )
    faults = "、".join(call.faults) or "未发现扣分项"
    when = Piece(f"{call.started or call.day}　{call.scenario}", "soft")
    return Card(head, (Note(when), Note(faults)), look)


def _calls(report: AgentReport) -> Sequence[Block]:
    blocks: list[Block] = [Heading("通话明细", f"{report.mean.n} 通计分")]
    if report.counted:
        columns = (
            Column("通话", look="first nowrap"),
            Column("时间", look="nowrap"),
            Column("场景", look="nowrap"),
            Column("时长", number=True),
            Column("得分", number=True),
            Column("得分率", look="strong", number=True),
            Column("复核后", number=True),
            Column("等级"),
            Column("扣分项", look="wide"),
        )
        shown = report.counted
        if len(shown) > _SHOWN_CALLS:
            shown = report.calls.lowest(_SHOWN_CALLS)
            blocks.append(Note(f"只列得分率最低的 {_SHOWN_CALLS} 通，全部通话见 XLSX 或 CSV。", "soft small"))
        blocks.append(Table(columns, tuple(_call_row(call) for call in shown)))
    else:
        blocks.append(Note(f"{NONE_COUNTED}。", "empty"))
    blocks.append(Heading("未计分的通话", f"{len(report.uncounted)} 通"))
    if report.uncounted:
        listed = (Column("通话", look="first nowrap"), Column("日期", look="nowrap"), Column("原因", look="wide"))
        rows = tuple(
            Row((Cell(Piece(c.call_id, url=c.form_url)), str(c.day or ""), c.reason))
            for c in report.uncounted[-_SHOWN_CALLS:]
        )
        if len(report.uncounted) > _SHOWN_CALLS:
            blocks.append(Note(f"只列最近的 {_SHOWN_CALLS} 通，全部通话见 XLSX 或 CSV。", "soft small"))
        blocks.append(Table(listed, rows))
    else:
        blocks.append(Note("本期通话全部计分。", "empty"))
    return blocks


def _call_row(call: CallLine) -> Row:
    faults: list[str | Piece] = []
    if call.veto:
        faults += [Piece("否决", "tag fault"), " "]
    elif call.veto_suspected:
        faults += [Piece("否决待确认", "tag doubt"), " "]
    faults.append("、".join(call.faults) if call.faults else Piece("无", "good small"))
    if call.doubts:
        faults += [" ", Piece(f"待复核 {call.doubts}", "tag doubt")]
    return Row(
        (
            Cell(Piece(call.call_id, url=call.form_url)),
            call.started or call.day,
            call.scenario,
            clock(call.seconds),
            f"{number(call.total)} / {number(call.possible)}",
            percent(call.rate),
            final_words(call.final),
            call.grade,
            Cell(tuple(faults)),
        )
    )


def _sign_off() -> SignOff:
    write = SignLine(kind="write")
    lead = SignLine((("班长签名 ", WIDE_BOX), ("日期 ", WIDE_BOX)))
    agent = SignLine(("坐席：□ 已知悉　□ 有异议", ("签名 ", WIDE_BOX), ("日期 ", WIDE_BOX)))
    return SignOff("班长意见与改进安排", (write, write, lead, agent))
