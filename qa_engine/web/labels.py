"""The Chinese words for what the service names in English: states, reasons, stages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from qa_engine.domain import CallState, Direction, Status
from qa_engine.domain.people import Right
from qa_engine.domain.review import DecisionKind
from qa_engine.fact_wording import SCENARIOS
from qa_engine.fault_wording import LIMITS
from qa_engine.service import EVENTS, REASONS, Action, CallOrder, JobState, job_kinds, report_kinds, wording
from qa_engine.service.authoring.drafts import PARTS as PARTS
from qa_engine.service.authoring.editable import Number
from qa_engine.wording import CHANNELS, DECISIONS, DIRECTIONS, NOT_IN_PACK, STATES

JOB_STATES = {JobState.QUEUED: "排队", JobState.RUNNING: "进行中", JobState.DONE: "完成", JobState.FAILED: "失败"}
CHECKS = {"database": "数据库", "broker": "消息队列", "disk": "磁盘空间"}
ACTIONS = {
    "calibration": "进入校准",
    "corrected": "改正文字",
    "facts": "更正信息",
    "inspected_again": "重新检查，结论不变",
}
ACTORS = {"engine": "系统", "ingest": "导入", "retry": "人工重试"}
CALL_WARNINGS = {
    "unknown_agent": "清单中没有该坐席的姓名与班组",
    "no_agent": "没有坐席工号，不计入任何人",
    "no_agent_channel": "未说明坐席在哪个声道，无法区分坐席与客户",
    "not_in_manifest": "清单中没有这个文件",
    "moved": "清单所写班组与登记的调组不同，以登记的为准",
}
RIGHTS = {
    Right.SEE_CALLS: "查看通话",
    Right.LISTEN: "听录音",
    Right.SEE_NUMBERS: "查看完整号码",
    Right.EXPORT: "导出",
    Right.INGEST: "上传录音和文本、更正通话资料",
    Right.REVIEW: "复核",
    Right.APPEAL: "确认与申诉",
    Right.ANSWER_APPEALS: "处理申诉",
    Right.SETTLE_APPEALS: "终审申诉",
    Right.SEE_REPORTS: "查看报告",
    Right.PLAN_TRAINING: "培训计划",
    Right.SEE_RULES: "查看规则",
    Right.CHANGE_RULES: "修改规则",
    Right.RUN_NIGHT: "运行批次",
    Right.SEE_NIGHT: "查看运行状态",
    Right.SEE_AUDIT: "查看审计日志",
    Right.MANAGE_PEOPLE: "管理账号",
    Right.FORGET: "删除客户数据",
}
AUDIT = {
    "sign_in": "登录",
    "sign_in_refused": "登录被拒",
    "sign_out": "退出",
    "password": "修改密码",
    "people": "账号变更",
    "token": "令牌",
    "webhook": "回调地址",
    "view_call": "查看通话",
    "listen": "听录音",
    "reveal": "显示号码",
    "export": "导出",
    "view_report": "查看报告",
    "ingest": "上传录音或文本",
    "verdict": "改判",
    "training": "培训",
    "appeal": "申诉",
    "rules": "规则变更",
    "night": "批次操作",
    "forget": "删除客户数据",
}
"""What the lines of the audit log tell; see `qa_engine.service.people.audit.Action`."""
AUDIT_DETAILS = {
    **{kind.value: said for kind, said in DECISIONS.items()},
    "password": "密码",
    "new password": "新密码",
    "oidc": "统一登录",
    "locked": "已锁定",
    "revoked": "收回",
    "ended": "停止",
    "signed": "签字",
    "retry": "重新处理",
    "new": "新录音",
    "duplicate": "已有的录音",
    "corrected": "更正",
    "replaced": "替换",
    "aside": "不能使用",
    "added": "添加",
    "done": "完成",
    "planned": "安排",
    "raised": "提出",
    "reopened": "重新打开",
    "accepted": "坐席确认",
    "published": "发布",
    "judge again": "历史通话重判",
    "rolled back": "恢复",
    "drafted": "新建",
    "dropped": "删除",
    "changed": "修改",
    "backtest": "回测",
    "golden": "收入标准通话",
}
AUDIT_SUBJECTS = {
    "draft": "规则草稿",
    "edition": "规则版本",
    "webhook": "回调地址",
    "call": "通话",
    "sample": "盲抽",
    "review": "复核",
    "calibration": "复核",
    "appeal": "申诉答复",
    "settlement": "申诉终审",
    "recording": "录音",
}
LEVELS = {"demanded": "要求", "wished": "希望", "not_asked": "不要求"}
FACTS = {
    **SCENARIOS, **{key.value: title for key, title in DIRECTIONS.items()},
    **{key.value: title for key, title in CHANNELS.items()},
}  # fmt: skip
_RIGHTS: Mapping[str, str] = {right.value: title for right, title in RIGHTS.items()}
_REPORTS = frozenset({Action.VIEW_REPORT.value, Action.EXPORT.value})
_NONE: Mapping[str, str] = {}
_EVENTS: Mapping[str, str] = {event.value: title for event, title in EVENTS.items()}
_NAMES = re.compile(r"\b(?:[a-z_]+(?:\.[a-z_]+)+|alert)\b")  # of rules and events
_FILE_PLACE = re.compile(r"(?P<file>[\w./-]+\.ya?ml) 第 (?P<line>\d+) 行")
NAVIGATION = (
    ("/mine", "我的考评表", Right.APPEAL),
    ("/centre", "中心", Right.SEE_AUDIT),
    ("/team", "班长看板", Right.PLAN_TRAINING),
    ("/desk", "复核台", Right.REVIEW),
    ("/clips", "片段复核", Right.REVIEW),
    ("/appeals", "申诉", Right.ANSWER_APPEALS),
    ("/cases", "案例库", Right.SEE_REPORTS),
    ("/calibration", "校准", Right.REVIEW),
    ("/rules", "规则", Right.SEE_RULES),
    ("/calls", "通话", Right.SEE_CALLS),
    ("/agents", "坐席", Right.SEE_REPORTS),
    ("/reports", "报告", Right.SEE_REPORTS),
    ("/upload", "上传", Right.INGEST),
    ("/moves", "调组", Right.INGEST),
    ("/status", "运行状态", Right.SEE_NIGHT),
    ("/audit", "审计", Right.SEE_AUDIT),
    ("/people", "账号", Right.MANAGE_PEOPLE),
    ("/webhooks", "回调", Right.MANAGE_PEOPLE),
)
"""What the frame of every page leads to, for whoever has the right."""
ORDERS = {
    CallOrder.REVIEW: "复核次序：最要紧的在前",
    CallOrder.NEWEST: "时间：新到旧",
    CallOrder.OLDEST: "时间：旧到新",
    CallOrder.SCORE_LOW: "得分：低到高",
    CallOrder.SCORE_HIGH: "得分：高到低",
    CallOrder.LONGEST: "时长：长到短",
    CallOrder.AGENT: "坐席",
}


def call_fact(name: str, value: str) -> str:
    """A scenario, direction or channel in words."""
    return FACTS.get(value, value)


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


def decision(kind: DecisionKind) -> str:
    return DECISIONS[kind]


def rule_status(value: Status | None) -> str:
    return wording.STATUSES[value] if value is not None else NOT_IN_PACK


def audit_action(key: str) -> str:
    return AUDIT.get(key, key)


def audit_detail(text: str, titles: Mapping[str, str] = _NONE) -> str:
    """What a line of the log adds, rules by ``titles``; names of formats are shown as they are."""
    text = _NAMES.sub(lambda found: titles.get(found[0]) or _EVENTS.get(found[0], found[0]), text)
    first, _, rest = text.partition(" ")
    told = AUDIT_DETAILS.get(text) or (f"{AUDIT_DETAILS[first]} {rest}" if rest and first in AUDIT_DETAILS else text)
    purpose, _, rights = told.rpartition(": ")  # of a token: what it may
    return f"{purpose}：{'、'.join(_RIGHTS.get(one, one) for one in rights.split(', '))}" if purpose else told


def audit_subject(text: str, action: str, titles: Mapping[str, str] = _NONE) -> str:
    """What a line of the log is about: ``draft 3``, ``team 一组``, a line of the form by ``titles``; ids of people are
    shown as they are."""
    kind, _, rest = text.partition(" ")
    if kind == "turn":
        return f"第 {rest} 句"
    report = report_kinds().get(kind) if action in _REPORTS else None
    title = AUDIT_SUBJECTS.get(kind) or (report.title if report else None)
    if title:
        return f"{title} {rest}".strip()
    line, hit, number = text.removeprefix("rule:").removeprefix("item:").partition("#")
    return (
        titles[line] + (f"（第 {int(number) + 1} 处）" if hit and number.isdecimal() else "")
        if line in titles
        else text
    )


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A line of text that begins with a place in a file of rules: the file, its line, both as said, and the rest."""

    file: str
    line: int
    said: str
    rest: str


def file_place(told: str) -> FilePlace | None:
    """The place that `qa_engine.fault_wording.located_said` begins with, if any."""
    found = _FILE_PLACE.match(told)
    return FilePlace(found["file"], int(found["line"]), found[0], told[found.end() :]) if found else None


def delivery_error(text: str) -> str:
    """Why a message was not taken; the technical text stands beside it."""
    what, _, rest = text.partition(" ")
    if what == "answered":
        return f"对方答复 {rest}，应为 2xx"
    if text.startswith("not reached"):
        return "没有连上对方，请核对地址和网络"
    return "这个去处已经取消" if text.startswith("the channel is not set up") else "没有送到"


def limit_label(number: Number) -> str:
    """What the page of a draft calls a number of a rule."""
    if "/witness/" in number.path and number.field == "above":
        return "把握高于（0–1）"
    return LIMITS.get(number.field, number.field)


def call_warning(key: str) -> str:
    return CALL_WARNINGS.get(key, key)


def actor(key: str) -> str:
    return ACTORS.get(key, key)
