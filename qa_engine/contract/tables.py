"""Transcripts in tables (CSV, TSV, XLSX) and in Word files: what exports of other programs and typists hand on.

A heading says which column is the speaker, which the words, and perhaps which the call and the times; one file may hold
many calls. Times are taken where they are clocks (00:01:02.5) or their heading says 秒 or seconds; else the unit is
unknown, they are left out, and the transcript says so. A Word file without such a table is read as plain text.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from qa_engine.contract.cues import seconds
from qa_engine.contract.dialogs import TIMES_UNREAD
from qa_engine.contract.encoding import decode_text, readable
from qa_engine.contract.layouts import SAID_COLUMNS, SPEAKER_COLUMNS
from qa_engine.contract.names import Reading, cleaned
from qa_engine.contract.sentences import Sentence, transcript_of
from qa_engine.contract.workbooks import UNREADABLE, check_unpacked, sheets_of
from qa_engine.domain import Transcript
from qa_engine.errors import Fault, FaultKind, TranscriptError, UsageError

TABLE_SUFFIXES = (".csv", ".tsv", ".xlsx", ".docx")
"""A table in a folder may be anything, so these are transcripts only when they are named."""
OLD_SUFFIXES = {".xls": ".xlsx", ".doc": ".docx", ".wps": ".docx", ".et": ".xlsx"}
_PROGRAM = "a table of turns"
_CALLS = frozenset(
    {"call_id", "callid", "通话id", "通话编号", "录音编号", "会话id", "会话编号", "录音文件", "流水号", "id"}
)
_STARTS = ("start", "begin", "开始", "起始")
_ENDS = ("end", "结束", "截止")
_TIME = ("time", "时间")
_SECONDS = re.compile(r"秒|\bs\b|sec|\(s\)", re.IGNORECASE)
_MILLI = re.compile(r"毫秒|ms\b|milli", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d+):)?([0-5]?\d):([0-5]?\d)(?:[.,](\d{1,3}))?")
_HEADING_WITHIN = 10
Row = list[str]
_NO_ROW: Row = []
_MOST_COLUMNS = 1000  # of a Word table


def read_table_file(path: Path) -> tuple[list[Row], str]:
    """The rows of a file's table, and, of a Word file, its text. Raises TranscriptError, OSError."""
    where, suffix = readable(path), path.suffix.lower()
    if suffix in (".csv", ".tsv"):
        text = decode_text(path.read_bytes(), where)
        if "\0" in text:
            raise TranscriptError(
                [Fault(where, None, None, "no text: save it as CSV (UTF-8)", kind=FaultKind.NOT_TEXT)]
            )
        try:
            return _csv_rows(text), ""
        except csv.Error as error:
            told = f"no CSV that can be read: {error}"
            raise TranscriptError([Fault(where, None, None, told, None, FaultKind.NOT_CSV, (str(error),))]) from None
    try:
        return (_sheet_rows(path), "") if suffix == ".xlsx" else _word(path)
    except UsageError as error:
        raise TranscriptError([Fault(where, None, None, str(error), kind=FaultKind.NOT_WORKBOOK)]) from None
    except UNREADABLE as error:
        kind = "workbook" if suffix == ".xlsx" else "Word file"
        message = f"not a {kind} that can be read ({type(error).__name__}): save it anew, or as text (UTF-8)"
        raise TranscriptError([Fault(where, None, None, message, kind=FaultKind.NOT_WORKBOOK)]) from None


def calls_of_table(rows: Sequence[Row], where: str, call_id: str, reading: Reading) -> Iterator[Transcript]:
    """The calls of a table, in the order in which they begin. Raises TranscriptError for a table that is none of turns,
    and for times that cannot be."""
    place, columns = _heading(rows, where)
    grouped: dict[str, list[tuple[int, Row]]] = {}
    last = ""
    for number, row in enumerate(rows[place + 1 :], start=place + 2):
        if not any(cell.strip() for cell in row):
            continue
        last = _cell(row, columns.get("call")) or last  # cells of one call are often joined, and then empty
        grouped.setdefault(last, []).append((number, row))
    if not grouped:
        told = "a table with a heading, and no turn below it"
        raise TranscriptError([Fault(where, None, None, told, kind=FaultKind.NO_TURNS)])
    for name, members in grouped.items():
        known_as = (name or call_id) if len(grouped) == 1 or name else f"{call_id}-{members[0][0]}"
        yield _call(members, columns, rows[place], where, known_as, reading)


