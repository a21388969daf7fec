"""Estimates in words: the figure, how far it can be trusted, and how many calls stand behind it."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from qa_engine.reports.numbers import Estimate
from qa_engine.reports.statistics import Period
from qa_engine.reports.wording import UNHEARD

FEW = "通话太少"
ALIKE, UNPROVEN = "分不出", "不足以断定"
RULE_CHANGED = "规则改版，不比较"
NO_CALLS = "本期没有计分的通话。"
REVIEW_DAYS = 90


def fixed(value: float, decimals: int = 1) -> str:
    """``96.0``: with all its places, so that figures below each other line up; never ``-0.0``."""
    return f"{round(value, decimals) + 0.0:.{decimals}f}"


def score(estimate: Estimate, decimals: int = 1) -> str:
    """``96.4``."""
    return UNHEARD if estimate.value is None else fixed(estimate.value, decimals)


def rate(estimate: Estimate | None, decimals: int = 1) -> str:
    """``12.3%``."""
    return UNHEARD if estimate is None or estimate.value is None else f"{fixed(100 * estimate.value, decimals)}%"


def score_range(estimate: Estimate, decimals: int = 1) -> str:
    """``95.8–97.0``; for few calls that there are too few."""
    if estimate.value is None:
        return ""
    if estimate.low is None or estimate.high is None:
        return FEW
    return f"{fixed(estimate.low, decimals)}–{fixed(estimate.high, decimals)}"


def rate_range(estimate: Estimate | None, decimals: int = 1) -> str:
    """``8.1–17.9%``."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return ""
    return f"{fixed(100 * estimate.low, decimals)}–{fixed(100 * estimate.high, decimals)}%"


def score_with(estimate: Estimate) -> str:
    """``96.4（大致 95.8–97.0，142 通）``."""
    if estimate.value is None:
        return "没有计分通话"
    shown = score_range(estimate)
    return f"{score(estimate)}（{f'大致 {shown}' if shown != FEW else FEW}，{estimate.n} 通）"


def rate_with(estimate: Estimate | None) -> str:
    """``12.3%（大致 8.1–17.9%，138 通）``."""
    if estimate is None or estimate.value is None:
        return "没有检查过的通话"
    return f"{rate(estimate)}（大致 {rate_range(estimate)}，{estimate.n} 通）"


def change(estimate: Estimate, *, percent: bool = False, among: int = 1) -> str:
    """``+1.2（+0.3 至 +2.1）``, or that the calls do not tell.

    ``among``: so many changes are looked at together, some of which leave 0 out by chance. One that is sure only alone
    is called `UNPROVEN`: `ALIKE` beside such an interval would be a contradiction.
    """
    if estimate.value is None:
        return "无上期可比"
    factor = 100 if percent else 1
    value = _signed(factor * estimate.value)
    if estimate.low is None or estimate.high is None:
        return f"{value}，{FEW}"
    span = f"{_signed(factor * estimate.low)} 至 {_signed(factor * estimate.high)}"
    doubt = "" if estimate.moved_among(among) else f"，{UNPROVEN if estimate.moved else ALIKE}"
    return f"{value}（{span}）{doubt}"


def change_look(estimate: Estimate, *, good: int, among: int = 1) -> str:
    """``good`` or ``fault`` where the change is sure; ``good`` is +1 where more is better."""
    if not estimate.moved_among(among) or estimate.value is None:
        return "soft"
    return "good" if estimate.value * good > 0 else "fault"


def at_most(count: int) -> str:
    """Of something that was looked for in other calls."""
    return f"最多 {count} 通" if count else "没有"


def _signed(value: float) -> str:
    text = fixed(abs(value))
    if text == "0.0":
        return "0.0"
    return ("−" if value < 0 else "+") + text


def place(first: int | None, last: int | None) -> str:
    """``1`` or ``2–5``: the places that the calls leave open."""
    if first is None:
        return FEW
    return str(first) if last is None or last <= first else f"{first}–{last}"


# -- periods ----------------------------------------------------------------------------------------------------------


def month_of(period: Period, today: date) -> Period:
    """The period, or when it is open: from the 22nd on, when the report is due, this month so far; else the last."""
    if period.first is not None and period.last is not None:
        return period
    start = (period.first or period.last or today).replace(day=1)
    if period.first is None and period.last is None and today.day < 22:
        start = (start - timedelta(days=1)).replace(day=1)
    end = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return Period(period.first or start, period.last or end)


def week_of(period: Period, today: date) -> Period:
    """The period, or when it is open the last whole week, Monday to Sunday."""
    if period.first is not None and period.last is not None:
        return period
    if period.first is not None:
        return Period(period.first, period.first + timedelta(days=6))
    last = period.last or today - timedelta(days=today.weekday() + 1)
    return Period(last - timedelta(days=6), last)


def day_of(period: Period, today: date) -> date:
    """The last day of the period, or yesterday."""
    return period.last or period.first or today - timedelta(days=1)


def before(period: Period) -> Period:
    """The period of the same length right before; a month has the month before. It begins no earlier than days do."""
    assert period.first is not None
    assert period.last is not None
    last = period.first - timedelta(days=1)
    if period.first.day == 1 and (period.last + timedelta(days=1)).day == 1:
        return Period(last.replace(day=1), last)
    return Period(last - min(period.last - period.first, last - date.min), last)


def reviews_of(period: Period) -> Period:
    """The days whose reviews say how good the rules are: the period, and `REVIEW_DAYS` up to its end."""
    if period.first is None or period.last is None:
        return period
    return Period(min(period.first, period.last - timedelta(days=REVIEW_DAYS - 1)), period.last)


_NUMERALS = str.maketrans("一二三四五六七八九", "123456789")
_COUNTED = re.compile(r"\d+")


def team_order(name: str) -> tuple[str, str]:
    """Sorts 一组 二组 三组 十组 as people count them, and 组2 before 组10."""
    tens = re.sub(r"([1-9]?)十([1-9]?)", lambda m: f"{m[1] or 1}{m[2] or 0}", name.translate(_NUMERALS))
    return _COUNTED.sub(lambda m: m[0].zfill(6), tens), name


def listed(words: Sequence[str], most: int = 3, unit: str = "项") -> str:
    """``甲、乙、丙等 5 项``."""
    shown = "、".join(words[:most])
    apart = " " if shown[-1:].isascii() else ""
    return f"{shown}{apart}等 {len(words)} {unit}" if len(words) > most else shown
