"""Forms as workbooks: the same content as the page, on sheets that can be filtered, filled in and printed."""

from qa_engine.reports.agent_report import AgentReport
from qa_engine.reports.call_form import CallForm, ItemLine
from qa_engine.reports.findings import Finding
from qa_engine.reports.render.html import safe_url
from qa_engine.reports.render.workbook import (
    ALARM,
    DOUBT,
    FAINT,
    FAULT,
    HEAD,
    HEADING,
    NOTICE,
    PLAIN,
    SECTION,
    TITLE,
    Book,
    Sheet,
    Style,
    Value,
)
from qa_engine.reports.wording import SEVERITIES, clock, number, percent, rate_note

_STATE_STYLES = {"lost": FAULT, "doubt": DOUBT, "manual": PLAIN, "not_applicable": FAINT, "kept": PLAIN}


def render_xlsx(report: CallForm | AgentReport) -> bytes:
    """A call: 考评表, 扣分明细, 通话文本, 检查清单, and 投诉与承诺 if any. An agent: 概况, 失分与培训, 通话明细."""
    return _call_book(report) if isinstance(report, CallForm) else _agent_book(report)


def _call_book(form: CallForm) -> bytes:
    book = Book(f"{form.title} {form.call_id}")
    _score_sheet(form, book.sheet("考评表", (16, 26, 9, 9, 62)))
    _finding_sheet(form, book.sheet("扣分明细", (7, 20, 20, 10, 9, 8, 30, 11, 8, 44, 44)))
    _talk_sheet(form, book.sheet("通话文本", (6, 9, 9, 8, 78, 12, 18, 10, 26)))
    _check_sheet(form, book.sheet("检查清单", (26, 30, 16, 20, 10, 9, 10, 46)))
    if form.complaint or form.promises:
        _duty_sheet(form, book.sheet("投诉与承诺", (14, 44, 16, 20, 20, 14)))
    return book.to_bytes()


def _score_sheet(form: CallForm, sheet: Sheet) -> None:
    score = form.score
    sheet.banner(form.title, TITLE)
    if form.notice:
        sheet.banner(f"{form.notice}：只认识合成语音，文字与结论须人工核对，不作考核依据。", NOTICE)
    if score.veto or score.veto_suspected:
        what = "一票否决" if score.veto else "疑似一票否决，须人工确认后才计入得分"
        sheet.banner(f"{what}：" + "、".join(f.title for f in form.vetoes), ALARM)
    sheet.space()
    _pairs(sheet, [(fact.label, fact.value) for fact in form.facts])
    sheet.space()
    sheet.add(("机器得分", "得分率", "等级", "扣分项", "待复核与人工评分"), HEAD)
    manual = f"待复核 {score.doubts} 项；待人工评分 {number(score.manual)} 分"
    sheet.add(
        (
            f"{number(score.total)} / {number(score.possible)}",
            percent(score.rate),
            score.grade,
            score.deductions,
            manual,
        ),
        Style(bold=True, size=12),
    )
    if score.pending:
        sheet.banner("等级待定：机器未能充分听清本次通话，得分仅供参考，请质检员听录音后评定。", NOTICE)
    for text in (*form.warnings, *form.review_reasons):
        sheet.banner(f"需要人工复核：{text}", NOTICE)
    sheet.space()
    sheet.add(("考评项", "细项", "满分", "得分", "说明"), HEAD)
    for section in form.sections:
        got = section.score if section.possible else None
        sheet.add((section.title, "", section.possible, got, f"得分率 {percent(section.rate)}"), SECTION)
        for item in section.items:
            style = _STATE_STYLES[item.state]
            got = item.score if item.state != "manual" else None
            note = _item_note(item)
            sheet.add(("", item.title, item.possible, got, note), (PLAIN, PLAIN, FAINT, style, style))
    sheet.add(
        ("合计", "", score.possible, score.total, f"失分 {number(score.lost)}；不适用与未评的人工项不计入满分"), SECTION
    )
    if not form.deductions:
        sheet.banner("本次通话未发现扣分项。")
    _sign_off(sheet)
    if form.metrics:
        sheet.banner("通话指标")
        if form.tone_note:
            sheet.banner(form.tone_note, FAINT)
        _pairs(sheet, [(fact.label, fact.value) for fact in form.metrics])
    sheet.banner("版本与摘要")
    for fact in form.footer:
        sheet.add((fact.label, fact.value), FAINT)
        sheet.sheet.merge_cells(start_row=sheet.row, start_column=2, end_row=sheet.row, end_column=5)
    sheet.sheet.sheet_view.showGridLines = False


