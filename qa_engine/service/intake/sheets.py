"""Workbooks (.xlsx) that a centre keeps its lists in: the first sheet as the text of a CSV."""

import csv
import io
from datetime import date, datetime, time
from pathlib import Path
from zipfile import BadZipFile

from qa_engine.errors import Fault, ManifestError

MAX_BYTES = 64 * 2**20
MOST_ROWS = 1_000_000
MOST_COLUMNS = 200


def sheet_text(path: Path) -> str:
    """The first sheet, a row a line, so that lines are the rows people see. Formulas give the value last worked out.

    Raises ManifestError for what is no workbook, or a larger one.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        if path.stat().st_size > MAX_BYTES:
            raise ManifestError([Fault(str(path), None, None, "larger than 64 MB: save it as CSV (UTF-8)")])
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # some programs write a wrong size
            return _text(sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True))
        finally:
            book.close()
    except (InvalidFileException, BadZipFile, KeyError, ValueError, IndexError, SyntaxError, TypeError) as error:
        message = f"not a workbook that can be read ({type(error).__name__}): save it as CSV (UTF-8)"
        raise ManifestError([Fault(str(path), None, None, message)]) from None
    except OSError as error:
        raise ManifestError([Fault(str(path), None, None, f"the manifest cannot be read: {error.strerror}")]) from None


def _text(rows: object) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:  # type: ignore[attr-defined]
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
