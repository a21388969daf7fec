"""Words that are handed in by upload: a file of one call, read as the same file is on the command line."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from qa_engine import contract
from qa_engine.domain import Transcript
from qa_engine.errors import Fault, FaultKind, FaultyFileError, StoreError, TranscriptError, UsageError
from qa_engine.private import private_folder
from qa_engine.service.context import App
from qa_engine.service.intake.discovery import READ_SUFFIXES, TEXT_MAX_BYTES, proper
from qa_engine.service.intake.filenames import id_of_file
from qa_engine.service.intake.reading import reading_of

_SEVERAL = "holds several calls; send one call a file, or take the file in with qa-engine ingest"
WORDS = "words-"
"""How the folders begin in which such files lie while they are read."""
_PIECE = 1 << 20


def is_text(name: str) -> bool:
    """True for the name of a file that holds words, also in an old format that is refused with advice."""
    suffix = Path(name).suffix.lower()
    return suffix in READ_SUFFIXES or suffix in contract.OLD_SUFFIXES


def uploaded_text(app: App, stream: BinaryIO, name: str, max_bytes: int) -> Transcript:
    """The transcript of the one call of ``stream``, a file that its sender calls ``name``.

    Raises FaultyFileError for what is wrong with it, UsageError when it is too large, StoreError when it cannot be
    kept meanwhile.
    """
    with TemporaryDirectory(dir=private_folder(app.settings.home / "incoming"), prefix=WORDS) as folder:
        path = Path(folder) / f"{id_of_file(Path(name))}{Path(name).suffix.lower()}"
        try:
            _copy(stream, path, name, min(max_bytes, TEXT_MAX_BYTES))
        except OSError as error:
            raise StoreError(f"{name}: cannot be copied into {path.parent.parent}: {error.strerror}") from error
        try:
            return proper(_the_call(app, path), path)
        except FaultyFileError as error:  # the person knows the file by its own name
            raise TranscriptError([replace(fault, where=name) for fault in error.faults]) from None


def _the_call(app: App, path: Path) -> Transcript:
    found: list[Transcript] = []
    for record in contract.iter_transcripts(path, reading_of(app.settings)):
        if isinstance(record, TranscriptError):
            raise record
        found.append(record)
        if len(found) > 1:
            raise TranscriptError([Fault(str(path), None, None, _SEVERAL, None, FaultKind.SEVERAL_CALLS)])
    if not found:
        raise TranscriptError([Fault(str(path), None, None, "empty", None, FaultKind.EMPTY)])
    return found[0]


def _copy(stream: BinaryIO, path: Path, name: str, max_bytes: int) -> None:
    seen = 0
    with path.open("wb") as file:
        while piece := stream.read(_PIECE):
            seen += len(piece)
            if seen > max_bytes:
                raise UsageError(f"{name} is larger than {max_bytes // 2**20} MB, more than the words of a call can be")
            file.write(piece)
