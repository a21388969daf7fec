"""Writing data where the user asked: stdout, or a file that appears whole or not at all."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from qa_engine.cli.console import put
from qa_engine.errors import UsageError


@contextmanager
def open_output(path: Path | None) -> Iterator[Callable[[str], object]]:
    """A function that writes text; a file is put in place only when everything was written."""
    if path is None:
        yield put
        return
    with _whole(path) as stream:
        yield lambda text: stream.write(text.encode())


def write_file(path: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all."""
    with _whole(path) as stream:
        stream.write(content)


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file in it with --out")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent}: no such folder; make it first, or choose another --out")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".qa-")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); choose another --out") from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
