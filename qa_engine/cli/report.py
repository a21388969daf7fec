"""``qa-engine report``: every report of the catalogue as HTML, XLSX, CSV or JSON."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from qa_engine.cli.console import say
from qa_engine.cli.output import write_file
from qa_engine.errors import UsageError
from qa_engine.private import private_folder
from qa_engine.service import report_kinds
from qa_engine.settings import current_settings


class ReportFormat(StrEnum):
    HTML = "html"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    DOCX = "docx"


_KNOWN = "; ".join(f"{name}: {kind.title}, of one {kind.about}" for name, kind in report_kinds().items())


def report(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"Which report. {_KNOWN}.")],
    subject: Annotated[
        str, typer.Argument(metavar="[SUBJECT]", help="Id of the call or agent, or name of the team.")
    ] = "",
    format: Annotated[ReportFormat, typer.Option("--format", help="Format of the file.")] = ReportFormat.HTML,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; default: the reports folder of the data folder.")
    ] = None,
    day_from: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    day_to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")] = None,
) -> None:
    """Write a form or a report; over a period, where it has one (default: all days)."""
    from qa_engine.service import open_app, render_report, report_catalogue, report_folder

    with open_app(current_settings()) as engine:
        known = report_catalogue(engine)
        if kind not in known:
            raise UsageError(f"no report {kind!r}; there are {', '.join(known)}")
        rendered = render_report(
            engine,
            kind,
            subject,
            format.value,
            day_from=day_from.date() if day_from else None,
            day_to=day_to.date() if day_to else None,
        )
        folder = report_folder(engine, kind)
    target = out or folder / rendered.filename
    if out is None:
        private_folder(folder)
    write_file(target, rendered.content)
    say(str(target))
