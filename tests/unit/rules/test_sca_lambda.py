"""The lambda of SCA against an independent reading of it: Python's own ``and``, ``or`` and ``not``."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.rules.sca.logic import parse_lambda
from qa_engine.rules.written.expression import ExpressionError, evaluate, names
from qa_engine.rules.written.truth import Truth

IDS = ("1", "2", "3", "a")
TREES = st.recursive(
    st.sampled_from(IDS),
    lambda inner: st.one_of(
        st.tuples(st.just("!"), inner),
        st.tuples(st.sampled_from(["&&", "||"]), inner, inner),
        st.tuples(st.just("()"), inner),
    ),
    max_leaves=8,
)


def written(tree: object, theirs: bool) -> str:
    """The tree as a lambda, or as Python; brackets only where the tree has them, so that precedence decides."""
    if isinstance(tree, str):
        return tree if theirs else f"v[{tree!r}]"
    sign, *parts = tree  # type: ignore[misc]
    texts = [written(part, theirs) for part in parts]
    if sign == "()":
        return f"({texts[0]})"
    if sign == "!":
        return f"!({texts[0]})" if theirs else f"(not ({texts[0]}))"
    return f"{texts[0]} {sign if theirs else {'&&': 'and', '||': 'or'}[sign]} {texts[1]}"


@given(TREES, st.lists(st.booleans(), min_size=len(IDS), max_size=len(IDS)))
def test_means_what_was_written(tree: object, values: list[bool]) -> None:
    facts = dict(zip(IDS, values, strict=True))
    node = parse_lambda(written(tree, theirs=True))
    said = evaluate(node, lambda name: Truth.TRUE if facts[name] else Truth.FALSE)
    assert (said is Truth.TRUE) == bool(eval(written(tree, theirs=False), {"v": facts}))


@given(st.text("12ab&|!() ＆（", max_size=20))
def test_any_text_is_a_tree_or_a_located_fault(text: str) -> None:
    try:
        node = parse_lambda(text)
    except ExpressionError as error:
        column = error.column
    else:
        assert list(names(node))
        column = 0
    assert 0 <= column <= len(text)


@pytest.mark.parametrize(
    ("text", "column", "part"),
    [
        ("", 0, "空的"),
        ("1&2", 1, "「&」不认识"),
        ("1&&", 3, "结尾缺少"),
        ("(1||2", 0, "左括号"),
        ("1||2)", 4, "右括号"),
        ("1 2", 2, "「2」前面缺少"),
        ("1 + 2", 2, "「+」不认识"),
    ],
)
def test_what_is_wrong_is_located(text: str, column: int, part: str) -> None:
    with pytest.raises(ExpressionError, match=re.escape(part)) as caught:
        parse_lambda(text)
    assert caught.value.column == column


def test_full_width_signs_are_read() -> None:
    assert str(parse_lambda("1＆＆（2｜｜！3）")) == "1 and (2 or not 3)"
