"""Transcripts in CSV, XLSX and DOCX, as other programs and typists hand them on."""

import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest

from qa_engine.contract import iter_transcripts, read_transcripts
from qa_engine.domain import Speaker
from qa_engine.errors import TranscriptError

A, C = Speaker.AGENT, Speaker.CUSTOMER
SAID = [("坐席", "您好，请问有什么可以帮您？"), ("客户", "不行，我要退款"), ("坐席", "好的，再见")]


def told(path: Path) -> list[tuple[Speaker, str]]:
    (found,) = read_transcripts(path)
    return [(turn.speaker, turn.text) for turn in found.turns]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_with_any_mark_and_encoding(tmp_path: Path, mark: str, encoding: str) -> None:
    path = tmp_path / "call.csv"
    rows = [("序号", "角色", "内容"), *((str(n), who, f'"{said}"') for n, (who, said) in enumerate(SAID))]
    path.write_bytes("\r\n".join(mark.join(row) for row in rows).encode(encoding))
    assert told(path) == [(A, SAID[0][1]), (C, SAID[1][1]), (A, SAID[2][1])]


def test_times_are_taken_where_their_unit_is_sure(tmp_path: Path) -> None:
    path = tmp_path / "call.csv"
    for heading, first, second, start in (
        ("开始时间,结束时间", "00:00:01,00:00:03", "00:00:04.5,00:00:06", 4.5),
        ("开始时间(毫秒),结束时间(毫秒)", "1000,3000", "4500,6000", 4.5),
        ("start(s),end(s)", "1.0,3.0", "4.5,6", 4.5),
        ("开始时间,结束时间", "1000,3000", "4500,6000", None),
        (
            "开始时间,结束时间",
            "2026-03-02 09:15:22,2026-03-02 09:15:24",
            "2026-03-02 09:15:25,2026-03-02 09:15:29",
            None,
        ),
    ):
        path.write_text(f"{heading},说话人,文本\n{first},客服,您好\n{second},客户,你好\n", encoding="utf-8")
        (found,) = read_transcripts(path)
        assert found.turns[1].start == start, heading
        assert ("times_unread" in found.warnings) == (start is None)


def test_one_table_may_hold_many_calls(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    rows = "通话编号,角色,内容\nC1,坐席,您好\n,客户,喂\nC2,坐席,您好\nC1,坐席,再见\n"
    path.write_text(rows, encoding="utf-8")
    found = list(read_transcripts(path))
    assert [(one.call.call_id, len(one.turns)) for one in found] == [("C1", 3), ("C2", 1)]


def test_workbooks_and_word_files(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    sheet = book.create_sheet("对话")
    for row in (["导出"], ["说话人", "对话内容"], *SAID):
        sheet.append(list(row))
    book.save(tmp_path / "call.xlsx")
    words, table = docx.Document(), docx.Document()
    for who, said in SAID:
        words.add_paragraph(f"{who}：{said}")
    grid = table.add_table(rows=0, cols=2)
    for row in (("角色", "内容"), *SAID):
        for cell, text in zip(grid.add_row().cells, row, strict=True):
            cell.text = text
    words.save(str(tmp_path / "words.docx"))
    table.save(str(tmp_path / "table.docx"))
    expected = [(A, SAID[0][1]), (C, SAID[1][1]), (A, SAID[2][1])]
    assert all(told(tmp_path / name) == expected for name in ("call.xlsx", "words.docx", "table.docx"))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("list.csv", "file,agent_id\na.wav,8026\n", "--manifest"),
        ("empty.csv", "", "角色"),
        ("head.csv", "角色,内容\n", "no turn below"),
        ("cut.xlsx", "PK\x03\x04", "save it anew"),
        ("cut.docx", "no zip", "save it anew"),
        ("old.doc", "x", ".docx"),
        ("old.xls", "x", ".xlsx"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(tmp_path: Path, name: str, content: str, words: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    (error,) = iter_transcripts(tmp_path / name)
    assert isinstance(error, TranscriptError)
    assert words in str(error)


def test_cells_that_no_reader_takes_are_told_and_no_number_is_no_time(tmp_path: Path) -> None:
    path = tmp_path / "call.csv"
    path.write_text('角色,内容\n坐席,"' + "好" * 200_000 + '"\n', encoding="utf-8")
    with pytest.raises(TranscriptError, match="no CSV that can be read"):
        list(read_transcripts(path))
    path.write_text("角色,内容,start(s)\n坐席,您好,nan\n客户,喂,inf\n", encoding="utf-8")
    (found,) = read_transcripts(path)
    assert [turn.start for turn in found.turns] == [None, None]


@pytest.mark.parametrize("at", [20, 60, 200])
def test_a_workbook_or_word_file_damaged_in_its_packing_is_a_fault(tmp_path: Path, at: int) -> None:
    for suffix in (".xlsx", ".docx"):
        path = tmp_path / f"call{suffix}"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("[Content_Types].xml", "".join(f"<a b='{n * n}'/>" for n in range(200)))
        data = bytearray(path.read_bytes())
        data[at + 40 : at + 60] = b"\xff" * 20
        path.write_bytes(data)
        with pytest.raises(TranscriptError, match=rf"call\{suffix}: not a"):
            list(read_transcripts(path))
