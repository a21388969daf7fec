"""JSON with places: the same data as the standard library reads, and the line and column of each fault."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.located.json_source import read_json
from qa_engine.located.source import Mark, SourceFile

TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_reads_what_was_written(value: object, indent: int | str | None, ascii_only: bool) -> None:
    document = read_json(SourceFile("a.json", json.dumps(value, indent=indent, ensure_ascii=ascii_only)))
    assert document.faults == []
    assert document.data == value


@given(st.text('{}[]",:tfn01-e.\\ \n', max_size=30))
def test_any_text_is_data_or_one_fault(text: str) -> None:
    document = read_json(SourceFile("a.json", text))
    try:
        expected = json.loads(text, object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    except ValueError:
        assert document.faults
    else:
        assert document.data == expected or document.faults


def test_each_value_has_its_place() -> None:
    document = read_json(SourceFile("a.json", '{\n  "规则": [1,\n    {"a": "甲"}]\n}'))
    assert document.mark(("规则", 1, "a")) == Mark(3, 11)
    assert document.mark(("规则", 0)) == Mark(2, 10)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "a.json:1:1: JSON 语法错误：文件在这里中断了"),
        ('{"a": 1,\n "a": 2}', "a.json:2:2: 重复的名称「a」"),
        ('{"a" 1}', "a.json:1:6: JSON 语法错误：这里缺少「:」"),
        ("[1 2]", "a.json:1:4: JSON 语法错误：这里缺少「,」"),
        ("{a: 1}", "a.json:1:2: JSON 语法错误：这里应是带双引号的名称"),
        ('["甲', "a.json:1:2: JSON 语法错误：引号没有配对，或文本里有不能直接写的字符"),
        ("[] 1", "a.json:1:4: JSON 语法错误：内容结束以后还有文字"),
        ('"\\ud800"', "a.json:1:1: JSON 语法错误：文本里有半个字符（单独的代理码位），请重新导出"),
        ("[" * 60, "a.json:1:42: JSON 语法错误：嵌套超过 40 层"),
    ],
)
def test_faults_have_their_place(text: str, fault: str) -> None:
    assert [str(one) for one in read_json(SourceFile("a.json", text)).faults] == [fault]
