"""Rules of Alibaba Cloud SCA: each translation judges calls as the original would, what cannot be said is told."""

# ruff: noqa: E501 - a row of a table is one rule with its calls

import json
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Status
from qa_engine.errors import RulesError
from qa_engine.located.json_source import read_json
from qa_engine.rules import SourceFile, evaluate, lint, load_pack
from qa_engine.rules.examples import transcript_of
from qa_engine.rules.lint import Level
from qa_engine.rules.sca import ImportedRules, import_rules
from qa_engine.rules.written.models import Dialogue

Json = dict[str, Any]


def operator(kind: str, oid: str = "1", name: str = "", **param: Any) -> Json:
    return {"oid": oid, "type": kind, "name": name, "param": param}


def words(*keywords: str, oid: str = "1", **param: Any) -> Json:
    return operator("HIT_ANY_KEYWORDS", oid, keywords=list(keywords), **param)


def condition(cid: str, *operators: Json, logic: str = "1", role: str = "客服", **check: Any) -> Json:
    return {"cid": cid, "lambda": logic, "operators": list(operators), "check_range": {"role": role, **check}}


def file_of(logic: str, *conditions: Json, **rule: Any) -> Json:
    return {
        "appKey": "k",
        "conditions": list(conditions),
        "rules": [{"rid": "7", "name": "某规则", "lambda": logic, **rule}],
    }


def carried(data: Any) -> ImportedRules:
    return import_rules(SourceFile("sca.json", json.dumps(data, ensure_ascii=False)), "moved")


def judged(data: Json, lines: Sequence[str], **call: Any) -> Status:
    found = carried(data)
    assert found.refused == ()
    pack = load_pack("moved", [SourceFile("sca.yaml", found.text)], {})
    assert [str(note) for note in lint(pack) if note.level is Level.ERROR] == []
    return evaluate(pack, transcript_of(Dialogue(turns=tuple(lines), call=call)))[0].status


def refusal(data: Any) -> str:
    found = carried(data)
    assert (found.text, found.ids) == ("", ())
    assert {fault.subject for fault in found.refused} == {"规则 7「某规则」"}
    return str(found.refused[0])


GREET = condition("1", words("您好"), range={"from": 1, "to": 2})
LAST = condition("1", words("再见"), range={"from": -2, "to": -1})
MIDDLE = condition("1", words("单号"), range={"from": 2, "to": 3})
COMPLAIN = condition("2", words("投诉"), role="客户")
SORRY = condition(
    "3", words("抱歉"), anchor={"cid": "2", "location": "AFTER", "hit_time": 1}, range={"from": 1, "to": 2}
)
BEFORE = condition("3", words("核实"), anchor={"cid": "2", "location": "BEFORE"}, range={"from": -1, "to": -1})
SAME = condition("3", words("马上"), anchor={"cid": "4", "location": "CURRENT"})
NAME = condition("4", words("工号"))
ALL = condition("1", operator("INCLUDE_KEYWORDS", keywords=["运费", "送达"]))
TWO = condition("1", operator("INCLUDE_KEYWORDS", keywords=["姓名", "电话", "地址"], keywordMatchSize="2"))
NONE = condition("1", operator("INCLUDE_KEYWORDS", keywords=["感谢", "谢谢"], keywordMatchSize=0))
REGEX = condition("1", operator("REGULAR_EXPRESSION", regex="加.{0,4}微信", notRegex="官方"))
SYNONYMS = condition("1", words("退款", synonyms={"退款": ["退钱", "返还"]}))
REPEAT = condition(
    "1", operator("ADVANCED_REPEAT_DETECT", **{"from": 3, "similarity_threshold": 0.85, "threshold": 5, "excludes": []})
)
GAP = condition("1", operator("INTERVAL_GREATER", interval=5000, different_role=True, compareOperator="gt"))
REPLY = condition("1", operator("INTERVAL_GREATER", interval=15000, differentRole=True, nearDialogue=True))
FAST = condition("1", operator("SPEECH_SPEED_CHECK", velocityInMint=300, minWordSize=8))
CUT = condition("1", operator("ANY", name="抢话设置", delayTime=1000))
FIRST = condition("1", operator("ANY", name="角色判断", target_role="客户"))
LONG = condition("1", operator("ANY", name="录音时长检测", interval=600000))
MANY = condition("1", operator("ANY", name="对话语句数检测", threshold=2), role="客户")
BOTH = condition("1", words("不行", oid="1"), words("自己", oid="2"), logic="1&&2")
ONE_NOT = condition("1", words("不行", oid="1"), words("抱歉", oid="2"), logic="1 && !2")

