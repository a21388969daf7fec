"""sequence, hang_up, metadata, promise: one table each."""

from datetime import datetime

import pytest

from qa_engine.rules import promises

STEPS = """
who: {operator: phrase, phrases: [请问是]}
firm: {operator: phrase, phrases: [这里是]}
free: {operator: phrase, phrases: [方便]}
bye: {operator: phrase, phrases: [再见]}
"""
SEQUENCE = [
    ("steps: [who, firm, bye]", ["坐席：请问是李先生吗", "坐席：这里是顺达", "坐席：再见"], "pass"),
    ("steps: [who, firm, bye]", ["坐席：这里是顺达", "坐席：请问是李先生吗", "坐席：再见"], "fail"),
    ("steps: [who, firm, bye]", ["坐席：请问是李先生吗，这里是顺达，再见"], "pass"),
    ("steps: [who, firm, bye]", ["坐席：请问是李先生吗", "坐席：再见"], "fail"),
    ("steps: [who, firm, bye], order_only: true", ["坐席：请问是李先生吗", "坐席：再见"], "pass"),
    ("steps: [who, firm, bye], order_only: true", ["坐席：再见", "坐席：请问是李先生吗"], "fail"),
    ("steps: [who, {condition: free, optional: true}, bye]", ["坐席：请问是李先生吗", "坐席：再见"], "pass"),
    (
        "steps: [who, {condition: free, optional: true}, bye]",
        ["坐席：请问是李先生吗", "坐席：方便吗", "坐席：再见"],
        "pass",
    ),
    ("steps: [who, firm, bye]", ["坐席：这里是顺达", "坐席：请问是李先生吗", "坐席：这里是顺达", "坐席：再见"], "pass"),
    ("steps: [who, bye], max_gap_turns: 1", ["坐席：请问是李先生吗", "客户：是", "客户：嗯", "坐席：再见"], "fail"),
    ("steps: [who, bye], max_gap_turns: 2", ["坐席：请问是李先生吗", "客户：是", "客户：嗯", "坐席：再见"], "pass"),
    ("steps: [who, bye], max_gap_seconds: 5", ["坐席[0-1]：请问是李先生吗", "坐席[9-10]：再见"], "fail"),
    ("steps: [who, bye], max_gap_seconds: 5", ["坐席：请问是李先生吗", "坐席：再见"], "not_applicable"),
    ("steps: [who, bye], max_gap_seconds: 5", ["坐席：请问是李先生吗", "坐席：好"], "fail"),
    ("steps: [who, bye]", ["未知：请问是李先生吗"], "not_applicable"),
    ("steps: [who, bye]", ["坐席[0-1 conf=0.1]：请问是李先生吗"], "uncertain"),
]


@pytest.mark.parametrize(("fields", "lines", "status"), SEQUENCE)
def test_sequence(judge, fields: str, lines: list[str], status: str) -> None:
    used = [line for line in STEPS.strip().splitlines() if line.split(":")[0] in fields.replace("condition:", "")]
    result = judge("\n".join([*used, f"c: {{operator: sequence, {fields}}}"]), lines, fault="not c")
    assert result.status == status, result
    if status == "fail":
        assert result.searched


def test_a_broken_order_says_what_the_order_was(judge) -> None:
    conditions = STEPS.replace("free: {operator: phrase, phrases: [方便]}\n", "")
    lines = ["坐席：这里是顺达", "坐席：请问是李先生吗", "坐席：再见"]
    result = judge(f"{conditions}c: {{operator: sequence, steps: [who, firm, bye]}}", lines, fault="not c")
    order = "「坐席说到「这里是」」 → 「坐席说到「请问是」」 → 「坐席说到「再见」」"
    assert f"实际顺序：{order}" in result.searched[0].window


