"""投诉登记表, 投诉分类统计表 and the promise ledger: what was promised, and whether the customer was called."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from qa_engine.domain.duties import PromiseKind
from qa_engine.reports.causes import Cause, causes
from qa_engine.reports.document import (
    Block,
    Cell,
    Column,
    Document,
    Figure,
    Figures,
    Heading,
    Note,
    Piece,
    Row,
    Table,
    Text,
)
from qa_engine.reports.duties import PROMISES, limit_words
from qa_engine.reports.facts import PeriodFacts
from qa_engine.reports.kinds import Request, Source, report_kind
from qa_engine.reports.numbers import ENOUGH, rate_estimate
from qa_engine.reports.parts import over_days, quoted, sign_off
from qa_engine.reports.period import PromiseOfCall, told
from qa_engine.reports.statistics import InspectedCall
from qa_engine.reports.wording import clock
from qa_engine.text import mask_private

TITLE = "投诉登记与承诺台账"
KEPT, CAME_BACK, LATE, BROKEN, OPEN, UNKNOWN = "已兑现", "客户先来电", "逾期兑现", "未兑现", "未到期", "查不到"
LIKELY = "可能已兑现"
_REGISTERED = 200
_SHOWN = 60
_LOOKED_AT = 400


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A promise in its own words, and what became of it."""

    call_id: str
    said: str
    agent_id: str
    agent_name: str
    limit: str
    due: datetime | None
    state: str
    contact: str
    contact_at: datetime | None
    kind: PromiseKind
    words: str = ""


@dataclass(frozen=True, slots=True)
class ComplaintData:
    title: str
    period: str
    complaints: int
    classes: tuple[tuple[str, int], ...]
    causes: tuple[Cause, ...]
    promises: tuple[LedgerLine, ...]


@report_kind("complaints", title=TITLE, about="centre", folder="complaints", scoped=True)
def report(source: Source, request: Request) -> Document:
    """The complaints and promises of the period (or of the last whole week) of the centre or of a team."""
    period = told.week_of(request.period, source.today)
    facts = PeriodFacts(source, request, period, team=request.subject)
    found = source.complaints(period, team=facts.team)
    assert period.last is not None
    until = datetime.combine(min(period.last, source.today) + timedelta(days=1), datetime.min.time())
    ledger = _settled(source, source.promises(period, team=facts.team), until)
    calls = source.some([call_id for call_id, _ in found[-_REGISTERED:]], form_url=request.form_url)
    looked_at = _evenly([call_id for call_id, _ in found], _LOOKED_AT)
    why, unknown = _causes_of(facts, looked_at)
    classes = tuple(sorted(Counter(title for _, title in found).items(), key=lambda one: (-one[1], one[0])))
    return over_days(
        "complaints",
        TITLE,
        request,
        period.label,
        blocks=(
            _figures(len(found), facts, ledger),
            Heading("投诉分类统计表", "按类别"),
            *_classes(found),
            *_why(why, unknown, len(looked_at), len(found), request),
            Heading(
                "承诺台账",
                f"状态截至 {min(period.last, source.today):%m-%d}；同一客户以后的通话算作联系；"
                "号码不明的，看同一坐席时限内有没有外呼",
            ),
            *_ledger(ledger, request),
            Heading("投诉登记表", f"最近 {len(calls)} 件" if len(found) > len(calls) else ""),
            *_register([calls[call_id] for call_id, _ in found[-_REGISTERED:] if call_id in calls]),
            *sign_off("处理意见", "投诉处理席", "主管", "日期"),
        ),
        data=ComplaintData(TITLE, period.label, len(found), classes, why, ledger),
    )


def _evenly(call_ids: Sequence[str], most: int) -> Sequence[str]:
    step = max(1.0, len(call_ids) / most)
    return [call_ids[int(n * step)] for n in range(min(most, len(call_ids)))]


def _causes_of(facts: PeriodFacts, call_ids: Sequence[str]) -> tuple[tuple[Cause, ...], int]:
    """The causes of these complaints, seen against what all customers of the period said."""
    if not call_ids:
        return (), 0
    others = facts.source.wants(facts.period, team=facts.team, most=_LOOKED_AT)
    return causes(facts.source.complained(call_ids), others)