HEARD = "坐席：我把您的问题再看一遍。"
SLOW = ["客户[0-3]：帮我查一下。", "坐席[9-11]：查到了。"]
TALK = "坐席[{0}]：您的快件已经到达本地网点了。"

JUDGED = [
    ("greeting", file_of("!1", GREET), [HEARD, HEARD, "坐席：您好。"], ["坐席：您好，请讲。"], {}),
    ("last turns", file_of("!1", LAST), ["坐席：再见。", HEARD, HEARD], [HEARD, "坐席：再见。", "客户：好。"], {}),
    ("from the second", file_of("!1", MIDDLE), ["坐席：单号？", HEARD, HEARD], [HEARD, "坐席：单号？"], {}),
    ("after a hit", file_of("2&&!3", COMPLAIN, SORRY), ["坐席：抱歉。", "客户：我要投诉。", HEARD],
     ["客户：我要投诉。", HEARD, "坐席：抱歉。"], {}),
    ("before a hit", file_of("2&&3", COMPLAIN, BEFORE), ["坐席：我核实一下。", "客户：我要投诉。"],
     ["客户：我要投诉。", "坐席：我核实一下。"], {}),
    ("in the same turn", file_of("4&&3", NAME, SAME), ["坐席：工号八，马上查。"], ["坐席：工号八。", "坐席：马上查。"], {}),
    ("all words", file_of("!1", ALL), ["坐席：运费十二元。"], ["坐席：运费十二元，明天送达。"], {}),
    ("two of three", file_of("!1", TWO), ["坐席：请报姓名。"], ["坐席：请报姓名和电话。"], {}),
    ("none of them", file_of("1", NONE), ["坐席：好的，再见。"], ["坐席：感谢来电。"], {}),
    ("expression", file_of("1", REGEX), ["坐席：您加我微信吧。"], ["坐席：您加我们微信，是官方的。"], {}),
    ("synonyms", file_of("1", SYNONYMS), ["坐席：给您退钱。"], ["坐席：给您登记。"], {}),
    ("repeats itself", file_of("1", REPEAT), ["坐席：您的快件正在派送请等待。", "客户：几点？", "坐席：您的快件正在派送请等待。"],
     ["坐席：您的快件正在派送请等待。", "客户：几点？", "坐席：我联系快递员确认时间。"], {}),
    ("silence", file_of("1", GAP), SLOW, ["坐席[0-3]：请说。", "客户[9-11]：单号一二三。"], {}),
    ("late reply", file_of("1", REPLY), ["客户[0-2]：在吗？", "坐席[20-22]：您好。"], ["客户[0-2]：在吗？", "坐席[9-12]：您好。"], {}),
    ("fast", file_of("1", FAST), [TALK.format("0-2")], [TALK.format("0-5")], {}),
    ("cuts in", file_of("1", CUT), ["客户[0-6]：我昨天寄的快递没有到。", "坐席[3-6]：您先听我说完好吗？"],
     ["客户[0-6]：我昨天寄的快递没有到。", "坐席[7-9]：您先听我说完好吗？"], {}),
    ("who is first", file_of("1", FIRST), ["客户：喂，有人吗？", "坐席：您好。"], ["坐席：您好。", "客户：您好。"], {}),
    ("long call", file_of("1", LONG), [HEARD], [HEARD], {"duration": (900, 200)}),
    ("many turns", file_of("1", MANY), ["客户：在吗？", "客户：人呢？", "客户：喂？"], ["客户：在吗？"], {}),
    ("two in a turn", file_of("1", BOTH), ["坐席：不行，您自己看。"], ["坐席：不行。", "坐席：我自己看看。"], {}),
    ("one without the other", file_of("1", ONE_NOT), ["坐席：抱歉让您久等。", "坐席：不行。"], ["坐席：不行，抱歉。"], {}),
    ("brackets", file_of("2&&!(1||4)", COMPLAIN, GREET, NAME), ["客户：我要投诉。", HEARD], ["坐席：工号八。", "客户：投诉。"], {}),
]  # fmt: skip


@pytest.mark.parametrize(("data", "hit", "miss", "call"), [row[1:] for row in JUDGED], ids=[row[0] for row in JUDGED])
def test_an_imported_rule_judges_as_the_original(data: Json, hit: list[str], miss: list[str], call: Json) -> None:
    facts = [{key: pair[at] for key, pair in call.items()} for at in (0, 1)]
    assert judged(data, hit, **facts[0]) is Status.FAIL
    assert judged(data, miss, **facts[1]) in (Status.PASS, Status.NOT_APPLICABLE)