END = ["坐席[0-2]：您好", "客户[2-4]：我还没说完"]
HANG_UP = [
    ("ended_by: agent", {"metadata": {"ended_by": "agent"}}, "fail"),
    ("ended_by: agent", {"metadata": {"ended_by": "customer"}}, "pass"),
    ("ended_by: agent", {}, "not_applicable"),
    ("ended_by: agent, last_speaker: customer", {"metadata": {"ended_by": "agent"}}, "fail"),
    ("ended_by: agent, last_speaker: agent", {"metadata": {"ended_by": "agent"}}, "pass"),
    ("within_seconds: 2", {"duration": 5}, "fail"),
    ("within_seconds: 2", {"duration": 9}, "pass"),
    ("after_seconds: 3", {"duration": 9}, "fail"),
    ("within_seconds: 2", {}, "not_applicable"),
]


@pytest.mark.parametrize(("fields", "call", "status"), HANG_UP)
def test_hang_up(judge, fields: str, call: dict[str, object], status: str) -> None:
    assert judge(f"{{operator: hang_up, {fields}}}", END, call=call).status == status


FACTS = {
    "scenario": "complaint",
    "duration": 93.4,
    "agent": {"id": "8026", "team": "一组"},
    "metadata": {"csat": 2, "ring_seconds": "12.5", "vip": True, "tags": ["退款", "催件"], "order": {"state": "lost"}},
}
METADATA = [
    ("field: csat, at_most: 2", "fail"),
    ("field: csat, below: 2", "pass"),
    ("field: csat, equals: 2", "fail"),
    ("field: csat, not_equals: 2", "pass"),
    ("field: csat, in: [1, 2]", "fail"),
    ("field: csat, not_in: [1, 2]", "pass"),
    ("field: ring_seconds, above: 10", "fail"),
    ("field: ring_seconds, at_least: 13", "pass"),
    ("field: vip, equals: true", "fail"),
    ("field: tags, contains: 退款", "fail"),
    ("field: tags, contains: 换货", "pass"),
    ("field: order.state, matches: '^lo'", "fail"),
    ("field: agent.team, equals: 一组", "fail"),
    ("field: scenario, equals: complaint", "fail"),
    ("field: duration, above: 90", "fail"),
    ("field: nothing, equals: 1", "not_applicable"),
    ("field: nothing, present: false", "fail"),
    ("field: csat, present: true", "fail"),
    ("field: tags, above: 1", "not_applicable"),
]


@pytest.mark.parametrize(("fields", "status"), METADATA)
def test_metadata(judge, fields: str, status: str) -> None:
    assert judge(f"{{operator: metadata, {fields}}}", "坐席：您好", call=FACTS).status == status


PROMISE = [
    ("over_hours: 48", "我们会在48小时内给您回复", "pass"),
    ("over_hours: 48", "我们会在七十二小时内给您回复", "fail"),
    ("over_hours: 48", "三个工作日内给您答复", "fail"),
    ("over_hours: 48", "两天内联系您", "pass"),
    ("over_hours: 48", "退款七天到账", "fail"),
    ("over_hours: 48", "给您回复，大概一周", "fail"),
    ("over_hours: 48", "我不能在三天内给您回复", "pass"),
    ("over_hours: 48", "三天内给您回复可以吗？", "pass"),
    ("over_hours: 48", "三天内给您回复，您看可以吗？", "fail"),  # told, then agreed upon
    ("over_hours: 48", "三天内给您回复您看行吗", "fail"),
    ("over_hours: 48", "三天内给您回复，好吗？", "fail"),
    ("over_hours: 48", "您三天前给我们打过电话", "pass"),
    ("over_hours: 48", "三天前给您回复过了", "pass"),
    ("over_hours: 48", "我五天前打电话给您了", "pass"),
    ("over_hours: 48", "您这个快件五天了，我给您核实一下", "pass"),
    ("over_hours: 48", "七天无理由，给您退款", "pass"),
    ("over_hours: 48", "五天内就给您处理好了", "fail"),
    ("over_hours: 48", "五天之内给您回复", "fail"),
    ("without_deadline: true", "上周已经给您回复了", "pass"),
    ("without_deadline: true", "昨天联系过您了", "pass"),
    ("over_hours: 48", "明天给您回电话", "pass"),
    ("over_hours: 48", "下周给您回电话", "fail"),
    ("without_deadline: true", "稍后给您回复", "fail"),
    ("without_deadline: true", "马上给您回复", "pass"),
    ("without_deadline: true", "48小时内给您回复", "pass"),
    ("without_deadline: true", "我给您处理一下", "pass"),
    ("any: true", "半小时内给您回电", "fail"),
    ("over_hours: 48, replies_only: true", "退款七天到账", "pass"),
    ("over_hours: 48, replies_only: true", "七天内给您回复", "fail"),
    ("any: true", "专员给您答复调查结果，您看可以吗？", "fail"),
    ("any: true", "您看什么时候给您回电？", "pass"),
]


