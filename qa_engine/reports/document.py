"""A report as blocks. A kind of report builds them, each renderer knows every block, and neither knows the other.

Looks are names, not colours: ``strong`` ``soft`` ``faint`` ``small`` ``nowrap`` ``good`` ``doubt`` ``fault`` ``tag``;
several may stand together, parted by spaces. A renderer shows the ones that its medium has.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from qa_engine.reports.turns import TurnLine

Value: TypeAlias = str | int | float | None
"""What a cell of a spreadsheet holds: numbers stay numbers."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A few words with a look. ``seconds`` leads into the recording, ``url`` to another place or page.

    ``share``: a small bar of so many percent instead of words. ``hint`` is shown where one points at it.
    """

    text: str = ""
    look: str = ""
    seconds: float | None = None
    url: str | None = None
    share: float | None = None
    hint: str = ""
    call: str = ""  # the call whose recording is meant, where that is another one


Text: TypeAlias = str | Piece | tuple[str | Piece, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line among several of a cell."""

    text: Text
    look: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: words, or several lines of them. ``value`` is what a spreadsheet takes instead.

    ``url``: where the cell leads in a spreadsheet.
    """

    text: Text = ""
    look: str = ""
    lines: tuple[Line, ...] = ()
    value: Value = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """``look`` is that of its cells, which a phone shows below each other, each beside the title. ``number``: figures,
    to the right."""

    title: str
    look: str = ""
    number: bool = False
    width: str = ""  # CSS, of pages


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[Cell | Value, ...]
    look: str = ""  # ``section``: a heading within the table


@dataclass(frozen=True, slots=True)
class Banner:
    """What must not be overlooked. ``points`` are listed under it."""

    level: Literal["notice", "alarm", "ask"]
    text: Text
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """``page``: what follows begins a page of paper."""

    text: str
    note: str = ""
    page: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph. Looks of its own: ``empty`` (nothing there), ``why``, ``hit``, ``desk`` (filled in by hand)."""

    text: Text
    look: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled value. ``full`` is what a short value stands for."""

    label: str
    value: Text
    full: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    facts: tuple[Fact, ...]
    look: str = ""  # ``long``: labels need room


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the large figures at the top."""

    label: str
    value: Text
    note: str = ""
    look: str = ""
    noted: bool = False  # keeps the place of the note when there is none


@dataclass(frozen=True, slots=True)
class Figures:
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """``look``: ``rows`` for lists, ``score`` for the table of a scorecard. ``filters``: a spreadsheet offers them.

    ``frozen``: the head stays in sight and is repeated on each printed page. ``shown``: rows on pages and in Word files
    (0: all); a spreadsheet has all of them.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    look: str = "rows"
    filters: bool = False
    frozen: bool = False
    shown: int = 0

    @property
    def left_out(self) -> int:
        """How many rows a page does not show."""
        return max(0, len(self.rows) - self.shown) if self.shown else 0


LEFT_OUT = "其余 {count} 行见 Excel。"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture. ``kind`` names its drawing (`qa_engine.reports.render.svg.CHARTS`), ``data`` is what that takes."""

    kind: str
    data: object


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """``swatch`` names what is drawn, ``mark`` how words are marked."""

    label: str
    swatch: str = ""
    mark: str = ""
    look: str = ""


