"""Reading what people wrote on signed forms."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa_engine.domain.review import ReviewKind
from qa_engine.store import review_tables, tables
from qa_engine.store.narrowing import holds

MOST_READ = 400
"""Remarks that phrases are counted in."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """``faults``: titles of what the call lost points for, as the machine found it."""

    call: tables.Call
    signing: review_tables.Signing
    faults: tuple[str, ...]


def latest(session: Session, *, since: datetime) -> Sequence[tuple[str, str]]:
    """(who, remark) of the newest signings that have one."""
    row = review_tables.Signing
    found = session.execute(
        select(row.who, row.remark).where(row.at >= since, row.remark != "").order_by(row.at.desc()).limit(MOST_READ)
    )
    return [(who, words) for who, words in found]


def on_agent(session: Session, agent_id: str, *, but: int, limit: int) -> Sequence[tuple[datetime, str, str, str]]:
    """(when, by whom, call, remark) on an agent's signed calls, the newest first."""
    row, call = review_tables.Signing, tables.Call
    found = session.execute(
        select(row.at, row.who_name, call.call_id, row.remark)
        .join(call, call.id == row.call_pk)
        .where(call.agent_id == agent_id, call.id != but, row.remark != "", row.kind != ReviewKind.CALIBRATION.value)
        .order_by(row.at.desc())
        .limit(limit)
    )
    return [(at, name, call_id, words) for at, name, call_id, words in found]


def lessons(
    session: Session,
    *,
    teams: frozenset[str] | None,
    agent_id: str | None,
    scenario: str | None,
    rule_id: str | None,
    text: str | None,
    days: tuple[date | None, date | None],
    limit: int,
) -> Sequence[Lesson]:
    """Standing signed forms with a lesson, the newest first."""
    row, call, fault = review_tables.Signing, tables.Call, tables.Fault
    statement = select(call, row).join(row, row.id == call.signing_id).where(row.lesson != "")
    first, last = days
    if first is not None:
        statement = statement.where(call.day >= first)
    if last is not None:
        statement = statement.where(call.day <= last)
    if teams is not None:
        statement = statement.where(call.team.in_(sorted(teams)))
    if agent_id is not None:
        statement = statement.where(call.agent_id == agent_id)
    if scenario is not None:
        statement = statement.where(call.scenario == scenario)
    if text:
        statement = statement.where(holds(row.lesson, text))
    if rule_id is not None:
        statement = statement.where(
            select(fault.rule_id).where(fault.result_id == row.result_id, fault.rule_id == rule_id).exists()
        )
    found = session.execute(statement.order_by(row.at.desc(), row.id.desc()).limit(limit)).all()
    titles: defaultdict[int, list[str]] = defaultdict(list)
    results = [signing.result_id for _, signing in found]
    for result_id, title in session.execute(
        select(fault.result_id, fault.title).where(fault.result_id.in_(results)).order_by(fault.points)
    ):
        titles[result_id].append(title)
    return [Lesson(one, signing, tuple(titles[signing.result_id])) for one, signing in found]
