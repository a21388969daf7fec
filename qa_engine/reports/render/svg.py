"""Pictures as inline SVG: the timeline of a call and the trend of an agent. Pure text, no drawing library."""

from collections.abc import Callable, Mapping, Sequence
from math import ceil, floor
from typing import Any

from markupsafe import Markup

from qa_engine.reports.render.control_svg import control_svg
from qa_engine.reports.render.element import tag
from qa_engine.reports.render.pictures_svg import PICTURES, beside
from qa_engine.reports.render.track_svg import draw_tracks, tracks_height
from qa_engine.reports.statistics import DayPoint
from qa_engine.reports.timeline import Bar, Lane, Pin, Stretch, Timeline
from qa_engine.reports.turns import Mark
from qa_engine.reports.wording import clock, number

_WIDTH, _LEFT, _RIGHT = 960.0, 58.0, 12.0
_PIN_ROW, _LANE, _LANE_GAP, _AXIS = 15.0, 34.0, 8.0, 18.0
_MOST_TICKS = 12
FLAGS = {
    "veto": "l4 -1 4 4.5 -4 4.5 -4 -1z",
    "major": "h7v9h-7z",
    "minor": "l7 4.5 -7 4.5z",
    "info": "h4v4h-4z",
    "doubt": "h7v9h-7z",
}
"""Outlines of flags by severity, so that grey and colour-blind eyes tell them apart; a doubt's is hollow."""
_MOST_PIN_ROWS = 6
_PIN_STEPS = (*range(12), *range(-1, -12, -1))  # in widths of a flag
_STEPS = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)


def seek_link(content: Markup, seconds: float, audio_url: str | None, *, anchor: str | None = None) -> Markup:
    """``content`` as a link that plays the recording from ``seconds`` on."""
    href = f"#{anchor}" if anchor is not None and audio_url is None else f"{audio_url or ''}#t={number(seconds)}"
    return tag("a", content, class_="seek", data_seconds=number(seconds), href=href)


def timeline_svg(timeline: Timeline, audio_url: str | None = None) -> Markup:
    """Both speakers as lanes over time with silences and overlaps, tracks below, hits as numbered pins above."""
    places = _pin_places(timeline)
    top = _PIN_ROW * max(1, 1 + max((row for row, _ in places), default=0)) + 4
    height_of_lanes = len(timeline.lanes) * (_LANE + _LANE_GAP) - _LANE_GAP
    under_lanes = top + height_of_lanes
    bottom = under_lanes + tracks_height(timeline.tracks)
    parts = [_band(s, timeline, top, height_of_lanes, "gap") for s in timeline.silences]
    parts += [_band(s, timeline, top, height_of_lanes, "hold") for s in timeline.holds]
    for n, lane in enumerate(timeline.lanes):
        parts += _lane(lane, timeline, top + n * (_LANE + _LANE_GAP), audio_url)
    parts += [_band(s, timeline, top, height_of_lanes, "both") for s in timeline.overlaps]
    right = _WIDTH - _RIGHT
    parts.append(draw_tracks(timeline.tracks, under_lanes, _LEFT, right, lambda at: _x(at, timeline.seconds)))
    parts += _axis(timeline.seconds, bottom)
    parts += [
        _pin(pin, timeline, place, top, bottom, audio_url) for pin, place in zip(timeline.pins, places, strict=True)
    ]
    height = bottom + _AXIS
    return tag(
        "svg",
        Markup("").join(parts),
        class_="timeline",
        viewBox=f"0 0 {number(_WIDTH)} {number(height)}",
        role="group",  # an image hides what is in it, and here are links to play
        aria_label="通话时间轴：双方话轮、静默、同时说话、语气、语速、音量与命中位置",
    )


