"""Figures of results: kept with the result, made afterwards for results of before."""

from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from qa_engine.contract.stored import call_from_text, result_from_text
from qa_engine.domain import Call, CallResult
from qa_engine.reports.period import book_of, figures_of
from qa_engine.service.context import App
from qa_engine.store import CallFilter, figures, tables

_AT_ONCE = 200


def keep_figures(app: App, session: Session, row: tables.Result, result: CallResult, call: Call) -> None:
    """Keep the figures of a result in the transaction that stores it."""
    book = book_of(result)
    columns = figures_of(result, call, ZoneInfo(app.settings.timezone))
    figures.keep(session, row, book=book.digest, book_body=book.to_text(), columns=columns)


def make_missing_figures(app: App, wanted: CallFilter) -> int:
    """Make the figures of results that an earlier version stored; how many there were."""
    made = 0
    while True:
        with app.database.read() as session:
            lacking = figures.missing(session, wanted, limit=_AT_ONCE)
        if not lacking:
            return made
        with app.database.write() as session:
            for facts, result_id in lacking:
                row = session.get(tables.Result, result_id)
                if row is not None:
                    keep_figures(app, session, row, result_from_text(row.body), call_from_text(facts))
        made += len(lacking)
