"""The Chinese words for what the service names in English: states, reasons, stages."""

from qa_engine.domain import CallState, Direction, Status
from qa_engine.service import REASONS, CallOrder, JobState, job_kinds, wording
from qa_engine.wording import STATES

JOB_STATES = {JobState.QUEUED: "排队", JobState.RUNNING: "进行中", JobState.DONE: "完成", JobState.FAILED: "失败"}
CHECKS = {"database": "数据库", "broker": "消息队列", "disk": "磁盘空间"}
ACTIONS = {"facts": "更正信息", "inspected_again": "重新检查，结论不变"}
ACTORS = {"engine": "系统", "ingest": "导入", "retry": "人工重试"}
CALL_WARNINGS = {
    "unknown_agent": "清单中没有该坐席的姓名与班组",
    "no_agent": "没有坐席工号，不计入任何人",
    "no_agent_channel": "未说明坐席在哪个声道，无法区分坐席与客户",
    "not_in_manifest": "清单中没有这个文件",
}
ORDERS = {
    CallOrder.REVIEW: "复核次序：最要紧的在前",
    CallOrder.NEWEST: "时间：新到旧",
    CallOrder.OLDEST: "时间：旧到新",
    CallOrder.SCORE_LOW: "得分：低到高",
    CallOrder.SCORE_HIGH: "得分：高到低",
    CallOrder.LONGEST: "时长：长到短",
    CallOrder.AGENT: "坐席",
}


def state(value: CallState) -> str:
    return STATES[value]


def stage(name: str) -> str:
    """A kind of work in words; one that this version does not know is shown as it is."""
    kind = job_kinds().get(name)
    return kind.title if kind is not None else name


def job_state(value: JobState) -> str:
    return JOB_STATES[value]


def direction(value: str | Direction | None) -> str:
    return wording.DIRECTIONS.get(Direction(value), "") if value else wording.UNKNOWN


def reason(key: str | None) -> str:
    """A reason of the ledger in words; one that has no words yet is shown as it is."""
    return "" if key is None else REASONS.get(key, key)


def action(key: str) -> str:
    """What happened to a call: the state it entered, or what was done with it."""
    states: dict[str, str] = {state.value: label for state, label in STATES.items()}
    return ACTIONS.get(key) or states.get(key, key)


def rule_status(value: Status | None) -> str:
    return wording.STATUSES[value] if value is not None else "规则包中没有"


def call_warning(key: str) -> str:
    return CALL_WARNINGS.get(key, key)


def actor(key: str) -> str:
    return ACTORS.get(key, key)
