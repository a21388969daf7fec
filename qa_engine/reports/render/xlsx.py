"""A document as a workbook: sheets that can be filtered, filled in and printed."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from openpyxl.utils import get_column_letter

from qa_engine.reports import document as d
from qa_engine.reports.render.html_blocks import safe_url
from qa_engine.reports.render.picture_tables import as_table
from qa_engine.reports.render.workbook import (
    ALARM,
    DOUBT,
    FAINT,
    FAULT,
    HEAD,
    HEADING,
    LARGE,
    NOTICE,
    PLAIN,
    SECTION,
    TINY,
    TITLE,
    Book,
    Sheet,
    Style,
    units,
)

_LEVELS = {"notice": NOTICE, "alarm": ALARM, "ask": NOTICE}
_LOOKS = {"fault": FAULT, "doubt": DOUBT, "faint": FAINT, "section": SECTION, "large": LARGE, "head": HEAD}
_NOTES = {"faint": FAINT, "tiny": TINY, "title": TITLE, "notice": NOTICE}
_UPRIGHT = 108.0  # characters across A4 upright
_NARROW = 10.0  # a column is not narrowed below this
_MEASURED = 300  # rows that tell how wide a column is
_TAB = 31  # characters of a sheet's title
_NO_TAB = re.compile(r"[\\/*?:\[\]]")
_FACT_HEIGHT, _SIGN_HEIGHT, _TALL_SIGN_HEIGHT = 17.5, 22.0, 44.0


def render_xlsx(document: d.Document) -> bytes:
    """The sheets of the document; without any, its blocks below each other on one."""
    book = Book(f"{document.title} {document.subject}".rstrip())
    for sheet in document.sheets or _sheets(document):
        target = book.sheet(sheet.title, sheet.widths)
        for block in sheet.blocks:
            _write(block, target)
        if not sheet.grid:
            target.sheet.sheet_view.showGridLines = False
        target.close()
    return book.to_bytes()


def _sheets(document: d.Document) -> tuple[d.Sheet, ...]:
    """The report on one sheet that prints upright on A4. Each table with a frozen head has a sheet of its own, for a
    sheet has one head and one filter; so has what the report rests on (digests)."""
    blocks, tables = _apart(tuple(_flat(document.blocks)), document.title[:_TAB])
    sheets = [_one_sheet(document, blocks), *tables]
    if document.footer:
        sheets.append(d.versions_sheet(document.footer))
    return tuple(sheets)


def _apart(blocks: Sequence[d.Block], whole: str) -> tuple[tuple[d.Block, ...], list[d.Sheet]]:
    kept: list[d.Block] = []
    sheets: list[d.Sheet] = []
    taken = {whole, "版本"}
    for block in map(as_table, blocks):
        if not (isinstance(block, d.Table) and block.frozen and block.rows):
            kept.append(block)
            continue
        heading = next((b.text for b in reversed(kept) if isinstance(b, d.Heading)), "表")
        title = _tab(heading, taken)
        sheets.append(d.Sheet(title, _fitting(block), (block,)))
        kept.append(d.Note(f"共 {len(block.rows)} 行，见工作表「{title}」。", "faint"))
    return tuple(kept), sheets


def _tab(heading: str, taken: set[str]) -> str:
    """A title that a workbook takes and that no other sheet has."""
    plain = _NO_TAB.sub(" ", heading).strip()[: _TAB - 3] or "表"
    title = next(t for n in count(1) if (t := plain if n == 1 else f"{plain} {n}") not in taken)
    taken.add(title)
    return title


def _fitting(table: d.Table) -> tuple[float, ...]:
    """As wide as the words, the widest columns narrowed until an upright page takes them."""
    listed = [[str(d.value_of(cell) or "") for cell in row.cells] for row in table.rows[:_MEASURED]]
    wanted = [
        min(40.0, max(7.0, _head_width(column), *(units(row[n]) + 2.5 for row in listed if n < len(row))))
        for n, column in enumerate(table.columns)
    ]
    spare = sum(wanted) - _UPRIGHT
    if spare > 0:
        room = sum(max(0.0, width - _NARROW) for width in wanted)
        share = min(1.0, spare / room) if room else 0.0
        wanted = [width - max(0.0, width - _NARROW) * share for width in wanted]
    return tuple(round(width, 1) for width in wanted)


def _head_width(column: d.Column) -> float:
    """A long title may take two lines; beside it there is the arrow of a filter."""
    width = units(column.title)
    return (width if width <= 8 else width / 2 + 1) + 4.0


def _one_sheet(document: d.Document, blocks: Sequence[d.Block]) -> d.Sheet:
    widest = [len(block.columns) for block in blocks if isinstance(block, d.Table)]
    columns = max(2, *widest) if widest else 2
    title = d.Note(f"{document.title}　{document.mark}".rstrip(), "title")
    return d.Sheet(document.title[:_TAB], _widths(columns), (title, *blocks), grid=False)


def _widths(columns: int) -> tuple[float, ...]:
    """Together as wide as an upright page, so that nothing is scaled down until it cannot be read."""
    first, least = 20.0, 22.0
    middle = min(16.0, (_UPRIGHT - first - least) / max(1, columns - 2))
    return (first, *[middle] * (columns - 2), _UPRIGHT - first - middle * (columns - 2))


def _flat(blocks: tuple[d.Block, ...]) -> Iterator[d.Block]:
    """Cards opened: their title as a note, then what is in them."""
    for block in blocks:
        if isinstance(block, d.Beside):
            yield from _flat(block.cards)
        elif isinstance(block, d.Card):
            yield d.Heading(" ".join(piece.text for piece in block.head if piece.text))
            yield from _flat(block.body)
        else:
            yield block


def _write(block: d.Block, sheet: Sheet) -> None:
    write: Callable[[Any, Sheet], None] = _WRITTEN.get(type(block), _leave_out)
    write(block, sheet)


def _banner(block: d.Banner, sheet: Sheet) -> None:
    if block.points:
        for point in block.points:
            sheet.banner(f"{d.words(block.text)}：{point}", _LEVELS[block.level])
    else:
        sheet.banner(d.words(block.text), _LEVELS[block.level])


def _heading(block: d.Heading, sheet: Sheet) -> None:
    sheet.banner(f"{block.text}　{block.note}" if block.note else block.text, HEADING)


def _note(block: d.Note, sheet: Sheet) -> None:
    sheet.banner(d.words(block.text), next((_NOTES[look] for look in block.look.split() if look in _NOTES), PLAIN))


def _facts(block: d.Facts, sheet: Sheet) -> None:
    """Label and value, one pair a row, the value over the rest of the width."""
    for fact in block.facts:
        if block.look == "faint":
            sheet.add((fact.label, d.words(fact.value)), FAINT)
        else:
            sheet.add((fact.label, d.words(fact.value), *[""] * (len(sheet.widths) - 2)), (HEAD, PLAIN))
        _merge(sheet)
        if block.look != "faint":
            sheet.sheet.row_dimensions[sheet.row].height = _FACT_HEIGHT


def _figures(block: d.Figures, sheet: Sheet) -> None:
    facts = (d.Fact(f.label, d.words(f.value) + (f"　{f.note}" if f.note else "")) for f in block.figures)
    _facts(d.Facts(tuple(facts)), sheet)


def _table(block: d.Table, sheet: Sheet) -> None:
    first = sheet.row + 1
    sheet.add(tuple(column.title for column in block.columns), HEAD, whole=True)
    if block.frozen:
        sheet.freeze()
    for row in block.rows:
        styles = [_style(cell, row) for cell in row.cells]
        sheet.add(tuple(d.value_of(cell) for cell in row.cells), styles, whole=True)
        for place, cell in enumerate(row.cells, 1):
            if isinstance(cell, d.Cell) and (url := safe_url(cell.url)):
                sheet.link(place, url)
    if block.filters:
        sheet.sheet.auto_filter.ref = f"A{first}:{get_column_letter(len(block.columns))}{sheet.row}"


def _style(cell: d.Cell | d.Value, row: d.Row) -> Style:
    own = cell.look.split() if isinstance(cell, d.Cell) else []
    return next((_LOOKS[look] for look in (*own, row.look) if look in _LOOKS), PLAIN)


def _sign_off(block: d.SignOff, sheet: Sheet) -> None:
    sheet.banner(block.title)
    written = False
    for line in block.lines:
        if line.kind == "write":
            if not written:
                _to_fill(sheet, "意见", "", _TALL_SIGN_HEIGHT)
            written = True
            continue
        entries = [d.words(entry).strip() for entry in line.entries]
        if any(not isinstance(entry, str) for entry in line.entries):  # each has a box to be filled in by hand
            for label in entries:
                _to_fill(sheet, label, "", _SIGN_HEIGHT)
        else:
            label, filled = (*entries, "")[:2]
            _to_fill(sheet, label, filled, _TALL_SIGN_HEIGHT if line.look == "tall" else _SIGN_HEIGHT)


def _to_fill(sheet: Sheet, label: str, filled: str, height: float) -> None:
    sheet.add((label, filled, *[""] * (len(sheet.widths) - 2)), (HEAD, PLAIN))
    _merge(sheet)
    sheet.sheet.row_dimensions[sheet.row].height = height


def _shares(block: d.Shares, sheet: Sheet) -> None:
    _facts(d.Facts((d.Fact("", "　".join(label for label, _ in block.parts)),)), sheet)


def _bullets(block: d.Bullets, sheet: Sheet) -> None:
    for item in block.items:
        sheet.banner(d.words(item), PLAIN)


def _quote(block: d.Quote, sheet: Sheet) -> None:
    for passage in block.passages:
        for turn in passage:
            sheet.banner(f"{turn.clock} {turn.speaker_label}：{turn.text}", PLAIN)


def _gap(_: d.Gap, sheet: Sheet) -> None:
    sheet.space()


def _leave_out(_: d.Block, __: Sheet) -> None:
    """Pictures, their legends and players are for pages."""


def _merge(sheet: Sheet) -> None:
    sheet.sheet.merge_cells(start_row=sheet.row, start_column=2, end_row=sheet.row, end_column=len(sheet.widths))


_WRITTEN: Mapping[type, Callable[..., None]] = {
    d.Banner: _banner,
    d.Heading: _heading,
    d.Note: _note,
    d.Facts: _facts,
    d.Figures: _figures,
    d.Table: _table,
    d.SignOff: _sign_off,
    d.Shares: _shares,
    d.Bullets: _bullets,
    d.Quote: _quote,
    d.Gap: _gap,
}
