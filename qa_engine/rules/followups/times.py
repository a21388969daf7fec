"""When something will be done, as agents say it: 48小时内, 三个工作日, 明天下午五点前, 下周三, 马上."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from qa_engine.domain import WorkCalendar
from qa_engine.text import number_value

_HOURS = {
    "分钟": 1 / 60, "小时": 1.0, "钟头": 1.0, "工作日": 24.0, "自然日": 24.0, "天": 24.0, "日": 24.0, "星期": 168.0,
    "礼拜": 168.0, "周": 168.0, "月": 720.0,
}  # fmt: skip
_DAYS = {
    "今天": 0, "今日": 0, "今晚": 0, "当天": 0, "明天": 1, "明日": 1, "明早": 1, "明晚": 1, "后天": 2, "大后天": 3,
    "月底": 30,
}  # fmt: skip
_WEEK_ENDS = {"本": 6, "这": 6, "下": 13}  # 本周, 下周: at the latest so many days from now
_END_OF_DAY = time(23, 59, 59)
_NUMBER = "[0-9]+|[一二两三四五六七八九十半]+"
_SPAN = re.compile(
    rf"(?P<amount>{_NUMBER})(?P<half>个半|半)?个?(?P<unit>{'|'.join(_HOURS)})(?:之内|以内|内|左右|之后|以后|后|前|之前)?"
)
_DAY = re.compile(
    rf"(?:(?P<day>{'|'.join(sorted(_DAYS, key=len, reverse=True))})"
    r"|(?P<week>本|这|下)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])(?!个)|(?P<in_week>本|这|下)个?(?:周|星期|礼拜))"
    r"(?P<part>上午|早上|早晨|中午|下午|傍晚|晚上)?"
    rf"(?:(?P<clock>{_NUMBER})点(?P<minutes>半|一刻|[0-9]{{1,2}}分?)?钟?|(?P<closing>下班))?(?:之前|以前|前|左右)?"
)
_AT_ONCE = re.compile("马上|立即|立刻|现在就|这就|第一时间")
_FROM_AN_EVENT = re.compile("(?:收到|审核|签收|检测|验收|入库|寄回|通过|确认)[^,。]{0,6}(?:之后|以后|后)的?$")


@dataclass(frozen=True, slots=True)
class TimePhrase:
    """At [start, end) of the text: ``hours`` from now at most; ``due`` None when it cannot be told from here.

    A day without an hour counts as so many whole days (后天 is 48 hours), and is over at midnight.
    """

    start: int
    end: int
    hours: float
    due: datetime | None


def nearest_time(
    text: str, begin: int, end: int, moment: datetime | None, calendar: WorkCalendar, *, last: bool
) -> TimePhrase | None:
    """The last or first time that is named in [begin, end) of a normalised text, said at ``moment``."""
    found = [*_spans(text, begin, end, moment, calendar), *_days(text, begin, end, moment, calendar)]
    found += [TimePhrase(m.start(), m.end(), 0.0, moment) for m in _AT_ONCE.finditer(text, begin, end)]
    return (max if last else min)(found, key=lambda phrase: (phrase.start, phrase.end), default=None)


def _spans(text: str, begin: int, end: int, moment: datetime | None, calendar: WorkCalendar) -> Iterator[TimePhrase]:
    for match in _SPAN.finditer(text, begin, end):
        value = 0.5 if match["amount"] == "半" else number_value(match["amount"])
        if value is None:
            continue
        value += 0.5 if match["half"] else 0.0
        hours = value * _HOURS[match["unit"]]
        due = None
        if moment is not None and not _FROM_AN_EVENT.search(text, max(begin, match.start() - 12), match.start()):
            whole_days = match["unit"] == "工作日" and value >= 1 and value == int(value)
            due = calendar.after_working_days(moment, int(value)) if whole_days else moment + timedelta(hours=hours)
        yield TimePhrase(match.start(), match.end(), hours, due)


def _days(text: str, begin: int, end: int, moment: datetime | None, calendar: WorkCalendar) -> Iterator[TimePhrase]:
    for match in _DAY.finditer(text, begin, end):
        days = _days_ahead(match, moment)
        if days is None:
            continue
        if moment is None:
            yield TimePhrase(match.start(), match.end(), days * 24.0 or 12.0, None)
            continue
        clock, exact = _clock(match, calendar)
        due = datetime.combine(moment.date() + timedelta(days=days), clock, moment.tzinfo)
        until = max(0.0, (due - moment).total_seconds() / 3600)
        yield TimePhrase(match.start(), match.end(), until if exact or days == 0 else days * 24.0, due)


def _days_ahead(match: re.Match[str], moment: datetime | None) -> int | None:
    """How many days after today; a weekday needs to know what day today is."""
    if match["day"] is not None:
        return _DAYS[match["day"]]
    if match["in_week"] is not None:
        return _WEEK_ENDS[match["in_week"]]
    if moment is None:
        return None
    wanted = 7 if match["weekday"] in "日天" else "一二三四五六".index(match["weekday"]) + 1
    ahead = wanted - moment.isoweekday()
    if match["week"] == "下":
        return ahead + 7
    return ahead if ahead >= 0 else ahead + 7


def _clock(match: re.Match[str], calendar: WorkCalendar) -> tuple[time, bool]:
    """When on that day it is over, and whether an hour or a part of the day was named."""
    part = match["part"] or {"今晚": "晚上", "明晚": "晚上", "明早": "上午"}.get(match["day"] or "")
    if match["closing"]:
        return calendar.closes, True
    hour = number_value(match["clock"]) if match["clock"] else None
    if hour is not None and hour < 24:
        if hour < 12 and (part in ("下午", "傍晚", "晚上") or (part == "中午" and hour < 3)):
            hour += 12
        return time(int(hour), _minutes(match["minutes"])), True
    if part is None:
        return _END_OF_DAY, False
    return {"中午": time(13), "下午": calendar.closes, "傍晚": time(19), "晚上": _END_OF_DAY}.get(part, time(12)), True


def _minutes(text: str | None) -> int:
    if text is None:
        return 0
    return {"半": 30, "一刻": 15}.get(text) or min(59, int(text.rstrip("分")))
