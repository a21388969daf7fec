"""Figures of results: kept with the result, made afterwards for results of before."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from qa_engine.contract.stored import call_from_text, result_from_text
from qa_engine.domain import Call, CallResult
from qa_engine.reports.period import RuleBook, book_of, figures_of
from qa_engine.service.context import App
from qa_engine.store import CallFilter, figures, tables

_AT_ONCE = 200


def keep_figures(app: App, session: Session, results: Sequence[tuple[tables.Result, CallResult, Call]]) -> None:
    """Keep the figures of results in the transaction that stores them."""
    zone = ZoneInfo(app.settings.timezone)
    seen: dict[RuleBook, RuleBook] = {}  # nearly always one, whose digest is made once
    books = [seen.setdefault(book, book) for book in (book_of(result) for _, result, _ in results)]
    figures.keep_books(session, {book.digest: book.to_text() for book in seen})
    figures.keep(
        session,
        [
            (row, {"book": book.digest, **figures_of(result, call, zone)})
            for (row, result, call), book in zip(results, books, strict=True)
        ],
    )


def make_missing_figures(app: App, wanted: CallFilter) -> int:
    """Make the figures of results that an earlier version stored; how many there were."""
    made = 0
    while True:
        with app.database.read() as session:
            lacking = figures.missing(session, wanted, limit=_AT_ONCE)
        if not lacking:
            return made
        with app.database.write() as session:
            rows = [(facts, session.get(tables.Result, result_id)) for facts, result_id in lacking]
            keep_figures(
                app,
                session,
                [(row, result_from_text(row.body), call_from_text(facts)) for facts, row in rows if row is not None],
            )
        made += len(lacking)
