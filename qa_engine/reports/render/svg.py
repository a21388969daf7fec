"""Pictures as inline SVG: the timeline of a call and the trend of an agent. Pure text, no drawing library."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from markupsafe import Markup

from qa_engine.reports.render.control_svg import control_svg
from qa_engine.reports.render.element import tag
from qa_engine.reports.render.pictures_svg import PICTURES, Drawing, beside, frame_of
from qa_engine.reports.render.track_svg import draw_tracks, tracks_height
from qa_engine.reports.statistics import DayPoint
from qa_engine.reports.timeline import Bar, Lane, Pin, Stretch, Timeline
from qa_engine.reports.turns import Mark
from qa_engine.reports.wording import clock, number

_LEFT, _RIGHT = 58.0, 12.0
_TICK = 80.0  # between two times of the axis at least
_PIN_ROW, _LANE, _LANE_GAP, _AXIS = 15.0, 34.0, 8.0, 18.0
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


@dataclass(frozen=True, slots=True)
class _Across:
    """Where seconds of a call stand in a picture."""

    seconds: float
    width: float

    @property
    def right(self) -> float:
        return self.width - _RIGHT

    def __call__(self, at: float) -> float:
        return _LEFT + (self.right - _LEFT) * min(1.0, max(0.0, at / self.seconds))


def timeline_svg(timeline: Timeline, audio_url: str | None = None, *, narrow: bool = False) -> Markup:
    """Both speakers as lanes over time with silences and overlaps, tracks below, hits as numbered pins above."""
    x = _Across(timeline.seconds, frame_of(narrow).width)
    places = _pin_places(timeline, x)
    top = _PIN_ROW * max(1, 1 + max((row for row, _ in places), default=0)) + 4
    height_of_lanes = len(timeline.lanes) * (_LANE + _LANE_GAP) - _LANE_GAP
    under_lanes = top + height_of_lanes
    bottom = under_lanes + tracks_height(timeline.tracks)
    parts = [_band(s, x, top, height_of_lanes, "gap") for s in timeline.silences]
    parts += [_band(s, x, top, height_of_lanes, "hold") for s in timeline.holds]
    for n, lane in enumerate(timeline.lanes):
        parts += _lane(lane, x, top + n * (_LANE + _LANE_GAP), audio_url)
    parts += [_band(s, x, top, height_of_lanes, "both") for s in timeline.overlaps]
    parts.append(draw_tracks(timeline.tracks, under_lanes, _LEFT, x.right, x))
    parts += _axis(x, bottom)
    parts += [_pin(pin, x, place, top, bottom, audio_url) for pin, place in zip(timeline.pins, places, strict=True)]
    height = bottom + _AXIS
    return tag(
        "svg",
        Markup("").join(parts),
        class_="timeline narrow" if narrow else "timeline",
        viewBox=f"0 0 {number(x.width)} {number(height)}",
        role="group",  # an image hides what is in it, and here are links to play
        aria_label="通话时间轴：双方话轮、静默、同时说话、语气、语速、音量与命中位置",
    )


def _pin_places(timeline: Timeline, across: _Across) -> list[tuple[int, float]]:
    """A row for each pin and where its flag stands in it, so that flags of hits close together do not cover each other.

    Where all rows are taken, the flag moves to the right, and where that would leave the picture, to the left.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in range(_MOST_PIN_ROWS)]
    places = []
    for pin in timeline.pins:
        x, wide = across(pin.at), 10.0 + 9.0 * len(pin.finding)
        tries = ((row, x + step * wide) for step in _PIN_STEPS for row in range(_MOST_PIN_ROWS))
        row, flag = next(
            (
                (row, at)
                for row, at in tries
                if _LEFT <= at <= max(x, across.width - wide)
                and all(at + wide <= start or at >= end for start, end in taken[row])
            ),
            (_MOST_PIN_ROWS - 1, x),
        )
        taken[row].append((flag, flag + wide))
        places.append((row, flag))
    return places


def _band(stretch: Stretch, across: _Across, top: float, height: float, kind: str) -> Markup:
    x, end = across(stretch.start), across(stretch.end)
    width = max(1.5, end - x)
    title = tag("title", stretch.label)
    parts = [tag("rect", title, x=x, y=top, width=width, height=height, class_=kind)]
    if kind != "both" and width > 34:
        text = f"{'保持 ' if kind == 'hold' else ''}{stretch.end - stretch.start:.0f} 秒"
        parts.append(tag("text", text, x=x + width / 2, y=top + height / 2 + 3.5, class_="mid small"))
    return Markup("").join(parts)


def _lane(lane: Lane, across: _Across, top: float, audio_url: str | None) -> list[Markup]:
    middle = top + _LANE / 2
    parts = [
        tag("text", lane.label, x=0.0, y=middle + 4, class_=f"lane {lane.speaker}"),
        tag("line", x1=_LEFT, x2=across.right, y1=middle, y2=middle, class_="base"),
    ]
    for span in lane.speech:
        x, end = across(span.start), across(span.end)
        parts.append(tag("rect", x=x, y=middle - 3, width=max(1.0, end - x), height=6.0, class_="heard"))
    return [*parts, *(_bar(bar, lane, across, middle, audio_url) for bar in lane.bars)]


def _bar(bar: Bar, lane: Lane, across: _Across, middle: float, audio_url: str | None) -> Markup:
    x, end = across(bar.start), across(bar.end)
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


def _axis(across: _Across, bottom: float) -> list[Markup]:
    seconds, most = across.seconds, int(across.width / _TICK)
    step = next((step for step in _STEPS if seconds / step <= most), 3600 * ceil(seconds / 3600 / most))
    parts = []
    for n in range(floor(seconds / step) + 1):
        x = across(n * step)
        parts.append(tag("line", x1=x, x2=x, y1=bottom + 2, y2=bottom + 6, class_="tick"))
        if x < across.right - 14:
            parts.append(tag("text", clock(n * step), x=x, y=bottom + 16, class_="mid small"))
    return parts


def _pin(
    pin: Pin, across: _Across, place: tuple[int, float], top: float, bottom: float, audio_url: str | None
) -> Markup:
    x, flag = across(pin.at), place[1]
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


def trend_svg(days: Sequence[DayPoint], _: str | None = None, *, narrow: bool = False) -> Markup:
    """Mean score (percent) by day with its interval where there is one; the written scale need not begin at 0."""
    at = frame_of(narrow)
    width, height, left, right, top, foot = at.width, 190.0, 34.0, at.right, 18.0, 34.0
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
    every = at.every(len(days))
    for n, day in enumerate(days):
        rises = n + 1 < len(days) and days[n + 1].mean > day.mean
        parts += _day(day, x(n), y, labelled=n % every == 0, rises=rises, foot=height - foot)
    view = f"0 0 {number(width)} {number(height)}"
    look = "trend narrow" if narrow else "trend"
    return tag("svg", Markup("").join(parts), class_=look, viewBox=view, role="img", aria_label="平均得分率的走势")


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


CHARTS: Mapping[str, Drawing] = {
    "timeline": timeline_svg,  # of a `Timeline`
    "drift": control_svg,  # of a `ControlChart`
    "trend": trend_svg,  # of `DayPoint`s
    **PICTURES,
}
"""Every drawing by the name that a `Chart` block uses."""
