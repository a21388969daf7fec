"""The recipe lies beside its data, outside of the package."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

RECIPE = Path(__file__).parents[4] / "models" / "acts"


@pytest.fixture(autouse=True)
def recipe() -> Iterator[None]:
    """The modules of the recipe can be imported by name, and are forgotten afterwards: other recipes have the same."""
    before = set(sys.modules)
    sys.path.insert(0, str(RECIPE))
    yield
    sys.path.remove(str(RECIPE))
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(RECIPE)):
            del sys.modules[name]
