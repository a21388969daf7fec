"""The Chinese words for what the service names in English: states, reasons, stages."""

from qa_engine.domain import CallState, Direction, Status
from qa_engine.domain.people import Right
from qa_engine.domain.review import DecisionKind
from qa_engine.service import REASONS, CallOrder, JobState, job_kinds, wording
from qa_engine.wording import DECISIONS, EXEMPTS, OVERTURNS, STATES

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
}
RIGHTS = {
    Right.SEE_CALLS: "查看通话",
    Right.LISTEN: "听录音",
    Right.SEE_NUMBERS: "查看完整号码",
    Right.EXPORT: "导出",
    Right.INGEST: "上传录音",
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
    "ingest": "上传录音",
    "verdict": "改判",
    "training": "培训",
    "appeal": "申诉",
    "rules": "规则变更",
    "night": "批次操作",
    "forget": "删除客户数据",
}
"""What the lines of the audit log tell; see `qa_engine.service.people.audit.Action`."""
AUDIT_DETAILS = {
    "password": "密码",
    "new password": "新密码",
    "oidc": "统一登录",
    "locked": "已锁定",
    "revoked": "收回",
    "ended": "停止",
    "signed": "签字",
    "confirm": "确认",
    "overturn": "推翻",
    "score": "打分",
    "exempt": "不适用",
    "retry": "重新处理",
    "new": "新录音",
    "duplicate": "已有的录音",
    "corrected": "更正",
    "replaced": "替换",
    "aside": "不能使用",
}
NAVIGATION = (
    ("/centre", "中心", Right.SEE_AUDIT),
    ("/team", "班长看板", Right.PLAN_TRAINING),
    ("/desk", "复核台", Right.REVIEW),
    ("/clips", "片段复核", Right.REVIEW),
    ("/appeals", "申诉", Right.ANSWER_APPEALS),
    ("/calibration", "校准", Right.REVIEW),
    ("/rules", "规则", Right.SEE_RULES),
    ("/mine", "我的考评表", Right.APPEAL),
    ("/calls", "通话", Right.SEE_CALLS),
    ("/agents", "坐席", Right.SEE_REPORTS),
    ("/reports", "报告", Right.SEE_REPORTS),
    ("/upload", "上传", Right.INGEST),
    ("/status", "运行状态", Right.SEE_NIGHT),
    ("/audit", "审计", Right.SEE_AUDIT),
    ("/people", "账号", Right.MANAGE_PEOPLE),
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


def decision_reason(key: str) -> str:
    """Why a line was overturned or exempt; other words as they are."""
    overturns: dict[str, str] = {reason.value: label for reason, label in OVERTURNS.items()}
    exempts: dict[str, str] = {reason.value: label for reason, label in EXEMPTS.items()}
    return overturns.get(key) or exempts.get(key, key)


def rule_status(value: Status | None) -> str:
    return wording.STATUSES[value] if value is not None else "规则包中没有"


def audit_action(key: str) -> str:
    return AUDIT.get(key, key)


def audit_detail(text: str) -> str:
    """What a line of the log adds; names of formats, rights and events are shown as they are."""
    return AUDIT_DETAILS.get(text, text)


def call_warning(key: str) -> str:
    return CALL_WARNINGS.get(key, key)


def actor(key: str) -> str:
    return ACTORS.get(key, key)
