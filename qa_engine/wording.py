"""What people read for the terms of the domain: one word for one thing, on every floor."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from qa_engine.domain import CallState, Channel, Direction, Exclusion, Ladder, Severity, Speaker, Status
from qa_engine.domain.night import DayLedger
from qa_engine.domain.review import AppealState, DecisionKind, Exempt, Lane, Overturn

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
