"""``qa-engine drift``: rules whose hit rate jumped, and the panel of calls that tells why."""

from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from qa_engine.cli.console import complain, say
from qa_engine.cli.ledger import yesterday
from qa_engine.cli.tables import print_table
from qa_engine.domain.night import PANEL_CALLS
from qa_engine.domain.people import MACHINE
from qa_engine.settings import current_settings


def drift(
    date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Which day; default: yesterday.")] = None,
    fix: Annotated[
        int | None,
        typer.Option("--fix-panel", min=10, help=f"First fix a panel of so many calls anew; {PANEL_CALLS} are enough."),
    ] = None,
) -> None:
    """Each rule's hit rate of a day against its history, and whose doing a jump is; exit 1 when a rule jumped."""
    from qa_engine.service import open_app
    from qa_engine.service.night.drift import fix_panel, look_for_drift

    with open_app(current_settings()) as engine:
        if fix is not None:
            say(f"the panel has {fix_panel(engine, number=fix, who=MACHINE)} calls")
        found = look_for_drift(engine, date.date() if date else yesterday(engine), who=MACHINE)
    table = Table("规则", "历史", "当日", "命中 / 通话", "归因", title=f"规则命中率监测 {found.day}")
    for rule in found.jumped:
        last = rule.chart.points[-1].hits
        rates = (f"{100 * rule.chart.centre:.1f}%", f"{100 * last.rate:.1f}%", f"{last.hits} / {last.calls}")
        table.add_row(escape(rule.title), *rates, rule.cause.value if rule.cause else "")
    print_table(table)
    say(f"{len(found.steady)} rules within their limits, {found.young} with too short a history")
    for rule in found.jumped:
        complain(f"{rule.rule_id} jumped")
    if found.jumped:
        raise typer.Exit(1)
