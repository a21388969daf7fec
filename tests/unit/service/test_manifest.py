"""Manifests: usable rows with their place, and every fault of the file at once."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from qa_engine.errors import ManifestError
from qa_engine.service.intake.facts import read_facts
from qa_engine.service.intake.manifest import Manifest, read_manifest

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inner = tmp_path / "calls"
    inner.mkdir()
    for name in ("a.wav", "b.wav"):
        (inner / name).write_text(name)
    (tmp_path / "outside.wav").write_text("outside")
    (inner / "link.wav").symlink_to(tmp_path / "outside.wav")
    (inner / "loop.wav").symlink_to(inner / "loop.wav")
    (inner / "sub").mkdir()
    return inner


def read(folder: Path, text: str, name: str = "manifest.csv", encoding: str = "utf-8") -> Manifest:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return read_manifest(path, zone=ZONE)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_csv(folder: Path, encoding: str, ending: str) -> None:
    text = ending.join(["file,call_id,agent_name", "a.wav,c-1,李华", "", "b.wav,c-2,王敏", ""])
    manifest = read(folder, text, encoding=encoding)
    assert manifest.faults == ()
    assert [(entry.line, entry.file.name, entry.facts.agent.name) for entry in manifest.entries] == [
        (2, "a.wav", "李华"),
        (4, "b.wav", "王敏"),
    ]


def test_a_quoted_cell_may_hold_lines_and_lines_are_counted_on(folder: Path) -> None:
    manifest = read(folder, 'file,call_id,note\na.wav,c-1,"one\ntwo"\nnope.wav,c-2,\n')
    assert manifest.entries[0].facts.metadata == {"note": "one\ntwo"}
    assert [fault.line for fault in manifest.faults] == [4]


def test_json_lines(folder: Path) -> None:
    rows = [{"file": "a.wav", "call_id": "c-1", "hold": [[3.0, 9.5]]}, {"file": "b.wav"}]
    manifest = read(folder, "\n".join(map(json.dumps, rows)), "manifest.jsonl")
    assert manifest.faults == ()
    assert manifest.entries[0].facts.metadata == {"hold": [[3.0, 9.5]]}
    assert manifest.entries[1].facts.call_id is None


@pytest.mark.parametrize(
    ("row", "subject", "words"),
    [
        ("nope.wav,c-1", "file", "no such file"),
        ("../outside.wav,c-1", "file", "leads out"),
        ("sub/../../outside.wav,c-1", "file", "leads out"),
        ("..\\outside.wav,c-1", "file", "leads out"),
        ("/etc/hostname,c-1", "file", "relative"),
        ("C:\\calls\\a.wav,c-1", "file", "relative"),
        ("link.wav,c-1", "file", "leads out"),
        ("loop.wav,c-1", "file", "no"),
        ("sub,c-1", "file", "not a file"),
        (",c-1", "file", "no file"),
        ("a.wav,", "call_id", "empty"),
        ("a.wav,x/y", "call_id", "call id"),
        ("a.wav,c-1,extra", None, "3 cells"),
    ],
)
def test_a_faulty_row_is_told_and_the_next_is_read(folder: Path, row: str, subject: str | None, words: str) -> None:
    manifest = read(folder, f"file,call_id\n{row}\nb.wav,c-2\n")
    (fault,) = manifest.faults
    assert (fault.line, fault.subject) == (2, subject)
    assert words in fault.message
    assert [entry.file.name for entry in manifest.entries] == ["b.wav"]


def test_all_faults_are_told_at_once(folder: Path) -> None:
    manifest = read(folder, "file,call_id,started_at,csat\nnope.wav,c-1,x,y\na.wav,c-1,,\nb.wav,c-1,,\n")
    assert [(fault.line, fault.subject) for fault in manifest.faults] == [
        (2, "csat"),
        (2, "started_at"),
        (2, "file"),
        (3, "call_id"),
        (4, "call_id"),
    ]
    assert manifest.faulty_files == {(folder / "a.wav").resolve(), (folder / "b.wav").resolve()}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("speech,id\na.wav,1\n", "column file is missing; there are: speech, id"),
        ("file,call_id,call_id\n", "twice"),
        ("file,,call_id\n", "without a name"),
        ("file\0", "not a text file"),
    ],
)
def test_a_file_that_is_no_manifest(folder: Path, text: str, words: str) -> None:
    with pytest.raises(ManifestError, match=words):
        read(folder, text)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"file": "a.wav"', "not JSON"),
        ("[1]", "JSON object"),
        ('{"file": "a.wav", "file": "b.wav"}', "twice"),
        ('{"file": "a.wav", "csat": NaN}', "no number"),
        ('{"file": 7}', "no file"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_faulty_json_lines(folder: Path, line: str, words: str) -> None:
    manifest = read(folder, f'{line}\n{{"file": "b.wav"}}\n', "manifest.jsonl")
    (fault,) = manifest.faults
    assert fault.line == 1
    assert words in fault.message
    assert len(manifest.entries) == 1


def test_a_missing_manifest_is_said(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(tmp_path / "none.csv", zone=ZONE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.text(max_size=80), st.sampled_from(["manifest.csv", "manifest.jsonl"]))
def test_no_text_crashes_the_reader_or_leaves_the_folder(folder: Path, text: str, name: str) -> None:
    path = folder / name
    path.write_bytes(("file,call_id\n" * name.endswith("csv") + text).encode("utf-8", "surrogatepass"))
    try:
        manifest = read_manifest(path, zone=ZONE)
    except ManifestError:
        return
    assert all(entry.file.resolve().is_relative_to(folder.resolve()) for entry in manifest.entries)


ROW = ("a.wav", "0026", "李华", "2026/3/2 9:15", "呼入", "左")
ENGLISH = ("file", "agent_id", "agent_name", "started_at", "direction", "agent_channel")
CHINESE = ("录音文件", "工号", "坐席姓名", "通话开始时间", "呼叫方向", "坐席声道")


@pytest.mark.parametrize("heads", [ENGLISH, CHINESE, ("文件名", "坐席工号", "姓名", "开始时间", "方向", "声道")])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("tail", ["", 2])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-16"])
def test_tables_as_spreadsheets_write_them(
    folder: Path, heads: tuple[str, ...], mark: str, tail: int | str, encoding: str
) -> None:
    end = mark * (tail or 0)
    text = "\r\n".join([mark.join(heads) + end, mark.join(ROW) + end, ""])
    manifest = read(folder, text, encoding=encoding)
    assert manifest.faults == ()
    (entry,) = manifest.entries
    facts = entry.facts
    assert (entry.file.name, facts.agent.id, facts.agent.name) == ("a.wav", "0026", "李华")
    assert facts.started_at is not None
    assert facts.started_at.isoformat() == "2026-03-02T09:15:00+08:00"
    assert (facts.direction, facts.agent_channel) == ("inbound", "left")


def test_a_centre_has_headings_of_its_own(folder: Path) -> None:
    path = folder / "manifest.csv"
    path.write_text("话务员号,录音名,工号\n8026,a.wav,x\n", encoding="utf-8")
    own = {"话务员号": "agent_id", "录音名": "file", "工号": "second_id"}
    (entry,) = read_manifest(path, zone=ZONE, columns=own).entries
    assert (entry.facts.agent.id, entry.facts.metadata) == ("8026", {"second_id": "x"})


def test_two_headings_for_one_column_are_told(folder: Path) -> None:
    with pytest.raises(ManifestError, match="the column agent_id is there twice"):
        read(folder, "文件,工号,坐席工号\na.wav,1,2\n")


def test_numbers_that_a_spreadsheet_made_text_of(folder: Path) -> None:
    (entry,) = read(folder, 'file,agent_id\na.wav,"=""0026"""\n').entries
    assert entry.facts.agent.id == "0026"


