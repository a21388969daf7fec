import math

import pytest

from qa_engine.rules.looking.regexes import TIMEOUT_SECONDS, RegexError, compile_regex, runaway, ways

RUNAWAY = [
    "(a+)+",
    "(a*)*b",
    "(?:(?:a|b)+c*)+",
    "(a|a{1,3})*x",
    "(我|我们)*",
    "(.*,.*)+",
    ".*好.*好.*好",
    "(?:a{1,60}b?)+",
    "(?:a{1,9}){1,30}b",
    "(?:好{1,40}){1,40}吗",
    "((?:a?b{0,9}){0,20})吗",
]
HARMLESS = [
    "a+b",
    "(?:很|非常){0,2}抱歉",
    ".{0,20}好.{0,20}",
    "[0-9]{4,}",
    "(您|你)+",
    "(?<!不)好",
    r"(.)\1",
    "a|b|",
    ".*好.*",
    "(?:不行?){2,9}",
    "(?:[0-9]{1,3},){1,60}",
    "(?:很?非常?){0,3}抱歉",
]


@pytest.mark.parametrize("source", RUNAWAY)
def test_what_can_run_away_is_refused(source: str) -> None:
    assert runaway(source)
    with pytest.raises(RegexError, match="失控"):
        compile_regex(source)


@pytest.mark.parametrize("source", HARMLESS)
def test_what_cannot_is_taken(source: str) -> None:
    assert runaway(source) is None
    assert compile_regex(source).source == source


@pytest.mark.parametrize("source", [r"\b好", r"好\W", r"a\B", "(", "[", "a" * 3000])
def test_what_never_works_in_chinese_or_is_malformed_is_refused(source: str) -> None:
    with pytest.raises(RegexError):
        compile_regex(source)


def test_an_escaped_backslash_is_no_border() -> None:
    assert compile_regex(r"a\\b").found(r"a\b")


def test_empty_matches_are_no_hits() -> None:
    assert list(compile_regex("x*").finditer("axxb")) == [(1, 3)]


@pytest.mark.parametrize(("source", "words"), [("(?R)", "递归"), ("(a(?1)?b)", "递归"), ("", "空的")])
def test_what_no_time_limit_should_have_to_stop(source: str, words: str) -> None:
    with pytest.raises(RegexError, match=words):
        compile_regex(source)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("不行", 1),
        ("a|bc|d", 3),
        ("a?", 2),
        ("(?:ab?){0,2}", 7),  # none, two ways of one, four of two
        (".{0,4}x.{0,4}", 25),
        ("(?<!ab|c)d", 2),
        ("a{21}", math.inf),
        ("a+", math.inf),
        ("(", math.inf),
        ("(?:退款){e<=2}", math.inf),  # to ``regex`` a fuzzy match, to the parser six characters
    ],
)
def test_ways_to_try_an_expression(source: str, wanted: float) -> None:
    assert ways(source) == wanted


@pytest.mark.parametrize("source", RUNAWAY)
def test_what_can_run_away_has_too_many_ways_to_run_without_a_clock(source: str) -> None:
    assert ways(source) > 10_000


@pytest.mark.parametrize(
    ("source", "chars", "clock"),
    [("不行", 2_000, None), ("不行", 2_001, TIMEOUT_SECONDS), ("a+b", 10, TIMEOUT_SECONDS)],
)
def test_only_short_texts_and_few_ways_run_without_a_clock(source: str, chars: int, clock: float | None) -> None:
    assert compile_regex(source).limit("好" * chars) == clock
