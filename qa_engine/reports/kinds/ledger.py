"""每日录音台账: every recording of a day in its place, and what stands in the way of the balance."""

from qa_engine.domain.night import LedgerOfDay
from qa_engine.fault_wording import fault_said
from qa_engine.reports.document import (
    Banner,
    Block,
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
    Rows,
    Table,
)
from qa_engine.reports.kinds import Request, Source, report_kind
from qa_engine.wording import LEDGER, NOTHING_CAME, REASONS, balance_of

TITLE = "每日录音台账"
SHOWN_FAULTS = 20
_KINDS = {"ingest": "命令导入", "upload": "网页上传", "watch": "文件夹监视", "night": "夜间作业"}
_LEFT = {"refused": "拒收", "waiting": "等待", "skipped": "跳过"}
_SKIPPED = {"not a recording": "不是录音", "hidden, passed over": "隐藏文件"}


@report_kind("ledger", title=TITLE, about="centre", folder="ledgers")
def report(source: Source, request: Request) -> Document:
    """The ledger of the last day of the period; of the newest day that has calls when none is asked for."""
    return ledger_document(source.ledger(request.period.last or request.period.first))


def ledger_document(found: LedgerOfDay) -> Document:
    """The ledger, laid out."""
    now = found.now
    return Document(
        kind="ledger",
        title=TITLE,
        mark=str(now.day),
        heading=f"{TITLE} {now.day}",
        subject=str(now.day),
        look="agent-report",
        blocks=(
            *_top(found),
            *_aside(found),
            *_missing(found),
            *_in_work(found),
            *_before(found),
            *_drawn(found),
            *_batches(found),
            *_left(found),
        ),
        table=_rows(found),
        data={
            "ledger": now,
            "adds_up": now.adds_up,
            "complete": now.complete,
            "day_before": found.before,
            "missing": found.missing,
            "in_work": found.in_work,
            "late": found.late,
            "opened_again": found.opened_again,
            "begun": found.begun,
            "faults": tuple(str(fault) for fault in found.faults),
            "drawn": found.drawn,
            "batches": found.batches,
            "left": found.left,
        },
    )


def _top(found: LedgerOfDay) -> list[Block]:
    now, last = found.now, found.drawn[-1] if found.drawn else None
    blocks: list[Block] = []
    if not now.complete:
        blocks.append(Banner("alarm", (Piece("台账不平", "strong"), "：当日报告均标注未完整。"), now.open_points()))
    if now.empty:
        begun = "" if found.begun else "，当日的夜间作业也没有开始"
        blocks.append(Banner("ask", (Piece(NOTHING_CAME, "strong"), f"{begun}；请确认当日确无来电。")))
    if found.faults:
        more = (f"……共 {len(found.faults)} 处",) if len(found.faults) > SHOWN_FAULTS else ()
        points = (*map(fault_said, found.faults[:SHOWN_FAULTS]), *more)
        blocks.append(Banner("alarm", (Piece("名单或文件夹有误", "strong"), "（夜间作业时）："), points))
    if last is not None and found.opened_again:
        told = (
            f"第 {last.number} 次结账（{last.drawn_at:%Y-%m-%d %H:%M}）之后有变化，台账重新打开：{found.opened_again}。"
        )
        blocks.append(Banner("ask", told, found.late[:50]))
    state = Piece(balance_of(now), "fault strong" if not now.complete else "strong" if now.empty else "good strong")
    drawn = f"第 {last.number} 次，{last.drawn_at:%Y-%m-%d %H:%M}" if last else "尚未结账"
    blocks += [
        Facts(
            (
                Fact("日期", str(now.day)),
                Fact("台账", state),
                Fact("结账", drawn),
                Fact("未列名单", f"{now.unlisted} 通"),
            )
        ),
        Figures(tuple(_term(name, number) for name, number in now.figures.items())),
    ]
    return blocks


def _aside(found: LedgerOfDay) -> list[Block]:
    rows = [
        Row((label, REASONS.get(reason, reason), number))
        for label, reasons in (("不予质检", found.now.excluded), ("已隔离", found.now.quarantined))
        for reason, number in reasons.items()
    ]
    if not rows:
        return []
    columns = (Column("类别"), Column("原因", look="wide"), Column("通数", number=True))
    return [Heading("未评分的原因"), Table(columns, tuple(rows))]


def _missing(found: LedgerOfDay) -> list[Block]:
    heading = Heading("缺少的录音", f"{found.now.missing} 通")
    if not found.missing:
        return [heading, Note(NOTHING_CAME if found.now.empty else "名单与文件夹中的录音全部收到。", "empty")]
    columns = (
        Column("通话或文件", look="first"),
        Column("工号", look="nowrap"),
        Column("开始时间", look="nowrap"),
        Column("出处"),
        Column("说明", look="wide"),
    )
    rows = tuple(
        Row(
            (
                one.key,
                one.agent_id or "",
                f"{one.started_at:%Y-%m-%d %H:%M}" if one.started_at else "",
                one.source,
                one.why or "没有收到录音",
            )
        )
        for one in found.missing
    )
    return [heading, Table(columns, rows, filters=True), *_cut(len(rows), found.now.missing)]


