"""A document as CSV for a spreadsheet: one table, UTF-8 with a byte order mark, nothing a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from qa_engine.reports.document import Beside, Block, Card, Document, Rows, Table, Value, value_of
from qa_engine.reports.wording import number
from qa_engine.text import writable

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def render_csv(document: Document) -> bytes:
    """The table of the document; without one, the longest among its blocks."""
    table = document.whole_table() or _longest(document)
    return write_table(table.columns, table.rows)


def _longest(document: Document) -> Rows:
    tables = [block for block in _all(document.blocks) if isinstance(block, Table)]
    if not tables:
        return Rows(("",), ())
    table = max(tables, key=lambda block: len(block.rows))
    columns = tuple(column.title for column in table.columns)
    return Rows(columns, tuple(tuple(value_of(cell) for cell in row.cells) for row in table.rows))


def _all(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, Card):
            yield from _all(block.body)
        if isinstance(block, Beside):
            yield from _all(block.cards)


def write_table(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay numbers."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        text = writable(value)
        return "'" + text if text.startswith(_DANGEROUS) else text
    return number(value)
