"""Commitments in what an agent says: what is promised, and until when.

A commitment is a verb of replying or settling towards the customer (给您回复, 联系您, 为您处理好) with, in the
same sentence, a time (48小时内, 三个工作日, 明天下午, 马上) or none. A working day counts 24 hours against a
limit; when it is due, the centre's calendar says.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from qa_engine.domain import Promise, PromiseKind, Speaker, Transcript, WorkCalendar
from qa_engine.text import SENTENCE_END, normalise, number_value

_REPLY = "回复|回电话?|答复|联系|反馈|回访|打电话|来电|致电|通知|告知"
_SETTLE = "处理好?|处理完|解决|退款|补发|赔付|送到|送达|派送|办好|落实|核实|查清楚"
_VERB = re.compile(
    rf"(?:(?:给|为|跟|向|帮)(?:您|你|咱)(?:再|打|做|来|去|个|一个)?(?:{_REPLY}|{_SETTLE})"
    rf"|(?:{_REPLY})(?:给)?(?:您|你)|(?:退款|款项|货|快件|包裹).{{0,4}}(?:到账|送到|送达|退还)|会有(?:人|专员|同事|专人).{{0,4}}(?:{_REPLY}))"
)
_UNITS = "分钟|小时|钟头|工作日|自然日|天|日|星期|礼拜|周|月"
_AMOUNT = rf"(?P<amount>[0-9]+|[一二两三四五六七八九十半])(?P<half>个半|半)?个?(?P<unit>{_UNITS})"
_IN = re.compile(rf"{_AMOUNT}(?P<tail>之内|以内|内|左右|之后|以后|后|前|之前)?")
_DAY = re.compile("(?P<day>大后天|后天|明天|明日|明早|今天|今日|今晚|当天|本周|这周|下周|月底)")
_AT_ONCE = re.compile("马上|立即|立刻|现在就|这就|第一时间")
_REFUSED = re.compile("(?:不能|不会|无法|没法|没办法|不敢|不可能|不|没)[^,。]{0,6}$")
_TAG = re.compile(
    "(?<=.),?(?:您|你)看(?:这样)?(?:可以|行|好|怎么样|可不可以|行不行|好不好|能接受)(?:吗|么)?$|,(?:可以|行|好)(?:吗|么)$"
)
_HYPOTHETICAL = re.compile("(?:吗|么|\\?)$")

_HOURS = {
    "分钟": 1 / 60, "小时": 1.0, "钟头": 1.0, "工作日": 24.0, "自然日": 24.0, "天": 24.0, "日": 24.0, "星期": 168.0,
    "礼拜": 168.0, "周": 168.0, "月": 720.0,
}  # fmt: skip
_DAYS = {
    "今天": 0, "今日": 0, "今晚": 0, "当天": 0, "明天": 1, "明日": 1, "明早": 1, "后天": 2, "大后天": 3,
    "本周": 6, "这周": 6, "下周": 13, "月底": 30,
}  # fmt: skip


_CALENDAR = WorkCalendar()


@dataclass(frozen=True, slots=True)
class Commitment:
    """One promise. ``start``/``end``: characters of the normalised text; ``hours`` None: no time was named."""

    start: int
    end: int
    hours: float | None
    due: datetime | None
    kind: PromiseKind = PromiseKind.REPLY


@dataclass(frozen=True, slots=True)
class _Time:
    """A time expression at [start, end): ``hours`` from now, in ``working_days`` where it was said so."""

    start: int
    end: int
    hours: float
    working_days: int | None = None

    def after(self, moment: datetime, calendar: WorkCalendar) -> datetime:
        if self.working_days is not None:
            return calendar.after_working_days(moment, self.working_days)
        return moment + timedelta(hours=self.hours)


def promises(
    transcript: Transcript, calendar: WorkCalendar = _CALENDAR, *, limit_hours: float = 48.0
) -> tuple[Promise, ...]:
    """Everything the agent promised in a call, in order; questions and refusals are no promises.

    A reply that is put off for more than ``limit_hours`` is marked: [K] 「最多不超过48h」.
    """
    found = []
    for turn in transcript.turns_of(Speaker.AGENT):
        normal = normalise(turn.text)
        for item in commitments(normal.text, transcript.call.started_at, turn.start, calendar):
            span = normal.span_to_source(item.start, item.end)
            late = item.kind is PromiseKind.REPLY and item.hours is not None and item.hours > limit_hours
            text = turn.text[slice(*span)]
            found.append(Promise(turn.index, span, text, item.hours, item.due, turn.start, item.kind, late))
    return tuple(found)


def commitments(
    text: str, started_at: datetime | None, at_seconds: float | None, calendar: WorkCalendar = _CALENDAR
) -> Iterator[Commitment]:
    """The commitments of one normalised turn; ``due`` needs to know when the call began."""
    moment = started_at + timedelta(seconds=at_seconds or 0.0) if started_at is not None else None
    begin = 0
    for stop in [*SENTENCE_END.finditer(text), None]:
        end = len(text) if stop is None else stop.start()
        mark = text[end : end + 1]
        tag = _TAG.search(text, begin, end)  # what was told is told, though the customer is asked to agree
        if tag is not None:
            yield from _in_sentence(text, begin, tag.start(), moment, calendar)
        elif mark != "?" and not _HYPOTHETICAL.search(text[begin:end]):
            yield from _in_sentence(text, begin, end, moment, calendar)
        begin = end if stop is None else stop.end()


def _in_sentence(
    text: str, begin: int, end: int, moment: datetime | None, calendar: WorkCalendar
) -> Iterator[Commitment]:
    taken = begin
    for verb in _VERB.finditer(text, begin, end):
        if _REFUSED.search(text, max(begin, verb.start() - 10), verb.start()):
            continue
        # The time of a promise stands in front of its verb, within it (退款七天到账) or right behind it.
        time = _time(text, taken, verb.end(), moment, last=True) or _time(
            text, verb.end(), min(end, verb.end() + 10), moment, last=False
        )
        taken = verb.end()
        kind = PromiseKind.REPLY if re.search(_REPLY, verb.group()) else PromiseKind.SETTLE
        if time is None:
            if kind is PromiseKind.REPLY:
                yield Commitment(verb.start(), verb.end(), None, None)
            continue
        due = time.after(moment, calendar) if moment is not None else None
        yield Commitment(min(time.start, verb.start()), max(time.end, verb.end()), time.hours, due, kind)


def _time(text: str, begin: int, end: int, moment: datetime | None, *, last: bool) -> _Time | None:
    """The nearest time expression in a stretch."""
    found: list[_Time] = []
    for match in _IN.finditer(text, begin, end):
        value = 0.5 if match["amount"] == "半" else number_value(match["amount"])
        if value is not None:
            value += 0.5 if match["half"] else 0.0
            days = int(value) if match["unit"] == "工作日" and value >= 1 and value == int(value) else None
            found.append(_Time(match.start(), match.end(), value * _HOURS[match["unit"]], days))
    found += [
        _Time(m.start(), m.end(), _until_end_of_day(_DAYS[m["day"]], moment)) for m in _DAY.finditer(text, begin, end)
    ]
    found += [_Time(m.start(), m.end(), 0.0) for m in _AT_ONCE.finditer(text, begin, end)]
    return (max if last else min)(found, key=lambda time: (time.start, time.end), default=None)


def _until_end_of_day(days: int, moment: datetime | None) -> float:
    """Hours from the promise to the end of that day; when the hour is unknown, as if it were noon."""
    if moment is None:
        return days * 24.0 + 12.0
    end = (moment + timedelta(days=days)).replace(hour=23, minute=59, second=59, microsecond=0)
    return (end - moment).total_seconds() / 3600
