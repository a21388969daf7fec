"""A document as a Word file, to be handed on and edited: the words and tables of the blocks, nothing hidden.

Equal documents give equal bytes: no clock is written. Pictures over many calls are drawn; the workbook has their
figures as tables. The picture of one call, which plays its recording, stays on the page.
"""

import io
import re
import zipfile
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.shape import CT_Inline
from docx.parts.image import ImagePart
from docx.shared import Cm, Pt, RGBColor

from qa_engine.reports import document as d
from qa_engine.reports.render.emf import Metafile, metafile
from qa_engine.reports.render.picture_tables import as_table
from qa_engine.reports.render.svg import CHARTS
from qa_engine.reports.render.workbook import units
from qa_engine.reports.wording import number
from qa_engine.text import writable

_EPOCH = datetime(2020, 1, 1)  # noqa: DTZ001  # a fixed stamp, not a moment
_ZIP_DATE = (2020, 1, 1, 0, 0, 0)
_FONT = "Microsoft YaHei"
_WIDE_TABLE = 14  # columns from which on the page lies on its side
_COLOURS = {"fault": "B42318", "doubt": "8A5A00", "good": "1F6F43", "soft": "5B6572", "faint": "8A939F"}
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_UPRIGHT, _SHORT = 118.0, 10.5  # half characters of table words across an upright page; of a name or number
_ABOVE_PICTURE = Cm(2.5)  # a heading, and what a page keeps free
_BLANK = re.compile(r"box\b")
_DRAWN = frozenset(CHARTS) - {"timeline"}  # which is a player, too


def render_docx(document: d.Document) -> bytes:
    """The Word file; A4, lying on its side when a table has many columns."""
    file = docx.Document()
    _page(file, document)
    _paragraph(file, (d.Piece(document.title, "strong"),), size=18)
    if document.mark:
        _paragraph(file, document.mark, size=10)
    for block in document.blocks:
        _write(file, block)
    for fact in document.footer:
        _paragraph(file, (d.Piece(f"{fact.label} {d.words(fact.value)}".strip(), "faint"),), size=7)
    properties = file.core_properties
    properties.title = _clean(f"{document.title} {document.subject}".strip())
    properties.author = properties.last_modified_by = "qa-engine"
    properties.comments = ""
    properties.created = properties.modified = _EPOCH
    properties.revision = 1
    return _without_clock(file)


def _page(file: Any, document: d.Document) -> None:
    style = file.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(9.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    for language in file.styles.element.iter(qn("w:lang")):  # else signs are drawn as other countries have them
        language.set(qn("w:eastAsia"), "zh-CN")
    style.paragraph_format.space_after = Pt(3)
    section = file.sections[0]
    wide = any(len(table.columns) >= _WIDE_TABLE for table in _tables(document.blocks))
    section.page_width, section.page_height = (Cm(29.7), Cm(21.0)) if wide else (Cm(21.0), Cm(29.7))
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = Cm(1.5)
    section.top_margin = section.bottom_margin = Cm(1.6)
    foot = section.footer.paragraphs[0]
    foot.text = _clean(document.heading or document.title) + "　"
    for name, between in (("PAGE", " / "), ("NUMPAGES", "")):
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), name)
        foot._p.append(field)
        foot.add_run(between)
    foot.style.font.size = Pt(8)


def _tables(blocks: Iterable[d.Block]) -> Iterable[d.Table]:
    for block in blocks:
        if isinstance(block, d.Table):
            yield block
        elif isinstance(block, d.Card):
            yield from _tables(block.body)


def _write(file: Any, block: d.Block) -> None:
    if isinstance(block, d.Chart) and block.kind in _DRAWN:
        _picture(file, metafile(CHARTS[block.kind](block.data, "")))
        return
    block = as_table(block)
    writer = _WRITTEN.get(type(block))
    if writer is not None:
        writer(file, block)


