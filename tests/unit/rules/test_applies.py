"""For which calls a rule is meant, and what is said where it is not."""

import pytest

from qa_engine.rules import evaluate

APPLIES = [
    ("scenario: [complaint]", {"scenario": "complaint"}, ""),
    ("scenario: complaint", {"scenario": "order"}, "业务场景为订单，本规则只适用于投诉"),
    ("scenario: complaint", {}, "业务场景未知，本规则只适用于投诉"),
    ("not_scenario: telesales", {"scenario": "telesales"}, "业务场景为电销，本规则不适用"),
    ("not_scenario: telesales", {"scenario": "order"}, ""),
    ("direction: inbound", {"direction": "outbound"}, "呼叫方向为呼出，本规则只适用于呼入"),
    ("channel: chat", {}, "渠道为电话，本规则只适用于在线"),
    ("team: [一组, 二组]", {"agent": {"team": "二组"}}, ""),
    ("team: 一组", {}, "班组未知，本规则只适用于一组"),
    ("business_line: 国际", {"metadata": {"business_line": "国内"}}, "业务线为国内，本规则只适用于国际"),
    ("min_seconds: 30", {"duration": 20}, "通话 20 秒，短于 30 秒"),
    ("max_seconds: 30", {"duration": 40}, "通话 40 秒，长于 30 秒"),
    ("min_seconds: 30", {}, "通话时长未知，本规则限定了时长"),
    ("from: 2026-03-01", {"started_at": "2026-02-28T23:59:00+08:00"}, "通话日期 2026-02-28，规则自 2026-03-01 起生效"),
    ("until: 2026-03-01", {"started_at": "2026-03-01T23:59:00+08:00"}, ""),
    ("until: 2026-03-01", {}, "通话时间未知，本规则限定了生效日期"),
    ("metadata: {vip: true}", {"metadata": {"vip": "False"}}, "清单列 vip 为否，本规则只适用于是"),
    ("metadata: {vip: true}", {"metadata": {"vip": "True"}}, ""),
    ("metadata: {vip: true}", {"metadata": {"vip": True}}, ""),
    ("metadata: {level: [1, 2]}", {"metadata": {"level": 2}}, ""),
]


@pytest.mark.parametrize(("applies", "call", "reason"), APPLIES)
def test_a_rule_is_only_for_the_calls_it_is_meant_for(
    make_pack, make_transcript, applies: str, call: dict, reason: str
) -> None:
    pack = make_pack("c: {operator: phrase, phrases: [不行]}", rule=f"applies_to: {{{applies}}}")
    (result,) = evaluate(pack, make_transcript("坐席：不行", call))
    assert (result.status, result.reason) == ("not_applicable" if reason else "fail", reason)
