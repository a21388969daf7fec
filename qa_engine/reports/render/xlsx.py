"""A document as a workbook: sheets that can be filtered, filled in and printed."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
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
_UPRIGHT_TABLE = 130.0  # of a sheet that is one table, which is printed somewhat smaller
_KEPT_ROWS, _KEPT_COLUMNS = 15, 10  # a table as small as this needs no filter, and no sheet of its own
_ABOVE = 6  # rows that may stay in sight above the head of a table
_FINE, _LABEL = len(d.FINE), 4  # narrow columns of a sheet with several tables; those of a label
_PAIRS = (_LABEL, 5, _LABEL, 5)  # narrow columns of two labels with their values
_BESIDE = 27  # characters of a value that may stand beside another pair
_NARROW = 10.0  # a column is not narrowed below this, unless there are many
_MEASURED = 300  # rows that tell how wide a column is
_TAB = 31  # characters of a sheet's title
_NO_TAB = re.compile(r"[\\/*?:\[\]]")
_FIGURE = re.compile(r"([+−-]?)(\d+)(\.\d+)?(%?)")
_FACT_HEIGHT, _SIGN_HEIGHT, _TALL_SIGN_HEIGHT = 17.5, 22.0, 44.0


def render_xlsx(document: d.Document) -> bytes:
    """The sheets of the document; without any, its blocks below each other on one."""
    book = Book(f"{document.title} {document.subject}".rstrip())
    for sheet in document.all_sheets() or _sheets(document):
        target = book.sheet(sheet.title, sheet.widths, fine=sheet.fine, hidden=sheet.hidden)
        for block in sheet.blocks:
            _write(block, target)
        if not sheet.grid:
            target.sheet.sheet_view.showGridLines = False
        if sheet.form:
            target.fit_pages()
        target.close()
    return book.to_bytes()


def _sheets(document: d.Document) -> tuple[d.Sheet, ...]:
    """The report on one sheet that prints upright on A4. Each long table with a frozen head has a sheet of its own, for
    a sheet has one head and one filter; so has what the report rests on (digests). A report that is one long table with
    a few words is one sheet."""
    blocks = tuple(map(_kept_whole, map(as_table, _flat(document.blocks))))
    sheets = [_table_sheet(document, blocks)] if _is_one_table(blocks) else _several(document, blocks)
    if document.footer:
        sheets.append(d.versions_sheet(document.footer))
    return tuple(sheets)


def _kept_whole(block: d.Block) -> d.Block:
    """A small table without a filter, so that it stays among the words."""
    small = isinstance(block, d.Table) and len(block.rows) <= _KEPT_ROWS and len(block.columns) <= _KEPT_COLUMNS
    return replace(block, filters=False, frozen=False) if isinstance(block, d.Table) and small else block


def _is_one_table(blocks: Sequence[d.Block]) -> bool:
    tables = [n for n, block in enumerate(blocks) if isinstance(block, d.Table)]
    if len(tables) != 1 or not any(isinstance(block, d.Table) and block.frozen for block in blocks):
        return False
    above = blocks[: tables[0]]
    return len(above) < _ABOVE and all(isinstance(block, d.Banner | d.Heading | d.Note) for block in above)


def _table_sheet(document: d.Document, blocks: tuple[d.Block, ...]) -> d.Sheet:
    table = next(block for block in blocks if isinstance(block, d.Table))
    title = d.Note(f"{document.title}　{document.mark}".rstrip(), "title")
    return d.Sheet(document.title[:_TAB], _fitting(table, _UPRIGHT_TABLE), (title, *blocks), grid=False)


def _several(document: d.Document, listed: Sequence[d.Block]) -> list[d.Sheet]:
    blocks, tables = _apart(listed, document.title[:_TAB])
    return [_one_sheet(document, blocks), *tables]


def _apart(blocks: Sequence[d.Block], whole: str) -> tuple[tuple[d.Block, ...], list[d.Sheet]]:
    kept: list[d.Block] = []
    sheets: list[d.Sheet] = []
    taken = {whole, "版本"}
    for block in blocks:
        if not (isinstance(block, d.Table) and block.frozen and block.rows):
            kept.append(block)
            continue
        heading = next((b.text for b in reversed(kept) if isinstance(b, d.Heading)), "表")
        title = _tab(heading, taken)
        sheets.append(d.Sheet(title, _fitting(block, _UPRIGHT_TABLE), (block,)))
        kept.append(d.Note(f"共 {len(block.rows)} 行，见工作表「{title}」。", "faint"))
    return tuple(kept), sheets


def _tab(heading: str, taken: set[str]) -> str:
    """A title that a workbook takes and that no other sheet has."""
    plain = _NO_TAB.sub(" ", heading).strip()[: _TAB - 3] or "表"
    title = next(t for n in count(1) if (t := plain if n == 1 else f"{plain} {n}") not in taken)
    taken.add(title)
    return title


def _fitting(table: d.Table, across: float = sum(d.FINE)) -> tuple[float, ...]:
    """As wide as the words, the widest columns narrowed until an upright page of so many characters takes them."""
    listed = [[str(d.value_of(cell) or "") for cell in row.cells] for row in table.rows[:_MEASURED]]
    wanted = [
        min(40.0, max(7.0, _head_width(column), *(units(row[n]) + 2.5 for row in listed if n < len(row))))
        for n, column in enumerate(table.columns)
    ]
    spare, narrow = sum(wanted) - across, min(_NARROW, 0.9 * across / len(wanted))
    if spare > 0:
        room = sum(max(0.0, width - narrow) for width in wanted)
        share = min(1.0, spare / room) if room else 0.0
        wanted = [width - max(0.0, width - narrow) * share for width in wanted]
    return tuple(round(width, 1) for width in wanted)


def _head_width(column: d.Column) -> float:
    """A long title may take two lines; beside it there is the arrow of a filter."""
    width = units(column.title)
    return (width if width <= 8 else width / 2 + 1) + 4.0


def _one_sheet(document: d.Document, blocks: Sequence[d.Block]) -> d.Sheet:
    """Upright, over narrow columns, so that each table on it is as wide where its words want it."""
    title = d.Note(f"{document.title}　{document.mark}".rstrip(), "title")
    return d.Sheet(document.title[:_TAB], d.FINE, (title, *blocks), grid=False, fine=True)


def _spans(widths: Sequence[float]) -> Sequence[int]:
    """How many narrow columns each column of a table takes; together all of them. LibreOffice moves figures of a single
    narrow column to its edge, so that each takes two where there is room."""
    scale, least = _FINE / sum(widths), 2 if 2 * len(widths) <= _FINE else 1
    spans = [max(least, int(width * scale)) for width in widths]
    while sum(spans) > _FINE:
        spans[spans.index(max(spans))] -= 1
    while sum(spans) < _FINE:
        lacking = [width * scale - span for width, span in zip(widths, spans, strict=True)]
        spans[lacking.index(max(lacking))] += 1
    return spans


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
    if block.page:
        sheet.new_page()
    sheet.banner(f"{block.text}　{block.note}" if block.note else block.text, HEADING)


def _note(block: d.Note, sheet: Sheet) -> None:
    sheet.banner(d.words(block.text), next((_NOTES[look] for look in block.look.split() if look in _NOTES), PLAIN))


def _facts(block: d.Facts, sheet: Sheet) -> None:
    """Label and value: two pairs a row where there is room, else one, its value over the rest of the width."""
    if block.look == "faint":
        for fact in block.facts:
            _pair(sheet, fact.label, d.words(fact.value), (FAINT, FAINT))
        return
    for beside in _paired(block.facts, sheet):
        if len(beside) == 2:
            words = [word for fact in beside for word in (fact.label, d.words(fact.value))]
            sheet.spread(words, (HEAD, PLAIN, HEAD, PLAIN), _PAIRS)
        else:
            _pair(sheet, beside[0].label, d.words(beside[0].value), (HEAD, PLAIN))
        _roomy(sheet)


def _roomy(sheet: Sheet) -> None:
    """The row written last is at least as high as a fact's."""
    row = sheet.sheet.row_dimensions[sheet.row]
    row.height = max(_FACT_HEIGHT, row.height or 0.0)


