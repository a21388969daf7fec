"""The recipe is a folder of scripts, not a package: its modules are imported by their bare names, as others' are."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

RECIPE = Path(__file__).parents[4] / "models" / "acts"
NAMES = {path.stem for path in RECIPE.glob("*.py")}


@pytest.fixture(autouse=True)
def recipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This recipe's modules under their names while a test runs; other recipes have some of the same."""
    others = {name: sys.modules.pop(name) for name in NAMES if name in sys.modules}
    monkeypatch.syspath_prepend(str(RECIPE))
    yield
    for name in NAMES:
        sys.modules.pop(name, None)
    sys.modules.update(others)
