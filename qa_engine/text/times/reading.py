"""Finds the times in a sentence and tells what they mean at the moment they are said."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from operator import attrgetter

from qa_engine.domain import WorkCalendar
from qa_engine.domain.values import dataclass, replace
from qa_engine.text.times import grammar
from qa_engine.text.times.grammar import number_of

_END_OF_DAY = time(23, 59, 59)
_AGO = re.compile("(?<![之以])前$")
_JOINED = re.compile(" ?(?:到|至|~|-|—|–|或者|或) ?")


@dataclass(frozen=True, slots=True)
class TimeSaid:
    """The time at [start, end) of a normalised text.

    ``hours``: how long from now at most, None where that needs to know what day it is. ``due``: when it is over, None
    where nobody can tell from here (收到货后三天). ``past``: it tells of what was, or of a habit or a name (三天了,
    每周二, 24小时热线), and is no deadline. A day without an hour counts as so many whole days (后天 is 48 hours).
    """

    start: int
    end: int
    hours: float | None
    due: datetime | None
    at_once: bool = False
    past: bool = False


def find_times(
    text: str, moment: datetime | None, calendar: WorkCalendar, *, begin: int = 0, end: int | None = None
) -> tuple[TimeSaid, ...]:
    """Every time that is said in [begin, end) of a normalised text, in its order and without overlap."""
    end = len(text) if end is None else end
    if grammar.SIGNS.search(text, begin, end) is None:
        return ()
    found = [*_points(text, begin, end, moment, calendar), *_spans(text, begin, end, moment, calendar)]
    found += [
        TimeSaid(m.start(), m.end(), 0.0, moment, at_once=True) for m in grammar.AT_ONCE.finditer(text, begin, end)
    ]
    for match in grammar.FESTIVAL.finditer(text, begin, end):
        found.append(TimeSaid(*match.span(), None, None, past=_no_deadline(text, begin, *match.span())))
    kept: list[TimeSaid] = []
    for one in sorted(found, key=attrgetter("start")):  # of those that overlap the longest is kept
        if kept and one.start < kept[-1].end:
            if one.end - one.start > kept[-1].end - kept[-1].start:
                kept[-1] = one
        else:
            kept.append(one)
    return tuple(_joined(text, kept))


def _joined(text: str, found: list[TimeSaid]) -> Iterator[TimeSaid]:
    """周二到周四, 明天或者后天 are one time, which is over with the later of both."""
    at = 0
    while at < len(found):
        one = found[at]
        while at + 1 < len(found) and _JOINED.fullmatch(text, one.end, found[at + 1].start):
            at += 1
            later = found[at]
            if one.hours is not None and (later.hours is None or later.hours < one.hours):
                later = replace(later, hours=one.hours, due=one.due)
            one = replace(later, start=one.start, past=one.past or later.past)
        yield one
        at += 1


def _no_deadline(text: str, begin: int, start: int, end: int) -> bool:
    if text[end - 1] in "内后" and grammar.JUST_PAST.search(text, max(begin, start - 4), start) is None:
        return False  # 登记了24小时内给您答复
    habit = grammar.HABIT.search(text, max(begin, start - 7), start)
    if habit is not None and habit[0] == "了" and grammar.AHEAD.match(text, start):
        habit = None if text[habit.start() - 1 : habit.start()] != "过" else habit  # 过了明天
    return (
        grammar.ELAPSED.match(text, end) is not None or grammar.NAMES.match(text, end) is not None or habit is not None
    )


def _spans(text: str, begin: int, end: int, moment: datetime | None, calendar: WorkCalendar) -> Iterator[TimeSaid]:
    for match in grammar.SPAN.finditer(text, begin, end):
        unit = match["unit"]
        value = _amount(match)
        if value is None or (text[match.start() - 1 : match.start()] == "第" and match.start() > begin):
            continue
        value += 0.5 if match["half"] or match["half_more"] else 0.0
        hours = value * grammar.HOURS[unit]
        if match["more_amount"]:
            extra = number_of(match["more_amount"]) or 0.0
            hours += extra * grammar.HOURS[match["more_unit"]]
        past = _no_deadline(text, begin, match.start(), match.end()) or _AGO.search(match.group()) is not None
        due = None
        after_event = grammar.FROM_AN_EVENT.search(text, max(begin, match.start() - 12), match.start())
        if moment is not None and not after_event and not past:
            whole_days = unit == "工作日" and value >= 1 and value == int(value)
            due = calendar.after_working_days(moment, int(value)) if whole_days else moment + timedelta(hours=hours)
        yield TimeSaid(match.start(), match.end(), hours, due, past=past)


def _amount(match: re.Match[str]) -> float | None:
    """How many of the unit at most: 一到两天 and 一两天 are two."""
    if match["only_half"]:
        return 0.5
    if match["about"]:
        return 2.0
    value = number_of(match["amount"])
    if value is None:
        return None
    for lower in (match["from"], match["first"]):
        if lower is not None:
            least = number_of(lower)
            if least is None or least > value:
                return None
    if match["more"]:
        value += 9 if value % 10 == 0 and value > 0 else 1
    return value


def _points(text: str, begin: int, end: int, moment: datetime | None, calendar: WorkCalendar) -> Iterator[TimeSaid]:
    at = begin
    while at < end:
        match = grammar.POINT.search(text, at, end)
        if match is None:
            return
        at = match.end()
        if match.lastindex is None or not _is_a_point(text, begin, match):  # a 的 or a number of something else
            at = match.start() + 1
            continue
        yield _point(text, begin, match, moment, calendar)


def _is_a_point(text: str, begin: int, match: re.Match[str]) -> bool:
    hour = match["hour"] or match["colon_hour"]
    day = _names_a_day(match)
    if match["only_date"] and not (match["part"] or hour):
        before = grammar.BEFORE_NO_DATE.search(text, max(begin, match.start() - 6), match.start())
        before = before or grammar.GREETED.search(text, max(begin, match.start() - 18), match.start())
        if before or grammar.NOT_A_DATE.match(text, match.end()) or not 1 <= (_date_number(match["only_date"])) <= 31:
            return False
    if match["hour"] and not match["minutes"] and not match["by"] and not match["to_hour"]:
        if grammar.NOT_A_CLOCK.match(text, match.end()) and not (day or match["part"]):
            return False
        clear = day or match["part"] or "点钟" in match.group() or match.group().endswith("整")
        if not clear:
            return False
    if day or hour or match["edge"]:
        return True
    part = match["part"]
    if part is None or match["same"]:
        return False
    # 上午好 greets, 早 and 晚 alone are words of other things.
    return len(part) > 1 and text[match.end() : match.end() + 1] not in ("好", "了", "就", "打")


def _names_a_day(match: re.Match[str]) -> bool:
    return any(match.group("day", "weekday", "in_week", "month_part", "month", "only_date"))


def _date_number(text: str) -> int:
    return int(number_of(text) or 0)


def _point(text: str, begin: int, match: re.Match[str], moment: datetime | None, calendar: WorkCalendar) -> TimeSaid:
    past = _no_deadline(text, begin, match.start(), match.end())
    if moment is None:
        return TimeSaid(match.start(), match.end(), _hours_from_words(match), None, past=past)
    day = _day_of(match, moment)
    if day is None:
        return TimeSaid(match.start(), match.end(), None, None, past=past)
    clock, exact = _clock(match, calendar)
    if match["same"]:
        clock, exact = moment.timetz().replace(tzinfo=None), True
    due = datetime.combine(day, clock, moment.tzinfo)
    if due < moment and not _names_a_day(match):
        half_day = due + timedelta(hours=12)
        early = match["part"] is None and clock.hour < 12 and half_day >= moment
        due = half_day if early else due + timedelta(days=1)
    days = (due.date() - moment.date()).days
    until = max(0.0, (due - moment).total_seconds() / 3600)
    return TimeSaid(
        match.start(), match.end(), until if exact or days == 0 else days * 24.0, due, past=past or days < 0
    )


def _hours_from_words(match: re.Match[str]) -> float | None:
    """Without a moment only what counts from today can be told."""
    if match["day"] is not None:
        return grammar.DAYS[match["day"]] * 24.0 or 12.0
    if match["in_week"] is not None:  # at the latest so many days from now
        return (7 * (grammar.WEEKS[match["in_week"]] or 0) + 6) * 24.0
    if match["month_part"] is not None:
        return 720.0
    return None if _names_a_day(match) else 12.0


def _day_of(match: re.Match[str], moment: datetime) -> date | None:
    """The day that is meant, seen from the moment; None for a date that does not exist."""
    today = moment.date()
    if match["day"] is not None:
        return today + timedelta(days=grammar.DAYS[match["day"]])
    if match["in_week"] is not None:
        ahead = grammar.WEEKS[match["in_week"]] or 0
        return today + timedelta(days=7 * ahead + 7 - today.isoweekday())
    if match["weekday"] is not None:
        return _weekday(match, today)
    if match["month_part"] is not None:
        month = today.month + (1 if (match["month_name"] or "").startswith("下") else 0)
        year, month = today.year + (month - 1) // 12, (month - 1) % 12 + 1
        return date(year, month, monthrange(year, month)[1])
    if match["month"] is not None:
        return _date(match, today)
    if match["only_date"] is not None:
        return _only_date(_date_number(match["only_date"]), today)
    return today


def _weekday(match: re.Match[str], today: date) -> date:
    said = match["weekday"]
    wanted = 7 if said in "日天末" else int(number_of(said) or 0)
    ahead = wanted - today.isoweekday()
    weeks = grammar.WEEKS[match["week"] or ""]
    if weeks is not None:
        return today + timedelta(days=ahead + 7 * weeks)
    return today + timedelta(days=ahead if ahead >= 0 else ahead + 7)


def _date(match: re.Match[str], today: date) -> date | None:
    month, day = _date_number(match["month"]), _date_number(match["date"])
    year = int(match["year"]) if match["year"] else today.year
    try:
        said = date(year, month, day)
        # 一月三号 in December is next year; 一月三号 in March was two months ago.
        if not match["year"] and (today - said).days > 180:
            said = date(year + 1, month, day)
    except ValueError:
        return None
    return said


def _only_date(day: int, today: date) -> date | None:
    year, month = today.year, today.month
    if day < today.day:
        year, month = year + month // 12, month % 12 + 1
    return date(year, month, day) if 1 <= day <= monthrange(year, month)[1] else None


def _clock(match: re.Match[str], calendar: WorkCalendar) -> tuple[time, bool]:
    """When on that day it is over, and whether an hour or a part of the day was named."""
    part = match["part"]
    if match["edge"]:
        return grammar.EDGES[match["edge"]] or calendar.closes, True
    afternoon = part is not None and grammar.PARTS[part][1]
    first = _hour(match["hour"] or match["colon_hour"])
    if first is not None:
        later = _hour(match["to_hour"] or match["to_colon_hour"])
        minutes = match["minutes"] or match["colon_minutes"]
        hour = first
        if later is not None:
            hour, minutes = later, match["to_minutes"] or match["to_colon_minutes"]
            afternoon = afternoon or later < first
        small_hours = part is None and not match["colon_hour"] and _names_a_day(match) and 1 <= hour <= 6
        noon = part in ("中午", "正午", "午间", "晌午") and hour < 4
        if hour < 12 and (afternoon or small_hours or noon):
            hour += 12
        return (_END_OF_DAY if hour == 24 else time(hour, grammar.minutes_of(minutes))), True
    if part is None:
        return _END_OF_DAY, False
    return grammar.PARTS[part][0] or calendar.closes, True


def _hour(text: str | None) -> int | None:
    value = number_of(text) if text else None
    return int(value) if value is not None and value <= 24 else None
