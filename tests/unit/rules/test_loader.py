"""Every fault is located, and all of them are reported at once."""

# ruff: noqa: E501 - a row of the table is one fault with its whole message

import pytest

from qa_engine.errors import RulesError
from qa_engine.rules import SourceFile, load_pack

HEAD = "pack: {id: base, title: 测试, sections: {s: 服务用语}}\n"
RULE = """rules:
  - id: a.b
    title: 规则
    section: s
    message: 坏了
    fault: c
    conditions:
      c: {operator: phrase, phrases: [不行]}
"""


def faults(*texts: str, slots: dict[str, str] | None = None) -> list[str]:
    files = [SourceFile(f"{number}.yaml", text) for number, text in enumerate(texts)]
    with pytest.raises(RulesError) as caught:
        load_pack("base", files, slots or {})
    return [str(fault) for fault in caught.value.faults]


ONE_FAULT = [
    (RULE.replace("section: s", "section: x"), "1.yaml:4:14: [a.b] 没有考评项「x」；可用：s"),
    (RULE.replace("fault: c", "fault: c and d"), "1.yaml:6:18: [a.b] fault 里的条件「d」没有定义；可用：c"),
    (RULE.replace("fault: c", "fault: (c"), "1.yaml:6:12: [a.b] fault：左括号没有对应的右括号"),
    (RULE.replace("phrase,", "phrse,"), "1.yaml:8:21: [a.b] 不认识的算子「phrse」，是否想写「phrase」？"),
    (RULE.replace("operator: phrase, ", ""), "1.yaml:8:7: [a.b] 缺少必填字段「operator」"),
    (RULE.replace("phrases:", "phrasses:"), "1.yaml:8:29: [a.b] 不认识的字段「phrasses」，是否想写「phrases」？"),
    (RULE.replace("phrases: [不行]", "phrases: [8026]"), "1.yaml:8:39: [a.b] 「phrases」应为文本；数字请加引号"),
    (RULE.replace("phrases: [不行]", "lists: [nope]"), "1.yaml:8:37: [a.b] 没有短语表「nope」"),
    (RULE.replace("[不行]", "[不行], unless: [negatoin]"), "1.yaml:8:53: [a.b] 没有排除「negatoin」，是否想写「negation」？"),
    (RULE.replace("[不行]", "[不行], window: {first_turn: 2}"), "1.yaml:8:65: [a.b] 不认识的字段「first_turn」，是否想写「first_turns」？"),
    (RULE.replace("[不行]", "[不行], anchor: {to: d}"), "1.yaml:8:7: [a.b] 条件「c」引用的条件「d」没有定义；可用：c"),
    (RULE.replace("[不行]", "[不行], anchor: {to: c}"), "1.yaml:8:7: [a.b] 条件「c」与「c」互相引用"),
    (RULE.replace("message: 坏了", "message: 坏了{txt}"), "1.yaml:5:14: [a.b] message 里不认识的占位「{txt}」；可用：{text}、{count}、{time}、{value}"),
    (RULE.replace("id: a.b", "id: A.b"), "1.yaml:2:9: [A.b] 规则编号「A.b」只能用小写字母、数字、下划线和点，例如 opening.greeting"),
    (RULE.replace("message: 坏了", "message: 坏了\n    points: 3"), "1.yaml:6:13: [a.b] 「each」应不大于 0"),
    (RULE.replace("message: 坏了", "message: 坏了\n    points: {each: -3, cap: -2}"), "1.yaml:6:29: [a.b] 上限 -2 比一次的扣分 -3 还少"),
    (RULE.replace("message: 坏了", "message: 坏了\n    severity: big"), "1.yaml:6:15: [a.b] 「severity」不能是「big」，可用：info、minor、major、veto"),
    (RULE.replace("title: 规则", "title: 规则\n    title: 又一个"), "1.yaml:4:5: 重复的键「title」，第 3 行已经写过"),
    (RULE + "      d: {operator: phrase, phrases: [好]}\n", "1.yaml:9:7: [a.b] 条件「d」没有用到，请在 fault 里使用或删去"),
    (RULE.replace("phrase, phrases: [不行]", "regex, patterns: ['(a']"), "1.yaml:8:39: [a.b] 正则「(a」有语法错误：缺少右括号（第 3 个字符）"),
    (RULE.replace("phrase, phrases: [不行]", "regex, patterns: ['(a+)+']"), "1.yaml:8:39: [a.b] 正则「(a+)+」可能失控：重复里又套着不限次数的重复，例如 (a+)+"),
    (RULE.replace("phrase, phrases: [不行]", r"regex, patterns: ['\b好']"), "1.yaml:8:39: [a.b] 正则「\\b好」用了 \\b、\\B 或 \\W：中文没有词边界，它们在句中永远不会按预期匹配"),
    (RULE.replace("phrases: [不行]", "phrases: ['{nope}好']"), "1.yaml:8:39: [a.b] 不认识的槽位 {nope}；可用：any、digits、name、number"),
    (RULE.replace("phrases: [不行]", "phrases: ['(您好']"), "1.yaml:8:39: [a.b] 短语「(您好」里的括号没有配对"),
    (RULE.replace("fault: c", "fault: *x"), "1.yaml:6:12: YAML 语法错误：别名（*名称）不能使用，请直接写出内容"),
    (RULE.replace("phrases: [不行]", "phrases: [[不]行]"), "短语里有 [ ] { } 时请加引号"),
    ("lists: {l: {title: 表, phrases: [好, 好]}}\n" + RULE, "1.yaml:1:36: 短语「好」在表「l」里重复"),
    ("lists: {l: {title: 表, include: [m]}}\n" + RULE, "1.yaml:1:33: 没有短语表「m」；可用：l"),
    ("lists: {l: {title: 表, include: [m]}, m: {title: 表, include: [l]}}\n" + RULE, "短语表「l」与「m」互相包含"),
    ("exclusions: {e: {title: 排除, any: [{near: before}]}}\n" + RULE, "1.yaml:1:35: 排除条件要写明 lists、phrases 或 regex 之一"),
    ("rule: []\n" + RULE, "1.yaml:1:1: 不认识的字段「rule」，是否想写「rules」？"),
    (RULE.replace("phrase, phrases: [不行]", "metadata, field: csat"), "1.yaml:8:7: [a.b] metadata 要写明一个比较"),
    (RULE.replace("phrase, phrases: [不行]", "similar, sentences: [好的]"), "例句「好的」太短，相似度没有意义；请用 phrase"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "fault"), ONE_FAULT)