def _pairs(sheet: Sheet, pairs: list[tuple[str, str]]) -> None:
    """Label and value, one pair a row, the value over the rest of the width."""
    for label, value in pairs:
        sheet.add((label, value, "", "", ""), (HEAD, PLAIN))
        sheet.sheet.merge_cells(start_row=sheet.row, start_column=2, end_row=sheet.row, end_column=len(sheet.widths))
        sheet.sheet.row_dimensions[sheet.row].height = 17.5


def _item_note(item: ItemLine) -> str:
    if item.state == "manual":
        anchors = "；".join(f"{number(points)} 分：{meaning}" for points, meaning in item.anchors)
        return f"人工评分。{anchors}"
    parts = [f"{f.label}．{_place(f)}{f.message}（{f.verdict}）" for f in item.findings]
    parts += [f"{f.label}．{_place(f)}{f.title}：{f.status_label}" for f in item.doubts]
    if item.note:
        parts.append(item.note)
    return "\n".join(parts) or ("达标" if item.state == "kept" else "")


def _place(finding: Finding) -> str:
    return f"{finding.clock} " if finding.at is not None else ""


def _sign_off(sheet: Sheet) -> None:
    sheet.space()
    sheet.banner("质检员评语与确认")
    for label in (
        "质检员评语",
        "复核后总分与等级",
        "质检员签名、日期",
        "坐席确认",
        "申诉项目与理由",
        "坐席签名、日期",
        "班长签名、日期",
    ):
        filled = "□ 已听取录音并知悉考评结果　□ 有异议" if label == "坐席确认" else ""
        sheet.add((label, filled, "", "", ""), (HEAD, PLAIN))
        sheet.sheet.merge_cells(start_row=sheet.row, start_column=2, end_row=sheet.row, end_column=5)
        sheet.sheet.row_dimensions[sheet.row].height = 44 if label in {"质检员评语", "申诉项目与理由"} else 22
    sheet.space()


def _finding_sheet(form: CallForm, sheet: Sheet) -> None:
    columns = (
        "编号",
        "检查项",
        "考评项 · 细项",
        "结论",
        "扣分",
        "程度",
        "说明",
        "时间",
        "说话人",
        "原话与上下文",
        "依据",
    )
    sheet.add(columns, HEAD)
    sheet.freeze()
    for finding in (*form.deductions, *form.doubts):
        style = FAULT if finding.status == "fail" else DOUBT
        place = " · ".join(dict.fromkeys(part for part in (finding.section, finding.item) if part))
        head: tuple[Value, ...] = (finding.label, finding.title, place, finding.status_label, finding.points)
        said = (finding.message, finding.verdict if finding.status == "fail" else "", finding.reason, finding.trust)
        message = "\n".join(part for part in said if part)
        for row in _evidence_rows(finding):
            sheet.add((*head, finding.severity_label, message, *row), (style, PLAIN, PLAIN, style, style, PLAIN))
            head, message = (finding.label, "〃", "", "", None), ""
    if not form.deductions and not form.doubts:
        sheet.banner("本次通话未发现扣分项，也没有待复核项。")


def _evidence_rows(finding: Finding) -> list[tuple[Value, ...]]:
    rows: list[tuple[str, str, str, str]] = []
    for hit in finding.hits:
        words = f"「{hit.words}」" if hit.words and not hit.measured else ""
        rows.append(
            (hit.clock_range or hit.clock, hit.speaker, words, "，".join(p for p in (hit.how, hit.explanation) if p))
        )
    rows += [
        (search.clock_range, "", "", f"检查范围：{search.window}，未找到。{search.nearest}")
        for search in finding.searched
    ]
    if not rows:
        rows = [("", "", "", finding.reason)]
    said = "\n……\n".join(
        "\n".join(f"{'▶' if t.focus else '　'}{t.clock} {t.speaker_label}：{t.text}" for t in block)
        for block in finding.excerpt
    )
    first = rows[0]
    return [(first[0], first[1], "\n".join(part for part in (first[2], said) if part), first[3]), *rows[1:]]


