"""docs/检查项对照.md against the pack and the scorecards: nothing named that is not there, nothing unnamed."""

import re
from pathlib import Path

import pytest

from tests.unit.packs.helpers import pack, scorecards

TEXT = (Path(__file__).parents[3] / "docs" / "检查项对照.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.split("|")[1:-1]]
    for line in TEXT[: TEXT.index("## 考评表")].splitlines()
    if line.startswith("| ") and not line.startswith("| 考评项 |")
]

# What the documents ask to be checked, in the order of the form.
ASKED = """\
规范开始语：问候
规范开始语：公司或部门、工号
规范开始语：主动提供帮助
规范结束语：询问其他需要
规范结束语：致谢、道别
文明用语
等待前请客户稍等，等待后致谢
服务忌语
口头禅
不争辩、不恶言、不动怒
不推卸责任
不怀疑客户诚实
投诉先致歉安抚
不轻易承诺
语速平缓
不提高说话音调
不抢话
静默
标准普通话
复述确认
核实身份与关键信息
信息准确、完整
客户激动：安抚 → 办法 → 上报
给客户选择的余地
不能即时答复的记录
最多 48 小时
辱骂、争吵
泄露客户信息，私下交易
挂断客户电话
拒绝受理投诉
三声内接听
在线一小时内回复
投诉分级：一般、重要、紧急
解决后一小时内反馈结果
方便接听吗
受理态度诚恳
记录事实
告知时限
提出办法
征求意见
不满意再处理
核对姓名、电话、地址
延误说明情况
答应跟进
话术完整有序
问卷完整
不夸大其词
尊重拒绝
首次与逐条回复及时
响应率
解决率
""".splitlines()


def rule_ids(cell: str) -> set[str]:
    return set(re.findall(r"`([a-z0-9_]+\.[a-z0-9_.]+)`", cell))


def manual_items(cell: str) -> set[tuple[str, str]]:
    return {(section, item) for section, item in re.findall(r"人工 `(\w+)/(\w+)`", cell)}


@pytest.mark.parametrize("wanted", ASKED)
def test_everything_that_the_documents_ask_has_its_row(wanted: str) -> None:
    assert any(wanted in row[1] for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_every_row_is_checked_and_sourced(row: list[str]) -> None:
    assert len(row) == 5
    assert rule_ids(row[2]) or manual_items(row[2])
    assert re.search(r"\[[KTSE]\] \S", row[4])


def test_the_rules_of_the_table_are_the_rules_of_the_pack() -> None:
    assert set().union(*(rule_ids(row[2]) for row in ROWS)) == {rule.id for rule in pack().rules}


def test_the_manual_items_of_the_table_are_those_of_the_scorecards() -> None:
    named = set().union(*(manual_items(row[2]) for row in ROWS))
    assert named == {(section.id, item.id) for card in scorecards() for section, item in card.items() if item.manual}


def test_the_scorecards_of_the_table_are_there() -> None:
    table = TEXT[TEXT.index("## 考评表") : TEXT.index("## 投诉登记")]
    assert {card.id for card in scorecards()} == set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
