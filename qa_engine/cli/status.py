"""``qa-engine status``: the queue, and the ledger in which every recording is accounted for."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from qa_engine.cli.console import complain, put, say
from qa_engine.cli.tables import print_table
from qa_engine.domain import plain
from qa_engine.domain.people import MACHINE
from qa_engine.settings import current_settings

if TYPE_CHECKING:
    from qa_engine.service import Ledger, StatusReport


class StatusFormat(StrEnum):
    TABLE = "table"
    JSON = "json"


def status(
    date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Ledger of this day only.")] = None,
    format: Annotated[StatusFormat, typer.Option(help="How to print it.")] = StatusFormat.TABLE,
) -> None:
    """Show the queue and the ledger: received = finished + in progress + aside."""
    from qa_engine.service import job_kinds, ledger, ledgers, open_app
    from qa_engine.service import status as read_status

    with open_app(current_settings()) as engine:
        report = read_status(engine, who=MACHINE)
        days = (ledger(engine, date.date(), who=MACHINE),) if date else ledgers(engine, who=MACHINE)
    if format is StatusFormat.JSON:
        days_shown = [_ledger_json(day) for day in days]
        aside, pauses = report.quarantined, report.pauses
        shown = {"queues": report.queues, "days": days_shown, "aside": aside, "pauses": pauses}
        put(json.dumps(plain(_jsonable(shown)), ensure_ascii=False, indent=2) + "\n")
        return
    _print_queues(report)
    _print_ledgers(days)
    for pause in report.pauses:
        complain(f"machine {pause.host} pauses since {pause.since:%Y-%m-%d %H:%M:%S} UTC: {pause.why}")
    for call in report.quarantined:
        complain(f"{call.call_id} ({call.source_name}): {call.state.value}: {call.reason}")
    for job in report.failed_jobs:
        kind = job_kinds().get(job.stage)
        if kind is None or kind.waits_in is None:  # no call was set aside for it, so nothing above names it
            complain(f"{job.subject}: {job.stage} was not done ({job.last_error})")
    if report.unknown_agents:
        say("agents that no manifest named: " + ", ".join(report.unknown_agents))


def _print_queues(report: StatusReport) -> None:
    table = Table("queue", "queued", "running", "stalled", "oldest (s)", title="Queue")
    for row in report.queues:
        oldest = "" if row.oldest_seconds is None else f"{row.oldest_seconds:.0f}"
        table.add_row(row.queue, str(row.queued), str(row.running), str(row.stalled), oldest)
    print_table(table)


def _print_ledgers(days: tuple[Ledger, ...]) -> None:
    table = Table("day", "received", "finished", "in review", "in progress", "aside", "adds up", title="Ledger")
    for day in days:
        table.add_row(
            str(day.day or "all"),
            str(day.received),
            str(day.finished),
            str(day.in_review),
            str(day.in_progress),
            str(day.aside),
            "yes" if day.balanced else "NO",
        )
    print_table(table)


def _ledger_json(day: Ledger) -> dict[str, object]:
    return {
        "day": str(day.day) if day.day else None,
        "received": day.received,
        "finished": day.finished,
        "in_review": day.in_review,
        "in_progress": day.in_progress,
        "aside": day.aside,
        "balanced": day.balanced,
        "reasons": dict(day.reasons),
    }


def _jsonable(value: object) -> object:
    """Dates as text; the rest is for `plain`."""
    if isinstance(value, datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _jsonable(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}
    return str(value) if hasattr(value, "isoformat") else value
