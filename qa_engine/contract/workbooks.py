"""Workbooks (.xlsx), read row by row: neither what is unfolded nor how many rows are counted is without a bound."""

import zipfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeAlias

from qa_engine.errors import UsageError
from qa_engine.packed import DAMAGED

UNREADABLE = (*DAMAGED, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, SyntaxError)
"""What zipfile, openpyxl and python-docx raise for a file that is no workbook and no Word file, or a damaged one."""

MOST_BYTES = 256 * 2**20  # unpacked
MOST_ROWS = 1_000_000  # of all sheets; a cell far below counts for the empty rows above it
Values: TypeAlias = tuple[object, ...]


def check_unpacked(path: Path) -> None:
    """Raises UsageError for a packed file (XLSX, DOCX) of more than ``MOST_BYTES`` unpacked; BadZipFile, OSError."""
    with zipfile.ZipFile(path) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > MOST_BYTES:
            raise UsageError(f"larger than {MOST_BYTES >> 20} MB unpacked: save it in parts")


def sheets_of(path: Path, most_columns: int) -> Generator[Iterator[Values], None, None]:
    """The rows of each sheet, to be read before the next sheet; () stands for an empty row.

    Raises UsageError for what is larger than it may be, and any of ``UNREADABLE`` for what is no workbook.
    """
    from openpyxl import load_workbook

    check_unpacked(path)
    book = load_workbook(path, read_only=True, data_only=True)
    left = [MOST_ROWS]
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # some programs write a wrong size
            yield _rows(sheet.iter_rows(max_col=most_columns, values_only=True), left)
    finally:
        book.close()


def _rows(rows: Iterator[Values], left: list[int]) -> Iterator[Values]:
    for row in rows:
        left[0] -= 1
        if left[0] < 0:
            raise UsageError(f"more than {MOST_ROWS:,} rows, empty ones too: save it in parts, or as CSV (UTF-8)")
        yield () if row.count(None) == len(row) else row
