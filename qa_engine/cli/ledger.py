"""``qa-engine ledger`` and ``qa-engine expect``: what a day should bring, and what came of it."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from qa_engine.cli.console import complain, put, say
from qa_engine.cli.output import write_file
from qa_engine.cli.tables import print_table
from qa_engine.domain.night import LedgerOfDay
from qa_engine.domain.people import MACHINE
from qa_engine.settings import current_settings
from qa_engine.wording import LEDGER, balance_of

if TYPE_CHECKING:
    from qa_engine.service import App


class LedgerFormat(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    HTML = "html"


def ledger(
    date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Which day; default: yesterday.")] = None,
    draw: Annotated[bool, typer.Option("--draw", help="Keep the ledger as it is now, under the next number.")] = False,
    format: Annotated[LedgerFormat, typer.Option(help="How to print it; xlsx needs --out.")] = LedgerFormat.TABLE,
    out: Annotated[Path | None, typer.Option(help="File to write instead.")] = None,
) -> None:
    """The ledger of a day: expected = scored + excluded + quarantined + in work + missing; exit 1 when it is open.

    So it does when a list or folder of its night was not read, and for a day without any recording of which no night
    was begun.
    """
    from qa_engine.service import day_ledger, draw_ledger, open_app, render_report

    with open_app(current_settings()) as engine:
        day = date.date() if date else yesterday(engine)
        if draw:
            drawn = draw_ledger(engine, day, who=MACHINE)
            say(f"{day}: drawing {drawn.number}")
        found = day_ledger(engine, day, who=MACHINE)
        if format is LedgerFormat.TABLE:
            show(found)
        else:
            content = render_report(engine, "ledger", "", format.value, day_from=day, day_to=day, who=MACHINE).content
            if out is not None:
                write_file(out, content)
                say(str(out))
            elif format is LedgerFormat.XLSX:
                raise typer.BadParameter("a workbook needs --out FILE")
            else:
                put(content.decode())
    if not good(found):
        raise typer.Exit(1)


def expect(
    file: Annotated[Path, typer.Argument(help="CSV or JSON Lines with call_id or file, one row a call.")],
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of rows without a time; default: today.")
    ] = None,
) -> None:
    """Take an export of call records as the recordings that a day should bring."""
    from qa_engine.service import expect_calls, open_app

    with open_app(current_settings()) as engine:
        report = expect_calls(engine, file, day=date.date() if date else None, who=MACHINE)
    for fault in report.faults:
        complain(str(fault))
    told = f"{report.named} calls named, {report.new} of them new"
    say(f"{told}; {report.not_answered} rows without talk are not expected")
    if report.faults:
        raise typer.Exit(1)


def yesterday(engine: App) -> dt.date:
    """The day before today in the centre's zone."""
    return engine.clock.now().astimezone(engine.zone).date() - dt.timedelta(days=1)


def good(found: LedgerOfDay) -> bool:
    """Whether the day is accounted for as far as anybody can know."""
    return found.now.complete and not found.faults and (found.begun or not found.now.empty)


def show(found: LedgerOfDay) -> None:
    """The equation as one row, what is missing by name."""
    now = found.now
    table = Table("日期", *LEDGER.values(), "台账", title="每日录音台账")
    table.add_row(str(now.day), *(str(now.figures[name]) for name in LEDGER), balance_of(now))
    print_table(table)
    if now.empty:
        night = "its night was begun" if found.begun else "no night of it was begun"
        complain(f"{now.day}: no list, folder or recording names a call of this day; {night}")
    for fault in found.faults:
        complain(str(fault))
    for reason, number in {**now.excluded, **now.quarantined}.items():
        say(f"{reason}: {number}")
    if found.opened_again:
        say(f"opened again: {found.opened_again}")
    for one in found.missing:
        complain(f"missing: {one.key} ({one.source}): {one.reason or 'no recording came'}")
