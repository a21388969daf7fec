"""Names from outside: whatever bytes they have, they are shown, stored and made into ids and file names."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.service.intake.facts import call_id
from qa_engine.service.intake.filenames import id_of_file, last_part, readable
from qa_engine.service.reporting.reports import file_name


@pytest.mark.parametrize(
    ("raw", "shown"),
    [(b"a.wav", "a.wav"), ("投诉".encode(), "投诉"), ("投诉".encode("gb18030"), "投诉"), (b"\xff", "�")],
)
def test_readable(raw: bytes, shown: str) -> None:
    assert readable(os.fsdecode(raw)) == shown


@pytest.mark.parametrize(
    ("source", "name"), [("a/b.wav", "b.wav"), ("C:\\x\\b.wav", "b.wav"), ("a\nb\0.wav", "a�b�.wav")]
)
def test_last_part(source: str, name: str) -> None:
    assert last_part(source) == name


@given(st.binary(min_size=1, max_size=255).filter(lambda raw: not {0, 47} & set(raw)))
def test_every_file_name_gives_an_id_that_is_allowed(raw: bytes) -> None:
    assert call_id(id_of_file(Path(os.fsdecode(raw)))) == id_of_file(Path(os.fsdecode(raw)))


@pytest.mark.parametrize("agent", ["8026", "a/b", "../x", "字" * 200, "工号 " * 60, "." * 300])
def test_every_agent_has_a_file_name(agent: str) -> None:
    name = f"{file_name(agent)}_2026-03-01_2026-03-31.xlsx"
    assert len(name.encode()) <= 255
    assert "/" not in name
    assert not name.startswith(".")


def test_long_names_stay_different() -> None:
    assert file_name("字" * 200) != file_name("字" * 201)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("20260302091522_13800000000_8026.wav", "20260302091522_138xxxx0000_8026"),
        ("out-8026-010-62345678-20260302.wav", "out-8026-010-xxxxxx78-20260302"),
        ("c-20260302-091522-8026.wav", "c-20260302-091522-8026"),
        ("SF1391234567890.wav", "SF1391234567890"),
    ],
)
def test_an_id_out_of_a_file_name_hides_the_customers_number(name: str, call: str) -> None:
    assert id_of_file(Path(name)) == call
