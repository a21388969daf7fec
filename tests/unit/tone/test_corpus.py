"""Labelled files: what is read out of them, and every fault with its place."""

from pathlib import Path

import pytest

from qa_engine.domain import Speaker
from qa_engine.errors import LabelledFileError
from qa_engine.tone import read_own, read_reviewed


def test_our_files_are_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "customer_b.tsv").write_text("label\tgroup\ttext\nangry\tg2\t气死我了\n", encoding="utf-8")
    (tmp_path / "agent_a.tsv").write_text('label\tgroup\ttext\nwarm\tg1\t"好"的，您放心\n', encoding="utf-8")
    (tmp_path / "README.md").write_text("not data", encoding="utf-8")
    first, second = read_own(tmp_path)
    assert (first.speaker, first.label, first.text, first.group) == (Speaker.AGENT, "warm", '"好"的，您放心', "g1")
    assert (second.source, second.line) == ("customer_b.tsv", 2)


REVIEWED = {
    "a.csv": "text,speaker,label,call_id\n你快点,坐席,impatient,c-1\n",
    "a.tsv": "speaker\ttext\tlabel\tcall_id\tremark\nagent\t你快点\tImpatient\tc-1\t-\n",
    "a.jsonl": '\n{"text": "你快点", "speaker": "agent", "label": "impatient", "call_id": "c-1", "score": 3}\n',
}


@pytest.mark.parametrize("name", REVIEWED)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_centre_writes_tables_or_json_lines(tmp_path: Path, name: str, encoding: str) -> None:
    (tmp_path / name).write_text(REVIEWED[name], encoding=encoding)
    (turn,) = read_reviewed(tmp_path / name)
    assert (turn.speaker, turn.label, turn.text, turn.group) == (Speaker.AGENT, "impatient", "你快点", "c-1")


def test_a_turn_without_a_call_stands_with_equal_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "text,speaker,label\n你快点！,agent,impatient\n你快点,agent,neutral\n快点吧,agent,neutral\n", "utf-8"
    )
    first, second, third = read_reviewed(path)
    assert first.group == second.group != third.group


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", "text,label\n你,warm\n", "a.csv:1: the first line must name the columns; missing: speaker"),
        ("a.csv", "text,speaker,label\n你好,boss,warm\n", "a.csv:2: [speaker] 'boss' is no speaker"),
        ("a.csv", "text,speaker,label\n你好,agent,angry\n", "a.csv:2: [label] 'angry' is no class of the agent; known"),
        ("a.csv", "text,speaker,label\n。。,agent,warm\n", "a.csv:2: [text] no words in it"),
        ("a.csv", "text,speaker,label\n你好,agent\n", "a.csv:2: 2 cells, but the header names 3"),
        ("a.csv", 'text,speaker,label\n"你好,agent,warm\n', "a.csv:2: not a table"),
        ("a.csv", "", "a.csv: no reviewed turns in it"),
        ("a.jsonl", '{"text": "你好"\n', "a.jsonl:1: not JSON"),
        ("a.jsonl", '["你好"]\n', "a.jsonl:1: not an object"),
        ("a.jsonl", '{"text": "你好"}\n', "a.jsonl:1: [speaker] '' is no speaker"),
        ("a.txt", "你好", "a.txt: reviewed turns are read from .tsv, .csv or .jsonl"),
        ("a.csv", b"\xff\xfe\xff", "a.csv: neither UTF-8 nor GB18030 text"),
        ("a.csv", None, "a.csv: cannot be read: No such file or directory"),
    ],
)
def test_faults_name_their_place(tmp_path: Path, name: str, content: str | bytes | None, told: str) -> None:
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(LabelledFileError) as caught:
        read_reviewed(path)
    assert told in str(caught.value)


def test_all_faults_of_a_folder_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "agent_a.tsv").write_text("label\tgroup\ttext\nangry\tg\t好\nwarm\tg\t。\n", encoding="utf-8")
    (tmp_path / "boss.tsv").write_text("label\tgroup\ttext\n", encoding="utf-8")
    with pytest.raises(LabelledFileError) as caught:
        read_own(tmp_path)
    assert [(Path(f.where).name, f.line) for f in caught.value.faults] == [
        ("agent_a.tsv", 2),
        ("agent_a.tsv", 3),
        ("boss.tsv", None),
    ]


def test_a_folder_without_data_says_so(tmp_path: Path) -> None:
    with pytest.raises(LabelledFileError, match="no labelled utterances"):
        read_own(tmp_path)
