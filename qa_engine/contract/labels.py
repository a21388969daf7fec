"""Speaker labels in subtitles and plain text: 坐席：…, 客户：…, Agent: …"""

import re
from dataclasses import dataclass

from qa_engine.domain import Exclusion, Speaker

LABELS = {Speaker.AGENT: "坐席", Speaker.CUSTOMER: "客户", Speaker.UNKNOWN: "未知"}
"""What is written; far more is understood."""

_NAMES = {
    Speaker.AGENT: (
        *("坐席员", "坐席", "座席员", "座席", "客服人员", "客服", "话务员", "接线员", "服务人员", "员工"),
        *("operator", "agent", "staff"),
    ),
    Speaker.CUSTOMER: ("客户", "用户", "顾客", "来电人", "买家", "customer", "client", "caller", "user"),
    Speaker.UNKNOWN: ("未知", "说话人", "发言人", "unknown", "speaker"),
}
_SPEAKERS = {name: speaker for speaker, names in _NAMES.items() for name in names}
_NAME = "|".join(sorted(map(re.escape, _SPEAKERS), key=len, reverse=True))
_EXCLUSION = "|".join(Exclusion)
_LABEL = re.compile(
    rf"\s*[\[【(（]?(?P<name>{_NAME})\s*(?P<number>[0-9]{{0,8}})[\]】)）]?(?:\[(?P<excluded>{_EXCLUSION})\])?\s*[:：]\s*",
    re.IGNORECASE,
)
_HAN_END = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]$")
_HAN_START = re.compile(r"^[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One line with its speaker."""

    speaker: Speaker
    excluded: Exclusion | None
    text: str


def label_of(speaker: Speaker, excluded: Exclusion | None) -> str:
    """坐席, or 坐席[ghost_text] for a turn that is not judged."""
    return LABELS[speaker] + (f"[{excluded.value}]" if excluded else "")


def read_label(line: str) -> Labelled | None:
    """The speaker and the text behind the label; None when the line has no label."""
    match = _LABEL.match(line)
    if match is None:
        return None
    excluded = match["excluded"]
    return Labelled(
        _SPEAKERS[match["name"].lower()], Exclusion(excluded.lower()) if excluded else None, line[match.end() :].strip()
    )


def speaker_named(name: str) -> Speaker | None:
    """The speaker of a bare name such as that of a WebVTT voice; None for a name that says no role."""
    return _SPEAKERS.get(name.strip().lower().rstrip("0123456789 "))


def join_lines(first: str, second: str) -> str:
    """Two lines of one turn; a blank between them only where words are parted by blanks."""
    if not first or not second or _HAN_END.search(first) or _HAN_START.search(second):
        return first + second
    return f"{first} {second}"


def one_line(text: str) -> str:
    """Text that fits on one line of a subtitle or text file."""
    return " ".join(text.split())