def test_a_fault_says_where_and_what_to_do(text: str, fault: str) -> None:
    found = faults(HEAD, text)
    assert any(fault in line for line in found), found


def test_all_faults_of_all_files_come_at_once_in_the_order_of_the_files() -> None:
    broken = RULE.replace("fault: c", "fault: c or").replace("section: s", "section: t") + "  - {id: x}\n"
    found = faults(HEAD, broken, RULE.replace("[不行]", "[不行], speaker: boss"))
    assert [line.split(":", 2)[:2] for line in found] == sorted(line.split(":", 2)[:2] for line in found)
    text = "\n".join(found)
    for piece in (
        "没有考评项「t」",
        "缺少条件名",
        "[x] 缺少必填字段「title」",
        "[x] 缺少必填字段「fault」",
        "2.yaml:8:53: [a.b] 「speaker」",
        "「boss」",
    ):
        assert piece in text, text
    assert len(found) == len(set(found))


def test_a_rule_id_may_be_used_once() -> None:
    assert "2.yaml:2:9: [a.b] 规则编号重复，1.yaml 第 2 行已经用过" in faults(HEAD, RULE, RULE)


def test_a_pack_needs_one_header_of_its_own_name() -> None:
    assert faults(RULE) == ["base: 缺少 pack（编号、名称、考评项），请写在其中一个文件里"]
    assert faults(HEAD.replace("base", "other"), RULE) == ["0.yaml:1:12: 规则包编号是「other」，应为「base」"]
    assert "1.yaml:1:1: pack 在一个规则包里只能写一次" in faults(HEAD, HEAD, RULE)
    assert faults(HEAD) == ["base: 规则包里没有规则"]