def _paragraph(file: Any, text: d.Text, *, size: float | None = None, style: str | None = None) -> Any:
    paragraph = file.add_paragraph(style=style)
    _runs(paragraph, text, size)
    return paragraph


def _runs(paragraph: Any, text: d.Text, size: float | None = None) -> None:
    for piece in d.pieces(text):
        words = "________" if _BLANK.match(piece.look) else piece.text
        if piece.share is not None:
            words = f"{number(piece.share, 0)}%"
        run = paragraph.add_run(_clean(words))
        looks = piece.look.split()
        run.bold = "strong" in looks
        if size is not None:
            run.font.size = Pt(size)
        colour = next((_COLOURS[look] for look in looks if look in _COLOURS), None)
        if colour is not None:
            run.font.color.rgb = RGBColor.from_string(colour)


def _banner(file: Any, block: d.Banner) -> None:
    _paragraph(file, (d.Piece(d.words(block.text), "strong fault" if block.level == "alarm" else "strong doubt"),))
    for point in block.points:
        _paragraph(file, point, style="List Bullet")


def _heading(file: Any, block: d.Heading) -> None:
    heading = file.add_heading(level=2)
    heading.paragraph_format.page_break_before = block.page or None
    _runs(heading, (d.Piece(block.text, "strong"), d.Piece(f"　{block.note}", "soft") if block.note else ""))
    for run in heading.runs:
        run.font.name, run.font.size = _FONT, Pt(12)
        run.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)


def _note(file: Any, block: d.Note) -> None:
    look = next((name for name in block.look.split() if name in _COLOURS), "")
    if look and isinstance(block.text, str):
        _paragraph(file, (d.Piece(block.text, look),))
    else:
        _paragraph(file, block.text)


def _facts(file: Any, block: d.Facts) -> None:
    _grid(file, [(fact.label, d.words(fact.value)) for fact in block.facts], head=False)


def _figures(file: Any, block: d.Figures) -> None:
    _grid(file, [(f.label, d.words(f.value), f.note) for f in block.figures], head=False)


def _table(file: Any, block: d.Table) -> None:
    shown = [n for n, column in enumerate(block.columns) if column.title or not n]
    rows = [[block.columns[n].title for n in shown]]
    rows += [[_cell(row.cells[n]) for n in shown] for row in block.rows[: block.shown or None]]
    _grid(file, rows, head=True, figures={place for place, n in enumerate(shown) if block.columns[n].number})
    if block.left_out:
        _paragraph(file, (d.Piece(d.LEFT_OUT.format(count=block.left_out), "faint"),))


def _cell(cell: d.Cell | d.Value) -> str:
    if isinstance(cell, d.Cell):
        text = d.words(cell.text) or "\n".join(d.words(line.text) for line in cell.lines)
        return text or _cell(cell.value)
    return "" if cell is None else number(cell, 1) if isinstance(cell, float) else str(cell)


