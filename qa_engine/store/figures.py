"""Figures of results: kept once with their result, read as a stream of plain rows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, DateTime, select, type_coerce
from sqlalchemy.orm import Session

from qa_engine.domain import CallState
from qa_engine.store import tables
from qa_engine.store.inserting import insert_or_return_all
from qa_engine.store.narrowing import CallFilter
from qa_engine.store.report_tables import Figures, RuleBook
from qa_engine.store.review_tables import Signing

STARTED = type_coerce(tables.Call.started_at, DateTime(timezone=True))
"""When a call began, as the database has it: `types.aware` makes a time of it."""
HEARD_BY = (
    select(tables.Transcript.settings_digest)
    .where(tables.Transcript.id == tables.Call.transcript_id)
    .correlate(tables.Call)
    .scalar_subquery()
)
"""The setting of the recogniser that heard a call; NULL for a call without a transcript."""
_ASIDE = [state.value for state in CallState if state.aside]


def keep_books(session: Session, books: Mapping[str, str]) -> None:
    """Keep rule books, digest → body, those that are not there."""
    known = set(session.scalars(select(RuleBook.digest).where(RuleBook.digest.in_(books))))
    make = {name: partial(RuleBook, digest=name, body=body) for name, body in books.items() if name not in known}

    def find() -> dict[str, RuleBook]:
        return {row.digest: row for row in session.scalars(select(RuleBook).where(RuleBook.digest.in_(make)))}

    if make:
        insert_or_return_all(session, find, make)


def keep(session: Session, results: Sequence[tuple[tables.Result, Mapping[str, Any]]]) -> None:
    """Keep the figures of results, with these columns, unless they are there."""

    def make(row: tables.Result, columns: Mapping[str, Any]) -> Figures:
        return Figures(
            result_id=row.id,
            total=row.total,
            possible=row.possible,
            grade=row.grade,
            pending=row.pending,
            veto=row.veto,
            suspected=row.veto_suspected,
            waiting=row.needs_review,
            **columns,
        )

    def find() -> dict[int, Figures]:
        wanted = [row.id for row, _ in results]
        return {one.result_id: one for one in session.scalars(select(Figures).where(Figures.result_id.in_(wanted)))}

    insert_or_return_all(session, find, {row.id: partial(make, row, columns) for row, columns in results})


def missing(session: Session, wanted: CallFilter, *, limit: int) -> Sequence[tuple[str, int]]:
    """(facts, result id) of calls whose result has no figures: those of an earlier version."""
    call = tables.Call
    rows = session.execute(
        select(call.facts, call.result_id)
        .outerjoin(Figures, Figures.result_id == call.result_id)
        .where(*call_conditions(wanted), call.result_id.is_not(None), Figures.result_id.is_(None))
        .order_by(call.id)
        .limit(limit)
    )
    return [(facts, result_id) for facts, result_id in rows if result_id is not None]


def stream(session: Session, wanted: CallFilter, *, batch: int, more: Sequence[Any] = ()) -> Iterator[Sequence[Any]]:
    """The figures of the calls that have a result and are not set aside, in the order of `period.CallFigures`, and
    ``more`` columns of calls after them; the oldest day first, ``batch`` rows at a time."""
    call, signed = tables.Call, Signing
    statement = (
        select(
            call.call_id, call.day, call.agent_id, call.agent_name, call.team, call.scenario, call.duration_seconds,
            Figures.hour, Figures.total, Figures.possible, Figures.grade, Figures.pending, Figures.veto,
            Figures.suspected, Figures.waiting, Figures.book, Figures.statuses, Figures.points, Figures.sections,
            Figures.csat, Figures.outcome, signed.total, signed.possible, signed.veto, call.id,
            *more,
        )
        .join(Figures, Figures.result_id == call.result_id)
        .outerjoin(signed, signed.id == call.signing_id)
        .where(*call_conditions(wanted))
        .order_by(call.day, call.id)
        .execution_options(yield_per=batch)
    )  # fmt: skip
    yield from session.connection().execute(statement).partitions(batch)  # plain rows: nothing for the session to load


def books(session: Session) -> Mapping[str, str]:
    """Every rule book, by its digest."""
    return {row.digest: row.body for row in session.execute(select(RuleBook.digest, RuleBook.body))}


def calls_with_promises(session: Session, wanted: CallFilter) -> Sequence[Any]:
    """(call id, day, start, agent id, agent name, team, scenario, customer, promises) in the order of the calls."""
    call = tables.Call
    return session.execute(
        select(
            call.call_id, call.day, call.started_at, call.agent_id, call.agent_name, call.team, call.scenario,
            Figures.customer, Figures.promises,
        )
        .join(Figures, Figures.result_id == call.result_id)
        .where(*call_conditions(wanted), Figures.promises.is_not(None))
        .order_by(call.day, call.id)
    ).all()  # fmt: skip


def calls_with_complaints(session: Session, wanted: CallFilter) -> Sequence[Any]:
    """(call id, class and title), in the order of the calls."""
    call = tables.Call
    return session.execute(
        select(call.call_id, Figures.complaint)
        .join(Figures, Figures.result_id == call.result_id)
        .where(*call_conditions(wanted), Figures.complaint.is_not(None), call.part_of.is_(None))
        .order_by(call.day, call.id)
    ).all()


def calls_of_customers(
    session: Session, customers: Sequence[str], *, since: datetime
) -> Sequence[tuple[str, str, datetime, bool, str | None]]:
    """(customer, call id, start, outbound, agent id) of every call of these customers that began after ``since``."""
    call = tables.Call
    found: list[tuple[str, str, datetime, bool, str | None]] = []
    for at in range(0, len(customers), 500):
        rows = session.execute(
            select(Figures.customer, call.call_id, call.started_at, Figures.outbound, call.agent_id)
            .join(call, Figures.result_id == call.result_id)
            .where(Figures.customer.in_(customers[at : at + 500]), call.started_at > since, call.state.not_in(_ASIDE))
            .order_by(call.started_at, call.call_id)
        )
        found += [(c, i, s, o, a) for c, i, s, o, a in rows if c is not None and s is not None]
    return found


def calls_out_of_agents(
    session: Session, agents: Sequence[str], *, since: datetime
) -> Sequence[tuple[str, str, datetime]]:
    """(agent id, call id, start) of every call out of these agents that began after ``since``."""
    call = tables.Call
    found: list[tuple[str, str, datetime]] = []
    for at in range(0, len(agents), 500):
        rows = session.execute(
            select(call.agent_id, call.call_id, call.started_at)
            .join(Figures, Figures.result_id == call.result_id)
            .where(call.agent_id.in_(agents[at : at + 500]), call.started_at > since, Figures.outbound.is_(True))
            .where(call.state.not_in(_ASIDE))
            .order_by(call.started_at, call.call_id)
        )
        found += [(a, i, s) for a, i, s in rows if a is not None and s is not None]
    return found


def call_conditions(wanted: CallFilter) -> list[ColumnElement[bool]]:
    call = tables.Call
    conditions: list[ColumnElement[bool]] = [call.state.not_in(_ASIDE)]
    for given, column in (
        (wanted.agent_id, call.agent_id), (wanted.team, call.team), (wanted.scenario, call.scenario)
    ):  # fmt: skip
        if given is not None:
            conditions.append(column == given)
    if wanted.day_from is not None:
        conditions.append(call.day >= wanted.day_from)
    if wanted.day_to is not None:
        conditions.append(call.day <= wanted.day_to)
    return conditions


def books_of_days(session: Session, wanted: CallFilter) -> Sequence[tuple[tuple[date, str], str]]:
    """(day and team, book) of the books that judged calls of a filter."""
    call = tables.Call
    rows = session.execute(
        select(call.day, call.team, Figures.book)
        .join(Figures, Figures.result_id == call.result_id)
        .where(*call_conditions(wanted))
        .distinct()
    )
    return [((day, team or ""), book) for day, team, book in rows]
