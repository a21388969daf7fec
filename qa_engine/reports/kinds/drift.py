"""命中率异常: every rule against its own history, and whose doing a jump is."""

from qa_engine.reports.document import (
    Banner,
    Block,
    Card,
    Chart,
    Column,
    Document,
    Fact,
    Facts,
    Heading,
    Note,
    Piece,
    Row,
    Rows,
    Table,
)
from qa_engine.reports.drift import CAUSES, DriftReport, RuleDrift
from qa_engine.reports.kinds import Request, Source, report_kind

TITLE = "规则命中率监测"


@report_kind("drift", title=TITLE, about="centre", folder="drift")
def report(source: Source, request: Request) -> Document:
    """The last day of the period, against the sixty days before it."""
    return drift_document(source.drift(request.period.last or request.period.first))


def drift_document(found: DriftReport) -> Document:
    """The report, laid out."""
    return Document(
        kind="drift",
        title=TITLE,
        mark=str(found.day),
        heading=f"{TITLE} {found.day}",
        subject=str(found.day),
        look="agent-report",
        blocks=(*_top(found), *(_card(rule) for rule in found.jumped), *_steady(found)),
        table=_rows(found),
        data=found,
    )


def _top(found: DriftReport) -> list[Block]:
    looked = len(found.jumped) + len(found.steady)
    blocks: list[Block] = []
    if found.jumped:
        points = tuple(f"{rule.title}：{_change(rule)}" for rule in found.jumped)
        blocks.append(Banner("alarm", f"{len(found.jumped)} 条规则的命中率超出其历史界限。", points))
    blocks.append(
        Facts(
            (
                Fact("日期", str(found.day)),
                Fact("当日通话", f"{found.calls} 通"),
                Fact("监测规则", f"{looked} 条"),
                Fact("历史不足", f"{found.young} 条"),
                Fact("样本组", f"{found.panel_calls} 通" if found.panel_calls else "未设置"),
            )
        )
    )
    if not looked:
        blocks.append(Note("历史不足：至少需要 10 天、200 通已评分通话。", "empty"))
    elif not found.jumped:
        blocks.append(Note("没有规则超出界限。", "empty"))
    return blocks


def _change(rule: RuleDrift) -> str:
    last = rule.chart.points[-1].hits
    word = "升" if rule.chart.jump > 0 else "降"
    return f"由 {100 * rule.chart.centre:.1f}% {word}至 {100 * last.rate:.1f}%（{last.hits} / {last.calls} 通）"


def _card(rule: RuleDrift) -> Card:
    head = (Piece(rule.title, "strong"), Piece(rule.rule_id, "soft small"), Piece(_change(rule), "tag fault"))
    body: list[Block] = [Chart("drift", rule.chart)]
    if rule.cause is not None:
        body.append(Note((Piece("归因：", "soft"), CAUSES[rule.cause])))
    if rule.panel is not None:
        panel = rule.panel
        told = f"样本组 {panel.calls} 通：设置时命中 {panel.before}，重新判定 {panel.judged_again}"
        told += f"，重新识别后 {panel.heard_again}。"
        body.append(Note(told, "faint small"))
    return Card(head, tuple(body))


def _steady(found: DriftReport) -> list[Block]:
    if not found.steady:
        return []
    columns = (
        Column("规则", look="first"),
        Column("历史", number=True),
        Column("当日", number=True),
        Column("界限", number=True),
        Column("命中 / 通话", number=True),
    )
    rows = []
    for rule in found.steady:
        last = rule.chart.points[-1]
        limits = f"{100 * last.low:.1f}–{100 * last.high:.1f}%"
        hits = f"{last.hits.hits} / {last.hits.calls}"
        rows.append(Row((rule.title, f"{100 * rule.chart.centre:.1f}%", f"{100 * last.hits.rate:.1f}%", limits, hits)))
    note = (
        "界限按当日通话数和平时逐日的波动计算，正常的日子极少超出；列为异常的，还须命中数本身极不可能出于偶然，"
        "并按规则条数从严。"
    )
    table = Table(columns, tuple(rows), filters=True, frozen=True)
    return [Heading("界限之内的规则", f"{len(rows)} 条"), table, Note(note, "faint small")]


def _rows(found: DriftReport) -> Rows:
    rows = []
    for rule in (*found.jumped, *found.steady):
        last = rule.chart.points[-1]
        rows.append(
            (
                str(found.day),
                rule.rule_id,
                rule.title,
                last.hits.hits,
                last.hits.calls,
                round(rule.chart.centre, 5),
                round(last.low, 5),
                round(last.high, 5),
                rule.chart.jump,
                rule.cause.value if rule.cause else "",
            )
        )
    columns = ("日期", "规则编号", "规则", "命中通话", "通话", "历史命中率", "下限", "上限", "跳变", "归因")
    return Rows(columns, tuple(rows))
