"""Faults of what came from outside, in the words of inspectors."""

import pytest

from qa_engine.errors import Fault, FaultKind, unreadable
from qa_engine.wording import FAULTS, fault_said, fault_words


def test_every_kind_has_words() -> None:
    assert set(FAULTS) == set(FaultKind) - {FaultKind.OTHER}


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault("m.csv", 3, None, "x", "started_at", FaultKind.BAD_YEAR, ("1601", "1970", "2199")),
         "m.csv 第 3 行：通话开始时间：年份 1601 不在 1970 至 2199 之间"),
        (Fault("m.csv", 3, None, "x", "call_id", FaultKind.ID_TWICE, ("a", "2")),
         "m.csv 第 3 行：通话编号 a 在第 2 行已经有了"),
        (Fault("a.wav", None, None, "x", "file", FaultKind.NO_SUCH_FILE), "a.wav：没有这个文件或文件夹"),
        (Fault("", None, None, "failed 3 times"), "failed 3 times"),
        (Fault("m.csv", 1, None, "told", None, FaultKind.BAD_YEAR, ("1601",)), "m.csv 第 1 行：told"),
        (Fault("m.csv", 1, None, "x", None, FaultKind.NOT_CSV, ("a {} brace",)),
         "m.csv 第 1 行：不是正确的 CSV（a {} brace）"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place_and_values(fault: Fault, said: str) -> None:
    assert fault_said(fault) == said


def test_words_without_the_place() -> None:
    fault = Fault("m.csv", 3, None, "x", "csat", FaultKind.BAD_NUMBER, ("五",))
    assert fault_words(fault) == "客户满意度：「五」不是可用的数"


def test_a_fault_without_a_place_is_its_message() -> None:
    assert str(Fault("", None, None, "no folder")) == "no folder"


def test_what_the_operating_system_says_has_words() -> None:
    told = [
        fault_words(Fault("m.csv", None, None, "x", None, *unreadable(error)))
        for error in (FileNotFoundError(2, "gone"), PermissionError(13, "no"), OSError(5, "broken"))
    ]
    assert told == ["没有这个文件或文件夹", "没有读取权限", "无法读取（系统错误 EIO）"]