def _talk_sheet(form: CallForm, sheet: Sheet) -> None:
    sheet.add(
        ("序号", "开始", "结束", "说话人", "文字（号码已遮盖）", "语速（字/分）", "语气（模型判断）", "可信度", "标记"),
        HEAD,
    )
    sheet.freeze()
    for turn in form.turns:
        marks = [f"{(turn.references and '见 ' + '、'.join(turn.references)) or ''}"]
        if turn.excluded:
            marks.append(f"未参与检查：{turn.excluded}")
        if turn.silence_before:
            marks.append(f"此前静默 {number(turn.silence_before, 1)} 秒")
        if turn.overlap:
            marks.append(f"同时说话 {number(turn.overlap, 1)} 秒")
        style = FAINT if turn.excluded else PLAIN
        marked = FAULT if any(not label.startswith("疑") for label in turn.references) else DOUBT
        end = clock(turn.end) if turn.end is not None else ""
        rate = round(turn.chars_per_minute) if turn.chars_per_minute is not None else None
        sure = f"{turn.confidence * 100:.0f}%" if turn.confidence is not None else ""
        note = "；".join(mark for mark in marks if mark)
        row = (turn.number, turn.clock, end, turn.speaker_label, turn.text, rate, turn.tone, sure, note)
        sheet.add(row, (*[style] * 8, marked if turn.references else FAINT))
    if not form.turns:
        sheet.banner("本次通话没有可显示的文字。")


def _check_sheet(form: CallForm, sheet: Sheet) -> None:
    sheet.add(("规则", "检查项", "考评项", "细项", "结论", "扣分", "程度", "原因或依据"), HEAD)
    sheet.freeze()
    for finding in (*form.deductions, *form.doubts, *form.passed, *form.not_applicable):
        why = finding.reason or "；".join(dict.fromkeys(hit.explanation for hit in finding.hits if hit.explanation))
        style = {"fail": FAULT, "not_applicable": FAINT, "pass": PLAIN}.get(finding.status, DOUBT)
        row = (finding.rule_id, finding.title, finding.section, finding.item, finding.status_label)
        sheet.add((*row, finding.points, finding.severity_label, why), (PLAIN, PLAIN, PLAIN, PLAIN, style))
    sheet.sheet.auto_filter.ref = f"A1:H{sheet.row}"


def _duty_sheet(form: CallForm, sheet: Sheet) -> None:
    if (case := form.complaint) is not None:
        sheet.add(("投诉等级", "定级依据", "", "受理时间"), HEAD)
        sheet.add((case.level, case.basis, "", case.received))
        sheet.add(("投诉事项", "时限", "", "应于此前", "实际", "结论"), HEAD)
        for line in case.deadlines:
            verdict = "待跟进" if line.late is None else "超时" if line.late else "按时"
            sheet.add((line.label, line.allowed, "", line.due, line.done, verdict))
        sheet.space()
    if form.promises:
        sheet.add(("承诺时间", "原话", "类别", "时限", "应于此前", "提示"), HEAD)
    for promise in form.promises:
        row = (clock(promise.at), promise.text, promise.kind, promise.limit, promise.due, promise.remark)
        sheet.add(row, (PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, DOUBT))


def _agent_book(report: AgentReport) -> bytes:
    book = Book(f"{report.title} {report.agent_name} {report.agent_id}")
    _summary_sheet(report, book.sheet("概况", (22, 20, 16, 16, 40)))
    _need_sheet(report, book.sheet("失分与培训", (24, 16, 10, 12, 10, 12, 60)))
    _call_sheet(report, book.sheet("通话明细", (16, 14, 10, 10, 12, 10, 8, 8, 44)))
    return book.to_bytes()


