"""Forms that two inspectors signed, and calls that were drawn blindly."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from qa_engine.domain import CallState
from qa_engine.domain.review import DecisionKind, Lane, ReviewKind
from qa_engine.store import review_tables, tables

Signing = review_tables.Signing


def pairs(session: Session, *, since: datetime) -> list[tuple[str, review_tables.Signing, review_tables.Signing]]:
    """(call id, first form, the second inspector's) of every calibration that was signed since a moment."""
    first, second = aliased(Signing), aliased(Signing)
    earliest = select(func.min(Signing.id)).where(Signing.kind == ReviewKind.REVIEW.value).group_by(Signing.call_pk)
    rows = session.execute(
        select(tables.Call.call_id, first, second)
        .join(second, second.call_pk == tables.Call.id)
        .join(first, and_(first.call_pk == tables.Call.id, first.id.in_(earliest)))
        .where(second.kind == ReviewKind.CALIBRATION.value, second.at >= since)
        .order_by(second.id.desc())
    )
    return [(call_id, one, other) for call_id, one, other in rows]


def said_about(session: Session, review_ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """The rules that somebody decided in each of these reviews."""
    row = review_tables.Decision
    found: dict[int, set[str]] = {key: set() for key in review_ids}
    for review_id, rule_id in session.execute(
        select(row.review_id, row.rule_id).where(row.review_id.in_(review_ids), row.rule_id.is_not(None))
    ):
        if review_id is not None and rule_id is not None:
            found[review_id].add(rule_id)
    return {key: frozenset(rules) for key, rules in found.items()}


def severities(session: Session, *, since: datetime) -> list[tuple[str, float]]:
    """(name, final minus machine in percent points) of every first review that was signed since a moment."""
    rows = session.execute(
        select(
            Signing.who_name, Signing.total, Signing.possible, Signing.machine_total, Signing.machine_possible
        ).where(
            Signing.kind == ReviewKind.REVIEW.value,
            Signing.at >= since,
            Signing.possible > 0,
            Signing.machine_possible > 0,
        )
    )
    return [(name, 100 * total / possible - 100 * before / whole) for name, total, possible, before, whole in rows]


def clean_calls(session: Session, *, since: datetime) -> list[str]:
    """The ids of calls in which the machine found nothing, that came in since a moment."""
    call = tables.Call
    return list(
        session.scalars(
            select(call.call_id)
            .where(call.state == CallState.CLEAN.value, call.received_at >= since)
            .order_by(call.call_id)
        )
    )


def blind_looks(session: Session) -> int:
    """How many of the calls that were drawn blindly are signed."""
    event = tables.Event
    drawn = select(event.call_pk).where(event.action == CallState.SAMPLED.value)
    return (
        session.scalar(
            select(func.count(tables.Call.id)).where(tables.Call.id.in_(drawn), tables.Call.signing_id.is_not(None))
        )
        or 0
    )


def unflagged(session: Session) -> int:
    """How many calls the machine let pass: those that are clean, and those that were drawn from them."""
    event, call = tables.Event, tables.Call
    drawn = session.scalar(
        select(func.count(func.distinct(event.call_pk))).where(event.action == CallState.SAMPLED.value)
    )
    clean = session.scalar(select(func.count(call.id)).where(call.state == CallState.CLEAN.value))
    return (clean or 0) + (drawn or 0)


def missed_blindly(session: Session) -> Mapping[str, int]:
    """By rule: in how many of the calls that were drawn blindly people found a fault that the machine had not."""
    row, event = review_tables.Decision, tables.Event
    newest = (
        select(func.max(row.id)).where(row.lane != Lane.CALIBRATION.value).group_by(row.call_pk, row.rule_id, row.hit)
    )
    drawn = select(event.call_pk).where(event.action == CallState.SAMPLED.value)
    rows = session.execute(
        select(row.rule_id, func.count(func.distinct(row.call_pk)))
        .where(row.id.in_(newest), row.kind == DecisionKind.MISSED.value, row.call_pk.in_(drawn))
        .group_by(row.rule_id)
    )
    return {rule: number for rule, number in rows if rule is not None}


def faults_by_rule(session: Session) -> Mapping[str, int]:
    """In how many calls each rule failed, by the results that count."""
    rows = session.execute(
        select(tables.Fault.rule_id, func.count(tables.Call.id))
        .join(tables.Call, tables.Call.result_id == tables.Fault.result_id)
        .group_by(tables.Fault.rule_id)
    )
    return {rule: number for rule, number in rows}  # noqa: C416
