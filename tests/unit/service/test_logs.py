"""Logs carry ids; what was said, and numbers, never get in."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from qa_engine.logs import WITHHELD, set_up_logs
from qa_engine.settings import load_settings


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_json_lines_with_ids_and_without_what_was_said(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(load_settings(log_json=True))
    log = structlog.get_logger("test").bind(call_id="c-1")
    log.info("job_ended", text="我的电话是13900001234", outcome="done")
    logging.getLogger("other").warning("plain %s", "message")
    captured = capsys.readouterr()
    assert captured.out == ""
    first, second = (json.loads(line) for line in captured.err.splitlines())
    assert (first["event"], first["call_id"], first["outcome"], first["level"]) == ("job_ended", "c-1", "done", "info")
    assert first["text"] == WITHHELD
    assert "139" not in captured.err
    assert second["event"] == "plain message"


def test_a_number_in_a_file_name_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(load_settings(log_json=True))
    structlog.get_logger("test").info("job_ended", call_id="13912345678_20260302091500", job_id=13912345678)
    logging.getLogger("other").warning("about %s", "13912345678.wav")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert first["call_id"] == "139****5678_20260302091500"
    assert first["job_id"] == 13912345678, "ids of our own are numbers, and stay"
    assert second["event"] == "about 139****5678.wav"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("02158880000", "021****0000"),
        ("021-5888000", "021-****8000"),
        ("0755-88880000", "0755-****0000"),
        ("07558888000", "0755****8000"),
        ("8602158880000", "86021****0000"),
        ("862158880000", "8621****0000"),
        ("8613912340000", "86139****0000"),
        ("008613912340000", "0086139****0000"),
        ("20260302091500", "20260302091500"),
        ("demo-01", "demo-01"),
        ("0102030405060", "0102030405060"),
        ("1391234000", "1391234000"),
    ],
)
def test_numbers_of_telephones_are_masked_and_no_others(
    capsys: pytest.CaptureFixture[str], number: str, shown: str
) -> None:
    set_up_logs(load_settings(log_json=True))
    structlog.get_logger("test").info("job_ended", call_id=f"{number}_20260302", names=[f"in-{number}.wav"])
    line = json.loads(capsys.readouterr().err)
    assert line["call_id"] == f"{shown}_20260302"
    assert line["names"] == [f"in-{shown}.wav"]


@pytest.mark.parametrize("log_json", [True, False])
def test_a_traceback_shows_no_variables(capsys: pytest.CaptureFixture[str], log_json: bool) -> None:
    set_up_logs(load_settings(log_json=log_json))
    said = "请把" + "钱打给我"
    try:
        raise ValueError(f"{len(said)} characters")
    except ValueError:
        structlog.get_logger("test").exception("job_crashed")
    shown = capsys.readouterr().err
    assert "ValueError" in shown
    assert said not in shown


def test_quiet_below_the_level(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(load_settings(log_level="WARNING"))
    structlog.get_logger("test").info("job_started")
    assert capsys.readouterr().err == ""
