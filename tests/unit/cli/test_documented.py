"""Every command and option stands in docs/commands.md, and the document names none that does not exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer.main

from qa_engine.cli import app
from qa_engine.reports import report_kinds

DOCUMENT = (Path(__file__).parents[3] / "docs" / "commands.md").read_text(encoding="utf-8")


def walk(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    commands = getattr(command, "commands", None)
    if commands is None:
        yield path, command
        return
    for name, child in commands.items():
        yield from walk(child, f"{path} {name}")


COMMANDS = dict(walk(typer.main.get_command(app), "qa-engine"))


@pytest.mark.parametrize("path", COMMANDS)
def test_command_is_documented(path: str) -> None:
    assert f"`{path}" in DOCUMENT


@pytest.mark.parametrize("path", COMMANDS)
def test_options_are_documented(path: str) -> None:
    options = [name for parameter in COMMANDS[path].params for name in parameter.opts if name.startswith("--")]
    missing = [name for name in options if f"`{name}" not in DOCUMENT and name != "--help"]
    assert not missing


def test_no_command_is_made_up() -> None:
    words = re.findall(r"^\| `(qa-engine(?: [a-z][a-z-]*)+)", DOCUMENT, re.MULTILINE)
    named = {" ".join(match.split()) for match in words}
    assert named <= set(COMMANDS)


def test_every_report_is_documented() -> None:
    for name, kind in report_kinds().items():
        assert f"`{name}`" in DOCUMENT, name
        assert kind.title in DOCUMENT, kind.title
