"""The recipe is a folder of scripts, not a package: its modules are imported by their bare names."""

import os
import sys
from pathlib import Path

import pytest

RECIPE = Path(__file__).parents[4] / "models" / "asr-starter"
sys.path.insert(0, str(RECIPE))


@pytest.fixture(scope="session")
def weights() -> Path:
    return RECIPE / "weights"


@pytest.fixture(scope="session")
def voice():
    """The espeak module, running; without the library only a developer's machine may skip."""
    import espeak

    try:
        espeak.speak_hanzi("您好")
    except espeak.EspeakUnavailableError as fault:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(fault))
    return espeak
