"""The call manifest, CSV or JSON Lines beside recordings: usable rows, and every fault of the file at once."""

import codecs
import csv
import glob
import io
import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import islice
from pathlib import Path
from types import MappingProxyType

from qa_engine.domain import JsonValue
from qa_engine.errors import Fault, FaultKind, ManifestError, unreadable
from qa_engine.service.intake.facts import CallFacts, read_facts
from qa_engine.service.intake.headings import column_of, value_of
from qa_engine.service.intake.sheets import sheet_text

MAX_BYTES = 256 * 2**20
_ENCODINGS = ("utf-8-sig", "gb18030")  # spreadsheet programs in China save CSV as GB18030
_DELIMITERS = (",", ";", "\t", "|")
_MOST_TITLES = 9
NO_COLUMNS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One usable row: the file (inside the manifest's folder) and its facts. ``line`` counts from 1."""

    line: int
    file: Path
    facts: CallFacts


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """What a row names, whether or not it can be used. ``file`` as it is written there."""

    line: int
    file: str | None
    facts: CallFacts


@dataclass(frozen=True, slots=True)
class Manifest:
    """``faulty_files`` have only rows with faults: they wait for a better row instead of going in without facts."""

    path: Path
    entries: tuple[ManifestEntry, ...]
    faults: tuple[Fault, ...] = ()
    faulty_files: frozenset[Path] = frozenset()
    rows: tuple[ManifestRow, ...] = ()
    whole: bool = True  # False: its last rows cannot be read, so nobody knows which files they name


def read_manifest(
    path: Path,
    *,
    zone: tzinfo,
    columns: Mapping[str, str] = NO_COLUMNS,
    dates: str | None = None,
    elsewhere: Collection[Path] = (),
) -> Manifest:
    """Read a manifest. ``columns``: a centre's own headings → columns of the contract; ``dates``: see `read_facts`;
    ``elsewhere``: files that are known and lie where they come from, so their rows are neither faults nor entries.

    Faulty rows are left out and told; only a file that is none at all raises ManifestError.
    """
    where = str(path)
    rows = list(read_rows(path, columns))
    root = path.resolve().parent
    entries: list[ManifestEntry] = []
    faults: list[Fault] = []
    faulty: set[Path] = set()
    taken: dict[Path, int] = {}
    first_lines: dict[str, int] = {}
    named: list[ManifestRow] = []
    for row in rows:
        if isinstance(row, Fault):
            faults.append(row)
            continue
        line, cells = row
        facts, wrong = read_facts(cells, where=where, line=line, zone=zone, dates=dates)
        written = cells.get("file")
        named.append(ManifestRow(line, written.strip() if isinstance(written, str) else None, facts))
        file = _file(written, root, where, line, wrong, elsewhere)
        if facts.call_id is None and "call_id" in cells and not any(fault.subject == "call_id" for fault in wrong):
            told = "empty; every call needs an id, or none (no such column)"
            wrong.append(Fault(where, line, None, told, "call_id", FaultKind.NO_ID))
        if facts.call_id is not None:
            earlier = first_lines.setdefault(facts.call_id, line)
            if earlier != line:
                told = f"call id {facts.call_id} is already in line {earlier}"
                values = (facts.call_id, str(earlier))
                wrong.append(Fault(where, line, None, told, "call_id", FaultKind.ID_TWICE, values))
        if file is not None and not wrong and file.resolve() in taken:
            earlier = taken[file.resolve()]
            told = f"this file is already in line {earlier}"
            wrong.append(Fault(where, line, None, told, "file", FaultKind.FILE_TWICE, (str(earlier),)))
        if wrong or file is None:
            faults.extend(wrong)
            if file is not None:
                faulty.add(file.resolve())
        else:
            taken[file.resolve()] = line
            entries.append(ManifestEntry(line, file, facts))
    whole = not any(fault.kind is FaultKind.NOT_CSV for fault in faults)
    return Manifest(path, tuple(entries), tuple(faults), frozenset(faulty - taken.keys()), tuple(named), whole)


def _read_text(path: Path) -> str:
    where = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _whole(where, FaultKind.TOO_LARGE, "larger than 256 MB: split the manifest", "256")
        raw = path.read_bytes()
    except OSError as error:
        kind, values = unreadable(error)
        raise _whole(where, kind, f"the manifest cannot be read: {error.strerror}", *values) from None
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # Excel calls it Unicode text
        return raw.decode("utf-16", "replace")
    if b"\0" in raw:
        raise _whole(where, FaultKind.NOT_TEXT, "not a text file: save it as CSV (UTF-8) or JSON Lines")
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _whole(where, FaultKind.ENCODING, "neither UTF-8 nor GB18030 text: save it as CSV (UTF-8)")


def _whole(where: str, kind: FaultKind, message: str, *values: str) -> ManifestError:
    return ManifestError([Fault(where, None, None, message, None, kind, values)])


def read_rows(
    path: Path, columns: Mapping[str, str], *, needed: Sequence[str] = ("file",)
) -> Iterator[tuple[int, Mapping[str, JsonValue]] | Fault]:
    """The rows of a table as (line, column → value), or the fault of a row. Of the columns ``needed`` one must be
    there.

    Raises ManifestError when it cannot be read at all.
    """
    if path.suffix.lower() == ".xlsx":
        return _csv_rows(sheet_text(path), str(path), columns, needed)
    text = _read_text(path)
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return _json_rows(text, str(path))
    return _csv_rows(text, str(path), columns, needed)


def _csv_rows(
    text: str, where: str, own: Mapping[str, str], needed: Sequence[str]
) -> Iterator[tuple[int, Mapping[str, JsonValue]] | Fault]:
    delimiter, titles = _form(text, own, needed)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    header: list[str] | None = None
    while True:
        start = reader.line_num + 1
        try:
            cells = _trimmed(next(reader), len(header or ()))
        except StopIteration:
            break
        except csv.Error as error:
            yield Fault(where, start, None, f"not CSV: {error}", None, FaultKind.NOT_CSV, (str(error),))
            break
        if not any(cells):
            continue
        if titles:
            titles -= 1
        elif header is None:
            header = [column_of(cell, own) for cell in cells]
            _check_header(header, where, start, needed)
        elif len(cells) > len(header):
            told, counts = f"{len(cells)} cells, but the header names {len(header)} columns", (len(cells), len(header))
            yield Fault(where, start, None, told, None, FaultKind.TOO_MANY_CELLS, tuple(map(str, counts)))
        else:
            named = zip(header, cells, strict=False)
            yield start, {column: value_of(column, cell) for column, cell in named}
    if header is None:
        told = "the manifest is empty; its first line must name the columns"
        raise ManifestError([Fault(where, 1, None, told, None, FaultKind.EMPTY)])


def _trimmed(cells: list[str], least: int) -> list[str]:
    """The cells without empty ones behind the last column: a spreadsheet writes commas for columns once used."""
    cells = [cell.strip() for cell in cells]
    while len(cells) > least and not cells[-1]:
        cells.pop()
    return cells


def _form(text: str, own: Mapping[str, str], needed: Sequence[str]) -> tuple[str, int]:
    """What parts the columns, and how many lines of a title stand above the headings.

    The headings are in the first line in which a needed column is named; else the first line is taken for them.
    """
    first = list(islice((line for line in text.splitlines() if line.strip(" \t,;|\ufeff")), _MOST_TITLES + 1))
    for place, line in enumerate(first):
        for delimiter in sorted(_DELIMITERS, key=line.count, reverse=True):
            if any(column_of(cell.strip().strip('"'), own) in needed for cell in line.split(delimiter)):
                return delimiter, place
    return max(_DELIMITERS, key=first[0].count) if first else ",", 0


def _check_header(header: list[str], where: str, line: int, needed: Sequence[str]) -> None:
    faults = []
    if not set(needed) & set(header):
        known = ", ".join(name for name in header if name) or "none"
        wanted = " or ".join(needed)
        told, values = f"the column {wanted} is missing; there are: {known}", (wanted, known)
        faults.append(Fault(where, line, None, told, needed[0], FaultKind.NO_COLUMN, values))
    faults += [
        Fault(
            where,
            line,
            header.index(name) + 1,
            f"the column {name} is there twice",
            name,
            FaultKind.COLUMN_TWICE,
            (name,),
        )
        for name in sorted({name for name in header if name and header.count(name) > 1})
    ]
    faults += [
        Fault(where, line, place, "a column without a name", None, FaultKind.COLUMN_UNNAMED)
        for place, name in enumerate(header, start=1)
        if not name
    ]
    if faults:
        raise ManifestError(faults)


def _json_rows(text: str, where: str) -> Iterator[tuple[int, Mapping[str, JsonValue]] | Fault]:
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        try:
            row = json.loads(content, object_pairs_hook=_no_duplicates, parse_constant=_no_constants)
        except json.JSONDecodeError as error:
            yield Fault(where, line, error.colno, f"not JSON: {error.msg}", None, FaultKind.NOT_JSON, (error.msg,))
            continue
        except (ValueError, RecursionError) as error:
            told = f"not JSON that can be used: {error}"
            yield Fault(where, line, None, told, None, FaultKind.NOT_JSON, (str(error),))
            continue
        if isinstance(row, dict):
            yield line, row
        else:
            yield Fault(where, line, None, "a line must be a JSON object", None, FaultKind.NO_OBJECT)


def _no_duplicates(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _no_constants(name: str) -> JsonValue:
    raise ValueError(f"{name} is no number")


def _file(
    value: JsonValue, root: Path, where: str, line: int, faults: list[Fault], elsewhere: Collection[Path]
) -> Path | None:
    """The file of a row, which must lie inside the manifest's folder whatever tricks its name plays; None without a
    fault when it lies elsewhere."""

    def refuse(kind: FaultKind, message: str) -> None:
        faults.append(Fault(where, line, None, message, "file", kind))

    if not isinstance(value, str) or not value.strip():
        refuse(FaultKind.NO_FILE_NAMED, "no file is named")
        return None
    name = value.strip().replace("\\", "/")
    if "\0" in name or name.startswith("/") or name[1:3] == ":/":
        refuse(FaultKind.OUTSIDE, f"{value!r}: the path must be relative to the manifest's folder")
        return None
    try:
        path = _spelled(root, name)
        resolved = path.resolve()
        if not resolved.is_relative_to(root):
            refuse(FaultKind.OUTSIDE, f"{value!r} leads out of the manifest's folder")
        elif not resolved.exists() and (only := _with_suffix(root / name, root)) is not None:
            return only
        elif not resolved.exists() and resolved in elsewhere:
            return None
        elif not resolved.exists():
            refuse(FaultKind.NO_SUCH_FILE, f"{value!r}: no such file")
        elif not resolved.is_file():
            refuse(FaultKind.NOT_A_FILE, f"{value!r} is not a file")
        else:
            return path
    except (OSError, ValueError, RuntimeError):
        refuse(FaultKind.BAD_PATH, f"{value!r} is not a usable path")
    return None


def _spelled(root: Path, name: str) -> Path:
    """The path of a name, in the bytes of GBK where only such a file is there: Windows programs upload names so."""
    path = root / name
    if name.isascii() or path.exists():
        return path
    other = root / os.fsdecode(name.encode("gb18030"))
    return other if other.exists() else path


def _with_suffix(path: Path, root: Path) -> Path | None:
    """The one file that has this name but for its suffix, which lists of telephone systems often leave out."""
    if path.suffix or not path.parent.is_dir():
        return None
    found = [
        other
        for other in path.parent.glob(f"{glob.escape(path.name)}.*")
        if other.resolve().is_relative_to(root) and other.is_file()
    ]
    return found[0] if len(found) == 1 else None
