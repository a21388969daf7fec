import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.rules.written.expression import (
    And,
    ExpressionError,
    Name,
    Node,
    Not,
    Or,
    Polarity,
    evaluate,
    parse,
    polarities,
    settled,
)
from qa_engine.rules.written.truth import Truth


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a", "a"),
        ("not a and b", "not a and b"),
        ("not (a and b)", "not (a and b)"),
        ("a or b and c", "a or (b and c)"),
        ("(a or b) and c", "(a or b) and c"),
        ("A_1 AND Not b2", "A_1 and not b2"),
        ("（问候 or 工号）", "问候 or 工号"),
        ("not not a", "not not a"),
    ],
)
def test_and_binds_closer_than_or_and_not_closest(text: str, written: str) -> None:
    assert str(parse(text)) == written


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 0, "空"),
        ("   ", 0, "空"),
        ("a and", 5, "缺少条件名"),
        ("and a", 0, "缺少条件名"),
        ("a b", 2, "缺少 and 或 or"),
        ("(a or b", 0, "右括号"),
        ("a)", 1, "多了一个右括号"),
        ("a & b", 2, "不能出现「&」"),
        ("a and (not )", 11, "缺少条件名"),
        ("(" * 60 + "a" + ")" * 60, 51, "50 层"),
    ],
)
def test_a_fault_has_its_column(text: str, column: int, message: str) -> None:
    with pytest.raises(ExpressionError, match=message) as caught:
        parse(text)
    assert caught.value.column == column


NAMES = st.sampled_from(["a", "b", "c", "greet", "问候"])


def _nodes() -> st.SearchStrategy[Node]:
    leaf = NAMES.map(lambda name: Name(name, 0))
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
        ),
        max_leaves=12,
    )


def _value(node: Node, facts: dict[str, bool]) -> bool:
    match node:
        case Name(name):
            return facts[name]
        case Not(inner):
            return not _value(inner, facts)
        case And(parts):
            return all(_value(part, facts) for part in parts)
        case Or(parts):
            return any(_value(part, facts) for part in parts)


@given(_nodes(), st.fixed_dictionaries({name: st.booleans() for name in ("a", "b", "c", "greet", "问候")}))
def test_a_written_tree_reads_back_and_means_what_python_means(node: Node, facts: dict[str, bool]) -> None:
    again = parse(str(node))
    assert str(again) == str(node)
    truth = evaluate(again, lambda name: Truth.TRUE if facts[name] else Truth.FALSE)
    assert (truth is Truth.TRUE) == _value(node, facts)


@given(_nodes(), st.fixed_dictionaries({name: st.sampled_from(Truth) for name in ("a", "b", "c", "greet", "问候")}))
def test_what_cannot_change_the_value_need_not_be_asked(node: Node, facts: dict[str, Truth]) -> None:
    assert settled(node, facts.__getitem__) is evaluate(node, facts.__getitem__)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("no and yes", ["no"]),
        ("yes or no", ["yes"]),
        ("(yes and no and error) or doubt", ["yes", "no", "doubt"]),
        ("not (yes or error) and no", ["yes"]),
        ("doubt and error and no", ["doubt", "error", "no"]),
    ],
)
def test_what_settles_the_value_is_asked_last(text: str, asked: list[str]) -> None:
    truths = {"yes": Truth.TRUE, "no": Truth.FALSE, "doubt": Truth.UNCERTAIN, "error": Truth.ERROR}
    looked_at: list[str] = []

    def look(name: str) -> Truth:
        looked_at.append(name)
        return truths[name]

    settled(parse(text), look)
    assert looked_at == asked


@given(st.text(st.sampled_from("ab ()orandnt"), max_size=30))
def test_any_text_is_read_or_refused_with_a_column_inside(text: str) -> None:
    try:
        node = parse(text)
    except ExpressionError as error:
        column = error.column
    else:
        assert str(parse(str(node))) == str(node)
        return
    assert 0 <= column <= len(text)


def test_polarity_says_on_which_side_of_not_a_name_stands() -> None:
    sides = polarities(parse("a and not (b or not c) and not a"))
    assert sides == {"a": Polarity(True, True), "b": Polarity(negative=True), "c": Polarity(positive=True)}
