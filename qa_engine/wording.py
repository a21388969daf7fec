"""What people read for the terms of the domain: one word for one thing, on every floor."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from qa_engine.domain import CallState, Channel, Direction, Exclusion, Ladder, Severity, Speaker, Status
from qa_engine.domain.night import DayLedger
from qa_engine.domain.review import AppealState, DecisionKind, Exempt, Lane, Overturn
from qa_engine.errors import Fault, FaultKind, QaError

NOTHING_CAME = "名单与文件夹里没有这一天的录音"
LAW = "个人信息保护法"  # why calls are forgotten where nobody says more
STARTER_NOTICE = "演示识别模型"
_NOTICES = {STARTER_NOTICE: "只认识合成语音，文字与结论须人工核对，不作考核依据"}
NOT_IN_PACK = "规则包中没有"  # where two packs are compared, of a rule that only one of them has
OPENING_QUIET, CLOSING_QUIET = "开头没有人说话", "结尾没有人说话"
SPEAKERS: Mapping[Speaker, str] = MappingProxyType(
    {Speaker.AGENT: "坐席", Speaker.CUSTOMER: "客户", Speaker.UNKNOWN: "未知"}
)
WHO: Mapping[Speaker | None, str] = MappingProxyType(
    {Speaker.AGENT: "坐席", Speaker.CUSTOMER: "客户", Speaker.UNKNOWN: "说话人", None: "任一方"}
)
"""Whose words are meant, in a sentence; None is anybody."""

CHANNELS: Mapping[Channel, str] = MappingProxyType({Channel.VOICE: "电话", Channel.CHAT: "在线"})
DIRECTIONS: Mapping[Direction, str] = MappingProxyType({Direction.INBOUND: "呼入", Direction.OUTBOUND: "呼出"})
STATUSES: Mapping[Status, str] = MappingProxyType(
    {
        Status.PASS: "达标",
        Status.FAIL: "不达标",
        Status.NOT_APPLICABLE: "不适用",
        Status.UNCERTAIN: "待复核",
        Status.ERROR: "检查出错",
    }
)
SEVERITIES: Mapping[Severity, str] = MappingProxyType(
    {Severity.INFO: "提示", Severity.MINOR: "一般", Severity.MAJOR: "严重", Severity.VETO: "一票否决"}
)
LADDERS: Mapping[Ladder, str] = MappingProxyType(
    {Ladder.EXACT: "原文一致", Ladder.FUZZY: "近似", Ladder.PINYIN: "读音相同"}
)
"""How a phrase was found."""

EXCLUSIONS: Mapping[Exclusion, str] = MappingProxyType(
    {
        Exclusion.GHOST_TEXT: "识别模型在无声处编造的文字",
        Exclusion.LOOP: "识别模型重复输出",
        Exclusion.LOW_ENERGY: "此处几乎无声",
        Exclusion.LOW_CONFIDENCE: "识别可信度低",
        Exclusion.LEAK: "对方声音串入此声道",
        Exclusion.OTHER_LANGUAGE: "不是普通话",
        Exclusion.ANNOUNCEMENT: "线路上的自动播报",
    }
)
"""Why a turn is shown and not judged."""

STATES: Mapping[CallState, str] = MappingProxyType(
    {
        CallState.RECEIVED: "待转写",
        CallState.TRANSCRIBED: "待检查",
        CallState.INSPECTED: "已检查",
        CallState.CLEAN: "未见问题",
        CallState.FLAGGED: "待复核",
        CallState.SAMPLED: "抽检",
        CallState.IN_REVIEW: "复核中",
        CallState.FINAL: "已定稿",
        CallState.EXCLUDED: "不予质检",
        CallState.QUARANTINED: "已隔离",
    }
)

REASONS = {
    "silent": "录音无人声",
    "too_short": "录音过短",
    "too_long": "录音超长",
    "empty": "录音文件为空",
    "unreadable": "录音无法读取",
    "missing": "录音文件缺失",
    "no_audio": "文件中没有声音",
    "video": "文件是视频，不是录音",
    "several_tracks": "录音含多条音轨",
    "too_many_channels": "录音声道过多",
    "sample_rate": "录音采样率不可用",
    "memory": "录音占用内存过大",
    "truncated": "录音不完整",
    "attempts_spent": "处理多次失败",
    "worker_lost": "处理时进程多次异常退出",
    "limit_passed": "处理多次超时",
    "not_in_call": "坐席未参与该通话",
}
"""What an inspector reads instead of the key of a reason."""

FAULTS: Mapping[FaultKind, str] = MappingProxyType(
    {
        FaultKind.NO_SUCH_FILE: "没有这个文件或文件夹",
        FaultKind.NO_RIGHT: "没有读取权限",
        FaultKind.CANNOT_READ: "无法读取（系统错误 {}）",
        FaultKind.NOT_A_FILE: "不是文件",
        FaultKind.TOO_LARGE: "超过 {} MB",
        FaultKind.NOT_TEXT: "不是文本文件，请另存为 CSV（UTF-8）",
        FaultKind.ENCODING: "编码无法识别，请另存为 UTF-8",
        FaultKind.NOT_CSV: "不是正确的 CSV（{}）",
        FaultKind.NOT_WORKBOOK: "表格或文档打不开，请另存为 CSV（UTF-8）",
        FaultKind.NOT_JSON: "不是正确的 JSON（{}）",
        FaultKind.EMPTY: "内容为空",
        FaultKind.LINK: "文件夹链接不会跟随，请直接写明该文件夹",
        FaultKind.OUTSIDE: "路径超出了清单或导入的文件夹",
        FaultKind.NO_FOLDER: "监视的文件夹不存在",
        FaultKind.LIST_UNREAD: "清单读不出来，此文件夹暂不导入",
        FaultKind.LIST_CUT: "等待：所在文件夹的清单没有读完",
        FaultKind.STILL_WRITTEN: "仍在写入（{} 秒前还有变化），{} 秒不变后再收",
        FaultKind.CHANGED: "读取时文件有变化，稍后再收",
        FaultKind.MACHINE: "未能收下（{}）",
        FaultKind.SETTING: "设置有误，或缺少组件（{}）",
        FaultKind.STORE_NOTHING: "对象存储里没有这个文件、文件夹或存储桶",
        FaultKind.STORE_KEY: "对象存储拒绝了密钥，请给工作进程换一个有列出和读取权限的密钥",
        FaultKind.STORE_AWAY: "对象存储读不出来（{}），请核对地址以及存储是否在运行",
        FaultKind.NO_COLUMN: "缺少列「{}」；现有：{}",
        FaultKind.COLUMN_TWICE: "列「{}」出现了两次",
        FaultKind.COLUMN_UNNAMED: "有一列没有表头",
        FaultKind.TOO_MANY_CELLS: "有 {} 格，而表头只有 {} 列",
        FaultKind.NO_OBJECT: "每行应为一个 JSON 对象",
        FaultKind.NO_FILE_NAMED: "没有写文件名",
        FaultKind.BAD_PATH: "路径不可用",
        FaultKind.NAMES_NOTHING: "既没有通话编号，也没有文件名",
        FaultKind.NO_ID: "通话编号为空",
        FaultKind.ID_TWICE: "通话编号 {} 在第 {} 行已经有了",
        FaultKind.FILE_TWICE: "这个文件在第 {} 行已经有了",
        FaultKind.BAD_ID: "通话编号只能用字母、汉字、数字和 . _ - @ : + =，不以点开头，最多 128 个字符",
        FaultKind.LONG_ID: "通话编号最多 {} 字节，即 {} 个汉字",
        FaultKind.BAD_TIME: "「{}」不是日期时间，应如 2026-03-02 09:15:00",
        FaultKind.DATE_ORDER: "「{}」分不清日和月，请设置 QA_DATE_ORDER，或写成 2026-03-02",
        FaultKind.BAD_YEAR: "年份 {} 不在 {} 至 {} 之间",
        FaultKind.BAD_NUMBER: "「{}」不是可用的数",
        FaultKind.NOT_ONE_OF: "「{}」不是可选的值：{}",
        FaultKind.NO_TEXT_VALUE: "应为文本",
        FaultKind.UNFIT: "含有无法保存的字符，请重新导出",
        FaultKind.ID_TAKEN: "通话编号 {} 已属于另一份录音（{}），请更正",
        FaultKind.BUSY: "通话 {} 正在处理，处理完再更正",
        FaultKind.WITH_PERSON: "通话 {} 已由人员复核，不再更改",
        FaultKind.NO_TRANSCRIPT: "不是可读的通话文字",
        FaultKind.NO_TURNS: "没有对话内容",
        FaultKind.SEVERAL_CALLS: "文件里有多通通话；请每通一个文件，或用命令 qa-engine ingest 整份导入",
        FaultKind.SEVERAL_BESIDE: "一份录音旁有 {} 份文字",
        FaultKind.NO_SPEAKER: "看不出说话人，每句请以「坐席：」或「客户：」开头",
        FaultKind.TIMES: "时间不对，应为距通话开始的秒数",
        FaultKind.CONTENT: "内容不合格式",
        FaultKind.MORE: "另有 {} 处",
        FaultKind.NO_ROLE: "「{}」不是角色",
        FaultKind.BAD_NAME: "用户名只能用字母、汉字、数字和 . _ - @，1 至 {} 个字符，也不能用系统保留的名字",
        FaultKind.NAME_TAKEN: "用户名 {} 已经有了；账号不会删除，不再使用时请停用",
        FaultKind.NO_ACCOUNT: "没有账号 {}",
        FaultKind.NO_AGENT_ID: "坐席账号须填写工号，只能看该工号的通话",
        FaultKind.OWN_ACCOUNT: "不能停用自己的账号，也不能改自己的角色",
        FaultKind.BAD_TITLE: "姓名和班组最多 {} 个字符，不含换行等控制字符",
        FaultKind.TOKEN_DAYS: "令牌有效期为 1 至 {} 天",
        FaultKind.TOKEN_TITLE: "请用 1 至 {} 个字符写明令牌给哪个程序用",
        FaultKind.TOKEN_RIGHTS: "请至少选一项权限，且须是该角色已有的权限",
        FaultKind.BAD_ADDRESS: "地址须以 http:// 或 https:// 开头，最多 {} 个字符，不含空格和汉字",
        FaultKind.PASSWORD_IN_ADDRESS: "地址里不能写密码，请接收方核对签名",
        FaultKind.THIS_MACHINE: "{} 是本机地址，须先在 QA_WEBHOOK_HOSTS 中写明",
        FaultKind.NO_EVENT: "请至少选一种事件",
        FaultKind.NOT_GIVEN_UP: "这条消息没有放弃发送，无需重发",
        FaultKind.DECIDED: "{} 已经判为{}，没有覆盖",
    }
)
"""What is wrong with what came from outside, with the values of the fault in their order."""
COLUMNS = {
    "file": "文件",
    "call_id": "通话编号",
    "agent_id": "坐席工号",
    "agent_name": "坐席姓名",
    "team": "班组",
    "direction": "方向",
    "scenario": "业务场景",
    "started_at": "通话开始时间",
    "agent_channel": "坐席声道",
    "customer_number": "客户号码",
    "ring_seconds": "振铃秒数",
    "ended_by": "结束方式",
    "csat": "客户满意度",
}
"""Columns of lists, fields of a handing in."""


def fault_words(fault: Fault) -> str:
    """What is wrong, without the place; what nobody has put into words stays as it was told."""
    said = _said(fault.kind, fault.values)
    if said is None:
        return fault.message
    column = COLUMNS.get(fault.subject or "")
    return f"{column}：{said}" if column and column not in said and fault.subject != "file" else said


def error_words(error: QaError) -> str:
    """What a page says of an error; what nobody has put into words stays as it was told."""
    return _said(error.kind, error.values) or str(error)


def _said(kind: FaultKind | None, values: Sequence[str]) -> str | None:
    words = FAULTS.get(kind) if kind is not None else None
    return None if words is None or words.count("{}") > len(values) else words.format(*values)


def fault_said(fault: Fault) -> str:
    """A fault with its place: ``清单.csv 第 3 行 通话开始时间：…``."""
    line = f"第 {fault.line} 行" if fault.line is not None else ""
    place = " ".join(filter(None, (fault.where, line)))
    return f"{place}：{fault_words(fault)}" if place else fault_words(fault)


DECISIONS: Mapping[DecisionKind, str] = MappingProxyType(
    {
        DecisionKind.CONFIRM: "成立",
        DecisionKind.OVERTURN: "不成立",
        DecisionKind.EXEMPT: "不适用",
        DecisionKind.POINTS: "改分",
        DecisionKind.MISSED: "漏判",
        DecisionKind.SCORE: "评分",
        DecisionKind.LOOK: "要看整通",
        DecisionKind.WITHDRAW: "撤回",
    }
)
OVERTURNS: Mapping[Overturn, str] = MappingProxyType(
    {
        Overturn.MISHEARD: "听错字",
        Overturn.NOT_TO_CUSTOMER: "不是对客户",
        Overturn.QUOTED: "转述/询问",
        Overturn.EXCUSED: "情有可原",
        Overturn.WRONG_SPEAKER: "人错",
        Overturn.BAD_RULE: "规则不妥",
    }
)
"""Why a finding is no fault, in the order of the keys 1–6."""
EXEMPTS: Mapping[Exempt, str] = MappingProxyType(
    {
        Exempt.NO_OCCASION: "没有这个环节",
        Exempt.CUSTOMER_LEFT: "客户先挂断",
        Exempt.NOT_HEARD: "录音听不清",
        Exempt.OTHER_BUSINESS: "不属本业务",
    }
)
LANES: Mapping[Lane, str] = MappingProxyType(
    {Lane.DESK: "复核", Lane.CLIP: "片段复核", Lane.APPEAL: "申诉", Lane.CALIBRATION: "校准"}
)
APPEALS: Mapping[AppealState, str] = MappingProxyType(
    {
        AppealState.OPEN: "待答复",
        AppealState.ANSWERED: "待终审",
        AppealState.UPHELD: "申诉成立",
        AppealState.REJECTED: "维持原判",
    }
)


def decision_reason(key: str) -> str:
    """Why a line was overturned or exempt; other words as they are."""
    overturns: dict[str, str] = {reason.value: label for reason, label in OVERTURNS.items()}
    exempts: dict[str, str] = {reason.value: label for reason, label in EXEMPTS.items()}
    return overturns.get(key) or exempts.get(key, key)


UNHEARD = "—"


def clock(seconds: float | None) -> str:
    """``01:05`` or ``1:02:03``; a dash when the time is unknown. Rounded down, so that the place is not overshot."""
    if seconds is None:
        return UNHEARD
    whole = int(max(0.0, seconds) + 1e-6)
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{secs:02d}" if hours else f"{minutes:02d}:{secs:02d}"


def number(value: float, decimals: int = 2) -> str:
    """At most ``decimals`` places, without trailing zeros and without a negative zero: ``3``, ``2.5``."""
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


LEDGER: Mapping[str, str] = MappingProxyType(
    {
        "expected": "应有",
        "scored": "已评分",
        "excluded": STATES[CallState.EXCLUDED],
        "quarantined": STATES[CallState.QUARANTINED],
        "in_work": "处理中",
        "missing": "缺少",
    }
)
"""The figures of a day's ledger, in the order in which they add up."""


def notice_told(notice: str) -> str:
    """What it means that a recogniser is the one of this notice; empty where nobody has put it into words."""
    return _NOTICES.get(notice, "")


def balance_of(ledger: DayLedger) -> str:
    """Where the ledger of a day stands, in a word."""
    return "不平" if not ledger.complete else "无录音" if ledger.empty else "平"


_MARK = re.compile(r"\[([A-Z][A-Za-z0-9]{0,7})\] ?")


def cited(why: str, sources: Mapping[str, str]) -> str:
    """What a rule rests on, with the titles of the documents where it has their marks: ``[K] 6.2：…``.

    A document is named once in a row; a mark that has no title says nothing and is left away.
    """
    last = ""

    def title(found: re.Match[str]) -> str:
        nonlocal last
        before, last = last, found[1]
        return f"《{sources[last]}》" if last != before and last in sources else ""

    return _MARK.sub(title, why)
