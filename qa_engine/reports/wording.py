"""The words and number formats of the forms; those of the domain are at home in `qa_engine.wording`."""

import re
from datetime import datetime

from qa_engine.domain import ToneReading
from qa_engine.fact_wording import ENDED_BY as ENDED_BY
from qa_engine.fact_wording import SCENARIOS as SCENARIOS
from qa_engine.fact_wording import fact_title as fact_title
from qa_engine.fact_wording import fact_value as fact_value
from qa_engine.reports.statistics import PassRate
from qa_engine.rules import TONE_TITLE
from qa_engine.scoring import mood_title
from qa_engine.wording import CHANNELS as CHANNELS
from qa_engine.wording import DIRECTIONS as DIRECTIONS
from qa_engine.wording import EXCLUSIONS as EXCLUSIONS
from qa_engine.wording import LADDERS as LADDERS
from qa_engine.wording import SEVERITIES as SEVERITIES
from qa_engine.wording import SPEAKERS as SPEAKERS
from qa_engine.wording import STATUSES as STATUSES
from qa_engine.wording import UNHEARD as UNHEARD
from qa_engine.wording import clock as clock
from qa_engine.wording import number as number

CALL_FORM_TITLE = "服务质量综合考评表"
AGENT_REPORT_TITLE = "坐席质检报告"
UNKNOWN = "未提供"
PENDING = "等级待定：机器未能充分听清本次通话，得分仅供参考，请质检员听录音后评定。"
SUSPECTED_VETO = "疑似一票否决，须人工确认后才计入得分"
NO_FAULTS, NO_WORDS = "本次通话未发现扣分项。", "本次通话没有可显示的文字。"
NO_FAULTS_OF_PERIOD = "本期计分的通话未发现扣分项。"
NO_NEEDS_OF_PERIOD = "本期没有达到培训标准的问题。"
NONE_COUNTED = "本期没有可计分的通话"

_WILDCARD = re.compile(r"\{[a-z_]+(?::\d+)?\}")
WARNINGS = {
    "dual_mono": "两个声道内容相同，无法区分说话人",
    "roles_unknown": "有的话未区分是坐席还是客户说的",
    "roles_guessed": "录音没有分开坐席与客户，角色由声音和话语判断，没有把握的话不归任何一方",
    "truncated": "录音文件不完整",
    "beyond_header": "文件头写明的长度短于实际内容，已按实际内容处理",
    "unknown_label": "有的话轮标注的说话人不是坐席也不是客户，未计入任何一方",
    "speaker_carried": "有的话没有标注说话人，按上一位说话人处理",
    "leak": "串音已从另一声道中剔除",
    "times_unread": "文件中的时间单位不明，没有采用，与时间有关的检查不适用",
    "no_speech_on_channel": "有一个声道没有人说话",
    "other_language": "通话中有人不说普通话",
}

# label, unit, factor, decimals
METRICS: dict[str, tuple[str, str, float, int]] = {
    "speech_rate": ("坐席语速", "字/分钟", 1, 0),
    "talk_ratio": ("坐席说话占比", "%", 100, 0),
    "silence_seconds": ("静默合计", "秒", 1, 1),
    "longest_silence_seconds": ("最长静默", "秒", 1, 1),
    "first_reply_seconds": ("首次回复", "秒", 1, 0),
    "mean_reply_seconds": ("平均回复", "秒", 1, 0),
    "overlap_count": ("双方同时说话", "次", 1, 0),
    "customer_speech_rate": ("客户语速", "字/分钟", 1, 0),
    "agent_turns": ("坐席话轮", "个", 1, 0),
    "customer_turns": ("客户话轮", "个", 1, 0),
    "duration": ("通话时长", "秒", 1, 0),
    "confidence": ("识别可信度", "%", 100, 0),
    "excluded_share": ("未参与检查的文字", "%", 100, 0),
    "agent_warm_share": ("坐席语气热情的话", "%", 100, 0),
    "agent_unfriendly_share": ("坐席语气生硬的话", "%", 100, 0),
}


WITNESSES = {"wording": "规定用语", "phrase": "字句", "pattern": "句式", "act": "服务行为", "measure": "测量值"}
"""What spoke for a fault."""

MOODS = {"mood_start": "客户情绪（开头三分之一）", "mood_end": "客户情绪（结尾三分之一）"}


def mood(level: float) -> str:
    """``不满（1.3）``: the nearest mood and the level, 0 calm to 2 angry."""
    return f"{mood_title(level)}（{number(level, 1)}，0 平静 – 2 激动）"


TOLD_PROBABILITY = 0.7
"""A tone read with less is called 拿不准: it is drawn where it lies, without the colour of its class."""


def tone_label(reading: ToneReading) -> str:
    """``不耐烦（把握 83%）``; a model is never wholly sure, so 100 % is not written."""
    return f"{TONE_TITLE[reading.label]}（把握 {min(reading.probability, 0.99):.0%}）"


def clock_range(start: float | None, end: float | None) -> str:
    """``00:41–00:43``, one clock when both fall into the same second, empty when unknown."""
    if start is None:
        return ""
    first, last = clock(start), clock(end) if end is not None else ""
    return first if not last or first == last else f"{first}–{last}"


def phrase_pattern(pattern: str) -> str:
    """A phrase of a rule without its technical marks: 「还有…可以帮」."""
    return _WILDCARD.sub("…", pattern)


def signed(points: float) -> str:
    """Points with their sign; a true minus, so that it cannot be overlooked: ``−3``, ``+2``, ``0``."""
    text = number(points)
    if text == "0":
        return "0"
    return "−" + text[1:] if text.startswith("-") else "+" + text


def rate_note(rate: PassRate) -> str:
    """How far a rate can be trusted: its interval, or that too little was judged; and what waits for a person."""
    notes = []
    if rate.interval is not None:
        low, high = rate.interval
        notes.append(f"大致 {number(low, 0)}–{number(high, 0)}%")
    else:
        notes.append(f"样本太少（{rate.judged}），只作参考")
    if rate.waiting:
        notes.append(f"另有 {rate.waiting} 个待复核，未计入")
    return "；".join(notes)


def percent(value: float | None, decimals: int = 1) -> str:
    """``value`` in percent already, for example 91.3 → ``91.3%``."""
    return UNHEARD if value is None else f"{number(value, decimals)}%"


def moment(value: datetime | None) -> str:
    """Local time as the call carries it, to the second."""
    return UNKNOWN if value is None else value.strftime("%Y-%m-%d %H:%M:%S")


def left_out(why: str) -> str:
    """Of a turn that is shown and was not judged."""
    return f"未参与检查：{why}"


def unheard(seconds: float) -> str:
    """Of speech before a turn in which no words were recognised."""
    return f"此前有 {number(seconds, 1)} 秒说话没有识别出文字"


def duration(seconds: float | None) -> str:
    """``1 分 33 秒``."""
    if seconds is None:
        return UNKNOWN
    whole = round(seconds)
    minutes, secs = divmod(whole, 60)
    return f"{minutes} 分 {secs:02d} 秒" if minutes else f"{secs} 秒"


def scenario(key: str | None) -> str:
    """The Chinese name of a business scenario; an unknown one is shown as it came."""
    return UNKNOWN if not key else SCENARIOS.get(key, key)


def warning(key: str) -> str:
    """A machine-readable note of the transcript in words."""
    return WARNINGS.get(key.split(":", 1)[0], key)
