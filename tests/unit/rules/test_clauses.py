"""Where the clause of a hit ends: marks, connectives, a new subject behind a finished predicate, pauses."""

import pytest

from qa_engine.rules.looking.clauses import clause_of


@pytest.mark.parametrize(
    ("text", "hit", "clause"),
    [
        ("你要是早点说就好了现在不行", "不行", "现在不行"),
        ("如果你不满意我也没办法", "没办法", "我也没办法"),
        ("不行的话您再打", "不行", "不行的话"),
        ("网点没人,他们也没办法,我来处理", "没办法", "他们也没办法,"),
        ("你刚才说,不行", "不行", "你刚才说,不行"),  # what was said belongs to who says it
        ("不行,对吗?好的", "不行", "不行,对吗?"),  # a tag belongs to what it asks about
        ("我不知道你什么时候到", "不知道", "我不知道你什么时候到"),
        ("查过了我不知道", "不知道", "我不知道"),
        ("这个不行但是可以换", "不行", "这个不行"),
        ("他说我不行", "不行", "他说我不行"),
        ("不行。真的不行", "不行", "不行。"),
    ],
)
def test_the_clause_of_a_hit(text: str, hit: str, clause: str) -> None:
    at = text.index(hit)
    begin, end = clause_of(text, (at, at + len(hit)))
    assert text[begin:end] == clause


def test_a_pause_ends_a_clause() -> None:
    assert clause_of("你说这个不行", (4, 6), [4]) == (4, 6)
    assert clause_of("不行你说的", (0, 2), [2]) == (0, 2)
    assert clause_of("你说这个不行", (4, 6), []) == (0, 6)


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ("坐席：您要是早点说就好了现在不行", "fail"),
        ("坐席：您要是觉得不行就换", "pass"),
        ("坐席：您看行不行不行就是不行", "fail"),
        ("坐席：您说的。不行", "fail"),
        ("坐席：您说得不行是指什么", "pass"),
        ("坐席：我跟您说不行", "fail"),
        ("坐席：《不行的人》已经发货", "pass"),
        ("坐席：爱买不行不买", "fail"),
    ],
)
def test_what_excuses_does_so_within_its_clause(judge, lines: str, status: str) -> None:
    condition = "{operator: phrase, phrases: [不行], unless: [question, quotation, condition]}"
    assert judge(condition, lines).status == status


def test_what_lies_in_the_phrase_itself_excuses_nothing(judge) -> None:
    assert judge("{operator: phrase, phrases: [爱买不买], unless: [question]}", "坐席：爱买不买").status == "fail"
    assert judge("{operator: phrase, phrases: [买], unless: [question]}", "坐席：您买不买").status == "pass"


def test_reach_is_the_sentence_where_the_author_does_not_say_clause(judge) -> None:
    near = "near: before, within: 9, regex: '液体'"
    said = "坐席：这是液体，所以不行"
    assert judge(f"{{operator: phrase, phrases: [不行], unless: [{{{near}}}]}}", said).status == "pass"
    assert judge(f"{{operator: phrase, phrases: [不行], unless: [{{{near}, reach: clause}}]}}", said).status == "fail"
