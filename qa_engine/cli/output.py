"""Writing data where the user asked: stdout, or a file that appears whole or not at all."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from qa_engine.cli.console import put
from qa_engine.errors import UsageError


@contextmanager
def open_output(path: Path | None) -> Iterator[Callable[[str], object]]:
    """A function that writes text; a file is put in place only when everything was written."""
    if path is None:
        yield put
        return
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent}: no such folder; make it first, or choose another --out")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            yield stream.write
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
