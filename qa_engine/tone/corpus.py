"""Labelled utterances: our own under ``models/tone/data`` and a centre's reviewed turns, each with its place.

Two kinds of files. Ours are ``agent_*.tsv`` and ``customer_*.tsv`` with the columns label, group, text. A centre's are
TSV, CSV or JSON Lines with text, speaker, label and, so that one call is never on both sides of a split, ``call_id``
(or ``group``).
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from qa_engine.domain import AgentTone, CustomerMood, Speaker
from qa_engine.errors import Fault, LabelledFileError
from qa_engine.text import skeleton

LABELS: Mapping[Speaker, tuple[str, ...]] = {
    Speaker.AGENT: tuple(label.value for label in AgentTone),
    Speaker.CUSTOMER: tuple(label.value for label in CustomerMood),
}
_SPEAKERS = {"agent": Speaker.AGENT, "坐席": Speaker.AGENT, "customer": Speaker.CUSTOMER, "客户": Speaker.CUSTOMER}
_NEEDED = ("text", "speaker", "label")
_ENCODINGS = ("utf-8-sig", "gb18030")  # spreadsheet programs in China save CSV as GB18030
_MOST_FAULTS = 20


class _Csv(csv.excel):
    strict = True


class _Tsv(csv.excel_tab):
    quoting = csv.QUOTE_NONE
    strict = True


@dataclass(frozen=True, slots=True)
class Utterance:
    """One labelled turn. ``group`` is its template or call, ``source`` the file it comes from."""

    speaker: Speaker
    label: str
    text: str
    group: str
    source: str
    line: int


def read_own(folder: Path) -> tuple[Utterance, ...]:
    """Our labelled utterances, in order of file and line. Raises LabelledFileError with every fault of every file."""
    found: list[Utterance] = []
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.tsv")):
        speaker = _SPEAKERS.get(path.stem.split("_")[0])
        if speaker is None:
            faults.append(Fault(str(path), None, None, "the name must begin with agent_ or customer_"))
            continue
        for line, row in _table(path, "\t", ("label", "group", "text"), faults):
            _keep(found, faults, path, line, {**row, "speaker": speaker.value})
    if not found and not faults:
        faults.append(Fault(str(folder), None, None, "no labelled utterances (agent_*.tsv, customer_*.tsv) here"))
    if faults:
        raise LabelledFileError(faults[:_MOST_FAULTS])
    return tuple(found)


def read_reviewed(path: Path) -> tuple[Utterance, ...]:
    """A centre's reviewed turns out of a .tsv, .csv or .jsonl file. Raises LabelledFileError with its faults."""
    found: list[Utterance] = []
    faults: list[Fault] = []
    kind = path.suffix.lower()
    if kind in (".jsonl", ".ndjson"):
        rows = _json_lines(path, faults)
    elif kind in (".tsv", ".csv"):
        rows = _table(path, "\t" if kind == ".tsv" else ",", _NEEDED, faults)
    else:
        raise LabelledFileError([Fault(str(path), None, None, "reviewed turns are read from .tsv, .csv or .jsonl")])
    for line, row in rows:
        _keep(found, faults, path, line, row)
    if not found and not faults:
        faults.append(
            Fault(str(path), None, None, "no reviewed turns in it; the columns are text, speaker, label, call_id")
        )
    if faults:
        raise LabelledFileError(faults[:_MOST_FAULTS])
    return tuple(found)


def _keep(found: list[Utterance], faults: list[Fault], path: Path, line: int, row: Mapping[str, str]) -> None:
    text = row.get("text", "").strip()
    speaker = _SPEAKERS.get(row.get("speaker", "").strip().lower())
    label = row.get("label", "").strip().lower()
    where = str(path)
    if speaker is None:
        written = row.get("speaker", "")
        faults.append(Fault(where, line, None, f"{written!r} is no speaker; write agent or customer", "speaker"))
    elif label not in LABELS[speaker]:
        known = ", ".join(LABELS[speaker])
        faults.append(
            Fault(where, line, None, f"{label!r} is no class of the {speaker.value}; known are {known}", "label")
        )
    elif not skeleton(text, keep_sounds=True).text:
        faults.append(Fault(where, line, None, "no words in it", "text"))
    else:
        # A turn with neither call nor group stands alone; equal texts stand together.
        group = row.get("call_id") or row.get("group") or skeleton(text, keep_sounds=True).text
        found.append(Utterance(speaker, label, text, group.strip(), path.name, line))


def _table(path: Path, mark: str, needed: tuple[str, ...], faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
    text = _text(path)
    dialect: type[csv.Dialect] = _Tsv if mark == "\t" else _Csv
    reader = csv.reader(io.StringIO(text, newline=""), dialect)
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            faults.append(Fault(str(path), line, None, f"not a table: {error}"))
            return
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = [cell.strip().lower() for cell in cells]
            missing = [name for name in needed if name not in header]
            if missing:
                faults.append(
                    Fault(str(path), line, None, f"the first line must name the columns; missing: {', '.join(missing)}")
                )
                return
        elif len(cells) != len(header):
            faults.append(Fault(str(path), line, None, f"{len(cells)} cells, but the header names {len(header)}"))
        else:
            yield line, dict(zip(header, cells, strict=True))


def _json_lines(path: Path, faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
    for line, written in enumerate(_text(path).splitlines(), 1):
        if not written.strip():
            continue
        try:
            row = json.loads(written)
        except ValueError as error:
            faults.append(Fault(str(path), line, None, f"not JSON: {error}"))
            continue
        if isinstance(row, dict):
            yield line, {str(key): str(value) for key, value in row.items() if value is not None}
        else:
            faults.append(Fault(str(path), line, None, "not an object; one reviewed turn a line"))


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise LabelledFileError([Fault(str(path), None, None, f"cannot be read: {error.strerror}")]) from None
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise LabelledFileError([Fault(str(path), None, None, "neither UTF-8 nor GB18030 text")])
