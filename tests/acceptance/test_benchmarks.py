"""The programs behind the figures of docs/speed.md run; what they measure is not judged here."""

import pytest

from benchmarks import check_stream, rules_speed


def test_rules_speed(capsys: pytest.CaptureFixture[str]) -> None:
    assert rules_speed.main(["--small"]) == 0
    told = capsys.readouterr().out
    for row in (
        "evaluate, whole verdict",
        "exact search: automaton",
        "exact search: `in` loop",
        "exact search: re a|b|c",
    ):
        assert told.count(row) == 2, "for the base pack and for the grown one"


def test_check_stream(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_stream.main(["--calls", "3", "--jobs", "1"]) == 0
    assert "3     1" in capsys.readouterr().out