@dataclass(frozen=True, slots=True)
class Legend:
    entries: tuple[LegendEntry, ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """Parts of a whole as lengths beside each other: (label, size)."""

    parts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """What was said: passages of turns. ``whole``: the whole call, whose turns can be linked to."""

    passages: tuple[tuple[TurnLine, ...], ...]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """More for who wants it: (title, lines) under a heading that opens. Pages on a screen alone have it."""

    title: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One thing with all that belongs to it. ``head`` stands in its title line."""

    head: tuple[Piece, ...]
    body: tuple["Block", ...]
    look: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """Cards beside each other."""

    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class SignLine:
    """``write``: an empty line. Else ``entries`` beside each other (``row``) or as one sentence."""

    entries: tuple[Text, ...] = ()
    kind: Literal["write", "row", "sentence"] = "row"
    look: str = ""


@dataclass(frozen=True, slots=True)
class SignOff:
    """Room for remarks and signatures. ``title`` of this part."""

    title: str
    lines: tuple[SignLine, ...]


@dataclass(frozen=True, slots=True)
class Player:
    """The recording of the document, to be played."""


@dataclass(frozen=True, slots=True)
class Gap:
    """An empty row of a spreadsheet."""


Block: TypeAlias = (
    Banner
    | Heading
    | Note
    | Facts
    | Figures
    | Table
    | Chart
    | Legend
    | Shares
    | Quote
    | Bullets
    | Card
    | Beside
    | SignOff
    | Player
    | Folded
    | Gap
)


FINE = (6.0,) * 18
"""The narrow columns of a sheet that has several tables and prints upright on A4, which has room for 108 characters."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook; ``widths`` of its columns in characters.

    ``form``: what is handed out and signed, on one page of paper or two. ``hidden`` ones are not printed.
    """

    title: str
    widths: tuple[float, ...]
    blocks: tuple[Block, ...]
    grid: bool = True
    fine: bool = False  # narrow columns: what blocks have goes over several of them, so that tables differ in widths
    hidden: bool = False
    form: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """The plain table that CSV gives."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A report, ready for every renderer.

    ``kind`` names it in JSON, where ``data`` is what it says. ``title`` with ``mark`` beside it heads the first page,
    ``heading`` is that of the window and of every printed page. Without ``sheets`` a workbook has the blocks below
    each other, without ``table`` CSV has the longest table among them.
    """

    kind: str
    title: str
    blocks: tuple[Block, ...]
    mark: str = ""
    heading: str = ""
    look: str = ""
    footer: tuple[Fact, ...] = ()
    audio_url: str | None = None
    sheets: tuple[Sheet, ...] | Callable[[], tuple[Sheet, ...]] = ()
    table: Rows | Callable[[], Rows | None] | None = None
    data: object = field(default_factory=dict)
    subject: str = ""  # of the workbook's title
    seconds: float | None = None  # length of the picture that a player moves along
    open_points: tuple[str, ...] = ()  # why the days it is about are not complete

    def all_sheets(self) -> tuple[Sheet, ...]:
        return self.sheets() if callable(self.sheets) else self.sheets

    def whole_table(self) -> Rows | None:
        return self.table() if callable(self.table) else self.table


def plain_table(titles: Iterable[str], rows: Iterable[Row], *, frozen: bool = False, filters: bool = False) -> Table:
    """A table whose columns are all alike, as those of workbooks are."""
    return Table(tuple(Column(title) for title in titles), tuple(rows), frozen=frozen, filters=filters)


INCOMPLETE = "未完整"


def stamped(document: Document, open_points: tuple[str, ...]) -> Document:
    """The document with 未完整 at its head and why; as it is when there is nothing to say."""
    if not open_points:
        return document
    banner = Banner("alarm", (Piece(INCOMPLETE, "strong"), "：以下日期的台账不平，数字可能变化。"), open_points)

    def sheets() -> tuple[Sheet, ...]:
        found = document.all_sheets()
        if not found:
            return ()
        head, rest = found[0].blocks[:1], found[0].blocks[1:]  # the title stays first
        return (replace(found[0], blocks=(*head, banner, *rest)), *found[1:])

    def table() -> Rows | None:
        found = document.whole_table()
        if found is None:
            return None
        return replace(found, rows=(*found.rows, *((f"{INCOMPLETE}：{point}",) for point in open_points)))

    return replace(document, blocks=(banner, *document.blocks), sheets=sheets, table=table, open_points=open_points)


def words(text: Text) -> str:
    """The words of a text without their looks."""
    if isinstance(text, str):
        return text
    if isinstance(text, Piece):
        return text.text
    return "".join(words(part) for part in text)


def pieces(text: Text) -> tuple[Piece, ...]:
    """A text as pieces, those without words and without a bar left out unless they have a look."""
    parts = text if isinstance(text, tuple) else (text,)
    found = (Piece(part) if isinstance(part, str) else part for part in parts)
    return tuple(part for part in found if part.text or part.look or part.share is not None)


def value_of(cell: Cell | Value) -> Value:
    """What a spreadsheet writes for a cell."""
    if not isinstance(cell, Cell):
        return cell
    if cell.value is not None:
        return cell.value
    if cell.lines:
        return "\n".join(words(line.text) for line in cell.lines)
    return words(cell.text) or None


def versions_sheet(footer: tuple[Fact, ...]) -> Sheet:
    """What a report rests on, which nobody reads on its pages, nor prints."""
    return Sheet("版本", (22.0, 84.0), (Heading("版本与摘要"), Facts(footer, "faint")), hidden=True)
