"""服务质量综合考评表: the form of one call."""

from collections.abc import Sequence

from qa_engine.domain import Severity
from qa_engine.reports.call_form import CallForm, call_form
from qa_engine.reports.cards import BOX, WIDE_BOX, finding_card, label_of, place
from qa_engine.reports.document import (
    Banner,
    Block,
    Bullets,
    Card,
    Cell,
    Chart,
    Column,
    Document,
    Fact,
    Facts,
    Figure,
    Figures,
    Folded,
    Heading,
    Legend,
    LegendEntry,
    Note,
    Piece,
    Player,
    Quote,
    Row,
    SignLine,
    SignOff,
    Table,
    Text,
)
from qa_engine.reports.findings import CALL_WORDS, Finding
from qa_engine.reports.kinds import Request, Source, report_kind
from qa_engine.reports.kinds.call_form_scores import score_table
from qa_engine.reports.kinds.call_form_signed import decided_table, decision_text, signed_figures, signed_vetoes
from qa_engine.reports.kinds.call_form_tables import call_rows, call_sheets
from qa_engine.reports.parts import recogniser_banner
from qa_engine.reports.signed_form import SignedLines
from qa_engine.reports.wording import (
    CALL_FORM_TITLE,
    NO_FAULTS,
    NO_WORDS,
    PENDING,
    SEVERITIES,
    SUSPECTED_VETO,
    number,
    percent,
)
from qa_engine.rules import TONE_TITLE

_SEVERITIES = ("veto", "major", "minor", "info")
_LATE = {None: "faint", True: "strong fault", False: "good"}


@report_kind("call", title=CALL_FORM_TITLE, about="call", folder="calls")
def report(source: Source, request: Request) -> Document:
    """The form of the call ``request.subject``."""
    stored = source.call(request.subject)
    return call_document(
        call_form(
            stored.transcript,
            stored.result,
            audio_url=request.audio_url,
            source_name=stored.source_name,
            signed=stored.signed,
        )
    )


def call_document(form: CallForm) -> Document:
    """The form, laid out."""
    return Document(
        kind="call_form",
        title=form.title,
        mark=f"通话 {form.call_id}",
        heading=f"{form.title} {form.call_id}",
        subject=form.call_id,
        look="call-form",
        audio_url=form.audio_url,
        blocks=(
            *_top(form),
            *_picture(form),
            Heading("考评项得分"),
            score_table(form),
            *_findings(form),
            *_veto_items(form),
            *_duties(form),
            *(decided_table(form.signed) if form.signed else ()),
            *_signatures(form.signed),
            *_metrics(form),
            *_talk(form),
            *_lists(form),
        ),
        footer=tuple(Fact(fact.label, fact.value) for fact in form.footer),
        sheets=call_sheets(form),
        table=call_rows(form),
        data=form,
        seconds=form.timeline.seconds if form.timeline is not None else None,
    )


def _top(form: CallForm) -> list[Block]:
    score = form.score
    blocks: list[Block] = []
    if form.notice:
        blocks.append(recogniser_banner(form.notice))
    record = form.signed
    if record.veto if record else score.veto or score.veto_suspected:
        blocks.append(Banner("alarm", _vetoes(form)))
    if record is not None:
        blocks += signed_figures(record, score)
        blocks.append(Facts(tuple(Fact(fact.label, fact.value) for fact in form.facts)))
        return [*blocks, *(Banner("ask", warning) for warning in form.warnings)]
    blocks.append(
        Figures(
            (
                Figure("机器得分", (number(score.total), Piece(f" / {number(score.possible)}", "unit"))),
                Figure("得分率", percent(score.rate)),
                Figure("等级", score.grade or "—"),
                Figure("扣分项", str(score.deductions), look="fault" if score.deductions else ""),
                Figure("待复核", str(score.doubts), look="doubt" if score.doubts else ""),
                Figure("待人工评分", (number(score.manual), Piece(" 分", "unit"))),
            )
        )
    )
    if score.pending:
        blocks.append(Banner("ask", PENDING))
    blocks.append(Facts(tuple(Fact(fact.label, fact.value) for fact in form.facts)))
    blocks += [Banner("ask", warning) for warning in form.warnings]
    if form.review_reasons:
        blocks.append(Banner("ask", "需要人工复核", form.review_reasons))
    return blocks


def _vetoes(form: CallForm) -> Text:
    if form.signed:
        return signed_vetoes(form.signed)
    parts: list[str | Piece] = ["一票否决：" if form.score.veto else f"{SUSPECTED_VETO}："]
    for n, finding in enumerate(form.vetoes):
        parts += ["、"] if n else []
        parts.append(Piece(finding.title, url=f"#{finding.anchor}"))
        if finding.at is not None:
            parts += ["（", Piece(finding.clock, seconds=finding.at), "）"]
    return tuple(parts)


