"""A command is imported when it is wanted, and the list of commands says what each says itself."""

import inspect
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module

import pytest
from typer.testing import CliRunner

from qa_engine.cli import app
from qa_engine.cli.catalogue import COMMANDS
from qa_engine.cli.lazy import Entries, Entry

HEAVY = ("pydantic", "numpy", "yaml", "regex", "sqlalchemy", "structlog", "rich", "celery", "fastapi", "av", "jieba")


def entries(of: Entries = COMMANDS) -> Iterator[Entry]:
    for entry in of.values():
        if isinstance(entry, Entry):
            yield entry
        else:
            yield from entries(entry.entries)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], []])
def test_looking_at_the_commands_loads_none_of_them(arguments: list[str]) -> None:
    code = f"""
import sys
from qa_engine.cli import main
sys.argv = ["qa-engine", *{arguments}]
try:
    main()
finally:
    loaded = [name for name in {HEAVY} if name in sys.modules]
    print("loaded:", loaded, [name for name in sys.modules if name.startswith("qa_engine.service")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "loaded: [] []", done.stderr


@pytest.mark.parametrize("entry", list(entries()), ids=lambda entry: entry.place)
def test_the_list_says_what_the_command_says(entry: Entry) -> None:
    module, _, function = entry.place.partition(":")
    doc = inspect.getdoc(getattr(import_module(module), function))
    assert doc is not None
    assert doc.splitlines()[0] == entry.summary


def test_a_misspelt_command_is_guessed() -> None:
    shown = CliRunner().invoke(app, ["docter"])
    assert shown.exit_code == 2
    assert "doctor" in shown.output


def paths(of: Entries = COMMANDS, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, entry in of.items():
        yield (*before, name)
        if not isinstance(entry, Entry):
            yield from paths(entry.entries, (*before, name))


def test_the_help_of_no_command_loads_the_engine() -> None:
    """One process looks at all of them, one after the other, and says which was the first to load something."""
    code = f"""
import sys
from qa_engine.cli.app import app
for path in {list(paths())}:
    try:
        app([*path, "--help"], standalone_mode=False)
    except SystemExit:
        pass
    heavy = (["qa_engine", "service"], ["numpy"], ["sqlalchemy"])
    loaded = [name for name in sys.modules if name.split(".")[:2] in heavy]
    assert not loaded, (path, loaded[:3])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Usage:") == len(list(paths()))