def test_a_manifest_that_cannot_be_read_to_its_end_says_so(folder: Path) -> None:
    manifest = read(folder, 'file,agent_id\na.wav,1\nb.wav,"2\n')
    assert not manifest.whole
    assert [entry.file.name for entry in manifest.entries] == ["a.wav"]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("2026/3/2 下午 3:15:00", "2026-03-02T15:15:00+08:00"),
        ("2026年3月2日 上午9:15", "2026-03-02T09:15:00+08:00"),
        ("2026-03-02 上午 12:05", "2026-03-02T00:05:00+08:00"),
        ("2026-03-02 下午 12:05", "2026-03-02T12:05:00+08:00"),
        ("46083.38541667", "2026-03-02T09:15:00+08:00"),
    ],
)
def test_moments_as_spreadsheets_write_them(folder: Path, cell: str, told: str) -> None:
    (entry,) = read(folder, f"file,started_at\na.wav,{cell}\n").entries
    assert entry.facts.started_at is not None
    assert entry.facts.started_at.isoformat() == told


def test_a_name_without_its_suffix_is_the_one_file_of_that_name(folder: Path) -> None:
    (entry,) = read(folder, "file,agent_id\na,1\n").entries
    assert entry.file.name == "a.wav"
    (folder / "a.mp3").write_bytes(b"")
    (fault,) = read(folder, "file,agent_id\na,1\n").faults
    assert fault.message == "'a': no such file"