def _settled(source: Source, promised: Sequence[PromiseOfCall], until: datetime) -> tuple[LedgerLine, ...]:
    """What became of the promises; their words stand in the results."""
    results = source.briefs(sorted({one.call_id for one in promised}))
    words = {
        (call_id, promise.turn, promise.said_at, promise.due): mask_private(promise.text)
        for call_id, result in results.items()
        for promise in result.promises
    }
    return tuple(
        replace(
            settle(one, until),
            words=words.get((one.call_id, one.promise.turn, one.promise.said_at, one.promise.due), ""),
        )
        for one in promised
    )


def settle(one: PromiseOfCall, until: datetime) -> LedgerLine:
    """What became of a promise by ``until`` (the end of the period, on the centre's clock).

    Kept: somebody called the customer by the time. The customer calling by the time is contact, too, named so. Where no
    number tells the customer, a call out of the same agent by the time is likely to be it, and counts as no proof.
    """
    due = one.promise.due
    seen = [contact for contact in one.contacts if contact[1].replace(tzinfo=None) < until]
    state, contact = UNKNOWN, None
    if due is not None and one.customer_known:
        in_time = [c for c in seen if c[1] <= due]
        outbound = next((c for c in in_time if c[2]), None)
        if outbound is not None:
            state, contact = KEPT, outbound
        elif in_time:
            state, contact = CAME_BACK, in_time[0]
        elif due.astimezone(one.started_at.tzinfo if one.started_at else None).replace(tzinfo=None) >= until:
            state = OPEN
        else:
            contact = next((c for c in seen if c[2]), None)
            state = LATE if contact else BROKEN
    elif due is not None:
        contact = next((c for c in one.agent_calls if c[1].replace(tzinfo=None) < until), None)
        state = LIKELY if contact else UNKNOWN
    limit = "未说时限" if one.promise.hours is None else limit_words(one.promise.hours)
    return LedgerLine(
        one.call_id,
        clock(one.promise.said_at),
        one.agent_id,
        one.agent_name,
        limit,
        due,
        state,
        contact[0] if contact else "",
        contact[1] if contact else None,
        PromiseKind(one.promise.kind),
    )


def _figures(count: int, facts: PeriodFacts, ledger: tuple[LedgerLine, ...]) -> Figures:
    states = Counter(line.state for line in ledger)
    decided = sum(states[state] for state in (KEPT, CAME_BACK, LATE, BROKEN))
    kept = rate_estimate(states[KEPT] + states[CAME_BACK], decided)
    share = rate_estimate(count, facts.tally.calls)
    open_now = f"未到期 {states[OPEN]}，可能已兑现 {states[LIKELY]}，查不到 {states[UNKNOWN]}（没有时限或号码）"
    return Figures(
        (
            Figure("投诉", (str(count), Piece(" 件", "unit")), f"占通话 {told.rate_with(share)}", noted=True),
            Figure("承诺", (str(len(ledger)), Piece(" 条", "unit")), open_now, noted=True),
            Figure(
                "按时联系",
                told.rate(kept, 0),
                f"大致 {told.rate_range(kept, 0)}，{decided} 条" if decided else "",
                noted=True,
            ),
            Figure(
                "未兑现",
                (str(states[BROKEN]), Piece(" 条", "unit")),
                f"逾期 {states[LATE]} 条",
                "fault" if states[BROKEN] else "",
                noted=True,
            ),
        )
    )


def _classes(listed: Sequence[tuple[str, str]]) -> list[Block]:
    if not listed:
        return [Note("本期没有投诉。", "empty")]
    counts = Counter(title for _, title in listed)
    columns = (
        Column("类别"),
        Column("件数", number=True),
        Column("占比", number=True),
        Column("大致范围", look="nowrap"),
    )
    rows = tuple(
        Row((Cell(title, "first"), count, told.rate(made, 0), told.rate_range(made, 0)), _few(count))
        for title, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        for made in (rate_estimate(count, len(listed)),)
    )
    return [Table(columns, rows)]


def _why(found: Sequence[Cause], unknown: int, looked_at: int, complaints: int, request: Request) -> list[Block]:
    if not looked_at:
        return []
    of = f"{looked_at} 件" if looked_at == complaints else f"{complaints} 件中按时间先后均匀取的 {looked_at} 件"
    note = f"{of}；登记了原因的按登记，其余按客户原话里的词归类"
    columns = (
        Column("原因"),
        Column("依据", look="nowrap"),
        Column("常见说法"),
        Column("件数", number=True),
        Column("占比", number=True),
        Column("大致范围", look="nowrap"),
        Column("例"),
    )
    rows = [_why_row(cause, looked_at, request) for cause in found]
    if unknown:
        share = rate_estimate(unknown, looked_at)
        told_of = ("其他，没有共同的词", "—", "", unknown, told.rate(share, 0), told.rate_range(share, 0), "")
        rows.append(Row(told_of, "faint"))
    blocks: list[Block] = [Heading("投诉分类统计表", f"按原因：{note}"), Table(columns, tuple(rows))]
    if any(cause.count < ENOUGH for cause in found):
        blocks.append(Note(f"不足 {ENOUGH} 件的原因只供参考，不据此下结论。", "soft small"))
    return blocks


