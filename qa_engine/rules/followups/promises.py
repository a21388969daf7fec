"""Commitments in what an agent says: what is promised, and until when.

A commitment is a verb of replying or settling towards the customer (给您回复, 联系您, 为您处理好) with, in the
same sentence, a time (48小时内, 三个工作日, 明天下午, 马上) or none. A working day counts 24 hours against a
limit; when it is due, the centre's calendar says.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from qa_engine.domain import Promise, PromiseKind, Speaker, Transcript, WorkCalendar
from qa_engine.domain.values import dataclass
from qa_engine.text import SENTENCE_END, normalise
from qa_engine.text.times import TimeSaid, find_times

_REPLY = "回复|回电话?|答复|联系|反馈|回访|打电话|来电|致电|通知|告知"
_SETTLE = "处理好?|处理完|解决|退款|补发|赔付|送到|送达|派送|办好|落实|核实|查清楚"
_VERB = re.compile(
    rf"(?:(?:给|为|跟|向)(?:您|你|咱)(?:再|打|做|来|去|个|一个)?(?:{_REPLY}|{_SETTLE})"
    rf"|帮(?:您|你|咱)(?:再|做|来|去)?(?:回复|{_SETTLE})"  # 帮您反馈 hands it on, that is no promise yet
    rf"|(?<!短信)(?<!系统)(?:{_REPLY})(?:给)?(?:您|你)|(?:退款|款项|货|快件|包裹).{{0,4}}(?:到账|送到|送达|退还)"
    rf"|会有(?:人|专员|同事|专人).{{0,4}}(?:{_REPLY}))"
)
_REFUSED = re.compile("(?:不能|不会|无法|没法|没办法|不敢|不可能|不|没)[^,。]{0,6}$")
_TAG = re.compile(
    "(?<=.),?(?:您|你)看(?:这样)?(?:可以|行|好|怎么样|可不可以|行不行|好不好|能接受)(?:吗|么)?$|,(?:可以|行|好)(?:吗|么)$"
)
_DONE = re.compile("过|了(?!解)")
# 您提供照片后我们会联系您: whether there is anything to promise depends on the customer.
_ON_CUSTOMER = re.compile(
    "(?:如果|要是|假如|万一|一旦|等(?=您|你))[^。]{1,18}$"
    "|(?:您|你)[^。我]{0,8}(?:提供|上传|发|寄|填|提交|申请|确认|下单|付款|需要|有空|方便)[^。]{0,6}(?:后|的话|时候|了)[^。]{0,8}$"
)
_HYPOTHETICAL = re.compile("(?:吗|么|\\?)$")

_CALENDAR = WorkCalendar()


@dataclass(frozen=True, slots=True)
class Commitment:
    """One promise. ``start``/``end``: characters of the normalised text; ``hours`` None: no time was named."""

    start: int
    end: int
    hours: float | None
    due: datetime | None
    kind: PromiseKind = PromiseKind.REPLY


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
    if _VERB.search(text) is None:  # most turns promise nothing
        return
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
    times = find_times(text, moment, calendar, begin=begin, end=end)
    for verb in _VERB.finditer(text, begin, end):
        if _REFUSED.search(text, max(begin, verb.start() - 10), verb.start()):
            continue
        # The time of a promise stands in front of its verb, within it (退款七天到账) or right behind it.
        when = _last(times, taken, verb.end()) or _first(times, verb.end(), min(end, verb.end() + 10))
        taken = verb.end()
        named_limit = when is not None and "内" in text[when.start : when.end]
        if (when is not None and when.past and _told_of(text, when)) or (
            _DONE.match(text, verb.end()) and not named_limit
        ):
            continue  # told of, not promised
        if when is not None and when.past:
            when = None  # 五天了, 七天无理由: how long it has been, what a rule is called
        kind = PromiseKind.REPLY if re.search(_REPLY, verb.group()) else PromiseKind.SETTLE
        if when is None:
            on_customer = _ON_CUSTOMER.search(text, max(begin, verb.start() - 24), verb.start())
            if kind is PromiseKind.REPLY and not on_customer:
                yield Commitment(verb.start(), verb.end(), None, None)
            continue
        yield Commitment(min(when.start, verb.start()), max(when.end, verb.end()), when.hours, when.due, kind)


def _last(times: tuple[TimeSaid, ...], begin: int, end: int) -> TimeSaid | None:
    return max((t for t in times if begin <= t.start and t.end <= end), key=lambda t: t.start, default=None)


def _first(times: tuple[TimeSaid, ...], begin: int, end: int) -> TimeSaid | None:
    return min((t for t in times if begin <= t.start < end), key=lambda t: t.start, default=None)


def _told_of(text: str, when: TimeSaid) -> bool:
    """两天前, 三天之前: ago."""
    return text[when.end - 1] == "前"
