"""``qa-engine tone``: see what the tone model hears in words, measure it, train one of the centre's own."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from qa_engine.cli.console import progress_bar, put, say, tables
from qa_engine.cli.tables import print_table
from qa_engine.domain import Speaker, ToneReading, plain
from qa_engine.settings import current_settings

if TYPE_CHECKING:
    from qa_engine.service.authoring.tone_training import ToneFigures, ToneTrial


class ToneFormat(StrEnum):
    TABLE = "table"
    JSON = "json"


class ToneSpeaker(StrEnum):
    AGENT = "agent"
    CUSTOMER = "customer"


Files = Annotated[
    list[Path], typer.Argument(help="Reviewed turns (.tsv, .csv, .jsonl): text, speaker, label, call_id.")
]
Model = Annotated[Path | None, typer.Option("--model", help="Folder of a tone model; default: setting QA_TONE_MODEL.")]
Format = Annotated[ToneFormat, typer.Option("--format", help="How to print it.")]


def explain(
    text: Annotated[str, typer.Argument(help="What was said.")],
    speaker: Annotated[ToneSpeaker, typer.Option(help="Who said it.")] = ToneSpeaker.AGENT,
    model: Model = None,
    format: Format = ToneFormat.TABLE,
) -> None:
    """Class, probabilities, and the words that pushed the decision."""
    from qa_engine.service.authoring.tone_training import explain_tone

    reading = explain_tone(current_settings(), text, Speaker(speaker.value), model=model)
    if format is ToneFormat.JSON:
        put(json.dumps(plain(reading), ensure_ascii=False) + "\n")
    else:
        _print_reading(text, reading)


def evaluate(files: Files, model: Model = None, format: Format = ToneFormat.TABLE) -> None:
    """Figures of a model on reviewed turns: per class, confusion, calibration."""
    from qa_engine.service.authoring.tone_training import evaluate_tone

    found = evaluate_tone(current_settings(), files, model=model)
    if format is ToneFormat.JSON:
        put(json.dumps(plain(found), ensure_ascii=False, indent=2) + "\n")
    else:
        _print_figures(found)


def train(
    files: Files,
    out: Annotated[Path, typer.Option(help="Folder for the new model; made if need be.")],
    format: Format = ToneFormat.TABLE,
) -> None:
    """Train a model on our utterances and your reviewed turns; before and after, on calls it has not seen."""
    from qa_engine.service.authoring.tone_training import ToneTrial, train_tone

    with progress_bar() as advance:
        trial = train_tone(current_settings(), files, out, advance=advance)
    if format is ToneFormat.JSON:
        shown = {**{name: getattr(trial, name) for name in ToneTrial.__slots__}, "folder": str(trial.folder)}
        put(json.dumps(plain(shown), ensure_ascii=False, indent=2) + "\n")
    else:
        _print_trial(trial)
    say(f"written to {trial.folder}; nothing was switched. To use it: QA_TONE_MODEL={trial.folder}")


def _print_reading(text: str, reading: ToneReading) -> None:
    from qa_engine.service import TONE_TITLE

    shown = Text(text)
    for word in reading.words:
        shown.stylize("bold red" if word.weight > 0 else "green", *word.span)
    tables.print(shown)
    classes = Table("类别", "", "概率")
    for label, probability in sorted(reading.probabilities, key=lambda pair: -pair[1]):
        mark = "bold" if label == reading.label else ""
        classes.add_row(TONE_TITLE[label], label, f"{probability:.1%}", style=mark)
    tables.print(classes)
    words = Table("词", "位置", f"对「{TONE_TITLE[reading.label]}」的作用")
    for word in reading.words:
        words.add_row(word.text, f"{word.span[0]}–{word.span[1]}", f"{word.weight:+.2f}")
    tables.print(words)


def _print_figures(found: ToneFigures) -> None:
    from qa_engine.service import TONE_TITLE
    from qa_engine.service.authoring.tone_training import LABELS

    for speaker, figures in found.figures.items():
        table = Table("类别", "查准率", "查全率", "F1", "句数")
        said = Table("实际 ↓ 判为 →", *[TONE_TITLE[label] for label in LABELS[speaker]])
        for row, counts in zip(figures.classes, figures.confusion, strict=True):
            shares = [f"{row.precision:.1%}", f"{row.recall:.1%}", f"{row.f1:.1%}"] if row.support else ["—"] * 3
            table.add_row(TONE_TITLE[row.label], *shares, str(row.support))
            said.add_row(TONE_TITLE[row.label], *map(str, counts))
        print_table(table)
        print_table(said)
        say(
            f"{found.model}, {speaker.value}: {figures.count} turns, accuracy {figures.accuracy:.1%}, "
            f"macro F1 {figures.macro_f1:.1%}, calibration error {figures.calibration_error:.1%}"
        )


def _print_trial(trial: ToneTrial) -> None:
    from qa_engine.service import TONE_TITLE

    table = Table("类别", "句数", "原 F1", "新 F1", "原查准", "新查准", "可扣分")
    for speaker, after in trial.after.figures.items():
        before = trial.before.figures[speaker]
        for old, new in zip(before.classes, after.classes, strict=True):
            point = trial.thresholds.get(new.label)
            shares = [f"{share:.0%}" for share in (old.f1, new.f1, old.precision, new.precision)]
            cells = shares if new.support else ["—"] * 4
            table.add_row(
                TONE_TITLE[new.label], str(new.support), *cells, f"≥ {point.probability:g}" if point else "无"
            )
        whole = [f"{before.macro_f1:.0%}", f"{after.macro_f1:.0%}"]
        table.add_row(f"{speaker.value} 合计", str(after.count), *whole, end_section=True)
    print_table(table)
    say(
        f"learnt from {trial.learnt_turns} turns of {trial.learnt_calls} calls, "
        f"measured on {trial.held_out_turns} turns of {trial.held_out_calls} other calls"
    )
    for speaker, ours in trial.ours.figures.items():
        say(f"on the engine's own held-out {speaker.value} utterances: accuracy {ours.accuracy:.1%}")