def _x(seconds: float, whole: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * min(1.0, max(0.0, seconds / whole))


def _pin_places(timeline: Timeline) -> list[tuple[int, float]]:
    """A row for each pin and where its flag stands in it, so that flags of hits close together do not cover each other.

    Where all rows are taken, the flag moves to the right, and where that would leave the picture, to the left.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in range(_MOST_PIN_ROWS)]
    places = []
    for pin in timeline.pins:
        x, wide = _x(pin.at, timeline.seconds), 10.0 + 9.0 * len(pin.finding)
        tries = ((row, x + step * wide) for step in _PIN_STEPS for row in range(_MOST_PIN_ROWS))
        row, flag = next(
            (
                (row, at)
                for row, at in tries
                if _LEFT <= at <= max(x, _WIDTH - wide)
                and all(at + wide <= start or at >= end for start, end in taken[row])
            ),
            (_MOST_PIN_ROWS - 1, x),
        )
        taken[row].append((flag, flag + wide))
        places.append((row, flag))
    return places


def _band(stretch: Stretch, timeline: Timeline, top: float, height: float, kind: str) -> Markup:
    x, end = _x(stretch.start, timeline.seconds), _x(stretch.end, timeline.seconds)
    width = max(1.5, end - x)
    title = tag("title", stretch.label)
    parts = [tag("rect", title, x=x, y=top, width=width, height=height, class_=kind)]
    if kind != "both" and width > 34:
        text = f"{'保持 ' if kind == 'hold' else ''}{stretch.end - stretch.start:.0f} 秒"
        parts.append(tag("text", text, x=x + width / 2, y=top + height / 2 + 3.5, class_="mid small"))
    return Markup("").join(parts)


def _lane(lane: Lane, timeline: Timeline, top: float, audio_url: str | None) -> list[Markup]:
    middle = top + _LANE / 2
    parts = [
        tag("text", lane.label, x=0.0, y=middle + 4, class_=f"lane {lane.speaker}"),
        tag("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=middle, y2=middle, class_="base"),
    ]
    for span in lane.speech:
        x, end = _x(span.start, timeline.seconds), _x(span.end, timeline.seconds)
        parts.append(tag("rect", x=x, y=middle - 3, width=max(1.0, end - x), height=6.0, class_="heard"))
    return [*parts, *(_bar(bar, lane, timeline, middle, audio_url) for bar in lane.bars)]


def _bar(bar: Bar, lane: Lane, timeline: Timeline, middle: float, audio_url: str | None) -> Markup:
    x, end = _x(bar.start, timeline.seconds), _x(bar.end, timeline.seconds)
    height = _LANE * (0.25 + 0.75 * bar.level if bar.level is not None else 0.6)
    rect = tag(
        "rect",
        tag("title", bar.label + ("（未参与检查）" if bar.excluded else "")),
        x=x,
        y=middle - height / 2,
        width=max(1.5, end - x),
        height=height,
        rx=1.5,
        class_=f"bar {lane.speaker}" + (" excluded" if bar.excluded else ""),
    )
    return seek_link(rect, bar.start, audio_url, anchor=f"turn-{bar.turn}")


def _axis(seconds: float, bottom: float) -> list[Markup]:
    step = next((step for step in _STEPS if seconds / step <= _MOST_TICKS), 3600 * ceil(seconds / 3600 / _MOST_TICKS))
    parts = []
    for n in range(floor(seconds / step) + 1):
        x = _x(n * step, seconds)
        parts.append(tag("line", x1=x, x2=x, y1=bottom + 2, y2=bottom + 6, class_="tick"))
        if x < _WIDTH - _RIGHT - 14:
            parts.append(tag("text", clock(n * step), x=x, y=bottom + 16, class_="mid small"))
    return parts


def _pin(
    pin: Pin, timeline: Timeline, place: tuple[int, float], top: float, bottom: float, audio_url: str | None
) -> Markup:
    x, flag = _x(pin.at, timeline.seconds), place[1]
    y = top - 6 - _PIN_ROW * place[0]
    kind = f"fault {pin.severity}" if pin.mark is Mark.FAULT else "doubt"
    shape = FLAGS.get(pin.severity if pin.mark is Mark.FAULT else "doubt", FLAGS["doubt"])
    content = Markup("").join(
        [
            tag("title", f"{pin.finding}．{pin.label}"),
            tag("line", x1=x, x2=x, y1=y - 8, y2=bottom, class_=f"pin {kind}"),
            tag("path", d=f"M{number(flag)} {number(y - 9)}{shape}", class_=f"flag {kind}"),
            tag("text", pin.finding, x=flag + 9, y=y, class_=f"pin-label {kind}"),
        ]
    )
    return seek_link(content, pin.at, audio_url, anchor=pin.anchor)


def trend_svg(days: Sequence[DayPoint]) -> Markup:
    """Mean score (percent) by day with its interval where there is one; the written scale need not begin at 0."""
    width, height, left, right, top, foot = 960.0, 190.0, 34.0, 16.0, 18.0, 34.0
    lowest = min((day.mean if day.low is None else day.low for day in days), default=0.0)
    floor_value = max(0.0, min(90.0, 10.0 * floor((lowest - 1) / 10)))
    plot = height - top - foot

    def y(value: float) -> float:
        return top + plot * (100.0 - value) / (100.0 - floor_value)

    def x(n: int) -> float:
        inner = width - left - right
        return left + inner * (n + 0.5) / len(days)

    step = 2 if floor_value == 90 else 5 if floor_value >= 70 else 10 if floor_value >= 40 else 20
    parts = []
    for value in range(int(floor_value), 101, step):
        parts.append(tag("line", x1=left, x2=width - right, y1=y(value), y2=y(value), class_="grid"))
        parts.append(tag("text", str(value), x=left - 6, y=y(value) + 4, class_="end small"))
    if len(days) > 1:
        points = " ".join(f"{number(x(n))},{number(y(day.mean))}" for n, day in enumerate(days))
        parts.append(tag("polyline", points=points, class_="line"))
    every = max(1, -(-len(days) // 16))
    for n, day in enumerate(days):
        rises = n + 1 < len(days) and days[n + 1].mean > day.mean
        parts += _day(day, x(n), y, labelled=n % every == 0, rises=rises, foot=height - foot)
    view = f"0 0 {number(width)} {number(height)}"
    return tag("svg", Markup("").join(parts), class_="trend", viewBox=view, role="img", aria_label="平均得分率的走势")


def _day(
    day: DayPoint, x: float, y: Callable[[float], float], *, labelled: bool, rises: bool, foot: float
) -> list[Markup]:
    title = tag("title", f"{day.day:%Y-%m-%d} {day.calls} 通，平均 {number(day.mean, 1)}%")
    parts = []
    if day.low is not None and day.high is not None:
        parts.append(tag("line", x1=x, x2=x, y1=y(day.high), y2=y(day.low), class_="spread"))
    parts.append(tag("circle", title, cx=x, cy=y(day.mean), r=3.5, class_="dot"))
    if labelled:
        parts += [
            tag("text", number(day.mean, 1), x=x + 8, y=beside(y(day.mean), rises), class_="small strong"),
            tag("text", f"{day.day:%m-%d}", x=x, y=foot + 15, class_="mid small"),
            tag("text", f"{day.calls} 通", x=x, y=foot + 28, class_="mid small faint"),
        ]
    return parts


CHARTS: Mapping[str, Callable[[Any, str], Markup]] = {
    "timeline": timeline_svg,  # of a `Timeline`
    "drift": lambda chart, _: control_svg(chart),  # of a `ControlChart`
    "trend": lambda days, _: trend_svg(days),  # of `DayPoint`s
    **PICTURES,
}
"""Every drawing by the name that a `Chart` block uses; it takes the data and where the recording plays."""
