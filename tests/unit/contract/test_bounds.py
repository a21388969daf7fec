"""Small files that would have somebody count or copy without end: read in one pass, or refused with what to do."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn

from qa_engine.contract import read_transcripts, workbooks
from qa_engine.contract.labels import join_lines
from qa_engine.errors import ManifestError, TranscriptError
from qa_engine.service.intake.sheets import sheet_text

MANY = 100_000
VTT, SRT = "WEBVTT\n\n00:00.000 --> 00:50.000\n", "1\n00:00:00,000 --> 00:00:50,000\n"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ((), ""), (("",), ""), (("一", "二"), "一二"), (("one", "two"), "one two"), (("one", "二"), "one二"),
        (("一", "two", "three"), "一two three"), (("", "a", "", "b"), "a b"), (("a", "。", "b"), "a。b"),
    ],
)  # fmt: skip
def test_lines_of_one_turn(lines: tuple[str, ...], text: str) -> None:
    assert join_lines(lines) == text


@pytest.mark.timeout(120)  # each took minutes when every line was copied behind all before it
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lines.txt", "坐席：您好\n" + "不行\n" * MANY),
        ("lines.srt", f"{SRT}坐席：您好\n" + "不行\n" * MANY),
        ("lines.vtt", f"{VTT}<v 坐席>您好\n" + "不行\n" * MANY),
        ("blocks.vtt", f"{VTT}<v 坐席>您好\n\n" + "不行\n\n" * MANY),
        ("chat.txt", "客服小李 2026-03-02 10:00:00\n您好\n" + "不行\n" * MANY),
    ],
)
def test_a_turn_of_very_many_lines_is_read_in_one_pass(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    (found,) = read_transcripts(tmp_path / name)
    assert [turn.text for turn in found.turns] == ["您好" + "不行" * MANY]


@pytest.mark.timeout(120)
def test_voices_that_are_never_closed_are_read_in_one_pass(tmp_path: Path) -> None:
    (tmp_path / "tags.vtt").write_text(VTT + "<v 坐席" * MANY + ">您好\n", encoding="utf-8")
    (found,) = read_transcripts(tmp_path / "tags.vtt")
    assert found.turns[-1].text.endswith("您好")


Read = Callable[[Path], object]
READERS = [
    (lambda path: list(read_transcripts(path)), TranscriptError),
    (sheet_text, ManifestError),
]


@pytest.mark.parametrize(("read", "error"), READERS)
def test_a_cell_far_below_counts_for_the_rows_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Read, error: type[Exception]
) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 1000)
    path = tmp_path / "call.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["角色", "内容"])
    book.active.append(["坐席", "您好"])
    book.active.cell(1000, 1, "客户")
    book.active.cell(1000, 2, "喂")
    book.save(path)
    assert read(path)
    book.active.cell(1001, 2, "还在")
    book.save(path)
    with pytest.raises(error, match="more than 1,000 rows"):
        read(path)


def test_the_rows_of_all_sheets_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 1000)
    book = openpyxl.Workbook()
    for _ in range(4):
        book.create_sheet().cell(300, 1, "x")
    book.save(tmp_path / "call.xlsx")
    with pytest.raises(TranscriptError, match="more than 1,000 rows"):
        list(read_transcripts(tmp_path / "call.xlsx"))


@pytest.mark.parametrize(("read", "error"), READERS)
def test_what_unfolds_to_too_much_is_not_unfolded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Read, error: type[Exception]
) -> None:
    monkeypatch.setattr(workbooks, "MOST_BYTES", 5 << 20)
    path = tmp_path / "call.xlsx"
    openpyxl.Workbook().save(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/more.xml", bytes(6 << 20))
    with pytest.raises(error, match="larger than 5 MB unpacked"):
        read(path)


def test_a_joined_cell_is_no_million_of_columns(tmp_path: Path) -> None:
    file = docx.Document()
    row = file.add_table(rows=1, cols=1).rows[0]
    row._tr.tc_lst[0].get_or_add_tcPr().get_or_add_gridSpan().set(qn("w:val"), "1000000000")
    file.save(str(tmp_path / "call.docx"))
    with pytest.raises(TranscriptError, match="more than 1000 columns"):
        list(read_transcripts(tmp_path / "call.docx"))