@pytest.mark.parametrize(("fields", "said", "status"), PROMISE)
def test_promise(judge, fields: str, said: str, status: str) -> None:
    assert judge(f"{{operator: promise, {fields}}}", f"坐席：{said}").status == status


def test_the_ledger_of_promises_knows_when_each_is_due(make_transcript) -> None:
    lines = [
        "客户[0-3]：什么时候",
        "坐席[60-63]：二十四小时内给您回复。稍后也会联系您。",
        "客户[63-64]：两天内联系您？",
    ]
    first, second = promises(make_transcript(lines, {"started_at": "2026-03-02T09:00:00+08:00"}))
    assert (first.turn, first.text, first.hours) == (1, "二十四小时内给您回复", 24.0)
    assert first.due == datetime.fromisoformat("2026-03-03T09:01:00+08:00")
    assert (second.text, second.hours, second.due) == ("联系您", None, None)


FRIDAY = "2026-03-06T17:30:00+08:00"
DEADLINE = [
    ("within: {working_days: 1}", {"first_feedback_at": "2026-03-09T18:00:00+08:00"}, "pass"),  # Monday, at closing
    ("within: {working_days: 1}", {"first_feedback_at": "2026-03-09T18:00:01+08:00"}, "fail"),
    ("within: {hours: 48}", {"first_feedback_at": "2026-03-08T17:30:00"}, "pass"),
    ("within: {hours: 48}", {"first_feedback_at": "2026-03-08T17:31:00"}, "fail"),
    ("within: {hours: 1}", {}, "not_applicable"),
    ("within: {hours: 1}", {"first_feedback_at": "周一"}, "not_applicable"),
    ("since: got_at, within: {hours: 1}", {"first_feedback_at": "2026-03-09T09:00:00+08:00"}, "not_applicable"),
    (
        "since: got_at, within: {hours: 1}",
        {"got_at": "2026-03-09T08:30:00+08:00", "first_feedback_at": "2026-03-09T09:00:00+08:00"},
        "pass",
    ),
]


@pytest.mark.parametrize(("fields", "metadata", "status"), DEADLINE)
def test_deadline(judge, fields: str, metadata: dict[str, str], status: str) -> None:
    call = {"started_at": FRIDAY, "metadata": metadata}
    result = judge(f"{{operator: deadline, until: first_feedback_at, {fields}}}", "坐席：已登记。", call=call)
    assert result.status == status, result
    if status == "fail":
        assert "晚 0" in result.evidence[0].explanation


WORKING_HOURS = [
    (FRIDAY, "坐席[5400-5401]：在的", "pass"),  # half an hour till closing on Friday, nothing after it
    (FRIDAY, "坐席[230399-230400]：在的", "pass"),  # Monday 09:30
    (FRIDAY, "坐席[234001-234002]：在的", "fail"),  # Monday 10:30: half an hour and an hour and a half
    ("2026-03-07T12:00:00+08:00", "坐席[36000-36001]：在的", "pass"),  # Saturday
    ("2026-03-05T10:00:00+08:00", "坐席[3500-3501]：在的", "pass"),
    ("2026-03-05T10:00:00+08:00", "坐席[3700-3701]：在的", "fail"),
    (None, "坐席[3700-3701]：在的", "not_applicable"),
]


@pytest.mark.parametrize(("started_at", "reply", "status"), WORKING_HOURS)
def test_latency_in_working_hours(judge, started_at: str | None, reply: str, status: str) -> None:
    call = {"channel": "chat"} | ({"started_at": started_at} if started_at else {})
    condition = "{operator: latency, scope: first, above_seconds: 3600, working_hours: true}"
    result = judge(condition, ["客户[0-1]：在吗", reply], call=call)
    assert result.status == status, result