def _paired(facts: Sequence[d.Fact], sheet: Sheet) -> Iterator[Sequence[d.Fact]]:
    """Facts by row; the order stays, so that one that is long stands alone, and so does the one before it at times."""
    waiting: list[d.Fact] = []
    for fact in facts:
        short = sheet.fine and units(d.words(fact.value)) <= _BESIDE and units(fact.label) <= 2 * _BESIDE
        if not short:
            yield from ([one] for one in waiting)
            yield [fact]
        elif waiting:
            yield [*waiting, fact]
        waiting = [] if waiting or not short else [fact]
    yield from ([one] for one in waiting)


def _pair(sheet: Sheet, label: str, value: d.Value, styles: Sequence[Style]) -> None:
    beside = _LABEL if sheet.fine else 1
    sheet.spread((label, value), styles, (beside, len(sheet.widths) - beside))


def _figures(block: d.Figures, sheet: Sheet) -> None:
    for figure in block.figures:
        note = f"　{figure.note}" if figure.note else ""
        _pair(sheet, figure.label, d.words(figure.value) + note, (HEAD, PLAIN))
        _roomy(sheet)


def _table(block: d.Table, sheet: Sheet) -> None:
    first = sheet.row + 1
    spans = _spans(_fitting(block)) if sheet.fine and len(block.columns) <= _FINE else None

    def add(values: Sequence[d.Value], styles: Sequence[Style]) -> None:
        if spans is not None:
            sheet.spread(values, styles, spans)
        else:
            sheet.add(values, styles, whole=True)

    add([c.title for c in block.columns], [replace(HEAD, right=c.number) for c in block.columns])
    if block.frozen:
        sheet.freeze()
    starts = [1 + (sum(spans[:n]) if spans is not None else n) for n in range(len(block.columns))]
    values = [[d.value_of(cell) for cell in row.cells] for row in block.rows]
    formats = [
        _figures_of(values, n) if column.number else _format([row[n] for row in values if n < len(row)])
        for n, column in enumerate(block.columns)
    ]
    for row, shown in zip(block.rows, values, strict=True):
        add(shown, [_style(cell, row) for cell in row.cells])
        for n, (start, found, cell) in enumerate(zip(starts, formats, row.cells, strict=False)):
            if isinstance(shown[n], int | float):
                sheet.sheet.cell(sheet.row, start).number_format = found
            if isinstance(cell, d.Cell) and (url := safe_url(cell.url)):
                sheet.link(start, url)
    if block.filters and spans is None:
        sheet.sheet.auto_filter.ref = f"A{first}:{get_column_letter(len(block.columns))}{sheet.row}"


