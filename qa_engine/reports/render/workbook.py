"""A workbook that is safe to open and equal byte for byte: text is never a formula, no clock is written into it."""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from qa_engine.reports.document import Value
from qa_engine.text import writable

_EPOCH = datetime(2020, 1, 1)  # noqa: DTZ001 a fixed stamp, not a moment
_ZIP_DATE = (2020, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
_WIDE = 135.0  # characters: a sheet that has more lies on its side
_PAGE_WIDTH, _PAGE_HEIGHT = 102.0, 748.0  # of A4 within the margins: characters, points
_ROW_HEIGHT = 15.0  # points of a row that nobody set
_SHRUNK = 1.2  # pages that are printed on one
_LONGEST = 32_000  # Excel's limit of characters in a cell is 32767

_FONT = "Microsoft YaHei"
_THIN = Side(style="thin", color="D5DAE1")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


@dataclass(frozen=True, slots=True)
class Style:
    """How a row or a cell looks; colours are RRGGBB."""

    bold: bool = False
    size: float = 10
    color: str = "1C2430"
    fill: str | None = None
    border: bool = True
    center: bool = False
    right: bool = False
    apart: bool = False  # words right of a figure, whose indent LibreOffice leaves out on a page that it scales


PLAIN = Style()
TITLE = Style(bold=True, size=15, border=False)
HEADING = Style(bold=True, size=11, border=False)
HEAD = Style(bold=True, color="5B6572", fill="F0F2F5")
SECTION = Style(bold=True, fill="F5F6F8")
FAULT = Style(bold=True, color="B42318")
DOUBT = Style(color="8A5A00")
FAINT = Style(color="8A939F")
TINY = Style(color="8A939F", size=8, border=False)
LARGE = Style(bold=True, size=12)
NOTICE = Style(bold=True, color="5F3F00", fill="FFF3D6", border=False)
ALARM = Style(bold=True, color="B42318", fill="FDECEA", border=False)


class Sheet:
    """One worksheet, written from top to bottom. ``fine``: its columns are so narrow that cells go over several."""

    def __init__(self, sheet: Worksheet, widths: Sequence[float], *, fine: bool = False) -> None:
        self.sheet, self.fine = sheet, fine
        self.widths = tuple(widths)
        self.row = 0
        for n, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(n)].width = width
        sheet.page_setup.paperSize = 9  # A4
        sheet.page_setup.orientation = "landscape" if sum(widths) > _WIDE else "portrait"
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.print_options.horizontalCentered = True
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        sheet.page_margins.top, sheet.page_margins.bottom, sheet.page_margins.footer = 0.55, 0.75, 0.35
        sheet.oddFooter = HeaderFooterItem(center=_HeaderFooterPart("&P / &N"))

    def add(self, values: Sequence[Value], styles: Style | Sequence[Style] = PLAIN, *, whole: bool = False) -> int:
        """A row of cells; its number is returned. ``whole``: the last cell takes the rest of the sheet's width."""
        self.row += 1
        for n, value in enumerate(values):
            style = styles if isinstance(styles, Style) else styles[min(n, len(styles) - 1)]
            write_cell(self._cell(n + 1), value, _beside(values[:n], style))
        widths = self.widths
        if whole and 0 < len(values) < len(widths):
            last = styles if isinstance(styles, Style) else styles[min(len(values) - 1, len(styles) - 1)]
            for n in range(len(values), len(widths)):
                write_cell(self._cell(n + 1), None, last)
            self.sheet.merge_cells(
                start_row=self.row, start_column=len(values), end_row=self.row, end_column=len(widths)
            )
            if not isinstance(values[-1], str):  # a figure stays beside the others, not at the far edge
                self._cell(len(values)).alignment = Alignment(vertical="top", horizontal="left")
            widths = (*widths[: len(values) - 1], sum(widths[len(values) - 1 :]))
        self._fit_height(values, widths)
        return self.row

    def spread(self, values: Sequence[Value], styles: Sequence[Style], spans: Sequence[int]) -> int:
        """A row of cells, each over so many columns."""
        self.row += 1
        at = 1
        for n, (value, span) in enumerate(zip(values, spans, strict=True)):
            style = _beside(values[:n], styles[min(n, len(styles) - 1)])
            for column in range(at, at + span):
                write_cell(self._cell(column), value if column == at else None, style)
            if span > 1:
                self.sheet.merge_cells(start_row=self.row, start_column=at, end_row=self.row, end_column=at + span - 1)
            at += span
        ends = [sum(spans[:n]) for n in range(len(spans) + 1)]
        self._fit_height(values, [sum(self.widths[a:b]) for a, b in pairwise(ends)])
        return self.row

    def banner(self, text: str, style: Style = HEADING) -> int:
        """One text over the whole width."""
        self.row += 1
        write_cell(self._cell(1), text, style)
        self.sheet.merge_cells(start_row=self.row, start_column=1, end_row=self.row, end_column=len(self.widths))
        lines = _lines(text, sum(self.widths) * 10 / style.size)
        self.sheet.row_dimensions[self.row].height = max(18.0, style.size * 1.55 * lines)
        return self.row

    def space(self) -> None:
        self.row += 1

    def freeze(self) -> None:
        """Everything so far stays in sight and is repeated on every printed page."""
        self.sheet.freeze_panes = f"A{self.row + 1}"
        self.sheet.print_title_rows = f"{self.row}:{self.row}"

    def new_page(self) -> None:
        """What follows begins a page of paper."""
        if self.row:
            self.sheet.row_breaks.append(Break(id=self.row))

    def close(self) -> None:
        """Print what was written and nothing beside it; of a hidden sheet nothing."""
        if self.row and self.sheet.sheet_state == Worksheet.SHEETSTATE_VISIBLE:
            self.sheet.print_area = f"A1:{get_column_letter(len(self.widths))}{self.row}"

    def fit_pages(self) -> None:
        """Print on one page where the type stays readable on it, else on two."""
        rows = (self.sheet.row_dimensions[n].height or _ROW_HEIGHT for n in range(1, self.row + 1))
        pages = sum(rows) * _PAGE_WIDTH / sum(self.widths) / _PAGE_HEIGHT
        self.sheet.page_setup.fitToHeight = 1 if pages <= _SHRUNK else 2

    def link(self, column: int, url: str) -> None:
        """The cell of the last row leads to ``url``."""
        cell = self.sheet.cell(self.row, column)
        cell.hyperlink = url
        cell.font = Font(name=_FONT, size=10, color="0B4F9E", underline="single")

    def _cell(self, column: int) -> Cell:
        cell = self.sheet.cell(self.row, column)
        assert isinstance(cell, Cell)  # merged ranges are only made after their first cell was written
        return cell

    def _fit_height(self, values: Sequence[Value], widths: Sequence[float]) -> None:
        lines = max(
            (_lines(value, width) for value, width in zip(values, widths, strict=False) if isinstance(value, str)),
            default=1,
        )
        self.sheet.row_dimensions[self.row].height = min(400.0, 15.5 * lines + 2)


