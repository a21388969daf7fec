"""``qa-engine report``: forms and reports as HTML, XLSX, CSV or JSON."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from qa_engine.cli.console import say
from qa_engine.cli.output import write_file
from qa_engine.service import Rendered, open_app, render_agent, render_call
from qa_engine.settings import current_settings


class ReportFormat(StrEnum):
    HTML = "html"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


Format = Annotated[ReportFormat, typer.Option("--format", help="Format of the file.")]
Out = Annotated[
    Path | None, typer.Option("--out", help="File to write; default: the reports folder of the data folder.")
]


def call_report(call_id: str, format: Format = ReportFormat.HTML, out: Out = None) -> None:
    """The form 服务质量综合考评表 of one call."""
    with open_app(current_settings()) as engine:
        _write(render_call(engine, call_id, format.value), out, engine.settings.reports_dir / "calls")


def agent_report(
    agent_id: str,
    format: Format = ReportFormat.HTML,
    out: Out = None,
    day_from: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    day_to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")] = None,
) -> None:
    """The report 坐席质检报告 of one agent over a period (default: all days)."""
    with open_app(current_settings()) as engine:
        rendered = render_agent(
            engine,
            agent_id,
            format.value,
            day_from=day_from.date() if day_from else None,
            day_to=day_to.date() if day_to else None,
        )
        _write(rendered, out, engine.settings.reports_dir / "agents")


def _write(rendered: Rendered, out: Path | None, folder: Path) -> None:
    target = out or folder / rendered.filename
    if out is None:
        folder.mkdir(parents=True, exist_ok=True)
    write_file(target, rendered.content)
    say(str(target))
