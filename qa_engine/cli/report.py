"""``qa-engine report``: every report of the catalogue as HTML, XLSX, CSV or JSON."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from qa_engine.cli.console import say
from qa_engine.cli.output import write_file
from qa_engine.domain.people import MACHINE
from qa_engine.errors import UsageError
from qa_engine.private import private_folder
from qa_engine.settings import current_settings


class ReportFormat(StrEnum):
    HTML = "html"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    DOCX = "docx"


KINDS = {
    "agent": "坐席质检报告, of one agent",
    "call": "服务质量综合考评表, of one call",
    "cases": "案例库与考核题目",
    "complaints": "投诉登记与承诺台账",
    "daily": "每日例会简报",
    "drift": "规则命中率监测",
    "ledger": "每日录音台账",
    "monthly": "月度服务质量分析报告",
    "payroll": "考核扣分汇总",
    "sampling": "抽检计划与覆盖",
    "satisfaction": "业务知识与客户满意分析",
    "stars": "呼叫中心明星榜",
    "team": "班组报告, of one team",
    "weekly": "每周小结与培训计划",
}
"""What the help says; asking the catalogue itself would load the engine for it. Those of plugins come beside them."""
_KNOWN = "; ".join(f"{name}: {title}" for name, title in KINDS.items())


def report(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"Which report. {_KNOWN}.")],
    subject: Annotated[
        str,
        typer.Argument(metavar="[SUBJECT]", help="Id of the call or agent, or name of the team; else of the centre."),
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
        known = report_catalogue(engine, who=MACHINE)
        if kind not in known:
            raise UsageError(f"no report {kind!r}; there are {', '.join(known)}")
        rendered = render_report(
            engine,
            kind,
            subject,
            format.value,
            day_from=day_from.date() if day_from else None,
            day_to=day_to.date() if day_to else None,
            who=MACHINE,
        )
        folder = report_folder(engine, kind)
    target = out or folder / rendered.filename
    if out is None:
        private_folder(folder)
    write_file(target, rendered.content)
    say(str(target))
