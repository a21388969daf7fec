"""``unless``: each kind of neighbourhood, by regex, phrases and lists."""

import pytest

TOP = """
lists: {soft: {title: 缓和, phrases: [暂时, "可能[会]"]}}
exclusions:
  soft: {title: 缓和说法, any: [{near: before, within: 4, lists: [soft]}]}
  negation: {title: 自定否定, any: [{near: before, within: 1, regex: '非$'}]}
"""
ASKED = ["客户：你说行不行", "坐席：嗯", "坐席：不行"]
CLAUSES = [
    ("soft", "坐席：暂时不行", "pass"),
    ("soft", "坐席：可能会不行", "pass"),
    ("soft", "坐席：暂时真的确实是不行", "fail"),
    ("soft", "坐席：暂时。不行", "fail"),
    ("negation", "坐席：非不行", "pass"),
    ("negation", "坐席：没不行", "fail"),
    ("{near: after, within: 3, phrases: [但是]}", "坐席：不行，但是可以换", "pass"),
    ("{near: after, within: 3, phrases: [但是]}", "坐席：不行，这个真但是", "fail"),
    ("{near: after, within: 2, regex: '[?]'}", "坐席：不行？", "pass"),
    ("{near: around, within: 1, regex: '行不行'}", "坐席：行不行", "pass"),
    ("{near: around, within: 1, regex: '您不行'}", "坐席：您不行", "pass"),
    ("{near: around, within: 0, regex: '您不行'}", "坐席：您不行", "fail"),
    ("{near: turn, phrases: [换一个]}", "坐席：换一个。不行", "pass"),
    ("{near: turn, regex: '换.个'}", "坐席：不行", "fail"),
    ("{near: previous_turn, speaker: customer, phrases: [行不行]}", ASKED, "pass"),
    ("{near: previous_turn, phrases: [行不行]}", ASKED, "fail"),
    ("{near: next_turn, speaker: customer, phrases: [没关系]}", ["坐席：不行", "客户：没关系"], "pass"),
    ("{near: next_turn, phrases: [没关系]}", "坐席：不行", "fail"),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "lines", "status"), CLAUSES)
def test_clause(judge, clause: str, lines: str | list[str], status: str) -> None:
    result = judge(f"{{operator: phrase, phrases: [不行], unless: [{clause}]}}", lines, top=TOP)
    assert result.status == status


def test_each_hit_is_excused_for_itself(judge) -> None:
    result = judge("{operator: phrase, phrases: [不行], unless: [question]}", "坐席：您看行不行。不行就算了")
    assert [hit.span for hit in result.evidence] == [(6, 8)]


def test_hesitation_and_commas_do_not_count_as_distance(judge) -> None:
    condition = "{operator: phrase, phrases: [保证], unless: [{near: before, within: 2, regex: '不能$'}]}"
    assert judge(condition, "坐席：我，不，嗯，能，保证").status == "pass"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("如果不行我再联系您", "pass"),
        ("不行的话您再来电", "pass"),
        ("您觉得不行我们再换", "pass"),
        ("您说的不行指什么", "pass"),
        ("这个不行", "fail"),
        ("您好不行", "fail"),
    ],
)
def test_condition_and_quotation(judge, said: str, status: str) -> None:
    condition = "{operator: phrase, phrases: [不行], unless: [condition, quotation]}"
    assert judge(condition, f"坐席：{said}").status == status
