"""Forms that two inspectors signed, and calls that were drawn blindly."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from qa_engine.domain import CallState
from qa_engine.domain.review import DecisionKind, Lane, ReviewKind
from qa_engine.store import review_tables, tables
from qa_engine.store.report_rows import drawn_calls

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


def severities(session: Session, *, since: datetime) -> list[tuple[str, float, float]]:
    """(name, final percent, the machine's) of every first review that was signed since a moment."""
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
    return [(name, 100 * total / possible, 100 * before / whole) for name, total, possible, before, whole in rows]


@dataclass(frozen=True, slots=True)
class Stratum:
    """Unflagged calls of one scenario, with or without small doubts: those with doubts hide more misses."""

    scenario: str
    doubtful: bool


def _stratum() -> tuple[Any, Any]:
    """No bound values: PostgreSQL would take those of SELECT and GROUP BY for two expressions."""
    return func.coalesce(tables.Head.scenario, literal_column("''")), tables.Head.review_weight > literal_column("0")


def clean_calls(session: Session, *, since: datetime) -> list[tuple[str, Stratum]]:
    """The calls in which the machine found nothing, that came in since a moment."""
    call, head = tables.Call, tables.Head
    rows = session.execute(
        select(call.call_id, *_stratum())
        .join(head, head.call_pk == call.id)
        .where(call.state == CallState.CLEAN.value, call.received_at >= since)
        .order_by(call.call_id)
    )
    return [(call_id, Stratum(scenario, bool(doubtful))) for call_id, scenario, doubtful in rows]


def unflagged(session: Session) -> dict[Stratum, int]:
    """How many calls the machine let pass: those that are clean, and those that were drawn from them."""
    head = tables.Head
    clean = select(*_stratum(), func.count()).where(head.state == CallState.CLEAN.value).group_by(*_stratum())
    gone = (
        select(*_stratum(), func.count())
        .where(head.call_pk.in_(drawn_calls()), head.state != CallState.CLEAN.value)
        .group_by(*_stratum())
    )
    found: Counter[Stratum] = Counter()
    for statement in (clean, gone):
        for scenario, doubtful, number in session.execute(statement):
            found[Stratum(scenario, bool(doubtful))] += number
    return dict(found)


def blind_looks(session: Session) -> dict[Stratum, int]:
    """How many of the calls that were drawn blindly are signed."""
    call, head = tables.Call, tables.Head
    rows = session.execute(
        select(*_stratum(), func.count())
        .select_from(call)
        .join(head, head.call_pk == call.id)
        .where(call.id.in_(drawn_calls()), call.signing_id.is_not(None))
        .group_by(*_stratum())
    )
    return {Stratum(scenario, bool(doubtful)): number for scenario, doubtful, number in rows}


def missed_blindly(session: Session) -> list[tuple[str, int, Stratum]]:
    """(rule, call, its stratum) of every fault that people found in a call drawn blindly and the machine had not."""
    row, head = review_tables.Decision, tables.Head
    newest = (
        select(func.max(row.id))
        .where(row.lane != Lane.CALIBRATION.value, row.call_pk.in_(drawn_calls()))
        .group_by(row.call_pk, row.rule_id, row.hit)
    )
    rows = session.execute(
        select(row.rule_id, row.call_pk, *_stratum())
        .join(head, head.call_pk == row.call_pk)
        .where(row.id.in_(newest), row.kind == DecisionKind.MISSED.value)
        .distinct()
    )
    return [
        (rule, call, Stratum(scenario, bool(doubtful))) for rule, call, scenario, doubtful in rows if rule is not None
    ]


def faults_by_rule(session: Session) -> Mapping[str, int]:
    """In how many calls each rule failed, by the results that count."""
    total = tables.RuleDay
    number = func.sum(total.calls)
    rows = session.execute(select(total.rule_id, number).group_by(total.rule_id).having(number > 0))
    return {rule: int(calls) for rule, calls in rows}