def _why_row(cause: Cause, looked_at: int, request: Request) -> Row:
    share = rate_estimate(cause.count, looked_at)
    examples: list[str | Piece] = []
    for call_id in cause.calls:
        examples += ["、"] if examples else []
        examples.append(Piece(call_id, url=request.form_url.format(call_id=call_id)))
    name = "、".join(cause.words) if cause.noted else "".join(f"「{word}」" for word in cause.words)
    basis = "登记" if cause.noted else "客户原话"
    figures = (cause.count, told.rate(share, 0), told.rate_range(share, 0))
    return Row(
        (Cell(mask_private(name), "first"), basis, quoted(cause.clause), *figures, Cell(tuple(examples))),
        _few(cause.count),
    )


def _few(count: int) -> str:
    return "faint" if count < ENOUGH else ""


def _ledger(ledger: tuple[LedgerLine, ...], request: Request) -> list[Block]:
    if not ledger:
        return [Note("本期没有听到承诺。", "empty")]
    order = {BROKEN: 0, LATE: 1, OPEN: 2, LIKELY: 3, UNKNOWN: 4, CAME_BACK: 5, KEPT: 6}
    looks = {BROKEN: "fault", LATE: "doubt", KEPT: "good"}
    columns = (
        Column("状态", look="nowrap"),
        Column("通话", look="nowrap"),
        Column("坐席", look="nowrap"),
        Column("工号", look="nowrap"),
        Column("原话"),
        Column("承诺", look="nowrap"),
        Column("时限", look="nowrap"),
        Column("应在", look="nowrap"),
        Column("联系通话"),
    )
    rows = []
    for line in sorted(ledger, key=lambda one: (order[one.state], one.due.isoformat() if one.due else "", one.call_id)):
        contact: Text = ""
        if line.contact_at:
            url = request.form_url.format(call_id=line.contact)
            contact = (Piece(line.contact, url=url), f" {line.contact_at:%m-%d %H:%M}")
        url = request.form_url.format(call_id=line.call_id)
        rows.append(
            Row(
                (
                    Cell(Piece(line.state, f"tag {looks.get(line.state, '')}".strip())),
                    Cell(Piece(line.call_id, url=url), "first"),
                    line.agent_name,
                    line.agent_id,
                    f"{line.said} 「{line.words}」" if line.words else line.said,
                    PROMISES[line.kind],
                    line.limit,
                    f"{line.due:%m-%d %H:%M}" if line.due else "—",
                    Cell(contact),
                )
            )
        )
    return [Table(columns, tuple(rows), filters=True, frozen=True, shown=_SHOWN)]


def _register(calls: list[InspectedCall]) -> list[Block]:
    if not calls:
        return [Note("本期没有投诉。", "empty")]
    columns = (
        Column("时间", look="nowrap"),
        Column("通话", look="nowrap"),
        Column("客户"),
        Column("类别"),
        Column("内容"),
        Column("受理坐席"),
        Column("首次反馈应在"),
        Column("状态", look="nowrap"),
    )
    rows = []
    for call in calls:
        case = call.result.complaint
        if case is None:
            continue
        first = case.first_feedback
        state = "已反馈" if first.done else "未登记"
        if first.late:
            state = "逾期反馈"
        number_shown = mask_private(call.call.customer_number or "") or "—"
        when = f"{call.call.started_at:%m-%d %H:%M}" if call.call.started_at else str(call.day or "")
        agent = f"{call.call.agent.name or ''} {call.call.agent.id or ''}".strip()
        rows.append(
            Row(
                (
                    when,
                    Cell(Piece(call.result.call_id, url=call.form_url), "first"),
                    number_shown,
                    case.title,
                    mask_private(case.text or case.basis),
                    agent,
                    f"{first.due:%m-%d %H:%M}" if first.due else "—",
                    state,
                )
            )
        )
    return [Table(columns, tuple(rows), filters=True, frozen=True, shown=_SHOWN)]
