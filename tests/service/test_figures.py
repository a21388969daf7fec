"""Figures are kept with each result, and made for results that have none."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy import delete, func, select

from qa_engine.reports import Period
from qa_engine.service import App, ingest_paths, run_pending
from qa_engine.service.reporting.source import DatabaseSource
from qa_engine.store import report_tables

CALL = (
    '{{"version": 1, "call_id": "{0}", "started_at": "2026-03-02T09:15:00+08:00", "scenario": "consultation",'
    ' "agent": {{"id": "8026", "name": "李华", "team": "一组"}}, "customer": {{"number": "13912345678"}},'
    ' "metadata": {{"csat": 4}}, "turns": [{{"speaker": "agent", "text": "您好。"}},'
    ' {{"speaker": "customer", "text": "能退吗？"}}, {{"speaker": "agent", "text": "不行。"}}]}}'
)


def test_figures_come_with_results_and_come_back(make_app: Callable[..., App], inbox: Path) -> None:
    app = make_app()
    for call_id in ("c-1", "c-2"):
        (inbox / f"{call_id}.json").write_text(CALL.format(call_id), encoding="utf-8")
    ingest_paths(app, [inbox])
    run_pending(app)
    source = DatabaseSource(app)
    day = Period(date(2026, 3, 2), date(2026, 3, 2))
    tally = source.tally(day, team="一组")
    assert (tally.calls, [member.name for member in tally.members]) == (2, ["李华"])
    assert tally.csat.n == 2
    with app.database.write() as session:
        assert session.scalar(select(func.count()).select_from(report_tables.Figures)) == 2
        session.execute(delete(report_tables.Figures))
    again = DatabaseSource(app).tally(day, team="一组")
    assert (again.calls, again.score) == (tally.calls, tally.score)
    assert source.tally(day, team="二组").calls == 0
    some = source.some(["c-2", "nobody"], form_url="/calls/{call_id}")
    assert [(key, call.form_url) for key, call in some.items()] == [("c-2", "/calls/c-2")]
