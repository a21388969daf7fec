"""Transcript files → transcripts, by the suffix of the file."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from qa_engine.contract.chats import is_chat, parse_chat
from qa_engine.contract.encoding import decode_json_bytes, decode_text, readable
from qa_engine.contract.foreign import read_foreign
from qa_engine.contract.names import PLAIN, Reading
from qa_engine.contract.plain_text import parse_txt
from qa_engine.contract.subtitles import parse_srt, parse_vtt
from qa_engine.contract.tables import OLD_SUFFIXES, TABLE_SUFFIXES, calls_of_table, is_table, read_table_file
from qa_engine.contract.times import check_times
from qa_engine.contract.transcript import transcript_from_json
from qa_engine.contract.wrapped import is_one_call
from qa_engine.domain import Transcript
from qa_engine.errors import Fault, FaultKind, TranscriptError, unreadable


def _parse_text(text: str, where: str, call_id: str, reading: Reading) -> Transcript:
    return parse_chat(text, where, call_id, reading) if is_chat(text) else parse_txt(text, where, call_id, reading)


_TEXT_PARSERS: dict[str, Callable[[str, str, str, Reading], Transcript]] = {
    ".srt": parse_srt,
    ".vtt": parse_vtt,
    ".txt": _parse_text,
}
_JSON = ".json"
LINES_SUFFIXES = (".jsonl", ".ndjson")
"""Suffixes of JSON Lines, one call a line."""

TRANSCRIPT_SUFFIXES = (_JSON, *LINES_SUFFIXES, *_TEXT_PARSERS)
"""Suffixes that are read, in the order in which a sidecar is looked for."""


def read_transcripts(path: Path, reading: Reading = PLAIN) -> Iterator[Transcript]:
    """The transcripts of a file as they are read. Faulty records are passed over, and at the end of the file one
    TranscriptError is raised with the faults of them all."""
    faults: list[Fault] = []
    for record in iter_transcripts(path, reading):
        if isinstance(record, TranscriptError):
            faults += record.faults
        else:
            yield record
    if faults:
        raise TranscriptError(faults)


def iter_transcripts(path: Path, reading: Reading = PLAIN) -> Iterator[Transcript | TranscriptError]:
    """Each record of a file, as a transcript or as the error that says what is wrong with it. Never raises for a fault
    of the file: a missing or unreadable file is one error. JSON Lines are streamed, a line at a time."""
    suffix = path.suffix.lower()
    try:
        if suffix in LINES_SUFFIXES:
            yield from (
                line if isinstance(line, TranscriptError) else read_line(line, reading) for line in iter_lines(path)
            )
        elif suffix == _JSON:
            yield from _json_file(path, reading)
        elif suffix in _TEXT_PARSERS:
            yield _TEXT_PARSERS[suffix](
                decode_text(path.read_bytes(), readable(path)), readable(path), _stem(path), reading
            )
        elif suffix in TABLE_SUFFIXES:
            yield from _table_file(path, reading)
        elif suffix in OLD_SUFFIXES:
            told = f"an old format of an office program; save it as {OLD_SUFFIXES[suffix]} (请另存后再导入)"
            yield TranscriptError([Fault(readable(path), None, None, told, kind=FaultKind.NO_TRANSCRIPT)])
        else:
            known = ", ".join((*TRANSCRIPT_SUFFIXES, *TABLE_SUFFIXES))
            told = f"not a transcript file; known are {known}"
            yield TranscriptError([Fault(readable(path), None, None, told, kind=FaultKind.NO_TRANSCRIPT)])
    except TranscriptError as error:
        yield error
    except FileNotFoundError:
        yield _no_such_file(path)
    except OSError as error:
        yield _unreadable(path, error)


def find_sidecar(recording: Path) -> Path | None:
    """The transcript file beside a recording with the same name, if there is one."""
    for suffix in (_JSON, *_TEXT_PARSERS):
        candidate = recording.with_suffix(suffix)
        if candidate != recording and candidate.is_file():
            return candidate
    return None


def _table_file(path: Path, reading: Reading) -> Iterator[Transcript]:
    where = readable(path)
    rows, text = read_table_file(path)
    if text.strip() and not is_table(rows):
        yield _parse_text(text, where, _stem(path), reading)
        return
    yield from calls_of_table(rows, where, _stem(path), reading)


def _stem(path: Path) -> str:
    """The name that a call has from its file."""
    return Path(readable(path)).stem


def _json_file(path: Path, reading: Reading) -> Iterator[Transcript | TranscriptError]:
    """One call, or a list of calls."""
    where = readable(path)
    obj = _parse(decode_json_bytes(path.read_bytes(), where), where)
    if not isinstance(obj, list) or is_one_call(obj):
        yield _record(obj, where, None, _stem(path), reading)
        return
    for index, item in enumerate(obj):
        call_id = _stem(path) if len(obj) == 1 else f"{_stem(path)}-{index + 1}"
        yield _record(item, f"{where}[{index}]", None, call_id, reading)


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line of JSON Lines as it stands in the file; ``number`` counts from 1."""

    path: Path
    number: int
    data: bytes


