"""The form of a call as the sheets of a workbook, and as the table of a CSV file."""

from qa_engine.reports.call_form import CallForm, ItemLine
from qa_engine.reports.document import (
    FINE,
    Banner,
    Block,
    Cell,
    Column,
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
from qa_engine.reports.findings import CALL_WORDS, Finding, is_doubt
from qa_engine.reports.kinds.call_form_signed import DECIDED, decision_text, signed_vetoes
from qa_engine.reports.parts import recogniser_banner
from qa_engine.reports.signed_form import SignedLines
from qa_engine.reports.turns import TurnLine
from qa_engine.reports.wording import (
    NO_FAULTS,
    NO_WORDS,
    PENDING,
    SUSPECTED_VETO,
    clock,
    left_out,
    number,
    percent,
    unheard,
)

_LOOKS = {"lost": "fault", "doubt": "doubt", "not_applicable": "faint"}  # of the states of an item
_SCORES = ("考评项与细项", "满分", "得分", "说明")
_SIGNED_SCORES = ("考评项与细项", "满分", "机器", "终审", "说明")
_CSV_COLUMNS = (
    "通话编号",
    "标签",
    "检查项",
    "规则",
    "考评项",
    "细项",
    "结论",
    "扣分",
    "程度",
    "说明",
    "原因",
    "时间（秒）",
    "时间",
    "说话人",
    "原话",
    "匹配方式",
    "依据",
    "复核",
)


def call_rows(form: CallForm) -> Rows:
    """One line for each hit of each check."""
    rows = []
    for finding in (*form.deductions, *form.doubts, *form.passed, *form.not_applicable):
        head = (
            form.call_id,
            finding.label,
            finding.title,
            finding.rule_id,
            finding.section,
            finding.item,
            finding.status_label,
            finding.points,
            finding.severity_label,
            finding.message,
            finding.reason,
        )
        said = decision_text(form.signed.about(finding.rule_id)) if form.signed else ""
        rows += [(*head, *place, said) for place in _places(finding)]
    return Rows(_CSV_COLUMNS, tuple(rows))


def _places(finding: Finding) -> list[tuple[Value, ...]]:
    places: list[tuple[Value, ...]] = [
        (hit.start, hit.clock, hit.speaker, hit.words, hit.how, hit.explanation)
        for hit in (*finding.hits, *finding.call_words)
    ]
    places += [
        (search.start, search.clock_range, "", "", "", f"检查范围：{search.window}，未找到。{search.nearest}")
        for search in finding.searched
    ]
    return places or [(None, "", "", "", "", "")]


def call_sheets(form: CallForm) -> tuple[Sheet, ...]:
    """考评表 (all that is signed, and what was found), 通话文本, 检查清单 with what was measured, the hidden 版本."""
    checks = (_checks(form), *_metric_blocks(form))
    footer = tuple(Fact(fact.label, fact.value) for fact in form.footer)
    return (
        Sheet("考评表", FINE, tuple(_score_blocks(form)), grid=False, fine=True, form=True),
        Sheet("通话文本", (5, 7, 7, 6, 46, 9, 11, 7, 10), tuple(_talk_blocks(form))),
        Sheet("检查清单", (24, 14, 20, 8, 6, 11, 24, 25), checks),
        versions_sheet(footer),
    )


def _score_blocks(form: CallForm) -> list[Block]:
    score, record = form.score, form.signed
    blocks: list[Block] = [Note(form.title, "title")]
    if form.notice:
        blocks.append(recogniser_banner(form.notice))
    if record is not None and record.vetoes:
        blocks.append(Banner("alarm", signed_vetoes(record)))
    elif record is None and (score.veto or score.veto_suspected):
        what = "一票否决" if score.veto else SUSPECTED_VETO
        blocks.append(Banner("alarm", f"{what}：" + "、".join(f.title for f in form.vetoes)))
    waiting = f"待复核 {score.doubts} 项；待人工评分 {number(score.manual)} 分"
    left = ("待复核与人工评分", waiting) if record is None else ("人工判断", f"{len(record.decided)} 条")
    got = f"{number(score.total)} / {number(score.possible)}"
    figures = Row((got, percent(score.rate), score.grade, f"{score.deductions} 项", left[1]), "large")
    blocks += [
        Gap(),
        Facts(tuple(Fact(fact.label, fact.value) for fact in form.facts)),
        Gap(),
        plain_table(("机器得分", "得分率", "等级", "扣分项", left[0]), [figures]),
    ]
    if record is not None:
        final = Row(
            (f"{number(record.total)} / {number(record.possible)}", percent(record.rate), record.grade), "large"
        )
        blocks.append(plain_table(("终审得分", "终审得分率", "终审等级"), [final]))
    if score.pending and record is None:
        blocks.append(Banner("notice", PENDING))
    if record is None:
        blocks += [Banner("notice", f"需要人工复核：{text}") for text in (*form.warnings, *form.review_reasons)]
    else:
        blocks += [Banner("notice", text) for text in form.warnings]
    titles = _SCORES if record is None else _SIGNED_SCORES
    columns = tuple(Column(title, number=title not in (titles[0], titles[-1])) for title in titles)
    blocks += [Gap(), Table(columns, tuple(_score_rows(form))), *_finding_blocks(form)]
    if record is not None and record.decided:
        blocks += [Heading("逐项判断"), _decided(record)]
    return [*blocks, *_duty_blocks(form), *_sign_off(form.signed)]


def _metric_blocks(form: CallForm) -> list[Block]:
    if not form.metrics:
        return []
    note = [Note(form.tone_note, "faint")] if form.tone_note else []
    return [Heading("通话指标"), *note, Facts(tuple(Fact(fact.label, fact.value) for fact in form.metrics))]


def _score_rows(form: CallForm) -> list[Row]:
    rows: list[Row] = []
    record = form.signed
    for section in form.sections:
        got = section.score if section.possible else None
        told = f"得分率 {percent(section.rate if record is None else record.rate_of(section.id))}"
        final = _final(record, section.id)
        rows.append(Row((section.title, section.possible, got, *final, told), "section"))
        rows += [_item_row(item, section.id, record) for item in section.items]
    score = form.score
    lost = f"失分 {number(score.lost)}；不适用与未评的人工项不计入满分"
    if record is not None:
        lost = f"终审 {number(record.total)} / {number(record.possible)}；不适用的项不计入满分"
    stands: tuple[Value, ...] = () if record is None else (record.total,)
    rows.append(Row(("合计", score.possible, score.total, *stands, lost), "section"))
    return rows


def _final(record: SignedLines | None, key: str) -> tuple[Value, ...]:
    """The column of what stands, in a signed form."""
    if record is None:
        return ()
    points = record.points.get(key)
    return (points.score if points is not None and points.possible else None,)


def _decided(record: SignedLines) -> Table:
    rows = [
        Row((line.title, line.machine, line.said, line.reason, line.name, line.at), "" if line.stands else "faint")
        for line in record.decided
    ]
    return plain_table(DECIDED, rows)


def _item_row(item: ItemLine, section: str, record: SignedLines | None) -> Row:
    look = _LOOKS.get(item.state, "")
    got = item.score if item.state != "manual" else None
    return Row(
        (
            item.title,
            Cell(value=item.possible, look="faint"),
            Cell(value=got, look=look),
            *_final(record, f"{section}/{item.id}"),
            Cell(_item_note(item, record), look),
        )
    )


def _item_note(item: ItemLine, record: SignedLines | None) -> str:
    if item.state == "manual":
        anchors = "；".join(f"{number(points)} 分：{meaning}" for points, meaning in item.anchors)
        return f"人工评分。{anchors}"
    parts = [f"{f.label}．{_when(f)}{f.message}（{f.verdict}）{_said(f, record)}" for f in item.findings]
    parts += [f"{f.label}．{_when(f)}{f.title}：{f.status_label}{_said(f, record)}" for f in item.doubts]
    if item.note:
        parts.append(item.note)
    return "\n".join(parts) or ("达标" if item.state == "kept" else "")


def _said(finding: Finding, record: SignedLines | None) -> str:
    said = record.in_short(finding.rule_id) if record else ""
    return f" → {said}" if said else ""


def _when(finding: Finding) -> str:
    return f"{finding.clock} " if finding.at is not None else ""


def _sign_off(record: SignedLines | None) -> list[Block]:
    remark = stands = signed = ""
    if record is not None:
        last = record.signatures[0]
        remark, signed = last.remark, f"{last.name}　{last.at}"
        stands = f"{number(record.total)} / {number(record.possible)}　{record.grade}"
    labels = (
        ("质检员评语", remark),
        ("复核后总分与等级", stands),
        ("质检员签名、日期", signed),
        ("坐席确认", "□ 已听取录音并知悉考评结果　□ 有异议"),
        ("申诉项目与理由", ""),
        ("坐席签名、日期", ""),
        ("班长签名、日期", ""),
    )
    tall = {"质检员评语", "申诉项目与理由"}
    lines = tuple(SignLine((label, filled), look="tall" if label in tall else "") for label, filled in labels)
    return [Gap(), SignOff("质检员评语与确认", lines)]


def _finding_blocks(form: CallForm) -> list[Block]:
    """What was found and where; what was said around it is on the sheet of the call."""
    found = (*form.deductions, *form.doubts)
    rows = [row for finding in found for row in _finding_rows(finding)]
    titles = ("编号", "检查项", "结论", "扣分", "时间", "原话", "说明与依据")
    blocks: list[Block] = [] if form.deductions else [Heading(NO_FAULTS)]
    return [*blocks, Gap(), Heading("扣分与待复核的依据"), plain_table(titles, rows)] if rows else blocks


def _finding_rows(finding: Finding) -> list[Row]:
    look = "fault" if finding.status == "fail" else "doubt"
    verdict = finding.verdict if finding.status == "fail" else ""
    head = (finding.label, finding.title, finding.status_label, finding.points)
    told: tuple[str, ...] = (finding.message, verdict, finding.reason, finding.trust)
    rows = []
    for time, words, why in _evidence(finding):
        label, title, status, points = (Cell(value=value, look=look) for value in head)
        said = "；".join(part for part in (*told, why) if part)
        rows.append(Row((label, Cell(value=title.value), status, points, time, words, said)))
        head, told = ("", "〃", "", None), ()  # type: ignore[assignment]  # of the rows below only the place is told
    return rows


def _evidence(finding: Finding) -> list[tuple[str, str, str]]:
    """Where, what was said, and what it was told by."""
    rows = []
    for hit in (*finding.hits, *finding.call_words):
        words = f"{hit.speaker}「{hit.words}」" if hit.words and not hit.measured else ""
        rows.append(
            (hit.clock_range or hit.clock, words, "，".join(part for part in (hit.how, hit.explanation) if part))
        )
    rows += [
        (search.clock_range, "", f"检查范围：{search.window}，未找到。{search.nearest}") for search in finding.searched
    ]
    return rows or [("", "", "")]


def _talk_blocks(form: CallForm) -> list[Block]:
    columns = (
        "序号",
        "开始",
        "结束",
        "说话人",
        "文字（号码已遮盖）",
        "语速（字/分）",
        "语气（模型判断）",
        "可信度",
        "标记",
    )
    blocks: list[Block] = [plain_table(columns, (_turn_row(turn) for turn in form.turns), frozen=True, filters=True)]
    if not form.turns:
        blocks.append(Heading(NO_WORDS))
    return blocks


def _turn_row(turn: TurnLine) -> Row:
    marks = [f"{(turn.references and '见 ' + '、'.join(turn.references)) or ''}"]
    if turn.excluded:
        marks.append(left_out(turn.excluded))
    if turn.silence_before:
        marks.append(f"此前静默 {number(turn.silence_before, 1)} 秒")
    if turn.unheard_before:
        marks.append(unheard(turn.unheard_before))
    if turn.overlap:
        marks.append(f"同时说话 {number(turn.overlap, 1)} 秒")
    marked = "fault" if any(not is_doubt(label) for label in turn.references) else "doubt"
    end = clock(turn.end) if turn.end is not None else ""
    rate = round(turn.chars_per_minute) if turn.chars_per_minute is not None else None
    sure = f"{turn.confidence * 100:.0f}%" if turn.confidence is not None else ""
    note = Cell("；".join(mark for mark in marks if mark), marked if turn.references else "faint")
    values = (turn.number, turn.clock, end, turn.speaker_label, turn.text, rate, turn.tone, sure)
    look = "faint" if turn.excluded else ""
    return Row((*(Cell(value=value, look=look) for value in values), note))


def _checks(form: CallForm) -> Table:
    rows = []
    for finding in (*form.deductions, *form.doubts, *form.passed, *form.not_applicable):
        why = finding.reason or "；".join(dict.fromkeys(hit.explanation for hit in finding.hits if hit.explanation))
        why += f"；{CALL_WORDS}：{finding.told_words}" if finding.call_words else ""
        look = {"fail": "fault", "not_applicable": "faint", "pass": ""}.get(finding.status, "doubt")
        told = (finding.status_label, finding.points, finding.severity_label, why)
        shown = (Cell(value=value, look=look) for value in told)
        rows.append(Row((finding.title, finding.section, finding.item, *shown, Cell(finding.rule_id, "faint"))))
    columns = ("检查项", "考评项", "细项", "结论", "扣分", "程度", "原因或依据", "规则编号")
    return plain_table(columns, rows, frozen=True, filters=True)


def _duty_blocks(form: CallForm) -> list[Block]:
    blocks: list[Block] = []
    if (case := form.complaint) is not None:
        rows = [Row((line.label, line.allowed, line.due, line.done, line.verdict)) for line in case.deadlines]
        blocks += [
            Heading("投诉登记"),
            plain_table(("投诉等级", "定级依据", "受理时间"), [Row((case.level, case.basis, case.received))]),
            plain_table(("投诉事项", "时限", "应于此前", "实际", "结论"), rows),
        ]
    if form.promises:
        lines = (Row((clock(p.at), p.text, p.kind, p.limit, p.due, Cell(p.remark, "doubt"))) for p in form.promises)
        blocks += [Heading("承诺台账"), plain_table(("承诺时间", "原话", "类别", "时限", "应于此前", "提示"), lines)]
    return blocks