def _picture(file: Any, drawn: Metafile) -> None:
    """python-docx adds pictures of pixels only, so the part of a metafile is put in by hand."""
    section, part = file.sections[0], file.part
    across = section.page_width - section.left_margin - section.right_margin
    room = section.page_height - section.top_margin - section.bottom_margin - _ABOVE_PICTURE
    across = min(across, room * drawn.width // drawn.height)
    number = len([one for one in part.rels.values() if one.reltype == RELATIONSHIP_TYPE.IMAGE]) + 1
    name = f"picture{number}.emf"
    image = ImagePart(PackURI(f"/word/media/{name}"), "image/x-emf", drawn.data)
    inline = CT_Inline.new_pic_inline(
        number, part.relate_to(image, RELATIONSHIP_TYPE.IMAGE), name, across, across * drawn.height // drawn.width
    )
    inline.docPr.set("descr", _clean(drawn.told))
    paragraph = file.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    paragraph.add_run()._r.add_drawing(inline)


def _grid(file: Any, rows: Iterable[Iterable[str]], *, head: bool, figures: Container[int] = ()) -> None:
    listed = [list(row) for row in rows]
    if not listed:
        return
    table = file.add_table(rows=len(listed), cols=len(listed[0]), style="Table Grid")
    table.autofit = False
    section = file.sections[0]
    across = section.page_width - section.left_margin - section.right_margin
    for column, share in zip(table.columns, _shares_of(listed), strict=True):
        column.width = int(across * share)
        for cell in column.cells:
            cell.width = column.width
    for n, (row, words) in enumerate(zip(table.rows, listed, strict=True)):
        for place, (cell, text) in enumerate(zip(row.cells, words, strict=True)):
            paragraph = cell.paragraphs[0]
            if place in figures:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
            run = paragraph.add_run(_clean(text))
            run.font.size, run.bold = Pt(8), head and n == 0
    if head:
        repeated = OxmlElement("w:tblHeader")
        table.rows[0]._tr.get_or_add_trPr().append(repeated)  # the head is repeated on every page
    file.add_paragraph().paragraph_format.space_after = Pt(0)


def _shares_of(rows: Sequence[Sequence[str]]) -> Sequence[float]:
    """How much of the page each column takes: as its words need, the longest not at the cost of all others."""
    wanted = [
        min(30.0, max(6.0, *(units(line) + 4.5 for row in rows for line in row[n].split("\n"))))
        for n in range(len(rows[0]))
    ]
    spare = sum(wanted) - _UPRIGHT
    room = sum(max(0.0, width - _SHORT) for width in wanted)
    if spare > 0 and room:  # names and numbers stay whole: only long words are broken
        wanted = [width - max(0.0, width - _SHORT) * min(1.0, spare / room) for width in wanted]
    return [width / sum(wanted) for width in wanted]


def _card(file: Any, block: d.Card) -> None:
    words = "　".join(piece.text for piece in block.head if piece.text)
    head = _paragraph(file, (d.Piece(words, "strong"),))
    head.paragraph_format.keep_with_next = True
    for inner in block.body:
        _write(file, inner)


def _beside(file: Any, block: d.Beside) -> None:
    for card in block.cards:
        _card(file, card)


def _bullets(file: Any, block: d.Bullets) -> None:
    for item in block.items:
        _paragraph(file, item, style="List Bullet")


def _shares(file: Any, block: d.Shares) -> None:
    _paragraph(file, "　".join(label for label, _ in block.parts))


def _quote(file: Any, block: d.Quote) -> None:
    for passage in block.passages:
        for turn in passage:
            _paragraph(file, f"{turn.clock} {turn.speaker_label}：{turn.text}")


def _sign_off(file: Any, block: d.SignOff) -> None:
    title = _paragraph(file, (d.Piece(block.title, "strong"),))
    title.paragraph_format.keep_with_next = True
    for line in block.lines:
        if line.kind == "write":
            _paragraph(file, "　")
            continue
        parts: list[str | d.Piece] = []
        for entry in line.entries:
            parts += [*d.pieces(entry), "　　"]
        _paragraph(file, tuple(parts))


def _clean(text: str) -> str:
    """What XML can hold."""
    return _NOT_IN_XML.sub("", writable(text))


def _without_clock(file: Any) -> bytes:
    raw, fixed = io.BytesIO(), io.BytesIO()
    file.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, _ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            target.writestr(info, source.read(name))
    return fixed.getvalue()


_WRITTEN: Mapping[type, Callable[[Any, Any], None]] = {
    d.Banner: _banner,
    d.Heading: _heading,
    d.Note: _note,
    d.Facts: _facts,
    d.Figures: _figures,
    d.Table: _table,
    d.Card: _card,
    d.Beside: _beside,
    d.Bullets: _bullets,
    d.Shares: _shares,
    d.Quote: _quote,
    d.SignOff: _sign_off,
}