def _picture(form: CallForm) -> list[Block]:
    timeline = form.timeline
    blocks: list[Block] = [Player()] if form.audio_url else []
    if timeline is None:
        if not form.timed:
            blocks.append(Note("文本没有时间信息：与时间有关的检查不适用，也无法定位收听。", "empty"))
        return blocks
    entries = [
        LegendEntry("坐席", "k-agent"),
        LegendEntry("客户", "k-customer"),
        LegendEntry("静默 3 秒以上", "k-gap"),
        LegendEntry("同时说话", "k-both"),
    ]
    if form.excluded_turns:
        entries.append(LegendEntry("未参与检查", "k-excluded"))
    for key in _SEVERITIES:
        if key in timeline.severities:
            label = SEVERITIES[Severity(key)] + ("扣分" if key in ("major", "minor") else "")
            entries.append(LegendEntry(label, f"k-{key}"))
    entries.append(LegendEntry("待复核", "k-doubt"))
    if timeline.loudness_known:
        entries.append(LegendEntry("条形高度为音量（相对本人中位数）"))
    if form.audio_url:
        entries.append(LegendEntry("点击任意位置的时间即可收听", look="screen"))
    blocks += [Chart("timeline", timeline), Legend(tuple(entries))]
    if timeline.tracks:
        tones = [LegendEntry(TONE_TITLE[kind], f"t-{kind}") for kind in timeline.tone_kinds]
        if timeline.unsure:
            tones.append(LegendEntry("拿不准", "t-unsure"))
        tones.append(LegendEntry("该话轮未测", "k-missing"))
        if timeline.tone_kinds:
            tones.append(LegendEntry("语气由模型按字面判断，仅供参考"))
        if timeline.sound_known:
            tones.append(LegendEntry("语速、音量：深色为坐席，浅色为客户，中间刻度为中位数（语速为坐席的）"))
        blocks.append(Legend(tuple(tones)))
    if form.tone_note:
        blocks.append(Note(form.tone_note, "legend"))
    return blocks


def _findings(form: CallForm) -> list[Block]:
    count = f"{len(form.deductions)} 项" if form.deductions else ""
    blocks: list[Block] = [Heading("扣分明细", count), *(_card(finding, form.signed) for finding in form.deductions)]
    if not form.deductions:
        blocks.append(Note(NO_FAULTS, "empty"))
    if form.doubts:
        told = "人工结论见各项" if form.signed else "均未扣分"
        blocks.append(Heading("待复核项", f"{len(form.doubts)} 项，机器不能确定，{told}"))
        blocks += [_card(finding, form.signed) for finding in form.doubts]
    return blocks


def _card(finding: Finding, record: SignedLines | None) -> Card:
    if record is None:
        return finding_card(finding)
    said = decision_text(record.about(finding.rule_id)) or "未作判断，以机器结论为准"
    return finding_card(finding, said, record.costs.get(finding.rule_id))


def _veto_items(form: CallForm) -> list[Block]:
    if not form.veto_items:
        return []
    rows = tuple(
        Row(
            (
                Cell(f.title, "first"),
                Cell(_final_verdict(f, form.signed) if form.signed else _verdict(f, form.score.veto)),
                Cell(
                    f.message if f.status == "fail" else f.brief if f.status == "not_applicable" else f.reason,
                    "wide soft",
                ),
            )
        )
        for f in form.veto_items
    )
    columns = (Column("项目"), Column("结论", width="9em"), Column("说明"))
    return [Heading("一票否决项"), Table(columns, rows)]


def _final_verdict(finding: Finding, record: SignedLines) -> Text:
    if finding.rule_id in record.vetoes:
        return (Piece("命中", "strong fault"), " ", label_of(finding))
    if finding.status in ("pass", "not_applicable"):
        return _verdict(finding, confirmed=True)
    return ("终审未成立 ", label_of(finding))


def _verdict(finding: Finding, confirmed: bool) -> Text:
    match finding.status:
        case "fail":
            return (Piece("命中" if confirmed else "命中，待确认", "strong fault"), " ", label_of(finding))
        case "pass":
            return "未发现"
        case "not_applicable":
            return Piece("不适用", "faint")
    return (Piece(finding.status_label, "doubt"), " ", label_of(finding))


