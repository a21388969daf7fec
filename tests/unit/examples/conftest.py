"""Neither the program that makes the demo calls nor this folder is a package: both are put on the path."""

import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
sys.path[:0] = [str(EXAMPLES), str(Path(__file__).parent)]


@pytest.fixture(scope="session")
def examples() -> Path:
    return EXAMPLES


@pytest.fixture(scope="session")
def scripts(examples: Path) -> list[dict[str, Any]]:
    from callmaker.truth import load_scripts

    return load_scripts(examples / "scripts")


@pytest.fixture(scope="session")
def manifest(examples: Path) -> list[dict[str, str]]:
    import csv

    with (examples / "calls" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
