"""Faults of what came from outside, in the words of inspectors."""

import pytest
from pydantic import BaseModel

from qa_engine.errors import Fault, FaultKind, NotFoundError, RulesError, unreadable
from qa_engine.fault_wording import FAULTS, error_lines, fault_said, fault_words
from qa_engine.located.faults import Faults
from qa_engine.located.source import Document, Mark
from qa_engine.rules.written import duties, fields, models, profile
from qa_engine.rules.written.models import RuleModel
from qa_engine.scoring import schema


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


def test_faults_of_rules_are_told_with_their_place_the_rule_and_what_a_field_means() -> None:
    document = Document("packs/base/90_veto.yaml", None, {(): Mark(1, 1), ("severity",): Mark(12, 15)})
    collected: list[Fault] = []
    written = {"id": "my.rule", "severity": "huge", "colour": "red", "points": {"each": "two"}}
    Faults(document, collected, "my.rule").validate(RuleModel, written, ())
    told = error_lines(RulesError(collected), {"my.rule": "辱骂客户"})
    choices = "info（提示）、minor（一般）、major（严重）、veto（一票否决）"
    place = "packs/base/90_veto.yaml 第"
    assert f"{place} 12 行「辱骂客户」：「severity（严重程度）」不能是「huge」，可用：{choices}" in told
    assert f"{place} 1 行「辱骂客户」：「each（每次扣分）」应为数字" in told
    assert f"{place} 1 行「辱骂客户」：缺少必填字段「title（标题）」" in told
    assert any(line.startswith(f"{place} 1 行「辱骂客户」：不认识的字段「colour」；可用：") for line in told)
    assert error_lines(NotFoundError("no draft 9").of(FaultKind.NO_DRAFT, 9)) == ("没有草稿 9，可能已经删除",)


WRONG = (
    *([], {}, "", "abc", "2026-99-99", -1e9, 1e9, 10**400, None, True, 3.5, float("nan"), [[[]]], {"a": {}}),
    *(["a"] * 1000, [-1, 5], {1: 2}, {"": ""}),
)
MODELS = [
    model
    for module in (models, fields, profile, duties, schema)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, BaseModel) and model is not BaseModel
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_whatever_is_wrong_with_a_field_has_words(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        for wrong in WRONG:
            collected: list[Fault] = []
            Faults(Document("x.yaml", None), collected).validate(model, {field.alias or name: wrong}, ())
            assert [fault for fault in collected if fault.kind is FaultKind.BAD_FIELD] == []
