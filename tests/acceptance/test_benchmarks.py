"""The programs behind the figures of docs/speed.md run; what they measure is not judged here."""

import pytest

from benchmarks import asr_race, asr_throughput, check_stream, hearing_checks, rules_speed, size


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


def test_size(capsys: pytest.CaptureFixture[str]) -> None:
    assert size.main(["--calls", "40", "--times", "1", "--plans"]) == 0
    told = capsys.readouterr().out
    assert "bytes a call" in told
    assert "INDEX ix_heads_" in told


def test_asr_race(capfd: pytest.CaptureFixture[str]) -> None:
    """With the bundled model, which understands no people: that the programs run side by side and tell their parts."""
    ways = ["sequential + filter", "batched", "qa-engine"]
    assert asr_race.main(["--model", "starter", "--calls", "1", "--turns", "1", "--ways", *ways]) == 0
    told = capfd.readouterr().out
    assert all(f"\n{way} " in told for way in ways)
    assert "all but recognition" in told


def test_hearing_checks(capsys: pytest.CaptureFixture[str]) -> None:
    assert hearing_checks.main(["demo-05"]) == 0
    assert "unheard" in capsys.readouterr().out


def test_asr_throughput(capfd: pytest.CaptureFixture[str]) -> None:
    assert asr_throughput.main(["--model", "starter", "--setups", "1x1", "--calls", "1", "--turns", "1"]) == 0
    assert "calls an hour" in capfd.readouterr().out
