"""Workbooks (.xlsx) that a centre keeps its lists in: the first sheet as the text of a CSV."""

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path

from qa_engine.contract.workbooks import UNREADABLE, Values, sheets_of
from qa_engine.errors import Fault, FaultKind, ManifestError, UsageError, unreadable

MAX_BYTES = 64 * 2**20
MOST_COLUMNS = 200


def sheet_text(path: Path) -> str:
    """The first sheet, a row a line, so that lines are the rows people see. Formulas give the value last worked out.

    Raises ManifestError for what is no workbook, or a larger one.
    """
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        if path.stat().st_size > MAX_BYTES:
            raise _whole(path, FaultKind.TOO_LARGE, "larger than 64 MB: save it as CSV (UTF-8)", "64")
        with closing(sheets_of(path, MOST_COLUMNS)) as sheets:
            return _text(next(sheets, iter(())))
    except UsageError as error:
        raise _whole(path, FaultKind.NOT_WORKBOOK, str(error)) from None
    except (InvalidFileException, *UNREADABLE) as error:
        message = f"not a workbook that can be read ({type(error).__name__}): save it as CSV (UTF-8)"
        raise _whole(path, FaultKind.NOT_WORKBOOK, message) from None
    except OSError as error:
        kind, values = unreadable(error)
        raise _whole(path, kind, f"the manifest cannot be read: {error.strerror}", *values) from None


def _whole(path: Path, kind: FaultKind, message: str, *values: str) -> ManifestError:
    return ManifestError([Fault(str(path), None, None, message, None, kind, values)])


def _text(rows: Iterator[Values]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.replace(microsecond=0).isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\n", " ")
