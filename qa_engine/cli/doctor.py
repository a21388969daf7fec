"""``qa-engine doctor``: what is missing on this machine, and how to get it."""

import typer
from rich.table import Column, Table

from qa_engine.cli.tables import print_table
from qa_engine.settings import current_settings


def doctor() -> None:
    """Look at this machine and say what is missing; exit 1 when something required is."""
    from qa_engine.service import doctor as run_checks
    from qa_engine.service import open_app

    with open_app(current_settings()) as engine:
        checks = run_checks(engine)
    table = Table("check", "", Column("found", overflow="fold"), Column("what to do", overflow="fold"))
    for check in checks:
        mark = "ok" if check.ok else "MISSING" if check.required else "absent"
        table.add_row(check.title, mark, check.detail, "" if check.ok else check.fix)
    print_table(table)
    if any(check.required and not check.ok for check in checks):
        raise typer.Exit(1)
