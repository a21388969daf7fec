"""A kind of report is one file of blocks: every format and the catalogue follow from it."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from openpyxl import load_workbook

from qa_engine.cli.report import KINDS
from qa_engine.reports import Document, Request, Source, kinds, report_kind, report_kinds
from qa_engine.reports.document import (
    Banner,
    Beside,
    Bullets,
    Card,
    Cell,
    Chart,
    Column,
    Fact,
    Facts,
    Figure,
    Figures,
    Gap,
    Heading,
    Legend,
    LegendEntry,
    Line,
    Note,
    Piece,
    Row,
    Shares,
    SignLine,
    SignOff,
    Table,
)
from qa_engine.reports.pictures import Bars, Control, HeatMap, Spot, Trend
from qa_engine.reports.render import MEDIA_TYPES, Format, render, render_html
from qa_engine.reports.render.svg import CHARTS

REPORT = "../agents/8026.html"
EVIL = '=HYPERLINK("x")<script>alert(1)</script>'


@dataclass(frozen=True, slots=True)
class Said:
    team: str
    calls: int


def document() -> Document:
    """Every block that needs no call, with words that want to be more than words."""
    columns = (Column("工号"), Column("得分", number=True), Column("说明", look="wide"))
    rows = (
        Row(
            (
                Cell(Piece("8026", url="../agents/8026.html"), value="8026", url="../agents/8026.html"),
                91.5,
                Cell(EVIL, "fault"),
            )
        ),
        Row(("8027", None, Cell(lines=(Line("一"), Line(("二", Piece(share=40.0)), "soft"))))),
        Row(("合计", 2, ""), "section"),
    )
    card = Card((Piece("静默", "strong"), Piece("3 次", "pts")), (Note(EVIL, "why"),), "need", "card-1")
    return Document(
        kind="team_day",
        title="班组日报",
        mark="一组",
        heading="班组日报 一组",
        blocks=(
            Banner("notice", (Piece("演示", "strong"), "：仅供参考")),
            Banner("ask", "需要复核", ("甲", EVIL)),
            Figures((Figure("通话", ("12", Piece(" 通", "unit")), "较昨日 +2", noted=True),)),
            Facts((Fact("班组", EVIL),)),
            Heading("得分", "2 人"),
            Table(columns, rows),
            Legend((LegendEntry("坐席", "k-agent"), LegendEntry("扣分", mark="fault"))),
            Shares((("A 10 通", 10), ("B 2 通", 2))),
            Bullets(("一", ("二", Piece("：三", "faint")))),
            Beside((card, card)),
            Gap(),
            SignOff("班长意见", (SignLine(kind="write"), SignLine(("签名 ", ("日期 ", Piece(look="box")))))),
        ),
        footer=(Fact("规则包", "base@sha256:" + "5e" * 32),),
        data=Said("一组", 12),
    )


class Words(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def team_day() -> Iterator[None]:
    assert "team-day" not in report_kinds()

    @report_kind("team-day", title="班组日报", about="team", folder="teams")
    def build(source: Source, request: Request) -> Document:
        return document()

    yield
    del kinds._REGISTRY["team-day"]


def test_the_catalogue() -> None:
    assert {name: (kind.title, kind.about, kind.folder) for name, kind in report_kinds().items()} == {
        "agent": ("坐席质检报告", "agent", "agents"),
        "call": ("服务质量综合考评表", "call", "calls"),
        "cases": ("案例库与考核题目", "centre", "cases"),
        "complaints": ("投诉登记与承诺台账", "centre", "complaints"),
        "daily": ("每日例会简报", "centre", "daily"),
        "drift": ("规则命中率监测", "centre", "drift"),
        "ledger": ("每日录音台账", "centre", "ledgers"),
        "monthly": ("月度服务质量分析报告", "centre", "monthly"),
        "payroll": ("考核扣分汇总", "centre", "payroll"),
        "sampling": ("抽检计划与覆盖", "centre", "sampling"),
        "satisfaction": ("业务知识与客户满意分析", "centre", "satisfaction"),
        "stars": ("呼叫中心明星榜", "centre", "stars"),
        "team": ("班组报告", "team", "teams"),
        "weekly": ("每周小结与培训计划", "centre", "weekly"),
    }


def test_the_help_of_the_command_names_every_kind() -> None:
    own = {name: kind for name, kind in report_kinds().items() if name in KINDS}
    assert list(own) == list(KINDS) == [name for name in report_kinds() if name != "team-day"]
    for name, kind in own.items():
        assert KINDS[name] == (kind.title if kind.about == "centre" else f"{kind.title}, of one {kind.about}")


@pytest.mark.usefixtures("team_day")
def test_a_new_kind_is_in_the_catalogue_at_once() -> None:
    assert report_kinds()["team-day"].title == "班组日报"
    with pytest.raises(ValueError, match="twice"):
        report_kind("team-day", title="", about="team", folder="x")(lambda source, request: document())


@pytest.mark.parametrize("fmt", list(MEDIA_TYPES))
def test_every_format_renders_every_block_and_gives_the_same_bytes(fmt: Format) -> None:
    assert render(document(), fmt) == render(document(), fmt)


def test_a_page_of_blocks_holds_every_word_and_no_script() -> None:
    page = Words(render_html(document()))
    assert "script" not in page.tags
    for words in (EVIL, "班组日报", "12 通", "较昨日 +2", "91.5", "合计", "A 10 通", "静默", "班长意见", "签名"):
        assert words in page.text, words
    assert render_html(document(), fragment=True).startswith('<div class="qa">')


def test_without_sheets_a_workbook_has_the_blocks_below_each_other() -> None:
    book = load_workbook(io.BytesIO(render(document(), "xlsx")))
    sheet, versions = book.worksheets
    assert sheet.page_setup.orientation == "portrait"
    assert sheet.page_setup.fitToWidth == 1
    assert any("sha256" in str(cell.value) for row in versions.iter_rows() for cell in row)
    assert not any("sha256" in str(cell.value) for row in sheet.iter_rows() for cell in row)
    # cells go over several narrow columns: what stands in a row, without the empty cells
    rows = [[value for value in row if value is not None] for row in sheet.iter_rows(values_only=True)]
    assert rows[0] == ["班组日报　一组"]
    assert ["8026", 91.5, EVIL] in rows
    for label in ("意见", "签名", "日期"):
        assert [label, ""] in rows or [label] in rows  # each on a row of its own, with room to sign
    assert ["8027", "一\n二"] in rows
    assert len({width.width for width in sheet.column_dimensions.values()}) == 1
    evil = [cell for row in sheet.iter_rows() for cell in row if cell.value == EVIL]
    assert evil
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in evil)
    assert next(cell.hyperlink.target for row in sheet.iter_rows() for cell in row if cell.hyperlink) is not None


def test_a_table_with_a_frozen_head_has_a_sheet_of_its_own() -> None:
    def listed(number: str) -> Table:
        rows = (Row((number, "甲" * 200)), *(Row((str(8027 + n), "乙")) for n in range(15)))
        return Table((Column("工号"), Column("说明")), rows, frozen=True, filters=True)

    made = replace(document(), blocks=(Heading("成员/一"), listed("0026"), Heading("成员/一"), listed("0027")))
    book = load_workbook(io.BytesIO(render(made, "xlsx")))
    assert book.sheetnames == ["班组日报", "成员 一", "成员 一 2", "版本"]
    assert book["班组日报"].freeze_panes is None
    for name, number in (("成员 一", "0026"), ("成员 一 2", "0027")):
        sheet = book[name]
        assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A2", "A1:B17", "$1:$1")
        assert (sheet["A2"].value, sheet["A2"].number_format, sheet["A2"].data_type) == (number, "@", "s")
        assert sheet.print_area == f"'{name}'!$A$1:$B$17"
        assert sheet.page_setup.orientation == "portrait"


def table_of(rows: int, *columns: Column) -> Table:
    return Table(columns, tuple(Row(tuple(str(8000 + n) for _ in columns)) for n in range(rows)), "rows", True, True)


def test_a_small_table_stays_among_the_words() -> None:
    """Eight stars had a sheet of their own, and the first page of the report nothing but where to look for them."""
    made = replace(document(), blocks=(Heading("明星"), table_of(8, Column("工号"), Column("得分", number=True))))
    book = load_workbook(io.BytesIO(render(made, "xlsx")))
    assert book.sheetnames == ["班组日报", "版本"]
    assert book["班组日报"].freeze_panes is None
    assert book["班组日报"].auto_filter.ref is None


def test_a_report_that_is_one_table_is_one_sheet() -> None:
    blocks = (Heading("汇总"), table_of(30, Column("工号"), Column("得分", number=True)), Note("说明在后"))
    book = load_workbook(io.BytesIO(render(replace(document(), blocks=blocks), "xlsx")))
    sheet = book["班组日报"]
    assert book.sheetnames == ["班组日报", "版本"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A4", "A3:B33", "$3:$3")
    assert sheet["A34"].value == "说明在后"


def test_figures_written_as_words_are_figures_in_a_workbook() -> None:
    """``98.9`` was text, which a spreadsheet neither sorts nor adds up. Numbers of persons stay text."""
    columns = (Column("工号"), *(Column(name, number=True) for name in ("得分", "占比", "名次", "变化")))
    rows = (Row(("0026", "98.0", "12.5%", "1–3", "−0.4")), Row(("0027", "—", "3%", "2", "+1.2")))
    sheet = load_workbook(io.BytesIO(render(replace(document(), blocks=(Table(columns, rows),)), "xlsx"))).worksheets[0]
    found = {cell.value: cell.number_format for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert found[98.0] == "0.0"
    assert (found[0.125], found[0.03]) == ("0.0%", "0.0%")
    assert (found[-0.4], found[1.2]) == ("0.0", "0.0")
    assert {"0026", "0027", "1–3", "2", "—"} <= {value for value in found if isinstance(value, str)}


def test_figures_stand_right_in_word_files_and_pages_are_numbered() -> None:
    blocks = (
        Table((Column("工号"), Column("得分", number=True)), (Row(("8026", "98.0")),)),
        Heading("答案", page=True),
    )
    words = docx.Document(io.BytesIO(render(replace(document(), blocks=blocks), "docx")))
    number, score = words.tables[0].rows[1].cells
    assert (number.paragraphs[0].alignment, score.paragraphs[0].alignment) == (None, WD_ALIGN_PARAGRAPH.RIGHT)
    foot = words.sections[0].footer.paragraphs[0]._p.xml
    assert 'w:instr="PAGE"' in foot
    assert 'w:instr="NUMPAGES"' in foot
    assert next(p for p in words.paragraphs if p.text == "答案").paragraph_format.page_break_before
    assert 'w:eastAsia="zh-CN"' in words.styles.element.xml


def test_a_page_names_every_figure_and_breaks_no_interval() -> None:
    """A phone shows the cells of a row below each other, where 「135 98.9 97.1–98.6」 means nothing without names."""
    columns = (
        Column("坐席", look="first"),
        Column("得分率", number=True),
        Column("较上期（同口径）"),
        Column("备注", look="wide"),
    )
    table = Table(columns, (Row(("李华", "98.9", "+1.4（+0.6 至 +2.1），分不出", "好（没有数字）")),))
    page = render_html(replace(document(), blocks=(table,)))
    for words in (
        '<td class="num" data-k="得分率">98.9</td>',
        (
            '<td data-k="较上期（同口径）">+1.4<wbr><span class="nowrap">（+0.6 至 +2.1）</span>，<wbr>'
            '<span class="nowrap">分不出</span></td>'
        ),
        '<td class="first">李华</td>',
        '<td class="wide">好（没有数字）</td>',
        '<th class="nowrap">坐席</th><th class="num nowrap">得分率</th><th>较上期（同口径）</th>',
    ):
        assert words in page, words


def test_the_last_day_of_a_control_chart_is_named_within_the_picture() -> None:
    """Words to the right of the last cross stood outside: 「03-2」 was all of ``03-20 96.0``."""
    points = tuple((f"03-{n:02}", 96.0 if n == 20 else 97.5, 97.0, 98.0, n == 20) for n in range(1, 21))
    drawn = str(CHARTS["control"](Control(points, 97.5), ""))
    assert re.search(r'<text [^>]*class="end small strong"[^>]*>03-20 96\.0</text>', drawn)


def test_a_workbook_says_the_figures_of_pictures() -> None:
    heat = HeatMap(("李华", "陈静*"), ("静默", "忌语"), (((12.34, "12"), None), ((0.0, ""), (3.0, "3"))))
    trend = Trend((Spot("03-02", 96.44, 95.0, 98.0, calls=12), Spot("03-03", 80.0, calls=2)), "%", ((1, "规则改版"),))
    control = Control((("03-02", 96.0, 95.0, 97.0, False),), 96.0)
    charts = (
        Heading("热力"),
        Chart("heat", heat),
        Heading("走势"),
        Chart("many-trend", trend),
        Chart("control", control),
    )
    book = load_workbook(io.BytesIO(render(replace(document(), blocks=charts), "xlsx")))
    said = [tuple(value for value in row if value is not None) for row in book["班组日报"].values]
    for row in (("静默", "忌语"), ("李华", 12.3), ("陈静*", 0, 3)):
        assert row in said, row
    assert ("03-02", 96.4, "95.0–98.0", 12) in said
    assert ("03-03", 80, "通话太少", 2, "规则改版") in said
    words = docx.Document(io.BytesIO(render(replace(document(), blocks=charts), "docx")))
    assert not words.tables  # Word draws the pictures themselves
    assert len(words.inline_shapes) == 3
    assert all(shape.height < 25 * 360_000 for shape in words.inline_shapes)  # on one upright page
    assert ("此处的图见网页。", None) in [row[:2] for row in book["班组日报"].values]


def test_without_a_table_of_its_own_csv_has_the_longest_block() -> None:
    rows = list(csv.reader(io.StringIO(render(document(), "csv").decode("utf-8-sig"), newline="")))
    assert rows[0] == ["工号", "得分", "说明"]
    assert rows[1] == ["8026", "91.5", "'" + EVIL]


def test_json_is_what_the_report_says() -> None:
    assert json.loads(render(document(), "json")) == {"version": 1, "kind": "team_day", "team": "一组", "calls": 12}


def test_a_cut_scale_has_dots_and_a_whole_one_columns() -> None:
    def drawn(value: float) -> str:
        spots = (Spot("9时", value, value - 1, value + 1), Spot("10时", value + 0.5, value - 0.5, value + 1.5))
        return str(CHARTS["bars"](Bars(spots, "%"), ""))

    assert ("column" in drawn(5.0), "dot" in drawn(5.0)) == (True, False)
    assert ('class="column"' in drawn(96.0), "dot" in drawn(96.0)) == (False, True)


def test_a_long_title_above_a_heat_map_is_said_to_be_cut() -> None:
    heat = HeatMap(("李华",), ("客户激动而坐席没有热情体谅的话", "等待前请客户稍等"), (((1.0, "1"), (2.0, "2")),))
    drawn = str(CHARTS["heat"](heat, ""))
    assert "客户激动而坐席没有热情体…" in drawn
    assert "等待前请客户稍等" in drawn
