"""``qa-engine outcome``: train how content customers leave on the centre's own ratings."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from qa_engine.cli.console import put, say, tables
from qa_engine.cli.tone import ToneFormat
from qa_engine.domain import plain
from qa_engine.settings import current_settings


def train(
    out: Annotated[Path, typer.Option(help="Folder for the new model; made if need be.")],
    inputs: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Transcript files or folders with metadata.csat; default: every inspected call with a csat."
        ),
    ] = None,
    scale: Annotated[tuple[float, float], typer.Option(help="Worst and best rating.")] = (1.0, 5.0),
    format: Annotated[ToneFormat, typer.Option(help="table or json")] = ToneFormat.TABLE,
) -> None:
    """Fit the customer outcome to rated calls; before and after, on calls it has not seen."""
    from qa_engine.domain.people import MACHINE
    from qa_engine.service import open_app
    from qa_engine.service.authoring.outcome_training import (
        OutcomeTrial,
        calls_in_files,
        calls_inspected,
        train_outcome,
    )

    settings = current_settings()
    if inputs:
        trial = train_outcome(settings, calls_in_files(inputs), out, scale=scale)
    else:
        with open_app(settings) as engine:
            trial = train_outcome(settings, calls_inspected(engine, who=MACHINE), out, scale=scale)
    if format is ToneFormat.JSON:
        shown = {**{name: getattr(trial, name) for name in OutcomeTrial.__slots__}, "folder": str(trial.folder)}
        put(json.dumps(plain(shown), ensure_ascii=False, indent=2) + "\n")
    else:
        table = Table("", "学习的通话", "对照的通话", "与评分的等级相关（现用）", "（新）", "平均相差")
        before = "—" if trial.before is None else f"{trial.before:.2f}"
        table.add_row("", str(trial.learnt), str(trial.held_out), before, f"{trial.after:.2f}", f"{trial.mean_gap:.1f}")
        tables.print(table)
    if trial.before is not None and trial.after <= trial.before:
        say("on the calls that were held out, the new model is no better than the present one")
    say(f"written to {trial.folder}; nothing was switched. To use it: QA_OUTCOME_MODEL={trial.folder}")
