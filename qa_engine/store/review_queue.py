"""Which calls wait for a person: flagged and begun ones, samples, appeals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from qa_engine.domain import CallState
from qa_engine.domain.review import AppealState, DecisionKind, Lane, ReviewKind
from qa_engine.store import review_tables, tables
from qa_engine.store.narrowing import between, broke, few_broke
from qa_engine.store.reviews import OPEN, knows_the_form

MOST_COUNTED = 500


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
    settles: bool = True  # whether the answered appeals are for this person, too


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
    head = tables.Head
    states = [CallState.SAMPLED.value] if tab is QueueTab.SAMPLED else _FLAGGED
    keys = session.scalars(
        select(head.call_pk)
        .where(head.state.in_(states), *_narrowed(wanted, _few(session, wanted)), *_begun_here(tab))
        .order_by(head.review_weight.desc(), head.moment.desc(), head.call_pk.desc())
        .limit(limit)
    ).all()
    found = tuple(Waiting(call, work, ReviewKind.REVIEW) for call, work in _with_work(session, keys))
    return (*_calibrations(session, wanted, limit), *found)[:limit] if tab is QueueTab.SAMPLED else found


def counts(session: Session, wanted: WaitingFilter) -> dict[QueueTab, int]:
    """How many wait in each tab."""
    head = tables.Head
    begun = select(func.count()).where(
        head.state == CallState.IN_REVIEW.value, *_narrowed(wanted), *_begun_here(QueueTab.FLAGGED)
    )
    return {
        QueueTab.FLAGGED: _in_state(session, CallState.FLAGGED, wanted) + (session.scalar(begun) or 0),
        QueueTab.SAMPLED: _in_state(session, CallState.SAMPLED, wanted)
        + (session.scalar(_calibration_select(wanted, func.count(tables.Call.id))) or 0),
        QueueTab.APPEALED: session.scalar(_appeal_select(wanted, func.count(review_tables.Appeal.id))) or 0,
    }


def _in_state(session: Session, state: CallState, wanted: WaitingFilter) -> int:
    """From the totals of days, where they know."""
    of_all = wanted.agent_id is None and wanted.team is None and wanted.teams is None
    if wanted.agent_id is not None or (wanted.rule_id is not None and not of_all):
        head = tables.Head
        return session.scalar(select(func.count()).where(head.state == state.value, *_narrowed(wanted))) or 0
    total: type[tables.RuleDay] | type[tables.DayCount] = tables.DayCount if wanted.rule_id is None else tables.RuleDay
    narrowed = between(total.day, wanted.day_from, wanted.day_to)
    if wanted.rule_id is not None:
        narrowed.append(tables.RuleDay.rule_id == wanted.rule_id)
    if wanted.team is not None:
        narrowed.append(tables.DayCount.team == wanted.team)
    if wanted.teams is not None:
        narrowed.append(tables.DayCount.team.in_(sorted(wanted.teams)))
    number = select(func.coalesce(func.sum(total.calls), 0)).where(total.state == state.value, *narrowed)
    return int(session.scalar(number) or 0)


def undecided_faults(session: Session, wanted: WaitingFilter, *, limit: int) -> Sequence[int]:
    """Keys of calls that failed a rule of which nobody decided every hit, the newest first."""
    statement = _undecided(session, wanted).order_by(tables.Head.moment.desc(), tables.Head.call_pk.desc())
    return session.scalars(statement.limit(limit)).all()


def still_undecided(session: Session, wanted: WaitingFilter, call_ids: Sequence[str]) -> Sequence[int]:
    """Keys of these calls, the newest first, of which the same is true."""
    asked = select(tables.Call.id).where(tables.Call.call_id.in_(call_ids))
    statement = _undecided(session, wanted).where(tables.Head.call_pk.in_(asked))
    return session.scalars(statement.order_by(tables.Head.moment.desc(), tables.Head.call_pk.desc())).all()


def with_bodies(session: Session, keys: Sequence[int]) -> Sequence[tables.Call]:
    """These calls in their order, with all that shows them; those without a transcript left out."""
    call = tables.Call
    rows = session.scalars(
        select(call).where(call.id.in_(keys)).options(joinedload(call.result), joinedload(call.transcript))
    )
    found = {row.id: row for row in rows}
    return [found[key] for key in keys if found[key].transcript is not None]


def ids_of(session: Session, keys: Sequence[int]) -> Sequence[str]:
    """The ids of calls, in the order of their keys."""
    call = tables.Call
    rows = session.execute(select(call.id, call.call_id).where(call.id.in_(keys)))
    found = {row.id: row.call_id for row in rows}
    return [found[key] for key in keys]


def recent(session: Session, wanted: WaitingFilter, *, limit: int) -> Sequence[tables.Call]:
    """The latest calls of a filter, without their results."""
    head, call = tables.Head, tables.Call
    narrowed = _narrowed(wanted, _few(session, wanted))
    statement = select(call).join(head, head.call_pk == call.id).where(*narrowed)
    return session.scalars(statement.order_by(head.moment.desc(), head.call_pk.desc()).limit(limit)).all()


def undecided_count(session: Session, wanted: WaitingFilter) -> int:
    """At most `MOST_COUNTED`."""
    some = _undecided(session, wanted).limit(MOST_COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _undecided(session: Session, wanted: WaitingFilter) -> Select[int]:
    """Keys of calls. ``rule_id`` is given. A word about the rule as a whole speaks for all of its hits."""
    head, decision, fault, call = tables.Head, review_tables.Decision, tables.Fault, tables.Call
    # found once, of the few that were decided: asked of every head it would be looked for again and again, and
    # PostgreSQL, which reckons with that, would rather read all heads
    hits = func.max(func.coalesce(fault.hits, 1))
    decided = (
        select(decision.call_pk)
        .join(call, call.id == decision.call_pk)
        .join(fault, and_(fault.result_id == call.result_id, fault.rule_id == decision.rule_id))
        .where(*_standing(decision, decision.rule_id == wanted.rule_id))
        .group_by(decision.call_pk)
        .having(
            or_(func.max(case((decision.hit.is_(None), 1), else_=0)) == 1, func.count(decision.hit.distinct()) >= hits)
        )
        .cte("decided")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    aside = [state.value for state in CallState if state.aside]
    narrowed = _narrowed(wanted, _few(session, wanted))
    open_ones = head.call_pk.not_in(select(decided.c.call_pk))
    return select(head.call_pk).where(*narrowed, open_ones, head.state.not_in(aside))


def _standing(decision: type[review_tables.Decision], *asked: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    """The newest word about each line or hit, unless it took the one before back."""
    later = aliased(review_tables.Decision)
    newer = select(later.id).where(
        later.call_pk == decision.call_pk,
        later.id > decision.id,
        later.rule_id == decision.rule_id,
        later.hit.is_not_distinct_from(decision.hit),
        later.lane != Lane.CALIBRATION.value,
    )
    return (
        *asked,
        decision.lane != Lane.CALIBRATION.value,
        decision.kind != DecisionKind.WITHDRAW.value,
        ~newer.exists(),
    )


def decided_hits(session: Session, call_pks: Sequence[int], rule_id: str) -> set[tuple[int, str]]:
    """(call, hit) of what somebody decided of the rule, one by one."""
    row = review_tables.Decision
    asked = (row.call_pk.in_(call_pks), row.rule_id == rule_id, row.hit.is_not(None))
    found = session.execute(select(row.call_pk, row.hit).where(*_standing(row, *asked)))
    return {(call, hit) for call, hit in found if hit is not None}


def asked_to_look(session: Session, call_pks: Sequence[int]) -> dict[int, str]:
    """Rules of which somebody said, over a clip, that the whole call has to be looked at; by call."""
    row = review_tables.Decision
    asked = (row.call_pk.in_(call_pks), row.rule_id.is_not(None), row.kind == DecisionKind.LOOK.value)
    found = session.execute(select(row.call_pk, row.rule_id).where(*_standing(row, *asked)).order_by(row.id))
    return {call: rule for call, rule in found if rule is not None}


def body_of(session: Session, result_id: int) -> str:
    """The body of a result, for what lists cannot know without it."""
    return session.execute(select(tables.Result.body).where(tables.Result.id == result_id)).scalar_one()


def signed_since(session: Session, *, who: str, since: datetime) -> tuple[int, float | None]:
    """How many forms a person signed since a moment, and the mean seconds from opening to signing."""
    signing = review_tables.Signing
    number, mean = session.execute(
        select(func.count(signing.id), func.avg(signing.seconds)).where(signing.who == who, signing.at >= since)
    ).one()
    return number, None if mean is None else float(mean)


_FLAGGED = [CallState.FLAGGED.value, CallState.IN_REVIEW.value]


def _begun_here(tab: QueueTab) -> tuple[ColumnElement[bool], ...]:
    """Of the calls in review, those whose first review is not signed: an appeal stands in its own tab."""
    if tab is not QueueTab.FLAGGED:
        return ()
    review, head = review_tables.Review, tables.Head
    first = select(review.id).where(
        review.call_pk == head.call_pk, review.state == OPEN, review.kind == ReviewKind.REVIEW.value
    )
    return (or_(head.state == CallState.FLAGGED.value, first.exists()),)


def _with_work(session: Session, keys: Sequence[int]) -> list[tuple[tables.Call, review_tables.Review | None]]:
    """The calls in the order of their keys, each with the review that is open on it."""
    call, review = tables.Call, review_tables.Review
    rows = session.scalars(
        select(call).where(call.id.in_(keys)).options(joinedload(call.result).defer(tables.Result.body, raiseload=True))
    )
    found = {row.id: row for row in rows}
    open_ones = session.scalars(
        select(review).where(review.call_pk.in_(keys), review.state == OPEN, review.kind == ReviewKind.REVIEW.value)
    )
    work = {row.call_pk: row for row in open_ones}
    return [(found[key], work.get(key)) for key in keys]


def _few(session: Session, wanted: WaitingFilter) -> bool:
    return few_broke(session, wanted.rule_id)


def _narrowed(wanted: WaitingFilter, few: bool = False) -> list[ColumnElement[bool]]:
    """``few``: as in `broke`."""
    head = tables.Head
    conditions: list[ColumnElement[bool]] = []
    if wanted.day_from is not None:
        conditions.append(head.day >= wanted.day_from)
    if wanted.day_to is not None:
        conditions.append(head.day <= wanted.day_to)
    if wanted.team is not None:
        conditions.append(head.team == wanted.team)
    if wanted.agent_id is not None:
        conditions.append(head.agent_id == wanted.agent_id)
    if wanted.teams is not None:
        conditions.append(head.team.in_(sorted(wanted.teams)))
    if wanted.rule_id is not None:
        conditions.append(broke(wanted.rule_id, few=few))
    return conditions


def _calls(wanted: WaitingFilter, statement: Select[Any]) -> Select[Any]:
    call, head = tables.Call, tables.Head
    joined = statement.select_from(call).join(head, head.call_pk == call.id).where(*_narrowed(wanted))
    if any(column["expr"] is call for column in statement.column_descriptions):
        joined = joined.options(joinedload(call.result).defer(tables.Result.body, raiseload=True))
    return joined


def _calibration_select(wanted: WaitingFilter, *what: Any) -> Select[Any]:
    review = review_tables.Review
    return (
        _calls(wanted, select(*what))
        .join(review, review.call_pk == tables.Call.id)
        .where(
            review.state == OPEN,
            review.kind == ReviewKind.CALIBRATION.value,
            or_(review.not_who.is_(None), review.not_who != wanted.who),
            ~knows_the_form(tables.Call.id, wanted.who),
        )
    )


def _calibrations(session: Session, wanted: WaitingFilter, limit: int) -> tuple[Waiting, ...]:
    found = session.execute(_calibration_select(wanted, tables.Call, review_tables.Review).limit(limit))
    return tuple(Waiting(call, review, ReviewKind.CALIBRATION) for call, review in found)


_APPEALED = [AppealState.OPEN.value, AppealState.ANSWERED.value]


def _appeal_select(wanted: WaitingFilter, *what: Any) -> Select[Any]:
    """Those that this person may answer or settle: never the first inspector's own form."""
    appeal, work = review_tables.Appeal, aliased(review_tables.Review)
    own = select(work.id).where(work.appeal_id == appeal.id, work.state == OPEN, work.not_who == wanted.who)
    return (
        _calls(wanted, select(*what))
        .join(appeal, appeal.call_pk == tables.Call.id)
        .where(appeal.state.in_(_APPEALED[: 1 + wanted.settles]), ~own.exists())
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
