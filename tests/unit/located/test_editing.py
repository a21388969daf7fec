"""Values of a YAML file are changed, and nothing else of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_engine.located.editing import EditError, entry_span, rewritten
from qa_engine.located.source import SourceFile, read

TEXT = """\
# head
lists:
  rude:
    title: 忌语  # said to customers
    phrases:
      - 不行
      # the next one has an exception
      - text: 没门  # really
        not_in: [没门牌]
      - "a: b"

  other: {phrases: [甲, '乙', "丙"], within: 4}
rules:
  - id: one
    points: -3  # each
"""
SOURCE = SourceFile("x.yaml", TEXT)
PHRASES = ("lists", "rude", "phrases")


def test_only_what_changes_is_written_otherwise() -> None:
    phrases = ["不行", {"text": "没门", "not_in": ["没门牌"]}, "想都别想"]
    new = rewritten(SOURCE, {PHRASES: phrases, ("rules", 0, "points"): -4.5})
    assert new == TEXT.replace('- "a: b"', "- 想都别想").replace("points: -3", "points: -4.5")


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("lists", "other", "phrases"), ["乙", "丁"], "  other: {phrases: ['乙', 丁], within: 4}"),
        (("lists", "other", "within"), 6, """  other: {phrases: [甲, '乙', "丙"], within: 6}"""),
        (("lists", "rude", "title"), "true", '    title: "true"  # said to customers'),
        (("lists", "rude", "title"), "a # b: {c}", '    title: "a # b: {c}"  # said to customers'),
        (PHRASES, [], "      []"),
        (PHRASES, ["新", "不行"], "      - 新"),
    ],
)
def test_each_way_of_writing(path: tuple[str, ...], value: object, line: str) -> None:
    assert line in rewritten(SOURCE, {path: value}).splitlines()  # type: ignore[dict-item]


def test_a_place_that_is_not_there() -> None:
    with pytest.raises(EditError, match="没有这一处"):
        rewritten(SOURCE, {("rules", 1, "points"): -1})
    with pytest.raises(EditError):
        rewritten(SOURCE, {("rules", 0): "text"})


def test_the_lines_of_an_entry() -> None:
    assert entry_span(SOURCE, ("rules", 0)) == (14, 15)


@settings(max_examples=30)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1), max_size=5))
def test_any_phrases_are_read_back(phrases: list[str]) -> None:
    data = read(SourceFile("x.yaml", rewritten(SOURCE, {PHRASES: phrases}))).data
    assert data["lists"]["rude"]["phrases"] == phrases
    assert data["rules"] == [{"id": "one", "points": -3}]
