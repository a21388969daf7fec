"""``qa-engine ingest``: store recordings and transcripts and queue them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from qa_engine.cli.console import complain, progress_bar, say
from qa_engine.cli.tables import print_table
from qa_engine.settings import current_settings

if TYPE_CHECKING:
    from qa_engine.service import IngestReport


def ingest(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Recordings and transcripts (JSON, JSON Lines, SRT, WebVTT, text), or folders of them."),
    ],
    manifest: Annotated[
        Path | None,
        typer.Option(help="CSV or JSON Lines with the facts of the calls; default: none, or a sidecar file."),
    ] = None,
    update_facts: Annotated[
        bool, typer.Option("--update-facts", help="Correct the facts of calls that are here already; judge them anew.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be taken in, row by row; nothing is stored.")
    ] = False,
) -> None:
    """Copy recordings into the data folder by hash, take in transcripts, and queue them for the workers."""
    from qa_engine.service import ingest_paths, open_app

    if dry_run:
        show(paths, manifest)
        return
    with open_app(current_settings()) as engine, progress_bar() as advance:
        report = ingest_paths(engine, paths, manifest=manifest, update_facts=update_facts, progress=advance)
    tell(report)
    if not report.ok:
        raise typer.Exit(1)


def tell(report: IngestReport) -> None:
    """Every recording accounted for: faults first, then what was set aside, then the sum."""
    from qa_engine.service import IngestOutcome

    for fault in report.faults:
        complain(str(fault))
    for call in report.calls:
        if call.outcome is IngestOutcome.ASIDE:
            complain(f"{call.source}: call {call.call_id} set aside ({call.reason}): {call.message}")
        if call.outcome is IngestOutcome.CORRECTED:
            say(f"{call.source}: call {call.call_id}: corrected {', '.join(call.other_facts)}")
        for warning in call.warnings:
            say(f"{call.source}: call {call.call_id}: {warning}")
    for name in report.skipped:
        say(f"{name}: skipped, not a recording")
    for note in report.notes:
        say(note)
    counts = {outcome: sum(call.outcome is outcome for call in report.calls) for outcome in IngestOutcome}
    shown = ", ".join(f"{count} {outcome.value}" for outcome, count in counts.items() if count) or "nothing"
    say(f"{len(report.calls)} recordings: {shown}; {len(report.faults)} faults")


def show(paths: list[Path], manifest: Path | None) -> None:
    """The calls that would be taken in, on stdout; what would not, and why, on stderr."""
    from qa_engine.service import open_app, preview_paths

    with open_app(current_settings()) as engine:
        preview = preview_paths(engine, paths, manifest=manifest)
    table = Table(*("行", "文件", "通话", "工号", "坐席", "班组", "开始时间", "坐席声道", "备注"))
    for row in preview.rows:
        facts = row.facts
        started = facts.started_at.isoformat(sep=" ") if facts.started_at else ""
        agent = facts.agent
        cells = (agent.id, agent.name, agent.team, started, facts.agent_channel, row.remark)
        line = str(row.line) if row.line else ""
        table.add_row(*(escape(cell or "") for cell in (line, Path(row.file).name, row.call_id, *cells)))
    print_table(table)
    for fault in preview.faults:
        complain(str(fault))
    for name in preview.skipped:
        say(f"{name}: skipped, not a recording")
    for note in preview.notes:
        say(note)
    say(f"{len(preview.rows)} calls would be taken in; {len(preview.faults)} faults; nothing was stored")
    if preview.faults:
        raise typer.Exit(1)
