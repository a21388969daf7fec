"""Forms as CSV for a spreadsheet: one table a file, UTF-8 with a byte order mark, nothing a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable, Sequence

from qa_engine.reports.agent_report import AgentReport
from qa_engine.reports.call_form import CallForm
from qa_engine.reports.findings import Finding
from qa_engine.reports.wording import number

Value = str | int | float | None
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")

CALL_COLUMNS = (
    "通话编号", "标签", "检查项", "规则", "考评项", "细项", "结论", "扣分", "程度", "说明", "原因",
    "时间（秒）", "时间", "说话人", "原话", "匹配方式", "依据",
)  # fmt: skip
AGENT_COLUMNS = (
    "工号", "姓名", "班组", "通话编号", "日期", "开始时间", "场景", "时长（秒）", "计分", "得分", "满分",
    "得分率（%）", "等级", "一票否决", "待复核项", "扣分项", "未计分原因",
)  # fmt: skip


def render_csv(report: CallForm | AgentReport) -> bytes:
    """A call: one line for each hit of each check. An agent: one line for each call, counted or not."""
    if isinstance(report, CallForm):
        return write_table(CALL_COLUMNS, _call_rows(report))
    return write_table(AGENT_COLUMNS, _agent_rows(report))


def write_table(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay numbers."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        text = value.replace("\x00", "")
        return "'" + text if text.startswith(_DANGEROUS) else text
    return number(value)


def _call_rows(form: CallForm) -> Iterable[tuple[Value, ...]]:
    for finding in (*form.deductions, *form.doubts, *form.passed, *form.not_applicable):
        head = (
            form.call_id, finding.label, finding.title, finding.rule_id, finding.section, finding.item,
            finding.status_label, finding.points, finding.severity_label, finding.message, finding.reason,
        )  # fmt: skip
        places = _places(finding)
        for place in places:
            yield (*head, *place)


def _places(finding: Finding) -> list[tuple[Value, ...]]:
    places: list[tuple[Value, ...]] = [
        (hit.start, hit.clock, hit.speaker, hit.words, hit.how, hit.explanation) for hit in finding.hits
    ]
    places += [
        (search.start, search.clock_range, "", "", "", f"检查范围：{search.window}，未找到。{search.nearest}")
        for search in finding.searched
    ]
    return places or [(None, "", "", "", "", "")]


def _agent_rows(report: AgentReport) -> Iterable[tuple[Value, ...]]:
    head = (report.agent_id, report.agent_name, report.team)
    reasons = {call.call_id: call.reason for call in report.uncounted}
    for call in report.calls:
        yield (
            *head, call.call_id, call.day, call.started, call.scenario, call.seconds, "是" if call.counted else "否",
            call.total, call.possible, None if call.rate is None else round(call.rate, 1), call.grade,
            "是" if call.veto else "待确认" if call.veto_suspected else "否", call.doubts, "、".join(call.faults),
            "" if call.counted else reasons[call.call_id],
        )  # fmt: skip
    shown = {call.call_id for call in report.calls}
    for left_out in report.uncounted:
        if left_out.call_id not in shown:
            day = f"{left_out.day:%Y-%m-%d}" if left_out.day is not None else ""
            yield (
                *head, left_out.call_id, day, "", "", None, "否", None, None, None, "", "", None, "", left_out.reason,
            )  # fmt: skip
