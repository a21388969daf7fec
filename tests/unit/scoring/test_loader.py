"""Scorecards from YAML: what is read, and where every fault is."""

import pytest

from qa_engine.errors import NotFoundError, RulesError
from qa_engine.located.source import SourceFile
from qa_engine.scoring import ItemMode, ReviewPolicy, VetoEffect, VetoScope, load_scorecard, load_scorecards

GOOD = """\
scorecard:
  id: small
  title: 小表
  points: 20
  sections:
    - id: s
      title: 第一项
      points: 20
      items:
        - {id: a, title: 甲, points: 12, cap: 6, weights: {x.y: 2}}
        - id: b
          title: 乙
          points: 8
          mode: manual
          anchors:
            - {points: 0, means: 差}
            - {points: 8, means: 好}
        - {id: c, title: 丙, points: 2, mode: add, bonus: true, awards: {kind.word: 2}}
  veto:
    default: {scope: cap, at_most_percent: 59}
    rules:
      veto.abuse: {scope: total}
  grades:
    - {grade: 合格, at_least_percent: 60}
    - {grade: 不合格, at_least_percent: 0}
"""


def load(text: str) -> object:
    return load_scorecards([SourceFile("card.yaml", text)])


def faults(text: str) -> list[str]:
    with pytest.raises(RulesError) as caught:
        load(text)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("places", ["points: 12", "x.y: 2", "kind.word: 2", "points: 20\n  sections"])
def test_points_beyond_every_form_are_a_fault_with_its_place(places: str) -> None:
    number = places.partition(": ")[2].split()[0]
    (fault, *_) = faults(GOOD.replace(places, places.replace(number, "1.0e+308", 1)))
    assert fault.startswith("card.yaml:")


def test_a_scorecard_is_read() -> None:
    card = load_scorecard([SourceFile("card.yaml", GOOD)], "small")
    assert card.title == "小表"
    assert card.points == 20
    a, b, c = card.sections[0].items
    assert (a.mode, a.cap, dict(a.weights)) == (ItemMode.DEDUCT, 6, {"x.y": 2})
    assert b.anchors == ((8, "好"), (0, "差"))
    assert b.manual
    assert (c.bonus, dict(c.awards)) == (True, {"kind.word": 2})
    assert card.veto.of("veto.abuse").scope is VetoScope.TOTAL
    assert card.veto.of("veto.other").at_most_percent == 59
    assert card.find("s", "b") == (card.sections[0], b)
    assert card.find("s", "nothing") is None


def test_the_label_is_of_the_content_not_of_the_writing() -> None:
    first = load_scorecard([SourceFile("a.yaml", GOOD)], "small")
    second = load_scorecard([SourceFile("b.yaml", "# 注释\n" + GOOD.replace("title: 小表", 'title: "小表"'))], "small")
    other = load_scorecard([SourceFile("a.yaml", GOOD.replace("cap: 6", "cap: 7"))], "small")
    assert first.label == second.label
    assert first.label.startswith("small@sha256:")
    assert other.label != first.label


def test_unknown_id_names_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match="现有：small"):
        load_scorecard([SourceFile("card.yaml", GOOD)], "big")


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("points: 20\n  sections", "points: 21\n  sections", "card.yaml:4:", "合计 20 分"),
        ("points: 12", "points: 11", "card.yaml:8:", "细项合计 19 分"),
        ("points: 12", "points: x", "card.yaml:10:", "应为数字"),
        ("points: 12", "points: -1", "card.yaml:10:", "points"),
        ("points: 12, cap", "points: 12, capp", "card.yaml:10:", "是否想写「cap」"),
        ("id: b\n", "id: a\n", "card.yaml:9:", "用了 2 次"),
        ("scope: cap, at_most_percent: 59", "scope: cap", "card.yaml:20:", "at_most_percent"),
        ("scope: total", "scope: section, section: t", "card.yaml:22:", "没有考评项「t」"),
        ("scope: total", "scope: everything", "card.yaml:22:", "scope"),
        ("at_least_percent: 60", "at_least_percent: 0", "card.yaml:23:", "从高到低"),
        ("grade: 合格", "grade: 待定", "card.yaml:23:", "待定"),
        ("at_least_percent: 0}", "at_least_percent: 1}", "card.yaml:25:", "应为 0"),
        ("mode: manual", "mode: deduct", "card.yaml:11:", "只有人工细项"),
        ("{points: 8, means: 好}", "{points: 9, means: 好}", "card.yaml:11:", "超过满分 8"),
        ("mode: add, bonus: true, awards: {kind.word: 2}", "bonus: true", "card.yaml:18:", "附加分"),
        ("awards: {kind.word: 2}", "awards: {}", "card.yaml:18:", "awards"),
        ("id: small", "id: Small!", "card.yaml:2:", "id"),
        ("title: 小表", "title: 小表\n  title: 大表", "card.yaml:4:", "重复的键"),
        ("scorecard:", "scoreboard:", "card.yaml:1:", "scorecard:"),
        ("points: 12", "points: [", "card.yaml:", "YAML"),
    ],
)
def test_each_fault_has_its_place(old: str, new: str, place: str, words: str) -> None:
    assert old in GOOD
    found = faults(GOOD.replace(old, new, 1))
    assert any(line.startswith(place) and words in line for line in found), found


TWICE = """
    - id: s
      title: 第二项
      points: 5
      items: [{id: a, title: 甲, points: 5}]
"""


def test_a_section_may_not_stand_twice() -> None:
    text = GOOD.replace("points: 20\n  sections", "points: 25\n  sections").replace("\n  veto:", f"{TWICE}  veto:", 1)
    assert faults(text) == ["card.yaml:5:3: [small] 考评项编号「s」用了 2 次"]