def iter_lines(path: Path) -> Iterator[RawLine | TranscriptError]:
    """The lines of a file of JSON Lines that are not empty, unread, for somebody else to read. Never raises for a
    fault of the file, which is one error."""
    try:
        with path.open("rb") as file:
            for number, data in enumerate(file, start=1):
                if data.strip():
                    yield RawLine(path, number, data)
    except FileNotFoundError:
        yield _no_such_file(path)
    except OSError as error:
        yield _unreadable(path, error)


def read_line(line: RawLine, reading: Reading = PLAIN) -> Transcript | TranscriptError:
    """The transcript of one line, or what is wrong with it."""
    where = readable(line.path)
    try:
        obj = _parse(decode_json_bytes(line.data, where, line.number), where, line.number)
    except TranscriptError as error:
        return error
    return _record(obj, where, line.number, f"{_stem(line.path)}-{line.number}", reading)


def _no_such_file(path: Path) -> TranscriptError:
    return TranscriptError([Fault(readable(path), None, None, "no such file", kind=FaultKind.NO_SUCH_FILE)])


def _unreadable(path: Path, error: OSError) -> TranscriptError:
    kind, values = unreadable(error)
    told = f"cannot be read: {error.strerror or error}"
    return TranscriptError([Fault(readable(path), None, None, told, None, kind, values)])


def _record(obj: object, where: str, line: int | None, call_id: str, reading: Reading) -> Transcript | TranscriptError:
    foreign = read_foreign(obj, where, line=line, call_id=call_id, reading=reading)
    if foreign is not None:
        return foreign
    try:
        return outside(obj, where, line=line, call_id=call_id, reading=reading)
    except TranscriptError as error:
        return error


def outside(
    obj: object, where: str, *, line: int | None = None, call_id: str | None = None, reading: Reading = PLAIN
) -> Transcript:
    """A transcript out of the JSON values that another program wrote, its time on the centre's clocks.

    Raises TranscriptError with every fault, times that cannot be seconds among them.
    """
    transcript = transcript_from_json(obj, where, line=line, call_id=call_id, reading=reading)
    check_times(transcript, where, line)
    return replace(transcript, call=transcript.call.in_zone(reading.zone))


def _parse(text: str, where: str, line: int | None = None) -> object:
    if not text.strip():
        raise TranscriptError([Fault(where, line, None, "empty", kind=FaultKind.EMPTY)])
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = line if line is not None else error.lineno
        told = f"not JSON: {error.msg}"
        fault = Fault(where, place, error.colno, told, None, FaultKind.NOT_JSON, (error.msg,))
        raise TranscriptError([fault]) from None
    except RecursionError:
        raise TranscriptError([Fault(where, line, None, "nested too deeply", kind=FaultKind.CONTENT)]) from None
    except ValueError as error:
        told = f"not JSON: {error}"
        raise TranscriptError([Fault(where, line, None, told, None, FaultKind.NOT_JSON, (str(error),))]) from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