def _beside(before: Sequence[Value], style: Style) -> Style:
    return replace(style, apart=True) if before and isinstance(before[-1], int | float) else style


def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a column; a Chinese character is about two units wide."""
    usable = max(4.0, width - 1.5)
    return sum(max(1, -(-units(line) // int(usable))) for line in text.split("\n"))


def units(text: str) -> int:
    """How wide a text is; a Chinese character is two."""
    return sum(2 if ord(char) > 0x2E7F or char in "「」《》—…" else 1 for char in text)


def write_cell(cell: Cell, value: Value, style: Style) -> None:
    """Numbers stay numbers; text is always text, marked as such when a spreadsheet might take it for a formula."""
    if isinstance(value, str):
        text = writable(value)
        cell.value = text[:_LONGEST]
        cell.data_type = "s"
        if text.isdigit():
            cell.number_format = "@"  # a number of a person or a call keeps its noughts when somebody edits it
        if text.startswith(_DANGEROUS):
            cell.quotePrefix = True
    elif value is not None:
        cell.value = value
        cell.number_format = "0.0#" if isinstance(value, float) and value != int(value) else "0"
    cell.font = Font(name=_FONT, size=style.size, bold=style.bold, color=style.color)
    number = value is not None and not isinstance(value, str)
    horizontal = "center" if style.center else "right" if number or style.right else "left"
    indent = 1 if horizontal == "right" or style.apart else 0  # figures keep away from the words beside them
    cell.alignment = Alignment(wrap_text=not number, vertical="top", horizontal=horizontal, indent=indent)
    if style.fill is not None:
        cell.fill = PatternFill("solid", start_color=style.fill)
    if style.border:
        cell.border = _BORDER


class Book:
    """A workbook under construction."""

    def __init__(self, title: str) -> None:
        self._workbook = Workbook()
        self._first = True
        properties = self._workbook.properties
        properties.title = writable(title)
        properties.creator = "qa-engine"
        properties.created = properties.modified = _EPOCH

    def sheet(self, title: str, widths: Sequence[float], *, fine: bool = False, hidden: bool = False) -> Sheet:
        if self._first:
            self._first = False
            worksheet = self._workbook.active
            assert isinstance(worksheet, Worksheet)
            worksheet.title = title
        else:
            worksheet = self._workbook.create_sheet(title)
        if hidden:
            worksheet.sheet_state = Worksheet.SHEETSTATE_HIDDEN
        return Sheet(worksheet, widths, fine=fine)

    def to_bytes(self) -> bytes:
        """The file; equal content gives equal bytes."""
        raw = io.BytesIO()
        self._workbook.save(raw)
        stamp = _EPOCH.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
        fixed = io.BytesIO()
        with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                data = source.read(name)
                if name == "docProps/core.xml":
                    data = _MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<2>", data)
                info = zipfile.ZipInfo(name, _ZIP_DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o600 << 16
                target.writestr(info, data)
        return fixed.getvalue()