def test_all_spellings_are_one() -> None:
    """GetRuleDetail answers with other names, capitals, wrapped lists and numbers as texts."""
    theirs = {
        "Data": {
            "Conditions": {"ConditionBasicInfo": [{
                "ConditionInfoCid": "1", "OperLambda": "8",
                "CheckRange": {"Role": "客服", "Range": {"From": "1", "To": "2"}},
                "Operators": {"OperatorBasicInfo": [{
                    "Oid": "8", "Type": "HIT_ANY_KEYWORDS", "OperName": "问候",
                    "Param": {"OperKeyWords": {"OperKeyWord": ["您好"]}, "InSentence": False, "Target": 0},
                }]},
            }]},
            "Rules": {"RuleBasicInfo": [{"Rid": "7", "RuleName": "某规则", "RuleLambda": "!1", "Triggers": {"Trigger": ["1"]}}]},
        }
    }  # fmt: skip
    ours = carried(file_of("!1", GREET))
    first, second = (text.split("conditions:")[1] for text in (carried(theirs).text, ours.text))
    assert first == second


REFUSED = [
    (file_of("1", condition("1", operator("NEW_MODEL"))), "不认识的算子 type「NEW_MODEL」"),
    (file_of("1", condition("1", words("您好", tone="上扬"))), "有不认识的参数「tone」"),
    (file_of("1", condition("1", words("您好"), role="班长")), "不认识的角色「班长」"),
    (file_of("1", condition("1", words("您好"), zone=3)), "检测范围里有不认识的「zone」"),
    (file_of("1", condition("1", words("您好"), range={"from": -3, "to": -2})), "检测范围 from -3 to -2 没有对应的写法"),
    (file_of("1", condition("1", words("您好"), anchor={"cid": "9"})), "没有条件「9」"),
    (file_of("2&&3", COMPLAIN, condition("3", words("抱歉"), anchor={"cid": "2", "hit_time": -1})), "hit_time -1 的含义没有公开"),
    (file_of("3", condition("3", words("甲"), anchor={"cid": "4"}), condition("4", words("乙"), anchor={"cid": "3"})), "互为前置"),
    (file_of("1&&9", GREET), "没有条件「9」；文件里有：1"),
    (file_of("(1", GREET), "lambda「(1」第 1 个字符：左括号没有对应的右括号"),
    (file_of("", GREET, triggers=["1", "2"]), "规则没有 lambda"),
    (file_of("1||!1", GREET), "恒为真"),
    (file_of("1", condition("1", operator("REGULAR_EXPRESSION", regex="(不+)+行"))), "可能失控"),
    (file_of("1", condition("1", operator("REGULAR_EXPRESSION", regex="不(行"))), "语法错误"),
    (file_of("1", condition("1", operator("INTERVAL_GREATER", interval="很久"))), "应是数字，写的是「很久」"),
    (file_of("1", condition("1", operator("INTERVAL_GREATER", interval=1000, compareOperator="lt"))), "「静音短于」没有对应"),
    (file_of("1", condition("1", operator("X", name="能量检测", energy=3))), "不能换算"),
    (file_of("1", condition("1", words("？！"))), "没有可以匹配的字"),
    (file_of("1", condition("1", words("好", oid="1"), words("行", oid="1"), logic="1")), "oid 重复或缺少"),
    (file_of("1", condition("1", words("甲"), logic="1&&2")), "没有算子「2」；条件里有：1"),
    (file_of("1", GREET, GREET), "条件编号「1」重复"),
    (file_of("1", GREET, graphFlow={"nodes": [1]}), "流程质检规则没有导入"),
    (file_of("1", condition("1", words("甲", oid="1"), words("乙", oid="2"), logic="1||3")), "没有算子「3」"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "part"), REFUSED, ids=[part for _, part in REFUSED])
def test_what_cannot_be_said_is_told_with_its_place_and_rule(data: Json, part: str) -> None:
    said = refusal(data)
    assert part in said
    assert said.startswith("sca.json:1:")


def test_a_refused_rule_leaves_the_others_and_stands_at_the_end_of_the_file() -> None:
    data = file_of("!1", GREET, condition("5", operator("NEW_MODEL")))
    data["rules"].append({"rid": "8", "name": "新模型\n# 二行", "lambda": "1&&5"})
    found = carried(data)
    assert found.ids == ("sca.r7",)
    assert [fault.subject for fault in found.refused] == ["规则 8「新模型 # 二行」"]
    assert found.text.splitlines()[-2] == "# 没有导入的规则："
    assert "规则 8" in found.text.splitlines()[-1]
    assert len(load_pack("moved", [SourceFile("a", found.text)], {}).rules) == 1