def _term(name: str, number: int) -> Figure:
    """A term of the equation, with its sign."""
    sign = {"expected": "", "scored": "= "}.get(name, "+ ")
    amiss = number and name in ("in_work", "missing")
    return Figure(f"{sign}{LEDGER[name]}", str(number), look="fault" if amiss else "", noted=True)


def _in_work(found: LedgerOfDay) -> list[Block]:
    if not found.in_work:
        return []
    rows = tuple(Row((call_id,)) for call_id in found.in_work)
    heading = Heading("仍在处理的通话", f"{found.now.in_work} 通")
    return [heading, Table((Column("通话", look="first"),), rows), *_cut(len(rows), found.now.in_work)]


def _cut(shown: int, whole: int) -> list[Block]:
    return [Note(f"只列出 {shown} 通，共 {whole} 通。", "faint small")] if shown < whole else []


def _before(found: LedgerOfDay) -> list[Block]:
    before = found.before
    if before is None:
        return []
    columns = (
        Column("项目"),
        Column(str(before.day), number=True),
        Column(str(found.now.day), number=True),
        Column("增减", number=True),
    )
    old, new = before.figures, found.now.figures
    rows = tuple(Row((label, old[name], new[name], new[name] - old[name])) for name, label in LEDGER.items())
    return [Heading("与前一日比较"), Table(columns, rows)]


def _drawn(found: LedgerOfDay) -> list[Block]:
    if not found.drawn:
        return []
    columns = (
        Column("次", number=True),
        Column("结账时间", look="nowrap"),
        *(Column(LEDGER[name], number=True) for name in ("expected", "scored", "missing")),
        Column("结果"),
        Column("缘由", look="wide"),
    )
    rows = tuple(
        Row(
            (
                one.number,
                f"{one.drawn_at:%Y-%m-%d %H:%M:%S}",
                one.ledger.expected,
                one.ledger.scored,
                one.ledger.missing,
                balance_of(one.ledger),
                one.why,
            )
        )
        for one in found.drawn
    )
    return [Heading("结账记录", "只增不改"), Table(columns, rows)]


def _batches(found: LedgerOfDay) -> list[Block]:
    if not found.batches:
        return []
    columns = (
        Column("方式"),
        Column("来源", look="wide"),
        Column("名单"),
        Column("开始", look="nowrap"),
        Column("所见", number=True),
        Column("收下", number=True),
        Column("重复", number=True),
        Column("等待", number=True),
        Column("拒收", number=True),
        Column("跳过", number=True),
        Column("状态", look="nowrap"),
    )
    rows = tuple(
        Row(
            (
                _KINDS.get(one.kind, one.kind),
                one.source,
                one.manifest or "",
                f"{one.started_at:%Y-%m-%d %H:%M}",
                one.seen,
                one.taken,
                one.duplicate,
                one.waiting,
                one.refused,
                one.skipped,
                "完成" if one.finished else "未完成",
            )
        )
        for one in found.batches
    )
    return [Heading("导入批次"), Table(columns, rows)]


def _left(found: LedgerOfDay) -> list[Block]:
    """What lay there and was not taken, so that the ledger can be held against the folder."""
    if not found.left:
        return []
    rows = tuple(
        Row(
            (
                f"{one.path} 第 {one.line} 行" if one.line else one.path,
                _LEFT.get(one.outcome, one.outcome),
                _SKIPPED.get(one.why, one.why),
            )
        )
        for one in found.left
    )
    columns = (Column("文件或名单中的行", look="first"), Column("结果", look="nowrap"), Column("原因", look="wide"))
    return [Heading("没有收下的文件", "最近一次查看时"), Table(columns, rows, filters=True)]


def _rows(found: LedgerOfDay) -> Rows:
    """For CSV: each figure with its reason, then every missing recording by name."""
    now = found.now
    day = str(now.day)
    reasons = {"excluded": now.excluded, "quarantined": now.quarantined}
    rows: list[tuple[str | int, ...]] = []
    for name, label in LEDGER.items():
        if name in reasons:
            rows += [(day, label, REASONS.get(reason, reason), number) for reason, number in reasons[name].items()]
        else:
            rows.append((day, label, "", now.figures[name]))
    rows += [(day, "缺少的录音", f"{one.key} {one.why}".rstrip(), 1) for one in found.missing]
    return Rows(("日期", "项目", "原因或名称", "通数"), tuple(rows))