def test_a_veto_on_a_section_that_is_not_there_is_at_its_word_and_guesses() -> None:
    text = GOOD.replace("scope: cap, at_most_percent: 59", "scope: section, section: ss")
    assert faults(text) == ["card.yaml:20:40: [small] 没有考评项「ss」，是否想写「s」？"]


@pytest.mark.parametrize("between", [("60", "60"), ("60", "70"), ("0", "0")])
def test_grades_fall(between: tuple[str, str]) -> None:
    first, second = between
    middle = f"{{grade: 中, at_least_percent: {second}}}"
    text = GOOD.replace(
        "- {grade: 合格, at_least_percent: 60}", f"- {{grade: 合格, at_least_percent: {first}}}\n    - {middle}"
    )
    assert faults(text) == ["card.yaml:23:3: [small] 等级要从高到低写，at_least_percent 依次变小"]


def test_unknown_ids_are_told_with_all_known_ones() -> None:
    both = [SourceFile("a.yaml", GOOD), SourceFile("b.yaml", GOOD.replace("id: small", "id: other"))]
    with pytest.raises(NotFoundError) as caught:
        load_scorecard(both, "big")
    assert str(caught.value) == "没有考评表「big」；现有：small、other"
    with pytest.raises(NotFoundError, match="现有：没有"):
        load_scorecard([], "big")


def test_all_faults_come_at_once() -> None:
    text = GOOD.replace("points: 12", "points: 0").replace("scope: total", "scope: none").replace("grade: 合格", "g: 1")
    assert len(faults(text)) >= 3


def test_two_files_must_not_share_an_id() -> None:
    with pytest.raises(RulesError, match=r"b\.yaml:2.*a\.yaml"):
        load_scorecards([SourceFile("a.yaml", GOOD), SourceFile("b.yaml", GOOD)])


@pytest.mark.parametrize("text", ["", "[]", "42", "scorecard: 3", "scorecard:", "\x00", "a: b: c"])
def test_anything_else_is_a_located_fault(text: str) -> None:
    assert faults(text)[0].startswith("card.yaml")


def test_everything_that_is_written_is_read() -> None:
    text = GOOD.replace(
        "title: 小表\n  points: 20", "title: 小表\n  points: 30\n  description: 试用\n  review: {below_percent: 70}"
    )
    text = text.replace("title: 第一项", "title: 第一项\n      cap: 9\n      weight: 1.5")
    text = text.replace("veto.abuse: {scope: total}", "veto.abuse: {scope: section, section: s}")
    text = text.replace("points: 12, cap: 6", "points: 12, cap: 6, applies_to: {direction: inbound}")
    card = load_scorecard([SourceFile("card.yaml", text)], "small")
    assert (card.id, card.title, card.description) == ("small", "小表", "试用")
    assert [(band.grade, band.at_least_percent) for band in card.grades] == [("合格", 60), ("不合格", 0)]
    assert card.review == ReviewPolicy(below_percent=70)
    assert card.veto.default == VetoEffect(VetoScope.CAP, None, 59)
    assert card.veto.by_rule == {"veto.abuse": VetoEffect(VetoScope.SECTION, "s", None)}
    section = card.sections[0]
    assert (section.title, section.points, section.cap, section.weight) == ("第一项", 20, 9, 1.5)
    assert [(item.id, item.title) for item in section.items] == [("a", "甲"), ("b", "乙"), ("c", "丙")]
    assert section.items[0].applies_to.direction == ("inbound",)
    assert section.items[1].anchors == ((8, "好"), (0, "差"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("scorecard:", "scoreboard:", ["card.yaml:1:1: 考评表文件要以「scorecard:」开头"]),
        ("scorecard:", "pack: x\nscorecard:",
         ["card.yaml:1:7: [small] 不认识的字段「pack」，考评表文件只有「scorecard」"]),
        ("at_least_percent: 0}", "at_least_percent: 1}",
         ["card.yaml:25:38: [small] 最后一个等级的 at_least_percent 应为 0，否则有的得分没有等级"]),
        ("grade: 不合格", "grade: 合格", ["card.yaml:23:3: [small] 等级名称有重复"]),
        ("id: small", "id: 5", ["card.yaml:2:7: 「id」应为文本；数字请加引号"]),
        ("title: 小表\n  points: 20", "title: 小表\n  title: 大表\n  points: 21",
         ["card.yaml:4:3: 重复的键", "card.yaml:5:11: [small] 考评表写 21 分"]),
    ],
)  # fmt: skip
def test_a_fault_in_full(old: str, new: str, told: list[str]) -> None:
    found = faults(GOOD.replace(old, new, 1))
    assert len(found) == len(told), found
    assert all(line.startswith(start) for line, start in zip(found, told, strict=True)), found


def test_faults_of_every_file_are_told_and_none_because_of_another() -> None:
    broken, contradictory = "a: [", GOOD.replace("points: 12", "points: 11")
    files = [SourceFile("a.yaml", broken), SourceFile("b.yaml", contradictory), SourceFile("c.yaml", GOOD)]
    with pytest.raises(RulesError) as caught:
        load_scorecards(files)
    assert [fault.where for fault in caught.value.faults] == ["a.yaml", "b.yaml"], "a faulty one takes no id"


def test_one_word_may_stand_for_a_list_of_one() -> None:
    for written in ("inbound", "[inbound]", "[inbound, outbound]"):
        text = GOOD.replace("points: 12, cap: 6", f"points: 12, cap: 6, applies_to: {{direction: {written}}}")
        card = load_scorecard([SourceFile("card.yaml", text)], "small")
        assert card.sections[0].items[0].applies_to.direction == tuple(written.strip("[]").split(", "))
        assert [item.points for item in card.sections[0].items] == [12, 8, 2]
