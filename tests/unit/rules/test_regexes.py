import math

import pytest
import regex

from qa_engine.rules.looking.regex_trees import is_plain, needed, runaway, ways
from qa_engine.rules.looking.regexes import TIMEOUT_SECONDS, RegexError, compile_regex

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
        ("不|别这样|嗯", 1),  # what begins otherwise is not tried to its end
        ("不|不行|别这样", 2),
        ("a|bc|d", 3),  # letters of either case are not told apart
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


@pytest.mark.parametrize(
    ("source", "chars", "wanted"),
    [("a+", 100, 100), (".{0,30}x", 100, 31), (".{0,30}x", 10, 11), ("a{21}", 10, 1), ("(?:在|有|就)+", 5, 5)],
)
def test_ways_to_try_an_expression_in_a_short_text(source: str, chars: int, wanted: float) -> None:
    assert ways(source, chars) == wanted


@pytest.mark.parametrize("source", RUNAWAY)
def test_what_can_run_away_has_too_many_ways_to_run_without_a_clock(source: str) -> None:
    assert ways(source) > 10_000
    assert ways(source, 100) > 200_000


@pytest.mark.parametrize(
    ("source", "chars", "clock"),
    [
        ("不行", 2_000, None),
        ("不行", 2_001, TIMEOUT_SECONDS),
        ("a+b", 100, None),
        ("a+b", 101, TIMEOUT_SECONDS),
        ("a+b+c+", 100, TIMEOUT_SECONDS),
    ],
)
def test_only_short_texts_and_few_ways_run_without_a_clock(source: str, chars: int, clock: float | None) -> None:
    assert (chars <= compile_regex(source).unclocked) == (clock is None)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("没(?:有)?关系", ("关系",)),
        ("(?:不行|办不了)吧?", ("不行", "办不了")),
        ("[你您]们?.{3,}", ("你", "您")),
        ("(?:退|换){1,2}货款", ("货款",)),
        ("(?<!不)(?=可以)(?:退款)", ("退款",)),
        ("(?:退款)?", ()),
        ("退款|", ()),
        ("[^你]{2,}", ()),
        (".{0,4}[?？]", ()),
        ("(?i:ok)的吧", ("的吧",)),
        ("(?:退款){e<=2}", ()),
        (r"\\p{Han}退款", ()),
    ],
)
def test_what_every_match_must_hold(source: str, wanted: tuple[str, ...]) -> None:
    assert needed(source) == wanted


@pytest.mark.parametrize("source", ["没(?:有)?关系", "(?:不行|办不了)吧?", "[你您]们?.{3,}", "(?:退款)?", "(?i)OK的"])
@pytest.mark.parametrize(
    "text", ["没有关系", "没关系的", "这个办不了", "您们稍等一下", "退款", "ok的", "Ok的", "", "关 系"]
)
def test_a_text_that_is_not_searched_has_no_match(source: str, text: str) -> None:
    plain = regex.compile(source, regex.V0 | regex.IGNORECASE)
    expression = compile_regex(source)
    assert list(expression.finditer(text)) == [m.span() for m in plain.finditer(text) if m.group()]
    assert expression.found(text) == (plain.search(text) is not None)


@pytest.mark.parametrize(
    "source",
    [
        "不[行好]?",
        "[^,。?]{0,4}(?:吗|么)$",
        "^(?!.*(?:活动|包邮)).{2,}",
        "(?<!不)([^不]{1,2})[不没]\\1",
        "[0-9一-九]{4,}",
        "[~～]+?",
    ],
)
@pytest.mark.parametrize(
    "text", ["好不好吗", "行不行", "一二三456", "不行,不好么\n好", "~~～", "", "这个包邮", "你说行不行吗"]
)
def test_a_plain_expression_is_read_alike_by_both_engines(source: str, text: str) -> None:
    assert is_plain(source)
    theirs = regex.compile(source, regex.V0 | regex.IGNORECASE)
    assert list(compile_regex(source).finditer(text)) == [m.span() for m in theirs.finditer(text) if m.group()]
    assert compile_regex(source).found(text) == (theirs.search(text) is not None)


@pytest.mark.parametrize(
    "source",
    [
        "ok",
        "[a-z]",
        "[^k]",
        "(?i:好)",
        "(?i)好",
        r"\d",
        r"\s好",
        "(?>好)",
        "(?<=不|没有)好",
        "[[:alpha:]]",
        "好{e<=1}",
        r"\p{Han}",
    ],
)
def test_what_the_engines_may_read_otherwise_is_not_plain(source: str) -> None:
    assert not is_plain(source)
