"""What people call the facts of a call and their values: 业务场景, 投诉, 14:05."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from qa_engine.wording import CHANNELS, DIRECTIONS, clock, number

SCENARIOS: Mapping[str, str] = MappingProxyType(
    {
        "consultation": "咨询",
        "complaint": "投诉",
        "order": "订单",
        "after_sales": "售后",
        "followup": "回访",
        "telesales": "电销",
    }
)
ENDED_BY: Mapping[str, str] = MappingProxyType({"agent": "坐席挂机", "customer": "客户挂机"})
FACTS: Mapping[str, str] = MappingProxyType(
    {
        "call_id": "通话编号",
        "channel": "渠道",
        "direction": "呼叫方向",
        "scenario": "业务场景",
        "started_at": "通话开始时间",
        "duration": "通话时长（秒）",
        "customer_number": "客户号码",
        "agent.id": "坐席工号",
        "agent.name": "坐席姓名",
        "agent.team": "班组",
        "ring_seconds": "振铃（秒）",
        "hold": "保持",
        "ended_by": "结束方式",
        "csat": "客户满意度",
        "business_line": "业务线",
        "resolved": "问题是否解决",
        "transferred_to": "转接给",
        "transfer_at": "转接时刻",
        "complaint_class": "投诉类别",
        "complaint_cause": "投诉原因",
        "complaint_received_at": "投诉受理时间",
        "first_feedback_at": "首次反馈时间",
        "solved_at": "解决时间",
        "result_feedback_at": "结果反馈时间",
    }
)
"""What rules, forms and reports call a fact of a call: its own fields, and the columns that centres commonly add."""
_VALUES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "channel": {channel.value: title for channel, title in CHANNELS.items()},
        "direction": {direction.value: title for direction, title in DIRECTIONS.items()},
        "scenario": SCENARIOS,
        "ended_by": ENDED_BY,
        "complaint_class": {"general": "一般", "important": "重要", "urgent": "紧急"},
        "resolved": {"true": "是", "yes": "是", "1": "是", "false": "否", "no": "否", "0": "否"},
    }
)
_TRUTHS = MappingProxyType({"true": "是", "false": "否"})  # a manifest out of CSV has texts where JSON has booleans
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.\- ]+")
_PLACES = frozenset({"transfer_at"})  # seconds from the start of the call
_ISO_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")


def fact_title(key: str) -> str:
    """What a fact of a call is called; the name of a column of the centre's own stays recognisable."""
    plain = key.removeprefix("metadata.")
    known = FACTS.get(plain)
    return known or (f"清单列 {plain}" if _PLAIN_NAME.fullmatch(plain) else plain)


def fact_said(key: str, said: str) -> str:
    """Something said of a fact: 业务场景为投诉, 清单列 vip 为是."""
    title = fact_title(key)
    return f"{title} {said}" if title[-1:].isascii() and title[-1:].isalnum() else title + said


def fact_value(key: str, value: object) -> str:
    """The value of a fact as people write it: 投诉 for ``complaint``, 是 for true, a place in the call as ``1:05``, a
    time to the minute, ``5`` for 5.0; what a centre wrote in words of its own stays as it is."""
    plain = key.removeprefix("metadata.")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return clock(value) if plain in _PLACES else number(value)
    text = str(value)
    if (moment := _ISO_TIME.fullmatch(text)) is not None:
        return f"{moment[1]} {moment[2]}"
    return _VALUES.get(plain, {}).get(text) or _TRUTHS.get(text.lower(), text)
