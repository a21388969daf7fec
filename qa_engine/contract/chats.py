"""Chats as WeChat, QQ and 千牛 write them out: a line with name and time, the message behind or below it.

``李华 2026-03-02 09:15:22`` or ``2026-03-02 09:15:22 李华`` above a message, ``tb_1234 (2026-03-02 09:15:22): 在吗`` or
``2026-03-02 09:15:22 李华: 您好`` on one line; the year may be missing. In 千牛 the accounts of a shop are
``店铺:小美``: who has such a name is the agent, the others are customers.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from qa_engine.contract.labels import Labelled, join_lines, notes, seen, speaker_of_name
from qa_engine.contract.names import Named, Reading
from qa_engine.contract.telling import turns_of
from qa_engine.contract.times import check_times
from qa_engine.domain import Call, Channel, Speaker, Transcript
from qa_engine.errors import Fault, FaultKind, TranscriptError

_MOMENT = (
    r"(?<![0-9/.\-年])[(（\[]?(?:(?P<year>\d{4})[-/.年])?(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?[ T\u3000]*"
    r"(?P<half>上午|下午|晚上|凌晨|中午)? *(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?[)）\]]?"
)
_NAME = r"(?P<name>\S(?:[^\n]{0,38}\S)??)"
_NAME_FIRST = re.compile(rf"{_NAME}[ \t\u3000]*{_MOMENT}[ \t\u3000]*(?:[:：](?P<text>.*))?")
_TIME_FIRST = re.compile(rf"{_MOMENT}[ \t\u3000]+{_NAME}(?P<text>)[:：]?[ \t]*")
_SUB_ACCOUNT = re.compile(r"(?P<shop>[^:：]{1,24})[:：](?P<who>[^:：]{1,16})")
_ON_ONE_LINE = re.compile(r"(?P<name>.+?)[:：](?=\s)\s*(?P<text>.+)|(?P<first>[^:：]+)[:：](?P<rest>.+)")
_SOME_YEAR = 2000  # of times without one: a leap year, as the 29th of February may be among them
_HEADERS = 2  # one line with a name and a time may stand in any text
_PROGRAM = "a chat written out by WeChat, QQ or 千牛"


@dataclass(frozen=True, slots=True)
class _Message:
    name: str
    at: datetime
    text: str
    line: int
    dated: bool = True  # with its year


def is_chat(text: str) -> bool:
    """Whether a text is a chat of one of these programs: a header is among its first lines, another follows."""
    lines = [line for line in seen(text).splitlines() if line.strip()]
    begins = any(_header(line) for line in lines[:8])
    return begins and sum(_header(line) is not None for line in lines[:400]) >= _HEADERS


def parse_chat(text: str, where: str, call_id: str, reading: Reading) -> Transcript:
    """The chat, its times counted from its first message.

    Raises TranscriptError when nobody's name says a role, and for times that cannot be.
    """
    messages = _in_order(_messages(text, where, reading))
    lines = _lines(messages, reading)
    if all(line.speaker is Speaker.UNKNOWN for line in lines):
        raise TranscriptError(_nobody_known(messages, where))
    begun = messages[0].at
    at = [(message.at - begun).total_seconds() for message in messages]
    started_at = begun if messages[0].dated else None
    call = Call(call_id, channel=Channel.CHAT, started_at=started_at, duration=at[-1])
    transcript = Transcript(call, turns_of(lines, [(second, second) for second in at]), warnings=notes(lines))
    check_times(transcript, where)
    return transcript


def _header(line: str) -> re.Match[str] | None:
    return _TIME_FIRST.fullmatch(line.strip()) or _NAME_FIRST.fullmatch(line.strip())


def _messages(text: str, where: str, reading: Reading) -> list[_Message]:
    found: list[_Message] = []
    lines: list[list[str]] = []  # of each message
    for number, line in enumerate(seen(text).splitlines(), start=1):
        header = _header(line)
        if header is not None:
            name = header["name"].strip(" :：")
            at, told = _moment(header, where, number, reading), (header["text"] or "").strip()
            found.append(_Message(name, at, told, number, header["year"] is not None))
            lines.append([told])
        elif found and line.strip():
            lines[-1].append(line.strip())
    found = [replace(message, text=join_lines(own)) for message, own in zip(found, lines, strict=True)]
    if found and not any(message.text for message in found):
        found = [_on_one_line(message) for message in found]
    kept = [message for message in found if message.text]
    if not kept:
        raise TranscriptError(
            [Fault(where, None, None, f"{_PROGRAM}, without a message in it", kind=FaultKind.NO_TURNS)]
        )
    return kept


def _on_one_line(message: _Message) -> _Message:
    """A message that stands behind the name: where no header has lines below it, all of them do."""
    match = _ON_ONE_LINE.fullmatch(message.name)
    if match is None:
        return message
    return replace(
        message, name=(match["name"] or match["first"]).strip(), text=(match["text"] or match["rest"]).strip()
    )


def _in_order(messages: Sequence[_Message]) -> Sequence[_Message]:
    """By their times; without years as they stand, a time far before the last one being of the next year."""
    if all(message.dated for message in messages):
        return sorted(messages, key=lambda message: message.at)
    found, year = [messages[0]], messages[0].at.year
    for message in messages[1:]:
        at = message.at.replace(year=year)
        if (found[-1].at - at).days > 180:
            year += 1
            at = at.replace(year=year) if (at.month, at.day) != (2, 29) else at
        found.append(replace(message, at=at))
    return sorted(found, key=lambda message: message.at)


def _moment(header: re.Match[str], where: str, line: int, reading: Reading) -> datetime:
    hour = int(header["hour"])
    if header["half"] in ("下午", "晚上") and hour < 12:
        hour += 12
    try:
        return datetime(
            int(header["year"] or _SOME_YEAR),
            int(header["month"]),
            int(header["day"]),
            hour,
            int(header["minute"]),
            int(header["second"] or 0),
            tzinfo=reading.zone,
        )
    except ValueError as error:
        raise TranscriptError(
            [Fault(where, line, None, f"no time of a message: {error}", kind=FaultKind.TIMES)]
        ) from None


def _lines(messages: Sequence[_Message], reading: Reading) -> list[Labelled]:
    told = {message.name: speaker_of_name(message.name, "", reading) for message in messages}
    strange = {name for name, one in told.items() if one.strange}
    accounts = _accounts(strange)
    if accounts:
        for name in strange - accounts.keys():
            told[name] = Labelled(Speaker.CUSTOMER, None, "", name)
    for name, who in accounts.items():
        told[name] = Labelled(Speaker.AGENT, None, "", name, Named(Speaker.AGENT, name=who))
    return [replace(told[message.name], text=message.text) for message in messages]


def _accounts(names: set[str]) -> Mapping[str, str]:
    """Names that are accounts of the shop, with who is behind each; of one shop only."""
    found = {name: match for name in names if (match := _SUB_ACCOUNT.fullmatch(name))}
    shops = Counter(match["shop"] for match in found.values())
    return {name: match["who"].strip() for name, match in found.items()} if len(shops) == 1 else {}


def _nobody_known(messages: Sequence[_Message], where: str) -> list[Fault]:
    lines: dict[str, int] = {}
    for message in messages:
        lines.setdefault(message.name, message.line)
    hint = "say in the setting QA_LABELS which of them is agent and which customer"
    return [
        Fault(where, line, None, f"{_PROGRAM}; 「{name}」 says no role: {hint}", kind=FaultKind.NO_SPEAKER)
        for name, line in list(lines.items())[:5]
    ]
