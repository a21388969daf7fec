"""The recipe's files are scripts, not a package: tests import them as the recipe does, from their folder."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[4] / "models" / "tone"
SCRIPTS = {path.stem: str(path) for path in FOLDER.glob("*.py")}


@pytest.fixture(autouse=True)
def recipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(FOLDER))
    yield
    for name, path in SCRIPTS.items():  # other recipes have scripts of the same names
        if getattr(sys.modules.get(name), "__file__", None) == path:
            del sys.modules[name]