def _summary_sheet(report: AgentReport, sheet: Sheet) -> None:
    mean = report.mean
    sheet.banner(report.title, TITLE)
    if report.notice:
        sheet.banner(f"{report.notice}：只认识合成语音，不作考核依据。", NOTICE)
    sheet.space()
    if mean.n == 0:
        spread = "本期没有可计分的通话"
    elif mean.too_few:
        spread = f"样本太少（{mean.n} 通），平均分只作参考"
    else:
        spread = f"95% 置信区间 {number(mean.low or 0.0, 1)}–{number(mean.high or 0.0, 1)}"
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
    _pairs(sheet, pairs)
    sheet.space()
    sheet.add(("考评项", "得分率（%）", "累计失分"), HEAD)
    for section in report.sections:
        sheet.add((section.title, None if section.rate is None else round(section.rate, 1), section.lost))
    sheet.space()
    if report.rates:
        sheet.add(("达成率", "达成率（%）", "达成", "检查", "说明"), HEAD)
        for rate in report.rates:
            share = None if rate.share is None else round(rate.share, 1)
            sheet.add((rate.title, share, rate.passed, rate.judged, rate_note(rate)))
        sheet.space()
    sheet.add(("日期", "通话", "平均（%）", "最低（%）", "最高（%）"), HEAD)
    for day in report.days:
        row = (f"{day.day:%Y-%m-%d}", day.calls, round(day.mean, 1), round(day.smallest, 1), round(day.largest, 1))
        sheet.add(row)
    sheet.space()
    sheet.banner("辅导记录")
    for label in ("班长意见与改进安排", "班长签名、日期", "坐席签名、日期"):
        sheet.add((label, "", "", "", ""), (HEAD, PLAIN))
        sheet.sheet.merge_cells(start_row=sheet.row, start_column=2, end_row=sheet.row, end_column=5)
        sheet.sheet.row_dimensions[sheet.row].height = 44 if "意见" in label else 22
    for version in report.versions:
        sheet.banner(version, Style(color="8A939F", size=8, border=False))
    sheet.sheet.sheet_view.showGridLines = False


def _need_sheet(report: AgentReport, sheet: Sheet) -> None:
    sheet.add(("项目", "考评项", "程度", "出现通话", "次数", "累计扣分", "说明"), HEAD)
    sheet.freeze()
    for lost in report.lost:
        row = (lost.title, lost.section, SEVERITIES[lost.severity], f"{lost.calls} / {lost.judged}", lost.hits)
        sheet.add((*row, lost.points, lost.message), (PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, FAULT, PLAIN))
    if not report.lost:
        sheet.banner("本期计分的通话未发现扣分项。")
    sheet.space()
    sheet.banner("培训需求", HEADING)
    sheet.add(("项目", "考评项", "程度", "通话", "时间", "说话人", "原话、依据与目标"), HEAD)
    for need in report.needs:
        why = "".join(f"{part}。" for part in (need.message, need.reason, f"目标：{need.goal}") if part)
        sheet.add((need.title, need.section, need.severity_label, "", "", "", why), SECTION)
        for clip in need.clips:
            message = "" if need.message else clip.message
            words = f"「{clip.words}」" if clip.words else ""
            said = "，".join(part for part in (words, message, clip.explanation) if part)
            sheet.add(("", "", clip.day, clip.call_id, clip.clock, clip.speaker, said))
            if url := safe_url(clip.url):
                sheet.link(4, url)
    if not report.needs:
        sheet.banner("本期没有达到培训标准的问题。")


def _call_sheet(report: AgentReport, sheet: Sheet) -> None:
    sheet.add(("通话", "时间", "场景", "时长", "得分", "得分率（%）", "等级", "待复核", "扣分项或未计分原因"), HEAD)
    sheet.freeze()
    for call in report.counted:
        rate = None if call.rate is None else round(call.rate, 1)
        got = f"{number(call.total)} / {number(call.possible)}"
        veto = "一票否决；" if call.veto else "一票否决待确认；" if call.veto_suspected else ""
        faults = veto + ("、".join(call.faults) or "无")
        duration = clock(call.seconds) if call.seconds is not None else ""
        row = (
            call.call_id,
            call.started or call.day,
            call.scenario,
            duration,
            got,
            rate,
            call.grade,
            call.doubts,
            faults,
        )
        sheet.add(row)
        if url := safe_url(call.form_url):
            sheet.link(1, url)
    for left_out in report.uncounted:
        day = f"{left_out.day:%m-%d}" if left_out.day is not None else ""
        sheet.add((left_out.call_id, day, "", "", "未计分", None, "", None, left_out.reason), FAINT)
        if url := safe_url(left_out.form_url):
            sheet.link(1, url)
