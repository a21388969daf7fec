"""The report of an agent as the sheets of a workbook, and as the table of a CSV file."""

from qa_engine.reports.agent_report import AgentReport, SectionRate
from qa_engine.reports.document import (
    Block,
    Cell,
    Fact,
    Facts,
    Gap,
    Heading,
    Note,
    Row,
    Rows,
    Sheet,
    SignLine,
    SignOff,
    Table,
    Value,
    plain_table,
    versions_sheet,
)
from qa_engine.reports.kinds.agent_compared import COMPARED_TITLES, LOST_TITLES, compared_rows, lost_words
from qa_engine.reports.parts import recogniser_banner
from qa_engine.reports.period import told
from qa_engine.reports.period.told import FEW
from qa_engine.reports.statistics import DayPoint
from qa_engine.reports.training_needs import TrainingNeed
from qa_engine.reports.wording import (
    NO_FAULTS_OF_PERIOD,
    NO_NEEDS_OF_PERIOD,
    NONE_COUNTED,
    SEVERITIES,
    clock,
    number,
    percent,
    rate_note,
)

_CSV_COLUMNS = (
    "工号",
    "姓名",
    "班组",
    "通话编号",
    "日期",
    "开始时间",
    "场景",
    "时长（秒）",
    "计分",
    "得分",
    "满分",
    "得分率（%）",
    "等级",
    "一票否决",
    "待复核项",
    "扣分项",
    "未计分原因",
    "复核得分率（%）",
)


def agent_rows(report: AgentReport) -> Rows:
    """One line for each call, counted or not."""
    head = (report.agent_id, report.agent_name, report.team)
    reasons = {call.call_id: call.reason for call in report.uncounted}
    rows: list[tuple[Value, ...]] = [
        (
            *head,
            call.call_id,
            call.day,
            call.started,
            call.scenario,
            call.seconds,
            "是" if call.counted else "否",
            call.total,
            call.possible,
            None if call.rate is None else round(call.rate, 1),
            call.grade,
            "是" if call.veto else "待确认" if call.veto_suspected else "否",
            call.doubts,
            "、".join(call.faults),
            "" if call.counted else reasons[call.call_id],
            _one(call.final),
        )
        for call in report.calls
    ]
    shown = {call.call_id for call in report.calls}
    for left_out in report.uncounted:
        if left_out.call_id not in shown:
            day = f"{left_out.day:%Y-%m-%d}" if left_out.day is not None else ""
            rows.append(
                (
                    *head,
                    left_out.call_id,
                    day,
                    "",
                    "",
                    None,
                    "否",
                    None,
                    None,
                    None,
                    "",
                    "",
                    None,
                    "",
                    left_out.reason,
                    None,
                )
            )
    return Rows(_CSV_COLUMNS, tuple(rows))


def agent_sheets(report: AgentReport) -> tuple[Sheet, ...]:
    """概况, 失分项目, 培训需求, 通话明细, 版本: each prints upright on A4."""
    return (
        Sheet("概况", (22, 9, 13, 12, 17, 20, 15), tuple(_summary(report)), grid=False),
        Sheet("失分项目", (21, 12, 6, 9, 12, 9, 14, 17, 8), tuple(_losses(report))),
        Sheet("培训需求", (14, 10, 7, 12, 8, 57), tuple(_needs(report)), grid=False),
        Sheet("通话明细", (13, 13, 6, 7, 9, 9, 9, 6, 7, 29), (_calls(report),)),
        *([versions_sheet(tuple(Fact("规则", version) for version in report.versions))] if report.versions else []),
    )


def _summary(report: AgentReport) -> list[Block]:
    blocks: list[Block] = [Note(report.title, "title")]
    if report.notice:
        blocks.append(recogniser_banner(report.notice))
    blocks += [Gap(), Facts(tuple(Fact(label, value) for label, value in _pairs(report))), Gap()]
    if report.compared is not None:
        blocks += [plain_table(COMPARED_TITLES, (Row(row) for row in compared_rows(report.compared))), Gap()]
    sections = (Row((s.title, _one(s.rate), section_range(s), s.calls, s.lost)) for s in report.sections)
    blocks += [plain_table(("考评项", "得分率（%）", "大致范围", "通话", "累计失分"), sections), Gap()]
    if report.rates:
        rates = (Row((r.title, _one(r.share), r.passed, r.judged, rate_note(r))) for r in report.rates)
        blocks += [plain_table(("达成率", "达成率（%）", "达成", "检查", "说明"), rates), Gap()]
    days = (
        Row(
            (
                f"{day.day:%Y-%m-%d}",
                day.calls,
                _one(day.mean),
                _day_range(day),
                f"{percent(day.smallest)} – {percent(day.largest)}",
            )
        )
        for day in report.days
    )
    labels = ("班长意见与改进安排", "班长签名、日期", "坐席签名、日期")
    lines = tuple(SignLine((label,), look="tall" if "意见" in label else "") for label in labels)
    blocks += [
        plain_table(("日期", "通话", "平均（%）", "大致范围", "最低 – 最高"), days),
        Gap(),
        SignOff("辅导记录", lines),
    ]
    return blocks


