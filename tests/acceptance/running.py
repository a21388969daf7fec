"""Running ``qa-engine`` as a user does."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def run_command(
    *arguments: object, home: Path, timeout: float = 300, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run ``qa-engine ARGUMENTS`` with ``home`` as data folder; output as text, nothing raised for exit codes."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QA_")}
    environment |= {"QA_HOME": str(home), "QA_LOG_LEVEL": "WARNING", **variables}
    return subprocess.run(
        [sys.executable, "-m", "qa_engine", *map(str, arguments)],
        cwd=home.parent,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