def is_table(rows: Sequence[Row]) -> bool:
    """Whether the rows have a heading of turns."""
    return any(_columns(row) is not None for row in rows[:_HEADING_WITHIN])


def _call(
    members: Sequence[tuple[int, Row]],
    columns: Mapping[str, int],
    heading: Row,
    where: str,
    call_id: str,
    reading: Reading,
) -> Transcript:
    times = {key: columns[key] for key in ("start", "end") if key in columns}
    units = {key: heading[column] for key, column in times.items()}
    read = [{key: _seconds(_cell(row, column), units[key]) for key, column in times.items()} for _, row in members]
    timed = bool(times) and all(one.get("start") is not None for one in read)
    if timed and (read[0]["start"] or 0) > 86_400:  # the time of day, or a number of days
        timed = False
    sentences = [
        Sentence(
            _cell(row, columns["said"]),
            one.get("start") if timed else None,
            one.get("end") if timed else None,
            name=_cell(row, columns["who"]) or "未知",
        )
        for (_, row), one in zip(members, read, strict=True)
    ]
    found = transcript_of(
        sentences, where=where, line=members[0][0], call_id=call_id, program=_PROGRAM, reading=reading
    )
    return replace(found, warnings=(*found.warnings, TIMES_UNREAD)) if times and not timed else found


def _heading(rows: Sequence[Row], where: str) -> tuple[int, Mapping[str, int]]:
    for place, row in enumerate(rows[:_HEADING_WITHIN]):
        columns = _columns(row)
        if columns is not None:
            return place, columns
    message = (
        "no heading that names a column of speakers (角色, 说话人, speaker) and one of words (内容, 文本, text);"
        " a list of calls is given with --manifest. 表头须有「角色」与「内容」两列"
    )
    raise TranscriptError([Fault(where, 1, None, message, kind=FaultKind.NO_TRANSCRIPT)])


def _columns(row: Row) -> Mapping[str, int] | None:
    keys = [cleaned(cell).casefold() for cell in row]
    who = next((n for n, key in enumerate(keys) if key in SPEAKER_COLUMNS), None)
    said = next((n for n, key in enumerate(keys) if key in SAID_COLUMNS and n != who), None)
    if who is None or said is None:
        return None
    found = {"who": who, "said": said}
    for name, test in (
        ("call", lambda key: key.replace(" ", "") in _CALLS),
        ("start", lambda key: key.startswith(_STARTS)),
        ("end", lambda key: key.startswith(_ENDS)),
    ):
        place = next((n for n, key in enumerate(keys) if n not in (who, said) and test(key)), None)
        if place is not None:
            found[name] = place
    if "start" not in found and (place := next((n for n, key in enumerate(keys) if key in _TIME), None)) is not None:
        found["start"] = place
    return found


def _cell(row: Row, column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def _seconds(text: str, heading: str) -> float | None:
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        return seconds(clock.groups())
    milli = _MILLI.search(heading)
    if not milli and not _SECONDS.search(heading):
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    return value / 1000 if milli else value


def _csv_rows(text: str) -> list[Row]:
    head = next((line for line in text.splitlines() if line.strip()), "")
    mark = max("\t;,|，", key=head.count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark)) if head else []


def _sheet_rows(path: Path) -> list[Row]:
    """The first sheet with a heading of turns; without one the first sheet."""
    first: list[Row] | None = None
    for sheet in sheets_of(path, most_columns=60):
        rows = [[_shown(value) for value in row] if row else _NO_ROW for row in sheet]
        if is_table(rows):
            return rows
        first = rows if first is None else first
    return first or []


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _word(path: Path) -> tuple[list[Row], str]:
    import docx

    check_unpacked(path)
    file = docx.Document(str(path))
    rows_of = [list(table.rows) for table in file.tables]
    if any(sum(cell.grid_span for cell in row._tr.tc_lst) > _MOST_COLUMNS for rows in rows_of for row in rows):
        raise UsageError(
            f"a table of more than {_MOST_COLUMNS} columns"
        )  # joined ones are counted, and told one by one
    tables = [[[cell.text for cell in row.cells] for row in rows] for rows in rows_of]
    rows: list[Row] = next((table for table in tables if is_table(table)), [])
    lines = [paragraph.text for paragraph in file.paragraphs]
    lines += ["\t".join(" ".join(cell.split()) for cell in row) for table in tables for row in table]
    return rows, "\n".join(lines)