def _figures_of(rows: Sequence[list[d.Value]], n: int) -> str:
    """The format of a column of figures. Figures that were written as words, all of them, become figures."""
    words = [row[n] for row in rows if n < len(row) and isinstance(row[n], str) and row[n] not in ("", "—")]
    read = [_FIGURE.fullmatch(str(word)) for word in words]
    if not words or not all(read) or len({bool(found and found[4]) for found in read}) > 1:
        return _format([row[n] for row in rows if n < len(row)])
    share = bool(read[0] and read[0][4])
    if share and any(isinstance(row[n], int | float) for row in rows if n < len(row)):
        return _format([row[n] for row in rows if n < len(row)])
    for row in rows:
        found = _FIGURE.fullmatch(str(row[n])) if n < len(row) and isinstance(row[n], str) else None
        if found is not None:
            figure = float(f"{found[2]}{found[3] or ''}") * (-1 if found[1] in ("−", "-") else 1)
            row[n] = round(figure / 100, 6) if share else figure if found[3] else int(figure)
    places = max(len(found[3] or ".") - 1 for found in read if found)
    return ("0" if not places else f"0.{'0' * places}") + ("%" if share else "")


def _format(values: Sequence[d.Value]) -> str:
    """The figures of a column have the same places, so that they line up."""
    numbers = [value for value in values if isinstance(value, float)]
    return (
        ("0.00" if any(round(10 * one, 6) % 1 for one in numbers) else "0.0")
        if any(one % 1 for one in numbers)
        else "0"
    )


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
    _pair(sheet, label, filled, (HEAD, PLAIN))
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