def test_a_file_that_cannot_be_read_hides_no_names_of_others() -> None:
    found = faults(HEAD, "lists: {l: {title: [", RULE.replace("phrases: [不行]", "lists: [l]"))
    assert len(found) == 1
    assert found[0].startswith("1.yaml:1:")


@pytest.mark.parametrize(
    "text", ["- a", "just text", "{1: 2}", "rules: 5", "rules: [5]", "lists: [a]", "[" * 60, "\x00"]
)
def test_nonsense_is_refused_with_its_place(text: str) -> None:
    assert all(line.startswith(("1.yaml", "base")) for line in faults(HEAD, text))


def test_words_that_yaml_likes_to_change_stay_words() -> None:
    pack = load_pack("base", [SourceFile("0", HEAD), SourceFile("1", RULE.replace("[不行]", "[no, on, 12:30]"))], {})
    assert pack.rules[0].model.conditions["c"]["phrases"] == ["no", "on", "12:30"]


def test_slots_of_the_caller_win() -> None:
    text = "slots: {company: 甲公司}\n" + RULE.replace("[不行]", "['{company}客服']")
    mine = load_pack("base", [SourceFile("0", HEAD), SourceFile("1", text)], {"company": "乙公司|丙公司"})
    assert mine.slots["company"] == ("乙公司", "丙公司")


BASE = [SourceFile("0.yaml", HEAD), SourceFile("1.yaml", RULE)]


def test_the_digest_covers_what_changes_a_verdict_and_nothing_else() -> None:
    same = load_pack("base", BASE, {}).digest

    def changed(old: str, new: str) -> bool:
        return load_pack("base", [BASE[0], SourceFile("x.yaml", RULE.replace(old, new))], {}).digest != same

    assert not changed("rules:", "# 说明\nrules:")
    assert not changed("message: 坏了", "message: 坏了\n    why: 条文 1\n    examples: {hit: 坐席：不行}")
    assert not changed("rules:", "lists: {unused: {title: 表, phrases: [好]}}\nrules:")
    assert changed("message: 坏了", "message: 不好")
    assert changed("[不行]", "[不行啊]")
    assert changed("[不行]", "[不行], min_hits: 2")
    assert changed("message: 坏了", "message: 坏了\n    points: -1")
    assert load_pack("base", BASE, {"company": "甲"}).digest != same


def test_the_label_names_the_pack_and_its_digest() -> None:
    pack = load_pack("base", BASE, {})
    assert pack.label == f"base@{pack.digest}"
    assert pack.digest.startswith("sha256:")


def test_a_name_that_is_missing_is_told_wherever_it_stands_and_a_faulty_exclusion_once() -> None:
    rules = RULE.replace("[不行]", "[不行], unless: [nowhere]")
    twice = rules + rules[rules.index("  - id:") :].replace("a.b", "a.c")
    with pytest.raises(RulesError) as missing:
        load_pack("base", [SourceFile("1.yaml", twice)], {})
    assert [fault.subject for fault in missing.value.faults if "nowhere" in fault.message] == ["a.b", "a.c"]
    faulty = "exclusions: {nowhere: {title: 坏, any: [{near: before, within: 1, regex: '('}]}}\n"
    with pytest.raises(RulesError) as broken:
        load_pack("base", [SourceFile("1.yaml", twice + faulty)], {})
    assert len([fault for fault in broken.value.faults if "右括号" in fault.message]) == 1
