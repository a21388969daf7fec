"""The queue: which calls wait for a person, why, and which one comes next."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from qa_engine.domain import CallState
from qa_engine.domain.people import Actor, Reach, Right, may, reach, require
from qa_engine.domain.review import ReviewKind
from qa_engine.scoring.review import titles_of
from qa_engine.service.context import App
from qa_engine.service.desk.work import IDLE
from qa_engine.service.reading.calls_and_agents import call_rows
from qa_engine.service.reading.rows import CallRow
from qa_engine.store import review_queue
from qa_engine.store.review_queue import QueueTab, Waiting, WaitingFilter

SHOWN = 60
"""Calls of one look at the queue."""


class WhyKind(StrEnum):
    VETO = "veto"
    FAULT = "fault"
    DOUBT = "doubt"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A call that waits. ``why`` in a few words, the gravest reason first; ``holder``: who works on it now."""

    row: CallRow
    why: str
    why_kind: WhyKind
    weight: float
    tab: QueueTab
    holder: str = ""
    held_since: datetime | None = None
    mine: bool = False
    due_at: datetime | None = None  # of an appeal


@dataclass(frozen=True, slots=True)
class Queue:
    rows: tuple[QueueRow, ...]
    counts: dict[QueueTab, int]
    done_today: int
    mean_seconds: float | None  # from opening to signing, of today's


def queue(
    app: App,
    *,
    who: Actor,
    tab: QueueTab = QueueTab.FLAGGED,
    day_from: date | None = None,
    day_to: date | None = None,
    team: str | None = None,
    rule_id: str | None = None,
    agent_id: str | None = None,
) -> Queue:
    """What waits for this person, the heaviest first. Raises NotAllowed."""
    require(who, Right.REVIEW)
    now = app.clock.now()
    wanted = WaitingFilter(
        day_from=day_from,
        day_to=day_to,
        team=team,
        rule_id=rule_id,
        agent_id=agent_id,
        who=who.id,
        teams=None if reach(who, Right.REVIEW) is Reach.ALL else who.teams,
        settles=may(who, Right.SETTLE_APPEALS),
    )
    with app.database.read() as session:
        waiting = review_queue.waiting(session, tab, wanted, limit=SHOWN)
        found = {row.call_id: row for row in call_rows(session, app, [one.call for one in waiting])}
        look = review_queue.asked_to_look(session, [one.call.id for one in waiting])
        rows = tuple(
            _row(session, one, found[one.call.call_id], who, now, tab, look.get(one.call.id)) for one in waiting
        )
        done, seconds = review_queue.signed_since(session, who=who.id, since=_midnight(app, now))
        return Queue(rows, review_queue.counts(session, wanted), done, seconds)


def next_call(
    app: App, *, who: Actor, after: str | None = None, tab: QueueTab = QueueTab.FLAGGED, **narrowed: object
) -> str | None:
    """The id of the heaviest call that nobody holds, other than ``after``; None when nothing waits."""
    found = queue(app, who=who, tab=tab, **narrowed)  # type: ignore[arg-type]
    free = [one for one in found.rows if one.row.call_id != after and (one.mine or not one.holder)]
    later = [one.row.call_id for one in found.rows]
    at = later.index(after) + 1 if after in later else 0
    behind = [one for one in free if one.row.call_id in later[at:]]
    return (behind or free)[0].row.call_id if free else None


def _row(
    session: Session, one: Waiting, row: CallRow, who: Actor, now: datetime, tab: QueueTab, look: str | None
) -> QueueRow:
    told = row.state is CallState.SAMPLED or any(fault.points or fault.severity == "veto" for fault in row.faults)
    why, kind = why_of(row, () if told else _reasons(session, one.call.result_id))
    if look is not None and one.kind is ReviewKind.REVIEW:
        why = f"要看整通：{next((fault.title for fault in row.faults if fault.rule_id == look), '片段复核')}"
    held = one.review is not None and one.review.who is not None and now - one.review.touched_at < IDLE
    if one.kind is ReviewKind.CALIBRATION:
        why, kind = SAMPLED_WHY, WhyKind.OTHER  # nobody is told that another one did it before
        row = replace(row, state=CallState.SAMPLED)
    if one.appeal_title:
        why, kind = f"申诉：{one.appeal_title}", WhyKind.OTHER
    return QueueRow(
        row=row,
        why=why,
        why_kind=kind,
        weight=row.review_weight,
        tab=tab,
        holder=one.review.who_name if held and one.review is not None else "",
        held_since=one.review.touched_at if held and one.review is not None else None,
        mine=held and one.review is not None and one.review.who == who.id,
        due_at=one.due_at,
    )


SAMPLED_WHY = "抽检"


def _reasons(session: Session, result_id: int | None) -> tuple[str, ...]:
    """Why a person shall look at a result, in a few words each: the rules that a reason names, else what kind it is.

    Results never change, so each is read once a process.
    """
    if result_id is None:
        return ()
    key = str(session.connection().engine.url), result_id
    found = _read.get(key)
    if found is None:
        while len(_read) >= _MOST_READ:
            _read.pop(next(iter(_read)), None)
        body = json.loads(review_queue.body_of(session, result_id))
        rules = [(str(rule["id"]), str(rule["title"])) for rule in body["rules"]]
        reasons = map(str, body.get("review_reasons", ()))
        named = ((titles_of(reason, rules), reason) for reason in reasons)
        found = _read[key] = tuple(_listed(titles) if titles else why.partition("：")[0] for titles, why in named)
    return found


_read: dict[tuple[str, int], tuple[str, ...]] = {}
_MOST_READ = 5000


def why_of(row: CallRow, reasons: Sequence[str]) -> tuple[str, WhyKind]:
    """Why a call waits, in a few words: its gravest fault, else the first of ``reasons``."""
    if row.state is CallState.SAMPLED:
        return SAMPLED_WHY, WhyKind.OTHER
    vetoes = [fault.title for fault in row.faults if fault.severity == "veto"]
    if vetoes:
        return f"疑似{_listed(vetoes)}" if not row.veto else _listed(vetoes), WhyKind.VETO
    costly = sorted((fault for fault in row.faults if fault.points), key=lambda fault: fault.points)
    if costly:
        return _listed([fault.title for fault in costly]), WhyKind.FAULT
    if reasons:
        return reasons[0], WhyKind.DOUBT
    return "待复核", WhyKind.OTHER


def _listed(titles: Sequence[str]) -> str:
    return titles[0] + (f" 等 {len(titles)} 项" if len(titles) > 1 else "")


def _midnight(app: App, now: datetime) -> datetime:
    from zoneinfo import ZoneInfo

    return now.astimezone(ZoneInfo(app.settings.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
