"""Forms as workbooks, CSV and JSON: safe to open, equal byte for byte, nothing left out."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from qa_engine.domain import Agent
from qa_engine.reports import (
    AgentReport,
    CallForm,
    Document,
    UncountedCall,
    agent_document,
    agent_report,
    call_document,
    call_form,
)
from qa_engine.reports.document import FINE, Fact, Facts, Sheet
from qa_engine.reports.render import MEDIA_TYPES, Format, render
from qa_engine.reports.render.csv import write_table
from qa_engine.reports.render.workbook import PLAIN, Book, write_cell
from qa_engine.text import writable


def lay_out(report: CallForm | AgentReport) -> Document:
    return call_document(report) if isinstance(report, CallForm) else agent_document(report)


FORMULAS = ['=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]


def form(build: ModuleType) -> CallForm:
    return call_form(build.transcript(), build.result(), audio_url="/a.wav")


def report(build: ModuleType) -> AgentReport:
    uncounted = [UncountedCall("c-9", "录音无声")]
    return agent_report(Agent("8026", "李华", "一组"), build.month_of_calls(), uncounted=uncounted)


def texts(data: bytes) -> str:
    book = load_workbook(io.BytesIO(data))
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)


@pytest.mark.parametrize("fmt", list(MEDIA_TYPES))
def test_the_same_report_gives_the_same_bytes(build: ModuleType, fmt: Format) -> None:
    for make in (form, report):
        assert render(lay_out(make(build)), fmt) == render(lay_out(make(build)), fmt)


def test_no_clock_is_written_into_a_workbook(build: ModuleType) -> None:
    with zipfile.ZipFile(io.BytesIO(render(lay_out(form(build)), "xlsx"))) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2020, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count("2020-01-01T00:00:00Z") == 2


def test_the_workbook_holds_the_form(build: ModuleType) -> None:
    said = texts(render(lay_out(form(build)), "xlsx"))
    for words in (
        "服务质量综合考评表", "演示识别模型", "李华 8026", "使用服务忌语「不行」", "坐席前 2 个话轮", "相似度 56",
        "139****5678", "未参与检查", "质检员签名、日期", "疑1", "attitude.overpromise", "base@sha256:" + "5e" * 32,
    ):  # fmt: skip
        assert words in said, words
    assert build.PHONE not in said


def test_the_workbook_of_an_agent_holds_the_report(build: ModuleType) -> None:
    said = texts(render(lay_out(report(build)), "xlsx"))
    for words in ("坐席质检报告", "大致 ", "服务忌语", "目标：", "录音无声", "c-0001"):
        assert words in said, words


def test_sheets_are_ready_to_print(build: ModuleType) -> None:
    book = load_workbook(io.BytesIO(render(lay_out(form(build)), "xlsx")))
    assert book.sheetnames == ["考评表", "通话文本", "检查清单", "版本"]
    assert [sheet.title for sheet in book if sheet.sheet_state != "visible"] == ["版本"]  # nobody prints digests
    assert not book["版本"].print_area  # LibreOffice prints what a hidden sheet names as its area
    for sheet in book.worksheets[:-1]:
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.fitToHeight == (2 if sheet.title == "考评表" else 0)
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_area.endswith(str(sheet.max_row))
    assert book["考评表"].page_setup.orientation == "portrait"
    assert not any("sha256" in str(cell.value) for row in book["考评表"].iter_rows() for cell in row)
    assert book["通话文本"].freeze_panes == "A2"


def test_the_form_holds_all_that_is_signed(build: ModuleType) -> None:
    """Also where each deduction was heard: the form is what an agent is handed."""
    sheet = load_workbook(io.BytesIO(render(lay_out(form(build)), "xlsx")))["考评表"]
    said = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    head, signed = said.index("扣分与待复核的依据"), said.index("质检员评语与确认")
    assert head < next(n for n, one in enumerate(said) if one.startswith("坐席「")) < signed


def test_scores_and_points_are_numbers(build: ModuleType) -> None:
    sheet = load_workbook(io.BytesIO(render(lay_out(form(build)), "xlsx")))["检查清单"]
    points = [row[4].value for row in sheet.iter_rows(min_row=2)]
    assert points[:3] == [-2, -3, -6]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_is_never_a_formula(text: str) -> None:
    cell = Workbook().active["A1"]  # type: ignore[index]
    write_cell(cell, text, PLAIN)
    assert (cell.data_type, cell.quotePrefix, cell.value) == ("s", True, text)
    rows = list(csv.reader(io.StringIO(write_table(("列",), [(text,)]).decode("utf-8-sig"), newline="")))
    assert rows[1] == ["'" + text]


def test_a_formula_spoken_in_a_call_stays_text_in_the_file(build: ModuleType) -> None:
    transcript = build.transcript()
    evil = "=1+1"
    turns = (replace(transcript.turns[0], text=evil), *transcript.turns[1:])
    data = render(lay_out(call_form(replace(transcript, turns=turns), build.result(rules=()))), "xlsx")
    cell = load_workbook(io.BytesIO(data))["通话文本"]["E2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (evil, "s", True)


def test_control_characters_and_endless_text_do_not_break_a_workbook() -> None:
    book = Book("标题\x01")
    book.sheet("表", (10,)).add(("a\x00\x0bb" + "字" * 40_000,))
    value = load_workbook(io.BytesIO(book.to_bytes())).active["A1"].value  # type: ignore[index]
    assert value.startswith("ab字")
    assert len(value) == 32_000


@settings(max_examples=25)
@given(st.text(max_size=30))
def test_any_text_survives_a_csv(text: str) -> None:
    rows = list(csv.reader(io.StringIO(write_table(("列",), [(text, 1.5)]).decode("utf-8-sig"), newline="")))
    assert rows[1][0].removeprefix("'") == writable(text).removeprefix("'")
    assert rows[1][1] == "1.5"
    assert not rows[1][0].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_csv_of_a_call_has_every_rule_and_every_hit(build: ModuleType) -> None:
    data = render(lay_out(form(build)), "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert {row["规则"] for row in rows} == {rule.id for rule in build.result().rules}
    refusal = [row for row in rows if row["规则"] == "forbidden.refusal"]
    assert [(row["原话"], row["扣分"], row["时间"]) for row in refusal] == [
        ("不行", "-6", "00:35"), ("不归我管", "-6", "00:39"), ("没有办法", "-6", "00:49"),
    ]  # fmt: skip


def test_csv_of_an_agent_has_every_call(build: ModuleType) -> None:
    rows = list(csv.DictReader(io.StringIO(render(lay_out(report(build)), "csv").decode("utf-8-sig"), newline="")))
    assert [row["通话编号"] for row in rows][-1] == "c-9"
    assert len(rows) == 10
    assert (rows[-1]["计分"], rows[-1]["未计分原因"]) == ("否", "录音无声")
    assert rows[0]["得分率（%）"] == "100"


@pytest.mark.parametrize("make", [form, report])
def test_json_is_the_data_of_the_form(build: ModuleType, make: object) -> None:
    made = make(build)  # type: ignore[operator]
    data = json.loads(render(lay_out(made), "json"))
    assert (data["version"], data["kind"]) == (1, "call_form" if isinstance(made, CallForm) else "agent_report")
    assert data["title"] == made.title
    assert build.PHONE not in json.dumps(data)


@pytest.mark.parametrize(("rows", "pages"), [(20, 1), (50, 1), (90, 2), (300, 2)])
def test_a_form_takes_a_page_or_two(build: ModuleType, rows: int, pages: int) -> None:
    facts = tuple(Fact("项目", f"第 {n} 项，一直到这一行的末尾才写完" * 2) for n in range(rows))
    made = replace(lay_out(form(build)), sheets=(Sheet("表", FINE, (Facts(facts),), fine=True, form=True),))
    book = load_workbook(io.BytesIO(render(made, "xlsx")))
    assert book["表"].page_setup.fitToHeight == pages