def section_range(section: SectionRate) -> str:
    if section.low is None or section.high is None:
        return ""
    return f"{told.fixed(section.low)}–{told.fixed(section.high)}%"


def _day_range(day: DayPoint) -> str:
    return FEW if day.low is None or day.high is None else f"{told.fixed(day.low)}–{told.fixed(day.high)}"


def _pairs(report: AgentReport) -> list[tuple[str, str]]:
    mean = report.mean
    if mean.n == 0:
        spread = NONE_COUNTED
    elif mean.too_few:
        spread = f"样本太少（{mean.n} 通），平均分只作参考"
    else:
        spread = f"大致 {number(mean.low or 0.0, 1)}–{number(mean.high or 0.0, 1)}"
    pairs = [
        ("坐席", f"{report.agent_name} {report.agent_id}".strip()),
        ("班组", report.team),
        ("期间", report.period),
        ("平均得分率", f"{percent(mean.mean)}（{spread}）"),
        ("最低 – 最高", f"{percent(mean.smallest)} – {percent(mean.largest)}"),
        ("计分通话", f"{mean.n} 通，共 {report.total_calls} 通；其中 {report.waiting} 通待复核"),
        ("有扣分的通话", f"{report.faulty_calls} 通；一票否决 {report.vetoes} 通，待确认 {report.suspected} 通"),
        ("等级分布", "　".join(f"{grade} {count} 通" for grade, count in report.grades) or "—"),
        ("最好的通话", f"{report.best.call_id}　{percent(report.best.rate)}" if report.best else "—"),
        ("最差的通话", f"{report.worst.call_id}　{percent(report.worst.rate)}" if report.worst else "—"),
    ]
    if report.tone:
        pairs.append(("语气（模型判断）", "；".join(report.tone)))
    return pairs


def _one(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _losses(report: AgentReport) -> list[Block]:
    rows = (
        Row(
            (
                lost.title,
                lost.section,
                SEVERITIES[lost.severity],
                f"{lost.calls} / {lost.judged}",
                *lost_words(report, lost),
                Cell(value=lost.points, look="fault"),
            )
        )
        for lost in report.lost
    )
    columns = ("项目", "考评项", "程度", "出现通话", *LOST_TITLES, "累计扣分")
    blocks: list[Block] = [plain_table(columns, rows, frozen=True, filters=True)]
    if not report.lost:
        blocks.append(Heading(NO_FAULTS_OF_PERIOD))
    return blocks


def _needs(report: AgentReport) -> list[Block]:
    titles = ("", "日期", "程度", "通话", "时间", "原话、依据与目标")
    needs = [row for need in report.needs for row in _need_rows(need)]
    blocks: list[Block] = [plain_table(titles, needs, frozen=True)]
    if not report.needs:
        blocks.append(Heading(NO_NEEDS_OF_PERIOD))
    return blocks


def _need_rows(need: TrainingNeed) -> list[Row]:
    parts = (need.regained, need.message, need.reason, f"目标：{need.goal}", need.why and f"制度原文：{need.why}")
    why = "".join(f"{part}。" for part in parts if part)
    rows = [Row((need.title, "", need.severity_label, "", "", why), "section")]
    models = [("同事做得好的", need.model)] if need.model is not None else []
    for whose, clip in [*(("本人", clip) for clip in need.clips), *models]:
        message = "" if need.message else clip.message
        words = f"「{clip.words}」" if clip.words else ""
        said = "，".join(part for part in (words, message, clip.explanation) if part)
        call = Cell(value=clip.call_id, url=clip.url)
        rows.append(Row((whose, clip.day, "", call, clip.clock, f"{clip.speaker}{said}")))
    return rows


def _calls(report: AgentReport) -> Table:
    rows = []
    for call in report.counted:
        got = f"{number(call.total)} / {number(call.possible)}"
        veto = "一票否决；" if call.veto else "一票否决待确认；" if call.veto_suspected else ""
        faults = veto + ("、".join(call.faults) or "无")
        duration = clock(call.seconds) if call.seconds is not None else ""
        named = Cell(value=call.call_id, url=call.form_url)
        when = (call.started or call.day, call.scenario, duration, got, _one(call.rate), _one(call.final))
        rows.append(Row((named, *when, call.grade, call.doubts, faults)))
    for left_out in report.uncounted:
        day = f"{left_out.day:%m-%d}" if left_out.day is not None else ""
        named = Cell(value=left_out.call_id, url=left_out.form_url)
        rows.append(Row((named, day, "", "", "未计分", None, None, "", None, left_out.reason), "faint"))
    columns = (
        "通话",
        "时间",
        "场景",
        "时长",
        "得分",
        "得分率（%）",
        "复核后（%）",
        "等级",
        "待复核",
        "扣分项或未计分原因",
    )
    return plain_table(columns, rows, frozen=True, filters=True)
