"""Hit rates by day, the fixed panel, and what was found of jumps."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from qa_engine.domain import CallState, sha256_hex
from qa_engine.store.night_tables import DriftFinding, Forgotten, PanelCall
from qa_engine.store.tables import Call, DayCount, RuleDay

_JUDGED = [state.value for state in CallState if state.settled and not state.aside]


def calls_by_day(session: Session, first: date, last: date) -> Mapping[date, int]:
    """How many judged calls the days have."""
    rows = session.execute(
        select(DayCount.day, func.sum(DayCount.calls))
        .where(DayCount.day >= first, DayCount.day <= last, DayCount.state.in_(_JUDGED))
        .group_by(DayCount.day)
        .order_by(DayCount.day)
    )
    return {day: int(number) for day, number in rows if number}


def hits_by_rule(session: Session, first: date, last: date) -> Mapping[str, tuple[str, Mapping[date, int]]]:
    """Rule id → its title of the last day, and in how many calls it was broken, by day."""
    rows = session.execute(
        select(RuleDay.rule_id, func.max(RuleDay.title), RuleDay.day, func.sum(RuleDay.calls))
        .where(RuleDay.day >= first, RuleDay.day <= last)
        .group_by(RuleDay.rule_id, RuleDay.day)
        .order_by(RuleDay.rule_id, RuleDay.day)
    )
    found: dict[str, tuple[str, dict[date, int]]] = {}
    for rule_id, title, day, calls in rows:
        days = found[rule_id][1] if rule_id in found else {}
        days[day] = int(calls)
        found[rule_id] = (title, days)
    return found


def panel(session: Session) -> Sequence[PanelCall]:
    """The panel without calls that were forgotten since."""
    gone = select(Forgotten.call_pk)
    return session.scalars(select(PanelCall).where(PanelCall.call_pk.not_in(gone)).order_by(PanelCall.call_pk)).all()


def fix_panel(session: Session, *, number: int, first: date, last: date, now: datetime) -> int:
    """Choose calls of a period anew, evenly by chance that is the same on any machine; how many."""
    session.execute(delete(PanelCall))
    rows = session.execute(
        select(Call.id, Call.call_id, Call.transcript_id, Call.result_id).where(
            Call.day >= first,
            Call.day <= last,
            Call.state.in_(_JUDGED),
            Call.recording_id.is_not(None),
            Call.part_of.is_(None),
            Call.transcript_id.is_not(None),
            Call.result_id.is_not(None),
            Call.id.not_in(select(Forgotten.call_pk)),
        )
    ).all()
    chosen = sorted(rows, key=lambda row: sha256_hex(row.call_id.encode()))[:number]
    for row in chosen:
        session.add(PanelCall(call_pk=row.id, transcript_id=row.transcript_id, result_id=row.result_id, fixed_at=now))
    return len(chosen)


def findings(session: Session, day: date) -> Mapping[str, DriftFinding]:
    return {row.rule_id: row for row in session.scalars(select(DriftFinding).where(DriftFinding.day == day))}


def keep(session: Session, found: DriftFinding) -> None:
    session.merge(found)
