"""Which calls wait for a person: flagged and begun ones, samples, appeals."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Session, aliased, joinedload

from qa_engine.domain import CallState
from qa_engine.domain.review import AppealState, ReviewKind
from qa_engine.store import review_tables, tables
from qa_engine.store.reviews import OPEN


class QueueTab(StrEnum):
    FLAGGED = "flagged"
    SAMPLED = "sampled"
    APPEALED = "appealed"


@dataclass(frozen=True, slots=True)
class WaitingFilter:
    """What the queue is narrowed to. ``who`` is for whom it is; ``teams`` None: all."""

    who: str
    day_from: date | None = None
    day_to: date | None = None
    team: str | None = None
    rule_id: str | None = None
    agent_id: str | None = None
    teams: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    call: tables.Call
    review: review_tables.Review | None
    kind: ReviewKind
    appeal_title: str = ""
    due_at: datetime | None = None


def waiting(session: Session, tab: QueueTab, wanted: WaitingFilter, *, limit: int) -> tuple[Waiting, ...]:
    """The calls of a tab, the heaviest first; of appeals, the one that has to be answered soonest."""
    if tab is QueueTab.APPEALED:
        return _appealed(session, wanted, limit)
    main = _main_reviews()
    call = tables.Call
    statement = (
        _calls(wanted, select(call, main))
        .outerjoin(main, main.call_pk == call.id)
        .where(_of_tab(tab, main))
        .order_by(tables.Result.review_weight.desc(), call.day.desc(), call.id.desc())
        .limit(limit)
    )
    found = tuple(Waiting(row, review, ReviewKind.REVIEW) for row, review in session.execute(statement))
    return (*_calibrations(session, wanted, limit), *found)[:limit] if tab is QueueTab.SAMPLED else found


def counts(session: Session, wanted: WaitingFilter) -> dict[QueueTab, int]:
    """How many wait in each tab."""
    main = _main_reviews()
    found: dict[QueueTab, int] = {}
    for tab in (QueueTab.FLAGGED, QueueTab.SAMPLED):
        statement = (
            _calls(wanted, select(func.count(tables.Call.id)))
            .outerjoin(main, main.call_pk == tables.Call.id)
            .where(_of_tab(tab, main))
        )
        found[tab] = session.scalar(statement) or 0
    found[QueueTab.SAMPLED] += session.scalar(_calibration_select(wanted, func.count(tables.Call.id))) or 0
    found[QueueTab.APPEALED] = session.scalar(_appeal_select(wanted, func.count(review_tables.Appeal.id))) or 0
    return found


def reasons_of(session: Session, result_ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    """The review reasons in the bodies of these results, read by the database: the bodies are large."""
    if not result_ids:
        return {}
    result = tables.Result
    if session.get_bind().dialect.name == "sqlite":
        reasons: Any = func.json_extract(result.body, "$.review_reasons")
    else:
        reasons = cast(result.body, JSON)["review_reasons"]
    rows = session.execute(select(result.id, reasons).where(result.id.in_(result_ids)))
    return {found: tuple(json.loads(told) if isinstance(told, str) else told or ()) for found, told in rows}


def signed_since(session: Session, *, who: str, since: datetime) -> tuple[int, float | None]:
    """How many forms a person signed since a moment, and the mean seconds from opening to signing."""
    signing = review_tables.Signing
    number, mean = session.execute(
        select(func.count(signing.id), func.avg(signing.seconds)).where(signing.who == who, signing.at >= since)
    ).one()
    return number, None if mean is None else float(mean)


def _main_reviews() -> Any:
    """The open work on a call that its signature would count of; of several the oldest."""
    review = review_tables.Review
    first = (
        select(func.min(review.id))
        .where(review.state == OPEN, review.kind == ReviewKind.REVIEW.value)
        .group_by(review.call_pk)
    )
    return aliased(review, select(review).where(review.id.in_(first)).subquery())


def _of_tab(tab: QueueTab, main: Any) -> ColumnElement[bool]:
    call = tables.Call
    begun = and_(call.state == CallState.IN_REVIEW.value, main.id.is_not(None))
    if tab is QueueTab.SAMPLED:
        return call.state == CallState.SAMPLED.value
    return or_(call.state == CallState.FLAGGED.value, begun)


def _calls(wanted: WaitingFilter, statement: Select[Any]) -> Select[Any]:
    call = tables.Call
    joined = statement.select_from(call).join(tables.Result, tables.Result.id == call.result_id)
    for condition in _narrowed(wanted):
        joined = joined.where(condition)
    if statement.column_descriptions[0]["entity"] is call and statement.column_descriptions[0]["expr"] is call:
        joined = joined.options(joinedload(call.result).defer(tables.Result.body, raiseload=True))
    return joined


def _narrowed(wanted: WaitingFilter) -> list[ColumnElement[bool]]:
    call = tables.Call
    conditions: list[ColumnElement[bool]] = []
    if wanted.day_from is not None:
        conditions.append(call.day >= wanted.day_from)
    if wanted.day_to is not None:
        conditions.append(call.day <= wanted.day_to)
    if wanted.team is not None:
        conditions.append(call.team == wanted.team)
    if wanted.agent_id is not None:
        conditions.append(call.agent_id == wanted.agent_id)
    if wanted.teams is not None:
        conditions.append(call.team.in_(sorted(wanted.teams)))
    if wanted.rule_id is not None:
        broken = select(tables.Fault.result_id).where(tables.Fault.rule_id == wanted.rule_id)
        conditions.append(call.result_id.in_(broken))
    return conditions


def _calibration_select(wanted: WaitingFilter, *what: Any) -> Select[Any]:
    review = review_tables.Review
    return (
        _calls(wanted, select(*what))
        .join(review, review.call_pk == tables.Call.id)
        .where(
            review.state == OPEN,
            review.kind == ReviewKind.CALIBRATION.value,
            or_(review.not_who.is_(None), review.not_who != wanted.who),
        )
    )


def _calibrations(session: Session, wanted: WaitingFilter, limit: int) -> tuple[Waiting, ...]:
    found = session.execute(_calibration_select(wanted, tables.Call, review_tables.Review).limit(limit))
    return tuple(Waiting(call, review, ReviewKind.CALIBRATION) for call, review in found)


def _appeal_select(wanted: WaitingFilter, *what: Any) -> Select[Any]:
    appeal = review_tables.Appeal
    return (
        _calls(wanted, select(*what))
        .join(appeal, appeal.call_pk == tables.Call.id)
        .where(appeal.state.in_([AppealState.OPEN.value, AppealState.ANSWERED.value]))
    )


def _appealed(session: Session, wanted: WaitingFilter, limit: int) -> tuple[Waiting, ...]:
    appeal, review = review_tables.Appeal, review_tables.Review
    found = session.execute(
        _appeal_select(wanted, tables.Call, appeal, review)
        .outerjoin(review, and_(review.appeal_id == appeal.id, review.state == OPEN))
        .order_by(appeal.due_at, appeal.id)
        .limit(limit)
    )
    return tuple(Waiting(call, work, ReviewKind.APPEAL, asked.title, asked.due_at) for call, asked, work in found)
