"""What a process that has loaded its parts leaves to the collector of circles."""

import subprocess
import sys

import pytest

TOLD = (
    "import gc; from qa_engine import collecting; collecting.settle({looks}); "
    "print(gc.get_freeze_count() > 1000, gc.get_threshold())"
)


@pytest.mark.parametrize(("looks", "wanted"), [("", (20_000, 10, 10)), ("collecting.BETWEEN_PAGES", (5_000, 5, 1_000))])
def test_what_is_loaded_is_left_alone_and_looks_are_rarer(looks: str, wanted: tuple[int, int, int]) -> None:
    """In a process of its own: what is frozen here would stay so for all tests after it."""
    command = [sys.executable, "-c", TOLD.format(looks=looks)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert told.strip() == f"True {wanted}"
