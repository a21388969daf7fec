"""An alert in words, for mail and chats: no transcript, no number of a customer, and a link to where it is seen."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from qa_engine.service.alerts.channels import EVENTS, Event, Message
from qa_engine.settings import Settings
from qa_engine.text import mask_private, writable

ALERTS = {
    "night_late": "夜间批次将晚于时限",
    "ledger_open": "当日台账不平",
    "night_sources": "夜间录音来源需核对",
    "drift": "规则命中率异常",
}
_MARKS = str.maketrans(dict.fromkeys("[]()<>`*#~|\\\n\r\t", ""))
MOST_CHARS = 200


@dataclass(frozen=True, slots=True)
class Told:
    """``lines`` are plain text: what came from outside is masked and holds nothing that a chat takes for a mark."""

    title: str
    lines: tuple[str, ...]
    url: str

    @property
    def text(self) -> str:
        return "\n".join((*self.lines, self.url))


def words_of(message: Message, settings: Settings) -> Told:
    """What people read of a message."""
    data: Mapping[str, Any] = json.loads(message.body)["data"]
    base = (settings.public_url or f"http://{settings.web_host}:{settings.web_port}").rstrip("/")
    if message.event is Event.ALERT:
        kind = str(data.get("alert", ""))
        title = ALERTS.get(kind, EVENTS[Event.ALERT])
        lines = [plain(line) for line in data.get("lines", ())]
        return Told(title, tuple(lines), base + str(data.get("path") or "/status"))
    title = EVENTS[message.event]
    call_id = str(data.get("call_id", ""))
    facts = (("通话", call_id), ("坐席", data.get("agent_id")), ("班组", data.get("team")), ("日期", data.get("day")))
    lines = [f"{label}：{plain(str(value))}" for label, value in facts if value]
    if data.get("possible"):
        lines.append(f"得分：{data['total']:g} / {data['possible']:g}（机器结论，待人工确认）")
    if data.get("feedback_by"):
        lines.append(f"首次反馈时限：{data['feedback_by']}")
    # an id that holds a number is not told, not even in an address
    named = call_id and mask_private(call_id) == call_id
    path = f"/calls/{quote(call_id, safe='')}" if named else "/calls"
    return Told(title, tuple(lines), base + path)


def plain(text: str) -> str:
    """Words from outside, on one line: masked, without marks, not too long."""
    return mask_private(writable(text).translate(_MARKS))[:MOST_CHARS]
