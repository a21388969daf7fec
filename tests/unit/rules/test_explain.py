"""A rule in one short sentence, and its conditions as a tree."""

import pytest

from qa_engine.rules import RulePack, Said, SourceFile, explain, load_pack

PACK = """
pack:
  id: p
  title: 包
  sections: {service: 服务}
rules:
  - id: way.told
    title: 提出办法
    section: service
    item: way
    severity: major
    points: {each: -2, per: hit, cap: -5}
    applies_to: {scenario: [complaint], channel: [voice]}
    conditions:
      asks: {operator: phrase, speaker: customer, phrases: [怎么办]}
      way: {operator: phrase, speaker: agent, phrases: [马上处理], unless: [question, quotation]}
      noted: {operator: phrase, speaker: agent, phrases: [记下了]}
      presses: {operator: phrase, speaker: customer, phrases: [到底]}
    only_if: asks
    fault: not way or (not noted and presses)
    sure_if: presses
    message: 没有给出办法「{text}」（{count} 次），晚了 {value} 小时
    why: 准则 1
"""


@pytest.fixture(scope="module")
def pack() -> RulePack:
    return load_pack("p", [SourceFile("p.yaml", PACK)], {})


def test_the_short_sentence_says_what_where_and_what_it_costs(pack: RulePack) -> None:
    told = explain(pack, pack.rule("way.told"))
    assert (
        told.short
        == "没有给出办法「…」，晚了 … 小时（业务场景投诉、渠道电话）。每次扣 2 分，最多扣 5 分；拿不准时只提示复核。"
    )
    assert told.conditions == 4


def test_the_conditions_are_a_tree_with_what_is_excused_apart(pack: RulePack) -> None:
    steps = dict(explain(pack, pack.rule("way.told")).steps)
    assert list(steps) == ["只在这时检查", "判为问题", "机器直接扣分，须满足"]
    assert steps["只在这时检查"] == Said("客户说到「怎么办」")
    assert steps["判为问题"] == Said(
        "满足其中一条：",
        parts=(
            Said("没有做到：坐席说到「马上处理」", ("询问", "转述")),
            Said(
                "同时满足：",
                parts=(Said("没有做到：坐席说到「记下了」"), Said("客户说到「到底」")),
            ),
        ),
    )
