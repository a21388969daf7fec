"""Recordings that a telephone system still writes, and those that grew since they were taken in."""

import time
from pathlib import Path

from qa_engine.errors import Fault, FaultKind
from qa_engine.service.intake.filenames import readable
from qa_engine.speech.headers import wav_header

_UNKNOWN_SIZE = 0xFFFF_FFFF
_PIECE = 2**20


def still_written(path: Path, settle_seconds: float) -> Fault | None:
    """Why a recording must wait: its header is open and it changed only just now; None when it need not."""
    try:
        stat = path.stat()
        header = wav_header(path)
    except OSError:
        return None  # what is wrong with the file is told when it is read
    is_open = header is not None and header.data_bytes in (0, _UNKNOWN_SIZE) and stat.st_size > header.data_start
    age = time.time() - stat.st_mtime
    if not is_open or age >= settle_seconds:
        return None
    since = f"{max(0.0, age):.0f}"
    told = (
        f"still being written: its header is open and it changed {since} s ago. It waits; take it in again "
        f"when it is unchanged for {settle_seconds:g} s (QA_SETTLE_SECONDS)"
    )
    return Fault(readable(path), None, None, told, None, FaultKind.STILL_WRITTEN, (since, f"{settle_seconds:g}"))


def goes_on_from(longer: Path, shorter: Path) -> bool:
    """Whether a recording begins with all the sound of another one and has more of it behind."""
    with longer.open("rb") as long, shorter.open("rb") as short:
        for path, file in ((longer, long), (shorter, short)):
            header = wav_header(path)
            file.seek(header.data_start if header is not None else 0)
        while piece := short.read(_PIECE):
            if long.read(len(piece)) != piece:
                return False
        return bool(long.read(1))