@pytest.mark.parametrize(
    "text",
    [
        "三月录音清单\nfile,call_id\na.wav,c-1\n",
        "顺达客服中心;;\n导出时间：2026-03-02;;\n\n录音文件;通话编号\na.wav;c-1\n",
        "清单,,,\n录音文件\t通话编号\na.wav\tc-1\n",
        '"清单, 三月"\n"file","call_id"\n"a.wav","c-1"\n',
    ],
)
def test_titles_above_the_headings_are_passed_over(folder: Path, text: str) -> None:
    manifest = read(folder, text)
    assert manifest.faults == ()
    assert [(entry.file.name, entry.facts.call_id) for entry in manifest.entries] == [("a.wav", "c-1")]


@pytest.mark.parametrize(
    ("text", "order", "told"),
    [
        ("03/02/2026 09:15", "dmy", "2026-02-03T09:15"),
        ("03/02/2026 09:15", "mdy", "2026-03-02T09:15"),
        ("25/02/2026 9:15", None, "2026-02-25T09:15"),
        ("02-25-2026 09:15:30", None, "2026-02-25T09:15"),
        ("02.02.2026 9:15 PM", None, "2026-02-02T21:15"),
        ("2026/3/2 下午 9:15", None, "2026-03-02T21:15"),
        ("２０２６-03-02 09:15", None, "2026-03-02T09:15"),
        ("2026.3.2 12:05 am", None, "2026-03-02T00:05"),
        ("03/02/2026 09:15", None, None),
        ("25/02/2026 09:15", "mdy", None),
    ],
)
def test_dates_with_the_year_behind_are_read_as_the_centre_says_or_told(
    text: str, order: str | None, told: str | None
) -> None:
    facts, faults = read_facts({"started_at": text}, where="m", line=2, zone=ZONE, dates=order)
    assert (facts.started_at.isoformat()[:16] if facts.started_at else None) == told
    assert bool(faults) is (told is None)
    if order is None and told is None:
        assert "QA_DATE_ORDER" in faults[0].message


def test_a_workbook_is_read_like_the_csv_it_would_be(folder: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    began = datetime(2026, 3, 2, 9, 15)  # noqa: DTZ001  # a cell knows no zone
    sheet.append(["三月录音清单"])
    sheet.append([])
    sheet.append(["录音文件", "通话编号", "工号", "开始时间", None])
    sheet.append(["a.wav", "c-1", 26, began, None])
    sheet.append(["b.wav", "c-2", "0026", "2026/3/2 9:16", None])
    path = folder / "manifest.xlsx"
    book.save(path)
    manifest = read_manifest(path, zone=ZONE)
    assert manifest.faults == ()
    told = [(e.line, e.file.name, e.facts.call_id, e.facts.agent.id, str(e.facts.started_at)) for e in manifest.entries]
    assert told == [
        (4, "a.wav", "c-1", "26", "2026-03-02 09:15:00+08:00"),
        (5, "b.wav", "c-2", "0026", "2026-03-02 09:16:00+08:00"),
    ]


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0 with a password"])
def test_what_is_no_workbook_is_told(folder: Path, content: bytes) -> None:
    (folder / "manifest.xlsx").write_bytes(content)
    with pytest.raises(ManifestError, match="save it as CSV"):
        read_manifest(folder / "manifest.xlsx", zone=ZONE)
