"""运行状态: queues, ledgers, and the calls set aside with their reasons."""

from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from qa_engine.domain import CallState
from qa_engine.domain.people import Actor
from qa_engine.service import (
    App,
    CallFilter,
    CallRow,
    health,
    ledger,
    ledgers,
    list_calls,
    queues,
    recent_nights,
    status,
)
from qa_engine.web import labels
from qa_engine.web.deps import Engine, Who
from qa_engine.web.errors import problem
from qa_engine.web.period import read_day
from qa_engine.web.rendering import render

router = APIRouter(include_in_schema=False)

SHOWN_DAYS = 31
SHOWN_ASIDE = 50


@router.get("/status")
def system_status(request: Request, engine: Engine, who: Who) -> Response:
    asked = request.query_params.get("day", "").strip()
    try:
        day = read_day(asked) if asked else None
    except ValueError:
        return problem(request, 400, f"日期「{asked[:40]}」无法识别，应如 2026-03-02。")
    report = status(engine, who=who)
    aside, aside_total = _aside(engine, day, who)
    return render(
        request,
        "status.html",
        now=engine.clock.now(),
        report=report,
        checks=health(engine),
        stalled=sum(row.stalled for row in report.queues),
        chosen=ledger(engine, day, who=who) if day else report.ledger,
        days=ledgers(engine, who=who)[:SHOWN_DAYS],
        nights=recent_nights(engine, who=who),
        aside=aside,
        aside_total=aside_total,
        queues=queues(),
        check_names=labels.CHECKS,
    )


def _aside(engine: App, day: date | None, who: Actor) -> tuple[list[CallRow], int]:
    """The calls set aside, the ones that need a person first, and how many there are in all."""
    rows: list[CallRow] = []
    total = 0
    for state in (CallState.QUARANTINED, CallState.EXCLUDED):
        found = list_calls(engine, CallFilter(day_from=day, day_to=day, state=state), per_page=SHOWN_ASIDE, who=who)
        rows += found.rows
        total += found.total
    return rows[:SHOWN_ASIDE], total
