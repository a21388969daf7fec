"""Tables for people: results, calls, queues."""

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from qa_engine.cli.console import tables
from qa_engine.cli.output import open_output
from qa_engine.domain import CallResult, Status


def print_table(table: Table, out: Path | None = None) -> None:
    """Print a table to stdout, or as plain text to a file."""
    if out is None:
        tables.print(table)
        return
    with open_output(out) as write:
        console = Console(width=160, no_color=True)
        with console.capture() as captured:
            console.print(table)
        write(captured.get())


def points_text(points: float) -> str:
    """Points with their sign; nothing for a fault that costs none by itself."""
    return f"{points:+g}" if points else ""


def faults_text(result: CallResult) -> str:
    """The faults of a call and what stays open, one a line."""
    lines = [
        f"{rule.title} {'同一事件' if rule.same_event and not rule.points else points_text(rule.points)}".rstrip()
        for rule in result.failed()
    ]
    unsure = sum(rule.status in {Status.UNCERTAIN, Status.ERROR} for rule in result.rules)
    if unsure:
        lines.append(f"待复核 {unsure} 项")
    return "\n".join(lines) or "—"


def print_results(results: Iterable[CallResult], out: Path | None = None) -> None:
    """One row a call: total, grade, faults."""
    from qa_engine.service import writable

    table = Table("通话", "坐席", "得分", "满分", "等级", "扣分与疑点", show_lines=True)
    for result in (one for whole in results for one in (whole, *whole.parts)):
        veto = "（一票否决）" if result.veto else "（一票否决待确认）" if result.veto_suspected else ""
        table.add_row(
            writable(result.call_id),
            writable(result.agent_id or "—"),
            f"{result.total:g}",
            f"{result.possible:g}",
            result.grade + veto,
            faults_text(result),
        )
    print_table(table, out)