def test_what_is_not_equal_is_noted_in_the_file_and_in_the_list() -> None:
    found = carried(
        file_of("1", condition("1", operator("SIMILAR_MATCH", score=80, similarlySentences=["请问还有什么可以帮您"])))
    )
    assert ["相似度算法不同" in note.message for note in found.notes] == [True]
    assert "      # 不全相同：两边的相似度算法不同" in found.text
    assert "threshold: 80" in found.text


@pytest.mark.parametrize(
    "text", ["是: #否", "it's", '"引号"', "a\\b", "[甲]{乙}", "两\t行\u2028三", "yes", "null", "110", "- 甲", "😀好"]
)
def test_any_text_survives_the_writing(text: str) -> None:
    found = carried(
        file_of(
            "1",
            condition("1", words("您好"), operator("REGULAR_EXPRESSION", "2", regex="您好"), logic="1||2"),
            name=text,
        )
    )
    rule = load_pack("moved", [SourceFile("a", found.text)], {}).rules[0]
    assert rule.title == " ".join(text.split())


def test_two_rules_of_one_number_have_two_names() -> None:
    data = file_of("!1", GREET)
    data["rules"].append({"rid": "7", "lambda": "1"})
    assert carried(data).ids == ("sca.r7", "sca.r7_2")


WHOLE = file_of("2&&!(1||3)", GREET, COMPLAIN, SORRY)
PLACES = [path for path in read_json(SourceFile("a", json.dumps(WHOLE))).marks if path]
ODD = st.sampled_from([None, "", 0, -1, 1.5, True, [], {}, "甲", "1&&2", [1], {"a": 1}, ["x", 2], float("inf")])


@given(st.sampled_from(PLACES), ODD)
def test_a_file_with_anything_in_any_place_is_read_or_refused(path: tuple[str | int, ...], odd: Any) -> None:
    data = deepcopy(WHOLE)
    inner: Any = data
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = odd
    text = json.dumps(data).replace("Infinity", "1e999")
    found = ImportedRules("", (), (), ())
    try:
        found = import_rules(SourceFile("a.json", text), "moved")
    except RulesError as error:
        lines = [fault.line for fault in error.faults]
    else:
        lines = [1, *(fault.line for fault in found.refused)]
    assert lines
    assert all(lines)
    assert bool(found.text) == bool(found.ids)
    assert not (found.text and found.refused)
    if found.text:
        load_pack("moved", [SourceFile("a", found.text)], {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "a.json:1:2: JSON 语法错误：这里应是带双引号的名称"),
        ("[]", "a.json:1:1: 这里应是 {名称: 值}"),
        ('{"conditions": []}', "a.json:1:1: 文件里没有 rules"),
        ('{"rules": 3}', "a.json:1:11: 「rules」应是列表"),
        ('{"rules": [3]}', "a.json:1:12: 这里应是 {名称: 值}"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(text: str, message: str) -> None:
    with pytest.raises(RulesError) as caught:
        import_rules(SourceFile("a.json", text), "moved")
    assert str(caught.value.faults[0]).startswith(message)


def test_conditions_of_other_rules_and_of_everybody_are_kept_apart() -> None:
    """A rule's own condition stands for everybody's of its number; twice under one number is refused."""
    mine, yours = condition("1", words("您好")), condition("1", words("再见"))
    everybodys = condition("1", words("谢谢"))
    rules = [{"rid": rid, "name": f"规则{rid}", "lambda": "1"} for rid in ("7", "8", "9")]
    found = carried({"conditions": [{**mine, "rid": "7"}, {**yours, "rid": "8"}, everybodys], "rules": rules})
    assert [word in found.text for word in ("您好", "再见", "谢谢")] == [True, True, True]
    assert len(found.ids) == 3
    twice = carried({"conditions": [{**mine, "rid": "7"}, everybodys, everybodys], "rules": rules})
    assert twice.ids == ("sca.r7",)  # its own is clear; nobody knows which of everybody's is meant
    assert [fault.message for fault in twice.refused] == ["条件编号「1」重复"] * 2


def test_of_many_conditions_some_are_named() -> None:
    many = [condition(str(number), words("您好")) for number in range(2, 200)]
    assert refusal(file_of("1", *many)).endswith("18、19、20、21 等")


def test_a_long_text_is_told_in_part() -> None:
    ids = [str(number) for number in range(1, 300)]
    told = refusal(file_of("&&".join(ids) + "&&?", *(condition(one, words("您好")) for one in ids[:2])))
    assert len(told) < 160
    assert "lambda「…" in told
    assert "第 1388 个字符" in told
    unknown = refusal(file_of("1&&" + "9" * 500, condition("1", words("您好"))))
    assert "「999999999999999999999999999999…9999999999」" in unknown