def _duties(form: CallForm) -> list[Block]:
    blocks: list[Block] = []
    if (case := form.complaint) is not None:
        basis: Text = Piece(case.basis, url=f"#turn-{case.turn}") if case.turn is not None else case.basis
        facts = (Fact("投诉等级", case.level), Fact("定级依据", basis), Fact("受理时间", case.received))
        columns = (
            Column("事项"),
            Column("时限"),
            Column("应于此前"),
            Column("实际"),
            Column("结论", width="6em"),
        )
        rows = tuple(
            Row((Cell(line.label, "first"), line.allowed, line.due, line.done, Cell(Piece(line.verdict, look))))
            for line in case.deadlines
            for look in (_LATE[line.late],)
        )
        blocks += [Heading("投诉登记", f"{case.level}投诉"), Facts(facts), Table(columns, rows)]
    if form.promises:
        titles = ("时间", "原话", "类别", "时限", "应于此前", "提示")
        widths = ("5em", "", "4em", "6em", "12em", "8em")
        rows = tuple(
            Row(
                (
                    Cell(place(line.at, ""), "first"),
                    Cell(line.text, "wide"),
                    line.kind,
                    line.limit,
                    line.due,
                    Cell(Piece(line.remark, "doubt")),
                )
            )
            for line in form.promises
        )
        note = f"{len(form.promises)} 项，答应客户的事与应兑现的时间"
        promised = tuple(Column(title, width=width) for title, width in zip(titles, widths, strict=True))
        blocks += [Heading("承诺台账", note), Table(promised, rows)]
    return blocks


def _signatures(record: SignedLines | None) -> Sequence[Block]:
    write = SignLine(kind="write")
    total = SignLine((("人工项合计 ", BOX, " 分"), ("复核后总分 ", BOX), ("等级 ", BOX)))
    inspector = SignLine((("质检员签名 ", WIDE_BOX), ("日期 ", WIDE_BOX)))
    lines: tuple[SignLine, ...] = (write, write, total, inspector)
    if record is not None:
        last = record.signatures[0]
        stands = (f"复核后总分 {number(record.total)} / {number(record.possible)}", f"等级 {record.grade or '—'}")
        lines = (
            SignLine((last.remark or "（无评语）",), "sentence"),
            SignLine(stands),
            SignLine((f"质检员签名 {last.name}", f"日期 {last.at}")),
        )
    heard: Text = ("□ 已听取录音并知悉考评结果　　□ 有异议，申诉项目：", WIDE_BOX)
    agent = SignLine((("坐席签名 ", WIDE_BOX), ("日期 ", WIDE_BOX), ("班长签名 ", WIDE_BOX)))
    return (
        Heading("质检员评语与确认"),
        SignOff("质检员评语", lines),
        SignOff(
            "坐席确认",
            (
                SignLine((heard,), "sentence"),
                SignLine(("申诉理由：",), "sentence"),
                SignLine(kind="write", look="low"),
                agent,
            ),
        ),
    )


def _metrics(form: CallForm) -> list[Block]:
    if not form.metrics:
        return []
    return [Heading("通话指标"), Facts(tuple(Fact(fact.label, fact.value) for fact in form.metrics), "long")]


def _talk(form: CallForm) -> list[Block]:
    if not form.turns:
        return [Heading("通话文本"), Note(NO_WORDS, "empty")]
    left_out = f"，其中 {len(form.excluded_turns)} 个未参与检查" if form.excluded_turns else ""
    told = any(finding.call_words for finding in (*form.deductions, *form.doubts))
    marks = (
        LegendEntry("扣分", mark="fault"),
        LegendEntry("待复核", mark="doubt"),
        LegendEntry("客户的话，检查由此开始", mark="trigger"),
        LegendEntry("规范用语", mark="found"),
        *((LegendEntry(CALL_WORDS, mark="telling"),) if told else ()),
    )
    note = f"{len(form.turns)} 个话轮{left_out}；号码已遮盖"
    return [Heading("通话文本", note), Legend(marks), Quote((form.turns,), whole=True)]


def _lists(form: CallForm) -> list[Block]:
    blocks: list[Block] = []
    passed = [finding for finding in form.passed if finding.severity != "veto"]
    if passed:
        more = "，另有一票否决项见上" if len(passed) < len(form.passed) else ""
        blocks += [Heading("已检查并达标", f"{len(passed)} 项{more}"), Bullets(tuple(_passed(f) for f in passed))]
    if form.not_applicable:
        items = tuple((f.title, Piece(f"：{f.brief or '本次通话不涉及'}", "faint")) for f in form.not_applicable)
        blocks += [Heading("不适用的检查", f"{len(form.not_applicable)} 项，不计入满分"), Bullets(items)]
        long = tuple((f.title, f.grounds) for f in form.not_applicable if f.grounds)
        if long:
            blocks.append(Folded(f"{len(long)} 项的依据，逐条列出", long))
    return blocks


def _passed(finding: Finding) -> Text:
    parts: list[str | Piece] = [finding.title]
    if not finding.hits:
        parts.append(Piece("：未发现问题", "faint"))
    if finding.at is not None and finding.words:
        parts += [" ", Piece(finding.clock, "small", seconds=finding.at), " ", Piece(f"「{finding.words}」", "soft")]
    return tuple(parts)
